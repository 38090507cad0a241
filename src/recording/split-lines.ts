/** Cuts bytes into numbered lines. A line that is longer than any object can be is given up, and the next one is read. */

const LINE_FEED = 0x0a;

/** The API server refuses objects beyond 3 MB; a line with one is not much longer. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024;

export interface RawLine {
  /** 1-based. */
  readonly number: number;
  /** Without the line feed; null when the line was too long to hold. */
  readonly bytes: Buffer | null;
}

export class LineSplitter {
  readonly #maxBytes: number;
  #parts: Buffer[] = [];
  #size = 0;
  #number = 0;

  constructor(maxBytes: number = MAX_LINE_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** The lines that `chunk` completes. Their bytes may share memory with the chunk: use them before the next one. */
  *push(chunk: Buffer): Generator<RawLine> {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      this.#keep(chunk.subarray(start, end));
      start = end + 1;
      yield this.#take();
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start));
  }

  /** What stands after the last line feed; undefined when nothing does. */
  end(): RawLine | undefined {
    return this.#size === 0 ? undefined : this.#take();
  }

  #keep(part: Buffer): void {
    this.#size += part.length;
    if (this.#size > this.#maxBytes) this.#parts = [];
    else this.#parts.push(part);
  }

  #take(): RawLine {
    this.#number += 1;
    const [only] = this.#parts;
    const whole = this.#parts.length === 1 && only !== undefined ? only : Buffer.concat(this.#parts);
    const bytes = this.#size > this.#maxBytes ? null : whole;
    this.#parts = [];
    this.#size = 0;
    return { number: this.#number, bytes };
  }
}
