/** JSON bytes → what a shape keeps of them. The same as JSON.parse and then leaving out the rest, without making the rest. */
import { hash } from 'node:crypto';
import type { Json } from '../../model/facts.ts';
import { setDigest, stableHash } from '../projections/digest.ts';
import type { JsonObject } from '../projections/read-json.ts';
import { NotScanned, Scanner } from './scanner.ts';
import { type Member, type ObjectShape, type Shape, slotOf } from './shape.ts';
import { StringPool } from './string-pool.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** Digests of texts that were met before: the template of a workload is the same in most of its versions. */
const REMEMBERED_DIGESTS = 4_096;
/** Whole numbers of so many digits are exact. */
const MAX_DIGITS = 15;
const NOTHING: JsonObject = Object.freeze({});

export class Decoder {
  readonly #scanner = new Scanner();
  readonly #strings = new StringPool();
  readonly #digests = new Map<string, string>();
  /** For JSON within strings. Made when first needed. */
  #inner: Decoder | null = null;
  /** Of the name that was read last. */
  #nameStart = 0;
  #nameEnd = 0;
  #nameEscaped = false;

  /**
   * What `shape` keeps of the JSON that stands in `bytes`; undefined where that is no JSON. Nothing of the result shares
   * memory with `bytes`.
   */
  decode(bytes: Buffer, shape: Shape): Json | undefined {
    const scanner = this.#scanner;
    scanner.open(bytes);
    try {
      const value = this.#value(bytes, shape);
      scanner.expectEnd();
      return value;
    } catch (error) {
      return notScanned(error);
    } finally {
      scanner.close();
    }
  }

  /**
   * A list of the API server: its metadata whole, each of its items in its shape; undefined where it is none, and null
   * items where it has none.
   */
  decodeList(bytes: Buffer, item: Shape): { metadata: Json; items: Json[] | null } | undefined {
    this.#scanner.open(bytes);
    try {
      return this.#list(bytes, item);
    } catch (error) {
      return notScanned(error);
    } finally {
      this.#scanner.close();
    }
  }

  #list(bytes: Buffer, item: Shape): { metadata: Json; items: Json[] | null } {
    const scanner = this.#scanner;
    let metadata: Json = null;
    let items: Json[] | null | undefined;
    if (scanner.peek() !== OPEN_BRACE) scanner.fail();
    for (let more = this.#enter(CLOSE_BRACE); more; more = this.#goOn(CLOSE_BRACE)) {
      this.#name();
      // It could spell one of the two that are wanted.
      if (this.#nameEscaped) scanner.fail();
      const name = this.#strings.read(bytes, this.#nameStart, this.#nameEnd);
      if (name === 'metadata') metadata = this.#whole(bytes);
      else if (name !== 'items') scanner.skipValue();
      else if (scanner.peek() === OPEN_BRACKET) items = this.#items(bytes, item);
      else if (this.#whole(bytes) === null) items = null;
      else scanner.fail();
    }
    scanner.expectEnd();
    return { metadata, items: items ?? (items === null ? null : scanner.fail()) };
  }

  #value(bytes: Buffer, shape: Shape): Json {
    const scanner = this.#scanner;
    const first = scanner.peek();
    switch (shape.kind) {
      case 'presence':
        scanner.skipValue();
        return NOTHING;
      case 'object':
        return first === OPEN_BRACE ? this.#object(bytes, shape) : this.#whole(bytes);
      case 'list':
        return first === OPEN_BRACKET ? this.#items(bytes, shape.item) : this.#whole(bytes);
      case 'text':
        return first === QUOTE ? this.#text(bytes, shape.inner) : this.#whole(bytes);
      case 'whole':
        return this.#whole(bytes);
    }
  }

  #object(bytes: Buffer, shape: ObjectShape): JsonObject {
    const scanner = this.#scanner;
    const from = scanner.at;
    const made: JsonObject = {};
    for (let more = this.#enter(CLOSE_BRACE); more; more = this.#goOn(CLOSE_BRACE)) {
      this.#name();
      // Rare, and it may spell a name that is wanted.
      if (this.#nameEscaped) scanner.fail();
      const start = this.#nameStart;
      const end = this.#nameEnd;
      const member = memberAt(shape, bytes, start, end);
      if (member !== undefined) made[member.name] = this.#value(bytes, member.shape);
      else if (shape.others === undefined) scanner.skipValue();
      else {
        const name = this.#strings.read(bytes, start, end);
        // An assignment would set the prototype.
        if (name === '__proto__') scanner.fail();
        made[name] = this.#value(bytes, shape.others);
      }
    }
    if (shape.digest) setDigest(made, this.#digestOf(bytes, from, scanner.at));
    return made;
  }

  #items(bytes: Buffer, shape: Shape): Json[] {
    const made: Json[] = [];
    for (let more = this.#enter(CLOSE_BRACKET); more; more = this.#goOn(CLOSE_BRACKET)) {
      made.push(this.#value(bytes, shape));
    }
    return made;
  }

  /** Behind an opening brace or bracket; false where it is closed at once. */
  #enter(close: number): boolean {
    const scanner = this.#scanner;
    scanner.at += 1;
    if (scanner.peek() !== close) return true;
    scanner.at += 1;
    return false;
  }

