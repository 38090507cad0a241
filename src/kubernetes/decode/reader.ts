/** JSON bytes → what a shape keeps of them. The same as JSON.parse and then leaving out the rest, without making the rest. */
import { hash } from 'node:crypto';
import type { Json } from '../../model/facts.ts';
import { setDigest, stableHash } from '../projections/digest.ts';
import { type JsonObject, MAX_DEPTH } from '../projections/read-json.ts';
import { NotScanned, Scanner } from './scanner.ts';
import {
  type ItemFilter,
  LEFT_OUT,
  type ListShape,
  type Member,
  type ObjectShape,
  type Shape,
  slotOf,
} from './shape.ts';
import { StringPool } from './string-pool.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;
export const OPEN_BRACKET = 0x5b;
export const CLOSE_BRACKET = 0x5d;

/** Digests of texts that were met before: the template of a workload is the same in most of its versions. */
const REMEMBERED_DIGESTS = 4_096;
/** Whole numbers of so many digits are exact. */
const MAX_DIGITS = 15;
const NOTHING: JsonObject = Object.freeze({});
const NO_BYTES = Buffer.alloc(0);

/** Reads one text at a time, from `open` to `close`. What it has met in one text it knows in the next. */
export class Reader {
  readonly scanner = new Scanner();
  readonly strings = new StringPool();
  bytes: Buffer = NO_BYTES;
  /** Of the name that was read last: where it stands, and whether it is spelt in escapes. */
  nameStart = 0;
  nameEnd = 0;
  nameEscaped = false;
  /** Of the member that `identify` was asked about last. */
  memberName = '';
  memberShape: Shape = LEFT_OUT;
  readonly #digests = new Map<string, string>();
  /** For JSON within strings. Made when first needed. */
  #inner: Reader | null = null;

  open(bytes: Buffer): void {
    this.bytes = bytes;
    this.scanner.open(bytes);
  }

  close(): void {
    this.bytes = NO_BYTES;
    this.scanner.close();
  }

  /** A whole text; undefined where it is no JSON, or JSON that is left to JSON.parse. */
  read(bytes: Buffer, shape: Shape): Json | undefined {
    this.open(bytes);
    try {
      const value = this.value(shape);
      this.scanner.expectEnd();
      return value;
    } catch (error) {
      return notScanned(error);
    } finally {
      this.close();
    }
  }

  /** The next value; undefined where it is left out. @throws NotScanned, SyntaxError */
  value(shape: Shape): Json | undefined {
    const first = this.scanner.peek();
    if (shape.kind === 'object' && first === OPEN_BRACE) return this.#object(shape);
    if (shape.kind === 'list' && first === OPEN_BRACKET) return this.#items(shape);
    return this.#plain(shape, first);
  }

