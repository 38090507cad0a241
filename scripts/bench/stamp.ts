/**
 * Copies of one text under names of one length, as bytes: the text once and the places where the name stands, so that an
 * estate of any size can be served without being held.
 */

/** Stands in no object. */
const MARK = '~';

export class Stamp {
  readonly #bytes: Buffer;
  readonly #places: readonly number[];

  /** `text` must say the same for all names of that length, but for the name itself. */
  constructor(text: (name: string) => string, length: number) {
    this.#bytes = Buffer.from(text(MARK.repeat(length)));
    this.#places = length === 0 ? [] : placesOf(Buffer.from(MARK.repeat(length)), this.#bytes);
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** Writes the copy for `name` (ASCII) into `target` from `at` on; returns where it ends. */
  write(name: string, target: Buffer, at: number): number {
    this.#bytes.copy(target, at);
    const bytes = Buffer.from(name, 'latin1');
    for (const place of this.#places) target.set(bytes, at + place);
    return at + this.#bytes.length;
  }
}

function placesOf(mark: Buffer, bytes: Buffer): number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + mark.length)) places.push(at);
  return places;
}

/** Stamps, made when first needed. */
export class Stamps {
  readonly #stamps = new Map<(name: string) => string, Map<number, Stamp>>();

  of(text: (name: string) => string, name: string): Stamp {
    const byLength = this.#stamps.get(text) ?? new Map<number, Stamp>();
    this.#stamps.set(text, byLength);
    const stamp = byLength.get(name.length) ?? new Stamp(text, name.length);
    byLength.set(name.length, stamp);
    return stamp;
  }
}
