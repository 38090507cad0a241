/**
 * Strings out of bytes, the same string for the same bytes as long as it was met not long ago: names, kinds, managers and
 * phases come again and again, and each fact would hold a copy of its own.
 */

const SLOTS = 8_192;
/** Longer ones are texts, which rarely come again. */
const MAX_LENGTH = 256;

export class StringPool {
  readonly #pool: string[] = new Array<string>(SLOTS).fill('');

  /** The same text, as it was met before. */
  same(text: string): string {
    if (text.length > MAX_LENGTH) return text;
    let sum = text.length;
    for (let at = 0; at < text.length; at += 1) sum = (Math.imul(sum, 31) + text.charCodeAt(at)) | 0;
    const slot = (sum ^ (sum >>> 13)) & (SLOTS - 1);
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
    let ascii = 0;
    for (let at = start; at < end; at += 1) {
      const byte = bytes[at] as number;
      ascii |= byte;
      sum = (Math.imul(sum, 31) + byte) | 0;
    }
    if (ascii > 0x7f) return bytes.toString('utf8', start, end);
    const slot = (sum ^ (sum >>> 13)) & (SLOTS - 1);
    const pooled = this.#pool[slot] as string;
    if (pooled.length === length && isAt(pooled, bytes, start)) return pooled;
    const made = bytes.toString('latin1', start, end);
    this.#pool[slot] = made;
    return made;
  }
}

function isAt(text: string, bytes: Uint8Array, start: number): boolean {
  for (let index = 0; index < text.length; index += 1)
    if (text.charCodeAt(index) !== bytes[start + index]) return false;
  return true;
}
