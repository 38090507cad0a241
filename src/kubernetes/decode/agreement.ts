/**
 * How far two texts agree: the one that is read now, and one that was read before. Versions of one object differ in a few
 * places only, and to see that bytes are equal takes a fraction of the time that reading them takes.
 */

/** A text in memory: the bytes from `start` to `end` of a view. Offsets count from `start`. */
export interface TextView {
  readonly view: DataView;
  readonly start: number;
  readonly end: number;
}

export const NO_TEXT: TextView = { view: new DataView(new ArrayBuffer(0)), start: 0, end: 0 };

export class Agreement {
  #before = NO_TEXT;
  #now = NO_TEXT;
  /** What was found last: up to `until` the text of now agrees with what stood `shift` bytes further to the front before. */
  #shift = Number.NaN;
  #until = 0;

  open(before: TextView, now: TextView): void {
    this.#before = before;
    this.#now = now;
    this.#shift = Number.NaN;
    this.#until = 0;
  }

  close(): void {
    this.open(NO_TEXT, NO_TEXT);
  }

  /** How many bytes from `at` on are those that stood from `was` on. */
  from(was: number, at: number): number {
    if (at - was !== this.#shift || at > this.#until) {
      this.#shift = at - was;
      this.#until = at + agreeingBytes(this.#before, was, this.#now, at);
    }
    return this.#until - at;
  }

  /** Whether the `length` bytes at `was` stand at `at`, whatever follows them. For short texts. */
  sameBytes(was: number, at: number, length: number): boolean {
    const a = this.#before.view;
    const b = this.#now.view;
    const from = this.#before.start + was;
    const to = this.#now.start + at;
    if (from + length > this.#before.end || to + length > this.#now.end) return false;
    for (let index = 0; index < length; index += 1) {
      if (a.getUint8(from + index) !== b.getUint8(to + index)) return false;
    }
    return true;
  }
}

function agreeingBytes(before: TextView, was: number, now: TextView, at: number): number {
  const a = before.view;
  const b = now.view;
  const from = before.start + was;
  const to = now.start + at;
  const most = Math.min(before.end - from, now.end - to);
  let count = 0;
  // Eight at a time. Two equal numbers are equal bytes, but for zeros of either sign, and JSON has no bytes of zero. What is
  // no number agrees with nothing, not even with itself: that is left to the loop below.
  while (count + 8 <= most && a.getFloat64(from + count) === b.getFloat64(to + count)) count += 8;
  while (count < most && a.getUint8(from + count) === b.getUint8(to + count)) count += 1;
  return count;
}
