/**
 * Strings out of bytes, the same string for the same bytes as long as it was met not long ago: names, kinds, managers and
 * phases come again and again, and each fact would hold a copy of its own.
 */

const SLOTS = 8_192;
/** Longer ones are texts, which rarely come again. */
const MAX_LENGTH = 256;
/** Where texts of one length differ, they do so at the beginning or, more often, at the end: four and eight bytes of longer ones are looked at. */
const ENDS = 12;

export class StringPool {
  readonly #pool: string[] = new Array<string>(SLOTS).fill('');

  /** The same text, as it was met before. */
  same(text: string): string {
    const { length } = text;
    if (length > MAX_LENGTH) return text;
    let sum = length;
    if (length < ENDS) for (let at = 0; at < length; at += 1) sum = mixed(sum, text.charCodeAt(at));
    else
      for (const at of [0, length - 8, length - 4])
        sum = mixed(
          sum,
          wordOf(text.charCodeAt(at), text.charCodeAt(at + 1), text.charCodeAt(at + 2), text.charCodeAt(at + 3)),
        );
    const slot = slotOf(sum);
    if (this.#pool[slot] === text) return this.#pool[slot] as string;
    this.#pool[slot] = text;
    return text;
  }

  /** The bytes from `start` to `end`, which hold no escape, as a string. */
  read(bytes: Buffer, start: number, end: number): string {
    const length = end - start;
    if (length === 0) return '';
    if (length > MAX_LENGTH) return bytes.toString('utf8', start, end);
    let sum = length;
    if (length < ENDS) for (let at = start; at < end; at += 1) sum = mixed(sum, bytes[at] as number);
    else sum = mixed(mixed(mixed(sum, wordAt(bytes, start)), wordAt(bytes, end - 8)), wordAt(bytes, end - 4));
    const slot = slotOf(sum);
    const pooled = this.#pool[slot] as string;
    if (pooled.length === length && isAt(pooled, bytes, start)) return pooled;
    const made = bytes.toString('utf8', start, end);
    // What is longer in bytes than in characters cannot be compared with bytes.
    if (made.length === length) this.#pool[slot] = made;
    return made;
  }
}

/** Four bytes at a time: one after the other would wait for each multiplication. */
function wordAt(bytes: Uint8Array, at: number): number {
  return wordOf(bytes[at] as number, bytes[at + 1] as number, bytes[at + 2] as number, bytes[at + 3] as number);
}

function wordOf(a: number, b: number, c: number, d: number): number {
  return a | (b << 8) | (c << 16) | (d << 24);
}

function mixed(sum: number, word: number): number {
  return Math.imul(sum ^ word, 0x9e3779b1);
}

function slotOf(sum: number): number {
  return (sum ^ (sum >>> 15)) & (SLOTS - 1);
}

/** Whether a text stands at `start`, each of its characters a byte: beyond ASCII the same bytes are other characters. */
function isAt(text: string, bytes: Uint8Array, start: number): boolean {
  let codes = 0;
  // The ends of texts that are alike differ before their beginnings do.
  for (let index = text.length - 1; index >= 0; index -= 1) {
    const code = text.charCodeAt(index);
    if (code !== bytes[start + index]) return false;
    codes |= code;
  }
  return codes < 0x80;
}
