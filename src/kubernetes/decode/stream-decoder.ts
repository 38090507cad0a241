/**
 * The texts of one stream, each compared with the one before that it is likely to be most like: the last version of the
 * same object where that is held, else the last text of the stream. A wrong guess costs time and nothing else.
 */
import type { Json } from '../../model/facts.ts';
import { DECODER } from './decoder.ts';
import type { Shape } from './shape.ts';
import { KnownText } from './trace.ts';

/**
 * Bytes of text that one stream holds of the objects it knows, beside the text that came last of all others; what was made
 * of it takes five to ten times as much, and twice that of objects that are kept whole.
 */
const MOST_BYTES = 512 * 1024;
/** A longer text has hardly anything in common with one about another object: to hold it would cost more than it saves. */
const MOST_LIKE_ANOTHER = 64 * 1024;
/** Objects of which one version was met, and perhaps another one will be. A power of two. */
const MET_SLOTS = 2_048;
/** For so many texts an object keeps its place without being asked for. */
const PATIENCE = 2_000;
/** Behind metadata.uid as Go writes it, before it as a custom resource's names are sorted. Within a text it would be escaped. */
const MARK = Buffer.from('"resourceVersion":"');
const BEHIND_MARK = '","uid":"';
const LOWER_U = 0x75;
/** Bytes by which the mark stands earlier in one text than in another of its kind. */
const NEAR = 64;
const UID_BYTES = 36;
/** Digits of a resourceVersion, and more than that. */
const MARK_TO_UID = 24;
const QUOTE = 0x22;

export class StreamDecoder {
  readonly #shape: Shape;
  readonly #maxBytes: number;
  /** Of any object. */
  readonly #last: KnownText;
  /** By object; the first one is looked at next when there is no room. */
  readonly #known = new Map<number, Held>();
  readonly #met = new Int32Array(MET_SLOTS);
  #size = 0;
  #markAt = 0;
  #texts = 0;

  constructor(shape: Shape, maxBytes: number = MOST_BYTES) {
    this.#shape = shape;
    this.#maxBytes = maxBytes;
    this.#last = new KnownText(shape);
  }

  /** What the shape keeps of the JSON in `bytes`; undefined where that is no JSON. Never to be written to. */
  decode(bytes: Buffer): Json | undefined {
    this.#texts += 1;
    const key = this.#likelyObject(bytes);
    const held = this.#known.get(key) ?? this.#admit(key, bytes.length);
    if (held === undefined) {
      return DECODER.decode(bytes, this.#shape, bytes.length > MOST_LIKE_ANOTHER ? undefined : this.#last);
    }
    held.askedAt = this.#texts;
    const value = DECODER.decode(bytes, this.#shape, held.text);
    this.#size += held.text.size - held.size;
    held.size = held.text.size;
    // It has grown, or could not be read.
    if (held.size === 0 || this.#size > this.#maxBytes) this.#giveUp(key, held);
    return value;
  }

  /** Bytes of text that are held of the objects that are known. */
  get size(): number {
    return this.#size;
  }

  #giveUp(key: number, held: Held): void {
    this.#known.delete(key);
    this.#size -= held.size;
  }

  /** A number for the object that a text is probably about: what stands where its uid should. 0: no guess. */
  #likelyObject(bytes: Buffer): number {
    // Texts of one stream are alike: where the mark stood in the last one, it hardly stands much earlier in this one.
    let mark = bytes.indexOf(MARK, Math.max(0, this.#markAt - NEAR));
    if (mark < 0) mark = bytes.indexOf(MARK);
    if (mark < 0) return 0;
    this.#markAt = mark;
    const behind = mark + MARK.length;
    let quote = behind;
    while (quote < behind + MARK_TO_UID && bytes[quote] !== QUOTE) quote += 1;
    const sorted = bytes[quote + 3] === LOWER_U;
    const start = sorted ? quote + BEHIND_MARK.length : mark - 2 - UID_BYTES;
    if (start < 0 || start + UID_BYTES > bytes.length) return 0;
    let sum = 1;
    for (let at = start; at < start + UID_BYTES; at += 1) sum = (Math.imul(sum, 31) + (bytes[at] as number)) | 0;
    return sum ^ (sum >>> 15);
  }

  /** undefined: of this object nothing is held, and nothing will be for now. */
  #admit(key: number, length: number): Held | undefined {
    if (key === 0 || length > this.#maxBytes) return undefined;
    const slot = key & (MET_SLOTS - 1);
    if (this.#met[slot] !== key) {
      this.#met[slot] = key;
      return undefined;
    }
    while (this.#size + length > this.#maxBytes) if (!this.#makeRoom()) return undefined;
    const held = { text: new KnownText(this.#shape), size: 0, askedAt: this.#texts };
    this.#known.set(key, held);
    return held;
  }

  /**
   * Gives up one that has long not been asked for. There may be none: objects that change in turns, and are more than can be
   * held, would else push each other out, and none would ever be found.
   */
  #makeRoom(): boolean {
    for (const [key, held] of this.#known) {
      this.#giveUp(key, held);
      if (this.#texts - held.askedAt > PATIENCE) return true;
      this.#known.set(key, held);
      this.#size += held.size;
      return false;
    }
    return false;
  }
}

interface Held {
  readonly text: KnownText;
  size: number;
  /** Number of the text. */
  askedAt: number;
}
