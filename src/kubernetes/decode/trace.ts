/**
 * What the decoder made of a text, by where it stood in it: with a trace the next text is read only where it differs. The
 * offsets of a part count from where the value begins that holds it, so that what moves as a whole keeps them.
 */
import type { Json } from '../../model/facts.ts';
import { NO_TEXT, type TextView } from './agreement.ts';
import type { Shape } from './shape.ts';

const NO_PARTS: Trace[] = [];

/** One value, and in an object its name. Written to by the decoder alone. */
export class Trace {
  readonly name: string;
  readonly shape: Shape;
  /** Where its name begins; in a list, where it begins itself. */
  from = 0;
  at = 0;
  end = 0;
  /** undefined: left out. */
  value: Json | undefined = undefined;
  /** Members or items, in the order of the text, of what was taken apart. */
  parts: Trace[] = NO_PARTS;
  /** Whether `parts` are members, items, or neither. */
  opener = 0;

  constructor(name: string, shape: Shape) {
    this.name = name;
    this.shape = shape;
  }

  /** The parts that may be compared with those of an object or list that begins with `opener`. */
  partsOf(opener: number): Trace[] {
    if (this.opener !== opener) {
      this.forget();
      this.opener = opener;
      this.parts = [];
    }
    return this.parts;
  }

  /** The same, elsewhere. */
  move(distance: number): void {
    if (distance === 0) return;
    this.from += distance;
    this.at += distance;
    this.end += distance;
  }

  place(from: number, at: number, end: number): void {
    this.from = from;
    this.at = at;
    this.end = end;
  }

  /** As if it had never been read. */
  forget(): void {
    this.value = undefined;
    this.parts = NO_PARTS;
    this.opener = 0;
    this.end = 0;
  }
}

/** A text that was decoded, with what was made of it. */
export class KnownText {
  readonly root: Trace;
  #bytes: Buffer = Buffer.alloc(0);
  #text: TextView = NO_TEXT;

  constructor(shape: Shape) {
    this.root = new Trace('', shape);
  }

  get text(): TextView {
    return this.#text;
  }

  /** Bytes that are held. */
  get size(): number {
    return this.#bytes.length;
  }

  /** Takes a copy: what the bytes stand in is used again for other bytes. */
  keep(bytes: Buffer): void {
    if (this.#bytes.length < bytes.length || this.#bytes.length > 2 * bytes.length + 1024) {
      this.#bytes = Buffer.allocUnsafeSlow(bytes.length + (bytes.length >> 4) + 16);
    }
    bytes.copy(this.#bytes);
    const { buffer, byteOffset } = this.#bytes;
    const view = this.#text.view.buffer === buffer ? this.#text.view : new DataView(buffer);
    this.#text = { view, start: byteOffset, end: byteOffset + bytes.length };
  }

  forget(): void {
    this.root.forget();
    this.#bytes = Buffer.alloc(0);
    this.#text = NO_TEXT;
  }
}