  #object(shape: ObjectShape): JsonObject {
    const { scanner } = this;
    const from = scanner.at;
    const made: JsonObject = {};
    for (let more = this.enter(CLOSE_BRACE); more; more = this.goOn(CLOSE_BRACE)) {
      this.name();
      this.identify(shape);
      const { memberName } = this;
      if (this.memberShape === LEFT_OUT) scanner.skipValue();
      else made[memberName] = this.value(this.memberShape) as Json;
    }
    if (shape.digest) setDigest(made, this.digestOf(from, scanner.at));
    return made;
  }

  #items({ item, filter }: ListShape): Json[] {
    const made: Json[] = [];
    let index = 0;
    for (let more = this.enter(CLOSE_BRACKET); more; more = this.goOn(CLOSE_BRACKET)) {
      if (filter === null || index < filter.from || this.#passes(filter)) made.push(this.value(item) as Json);
      index += 1;
    }
    return made;
  }

  /** Whether the next item is kept; goes behind it where it is not. */
  #passes({ seen, wanted }: ItemFilter): boolean {
    const { scanner } = this;
    scanner.peek();
    const { at } = scanner;
    if (!wanted(this.value(seen) as Json)) return false;
    scanner.at = at;
    return true;
  }

  /** The next value, which begins with `first`, as one piece. */
  #plain(shape: Shape, first: number): Json | undefined {
    if (shape.kind === 'text' && first === QUOTE) return this.#text(shape.inner);
    if (shape.kind !== 'leftOut' && shape.kind !== 'presence') return this.whole();
    this.scanner.skipValue();
    return shape.kind === 'presence' ? NOTHING : undefined;
  }

  /** Behind an opening brace or bracket; false where it is closed at once. */
  enter(close: number): boolean {
    const { scanner } = this;
    scanner.at += 1;
    if (scanner.peek() !== close) return true;
    scanner.at += 1;
    return false;
  }

  /** Behind the comma after a value; false where there is none, and the end instead. */
  goOn(close: number): boolean {
    const { scanner } = this;
    const next = scanner.peek();
    scanner.at += 1;
    if (next !== COMMA && next !== close) scanner.fail();
    return next === COMMA;
  }

  /** The name of a member, and the colon behind it. */
  name(): void {
    const { scanner } = this;
    if (scanner.peek() !== QUOTE) scanner.fail();
    this.nameStart = scanner.at + 1;
    scanner.skipString();
    this.nameEnd = scanner.at - 1;
    this.nameEscaped = scanner.escaped;
    scanner.expect(COLON);
  }

  /** Says of the member whose name was read last what it is called, where it is kept, and in what shape. */
  identify(shape: ObjectShape): void {
    const member = this.nameEscaped ? undefined : memberAt(shape, this.bytes, this.nameStart, this.nameEnd);
    if (this.nameEscaped) this.#identifyEscaped(shape);
    else if (member !== undefined) this.#isCalled(member.name, member.shape);
    else if (shape.others === LEFT_OUT) this.#isCalled('', LEFT_OUT);
    else this.#isCalled(this.strings.read(this.bytes, this.nameStart, this.nameEnd), shape.others);
  }

  /** 'k:{"name":"app"}' in field sets; anything may be spelt in escapes. */
  #identifyEscaped(shape: ObjectShape): void {
    const name = JSON.parse(this.bytes.toString('utf8', this.nameStart - 1, this.nameEnd + 1)) as string;
    const plain = Buffer.from(name);
    const member = memberAt(shape, plain, 0, plain.length);
    this.#isCalled(name, member?.shape ?? shape.others);
  }

  #isCalled(name: string, shape: Shape): void {
    // An assignment would set the prototype.
    if (name === '__proto__' && shape !== LEFT_OUT) this.scanner.fail();
    this.memberName = name;
    this.memberShape = shape;
  }

  whole(): Json {
    const { scanner, bytes } = this;
    const first = scanner.peek();
    const start = scanner.at;
    scanner.skipValue();
    const end = scanner.at;
    if (first === QUOTE && !scanner.escaped) return this.strings.read(bytes, start + 1, end - 1);
    if (end - start <= MAX_DIGITS && isNatural(bytes, start, end)) return naturalAt(bytes, start, end);
    if (first === OPEN_BRACE || first === OPEN_BRACKET)
      return this.#pooled(JSON.parse(bytes.toString('utf8', start, end)) as Json);
    if (first === 0x74) return true;
    if (first === 0x66) return false;
    if (first === 0x6e) return null;
    return JSON.parse(bytes.toString('utf8', start, end)) as Json;
  }

  /** The same value; its short texts are those that were met before, down to where the stack would not suffice any more. */
  #pooled(value: Json, depth = 0): Json {
    if (typeof value === 'string') return this.strings.same(value);
    if (typeof value !== 'object' || value === null || depth >= MAX_DEPTH) return value;
    if (Array.isArray(value)) {
      for (let at = 0; at < value.length; at += 1) value[at] = this.#pooled(value[at] as Json, depth + 1);
    } else for (const key in value) value[key] = this.#pooled(value[key] as Json, depth + 1);
    return value;
  }

  #text(inner: Shape): string {
    const { scanner } = this;
    const start = scanner.at;
    scanner.skipString();
    const whole = JSON.parse(this.bytes.toString('utf8', start, scanner.at)) as string;
    this.#inner ??= new Reader();
    const kept = this.#inner.read(Buffer.from(whole), inner);
    return kept === undefined ? whole : (written(kept) ?? whole);
  }

  /** The stableHash of the object that stands from `start` to `end`. */
  digestOf(start: number, end: number): string {
    const text = hash('sha1', this.bytes.subarray(start, end), 'base64');
    const known = this.#digests.get(text);
    if (known !== undefined) return known;
    const digest = stableHash(JSON.parse(this.bytes.toString('utf8', start, end)) as Json);
    const [oldest] = this.#digests.keys();
    if (oldest !== undefined && this.#digests.size >= REMEMBERED_DIGESTS) this.#digests.delete(oldest);
    this.#digests.set(text, digest);
    return digest;
  }
}

/** What JSON.parse has to say of it is asked elsewhere; a defect of ours goes up. */
export function notScanned(error: unknown): undefined {
  if (!(error instanceof NotScanned) && !(error instanceof SyntaxError)) throw error;
  return undefined;
}

/** undefined: nested deeper than JSON.stringify has stack for, as anybody may write it into an annotation. */
function written(value: Json): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function memberAt({ members }: ObjectShape, bytes: Uint8Array, start: number, end: number): Member | undefined {
  const candidates = members.get(slotOf(bytes, start, end));
  if (candidates === undefined) return undefined;
  // Of very long names the slot does not tell the length.
  for (const member of candidates)
    if (member.bytes.length === end - start && isAt(member.bytes, bytes, start)) return member;
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