  /** Behind the comma after a value; false where there is none, and the end instead. */
  #goOn(close: number): boolean {
    const scanner = this.#scanner;
    const next = scanner.peek();
    scanner.at += 1;
    if (next !== COMMA && next !== close) scanner.fail();
    return next === COMMA;
  }

  /** The name of a member, and the colon behind it. */
  #name(): void {
    const scanner = this.#scanner;
    if (scanner.peek() !== QUOTE) scanner.fail();
    this.#nameStart = scanner.at + 1;
    scanner.skipString();
    this.#nameEnd = scanner.at - 1;
    this.#nameEscaped = scanner.escaped;
    scanner.expect(COLON);
  }

  #whole(bytes: Buffer): Json {
    const scanner = this.#scanner;
    const first = scanner.peek();
    const start = scanner.at;
    scanner.skipValue();
    const end = scanner.at;
    if (first === QUOTE && !scanner.escaped) return this.#strings.read(bytes, start + 1, end - 1);
    if (end - start <= MAX_DIGITS && isNatural(bytes, start, end)) return naturalAt(bytes, start, end);
    if (first === OPEN_BRACE || first === OPEN_BRACKET)
      return this.#pooled(JSON.parse(bytes.toString('utf8', start, end)) as Json);
    if (first === 0x74) return true;
    if (first === 0x66) return false;
    if (first === 0x6e) return null;
    return JSON.parse(bytes.toString('utf8', start, end)) as Json;
  }

  /** The same value; its short texts are those that were met before. */
  #pooled(value: Json): Json {
    if (typeof value === 'string') return this.#strings.same(value);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) {
      for (let index = 0; index < value.length; index += 1) value[index] = this.#pooled(value[index] as Json);
    } else for (const key in value) value[key] = this.#pooled(value[key] as Json);
    return value;
  }

  #text(bytes: Buffer, inner: Shape): string {
    const scanner = this.#scanner;
    const start = scanner.at;
    scanner.skipString();
    const whole = JSON.parse(bytes.toString('utf8', start, scanner.at)) as string;
    this.#inner ??= new Decoder();
    const kept = this.#inner.decode(Buffer.from(whole), inner);
    return kept === undefined ? whole : JSON.stringify(kept);
  }

  #digestOf(bytes: Buffer, start: number, end: number): string {
    const text = hash('sha1', bytes.subarray(start, end), 'base64');
    const known = this.#digests.get(text);
    if (known !== undefined) return known;
    const digest = stableHash(JSON.parse(bytes.toString('utf8', start, end)) as Json);
    const [oldest] = this.#digests.keys();
    if (oldest !== undefined && this.#digests.size >= REMEMBERED_DIGESTS) this.#digests.delete(oldest);
    this.#digests.set(text, digest);
    return digest;
  }
}

/** One for all: what it has met in one stream it knows in the others. Nothing is kept open between two calls. */
export const DECODER = new Decoder();

/** What JSON.parse has to say of it is asked elsewhere; a defect of ours goes up. */
function notScanned(error: unknown): undefined {
  if (!(error instanceof NotScanned) && !(error instanceof SyntaxError)) throw error;
  return undefined;
}

function memberAt({ members }: ObjectShape, bytes: Uint8Array, start: number, end: number): Member | undefined {
  const candidates = members.get(slotOf(bytes, start, end));
  if (candidates === undefined) return undefined;
  for (const member of candidates) if (isAt(member.bytes, bytes, start)) return member;
  return undefined;
}

function isAt(name: Uint8Array, bytes: Uint8Array, start: number): boolean {
  for (let index = 0; index < name.length; index += 1) if (bytes[start + index] !== name[index]) return false;
  return true;
}

function isNatural(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1)
    if ((bytes[at] as number) < 0x30 || (bytes[at] as number) > 0x39) return false;
  return true;
}

function naturalAt(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at += 1) value = value * 10 + ((bytes[at] as number) - 0x30);
  return value;
}
