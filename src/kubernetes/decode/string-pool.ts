/**
 * Strings out of bytes, the same string for the same bytes as long as it was met not long ago: names, kinds, managers and
 * phases come again and again, and each fact would hold a copy of its own.
 */

const SLOTS = 8_192;
/** Longer ones are texts, which rarely come again. */
const MAX_LENGTH = 256;
/** Where texts of one length differ, they do so at the beginning or, more often, at the end. */
const HEAD = 4;
const TAIL = 12;

export class StringPool {
  readonly #pool: string[] = new Array<string>(SLOTS).fill('');

  /** The same text, as it was met before. */
  same(text: string): string {
    const { length } = text;
    if (length > MAX_LENGTH) return text;
    let sum = length;
    for (let at = 0; at < length && at < HEAD; at += 1) sum = (Math.imul(sum, 31) + text.charCodeAt(at)) | 0;
    for (let at = Math.max(HEAD, length - TAIL); at < length; at += 1)
      sum = (Math.imul(sum, 31) + text.charCodeAt(at)) | 0;
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
    const behindHead = Math.min(start + HEAD, end);
    let sum = length;
    for (let at = start; at < behindHead; at += 1) sum = (Math.imul(sum, 31) + (bytes[at] as number)) | 0;
    for (let at = Math.max(behindHead, end - TAIL); at < end; at += 1)
      sum = (Math.imul(sum, 31) + (bytes[at] as number)) | 0;
    const slot = slotOf(sum);
    const pooled = this.#pool[slot] as string;
    if (pooled.length === length && isAt(pooled, bytes, start)) return pooled;
    const made = bytes.toString('utf8', start, end);
    // What is longer in bytes than in characters cannot be compared with bytes.
    if (made.length === length) this.#pool[slot] = made;
    return made;
  }
}

function slotOf(sum: number): number {
  return (sum ^ (sum >>> 13)) & (SLOTS - 1);
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
