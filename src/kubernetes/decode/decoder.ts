/** JSON bytes → what a shape keeps of them. The same as JSON.parse and then leaving out the rest, without making the rest. */
import { hash } from 'node:crypto';
import type { Json } from '../../model/facts.ts';
import { setDigest, stableHash } from '../projections/digest.ts';
import type { JsonObject } from '../projections/read-json.ts';
import { Agreement, type TextView } from './agreement.ts';
import { NotScanned, Scanner } from './scanner.ts';
import {
  LEFT_OUT,
  type ListShape,
  list,
  type Member,
  type ObjectShape,
  object,
  type Shape,
  slotOf,
  WHOLE,
} from './shape.ts';
import { StringPool } from './string-pool.ts';
import { type KnownText, Trace } from './trace.ts';

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

/** Of what is kept whole, so that the next text can be read where it differs there as well. */
const ANY_OBJECT = object({}, { others: WHOLE });
const ANY_LIST = list(WHOLE);
/** Deeper structures are left to JSON.parse, which needs no stack for them. */
const MAX_DEPTH = 64;

export class Decoder {
  readonly #scanner = new Scanner();
  readonly #agreement = new Agreement();
  readonly #strings = new StringPool();
  readonly #digests = new Map<string, string>();
  /** For JSON within strings. Made when first needed. */
  #inner: Decoder | null = null;
  /** Of the name that was read last. */
  #nameStart = 0;
  #nameEnd = 0;
  #nameEscaped = false;
  #depth = 0;
  /** Texts come in chunks, and a chunk has one view. */
  #view: DataView = new DataView(new ArrayBuffer(0));

  /**
   * What `shape` keeps of the JSON that stands in `bytes`; undefined where that is no JSON. Nothing of the result shares
   * memory with `bytes`. With `known`, the text that is likely to be like it and was read in the same shape, what is as it
   * was there is the same value again: never write to a result. `known` is this text then.
   */
  decode(bytes: Buffer, shape: Shape, known: KnownText | null = null): Json | undefined {
    const root = known?.root ?? new Trace('', shape);
    if (root.shape !== shape) throw new TypeError('the known text was read in another shape');
    this.#scanner.open(bytes);
    if (known !== null) this.#agreement.open(known.text, this.#viewOf(bytes));
    try {
      this.#scanner.peek();
      const at = this.#scanner.at;
      this.#read(bytes, root, root.at);
      root.at = at;
      this.#scanner.expectEnd();
      known?.keep(bytes);
      return root.value;
    } catch (error) {
      known?.forget();
      return notScanned(error);
    } finally {
      this.#close();
    }
  }

  /**
   * A list of the API server: its metadata whole, each of its items in its shape; undefined where it is none, and null
   * items where it has none. Items are compared with the one before: objects of one kind have much in common.
   */
  decodeList(bytes: Buffer, item: Shape): { metadata: Json; items: Json[] | null } | undefined {
    const now = this.#viewOf(bytes);
    this.#scanner.open(bytes);
    this.#agreement.open(now, now);
    try {
      return this.#list(bytes, item);
    } catch (error) {
      return notScanned(error);
    } finally {
      this.#close();
    }
  }

  #close(): void {
    this.#scanner.close();
    this.#agreement.close();
    this.#depth = 0;
  }

  #viewOf(bytes: Buffer): TextView {
    if (this.#view.buffer !== bytes.buffer) this.#view = new DataView(bytes.buffer);
    return { view: this.#view, start: bytes.byteOffset, end: bytes.byteOffset + bytes.length };
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
      else if (scanner.peek() === OPEN_BRACKET) items = this.#itemsOfList(bytes, item);
      else if (this.#whole(bytes) === null) items = null;
      else scanner.fail();
    }
    scanner.expectEnd();
    return { metadata, items: items ?? (items === null ? null : scanner.fail()) };
  }

  #itemsOfList(bytes: Buffer, shape: Shape): Json[] {
    const items: Json[] = [];
    const last = new Trace('', shape);
    let was = 0;
    for (let more = this.#enter(CLOSE_BRACKET); more; more = this.#goOn(CLOSE_BRACKET)) {
      this.#scanner.peek();
      const at = this.#scanner.at;
      this.#read(bytes, last, was);
      items.push(last.value as Json);
      was = at;
    }
    return items;
  }

  /** Reads the next value into its trace; before, it began at `was`. True when what is kept of it is not the same value. */
  #read(bytes: Buffer, trace: Trace, was: number): boolean {
    const scanner = this.#scanner;
    const { shape } = trace;
    const first = scanner.peek();
    const kind = shape.kind === 'leftOut' || shape.kind === 'presence' || shape.kind === 'text' ? 0 : first;
    if (kind === OPEN_BRACE && this.#depth < MAX_DEPTH) {
      return this.#readObject(bytes, shape.kind === 'object' ? shape : ANY_OBJECT, trace, was);
    }
    if (kind === OPEN_BRACKET && this.#depth < MAX_DEPTH) {
      return this.#readList(bytes, shape.kind === 'list' ? shape : ANY_LIST, trace, was);
    }
    if (trace.opener !== 0) trace.forget();
    const value = this.#plain(bytes, shape, first);
    const changed = !Object.is(value, trace.value);
    trace.value = value;
    return changed;
  }

  #plain(bytes: Buffer, shape: Shape, first: number): Json | undefined {
    if (shape.kind === 'text' && first === QUOTE) return this.#text(bytes, shape.inner);
    if (shape.kind !== 'leftOut' && shape.kind !== 'presence') return this.#whole(bytes);
    this.#scanner.skipValue();
    return shape.kind === 'presence' ? NOTHING : undefined;
  }

  #readObject(bytes: Buffer, shape: ObjectShape, trace: Trace, was: number): boolean {
    const scanner = this.#scanner;
    const start = scanner.at;
    const before = trace.partsOf(OPEN_BRACE);
    let parts = before;
    /** The part of before that is expected here. */
    let next = 0;
    let count = 0;
    let changed = trace.value === undefined;
    this.#depth += 1;
    for (let more = this.#enter(CLOSE_BRACE); more; more = this.#goOn(CLOSE_BRACE)) {
      scanner.peek();
      const at = scanner.at;
      const same = this.#same(before, next, was, at, start);
      if (same > 0) {
        // Here `parts` is `before` only as long as nothing has come or gone.
        if (parts !== before) for (let index = 0; index < same; index += 1) parts.push(before[next + index] as Trace);
        next += same;
        count += same;
        continue;
      }
      this.#name();
      const found = this.#find(before, next, was, at);
      const part = before[found] ?? this.#newMember(bytes, shape);
      if (parts === before && found !== count) parts = before.slice(0, count);
      scanner.peek();
      const valueAt = scanner.at;
      if (this.#read(bytes, part, was + part.at)) changed = true;
      part.place(at - start, valueAt - start, scanner.at - start);
      if (parts !== before) parts.push(part);
      if (found >= 0) next = found + 1;
      count += 1;
    }
    this.#depth -= 1;
    if (parts === before && count < before.length) parts = before.slice(0, count);
    if (parts !== before) {
      changed = true;
      trace.parts = parts;
    }
    const digest = shape.digest ? this.#digestOf(bytes, start, scanner.at) : null;
    if (digest !== null && trace.value !== undefined && stableHash(trace.value) !== digest) changed = true;
    if (!changed) return false;
    const made: JsonObject = {};
    for (const { name, value } of trace.parts) if (value !== undefined) made[name] = value;
    if (digest !== null) setDigest(made, digest);
    trace.value = made;
    return true;
  }

  #readList(bytes: Buffer, shape: ListShape, trace: Trace, was: number): boolean {
    const scanner = this.#scanner;
    const start = scanner.at;
    const parts = trace.partsOf(OPEN_BRACKET);
    let count = 0;
    let changed = trace.value === undefined;
    this.#depth += 1;
    for (let more = this.#enter(CLOSE_BRACKET); more; more = this.#goOn(CLOSE_BRACKET)) {
      scanner.peek();
      const at = scanner.at;
      const same = this.#same(parts, count, was, at, start);
      count += same;
      if (same > 0) continue;
      const part = parts[count] ?? new Trace('', shape.item);
      if (count === parts.length) parts.push(part);
      if (this.#read(bytes, part, was + part.at)) changed = true;
      part.place(at - start, at - start, scanner.at - start);
      count += 1;
    }
    this.#depth -= 1;
    if (count < parts.length) {
      changed = true;
      parts.length = count;
    }
    if (!changed) return false;
    trace.value = parts.map(({ value }) => value as Json);
    return true;
  }

  /** How many of the parts from `next` on stand at `at` as they did in a value that began at `was`; goes behind them. */
  #same(parts: readonly Trace[], next: number, was: number, at: number, start: number): number {
    const first = parts[next];
    if (first === undefined) return 0;
    const { from } = first;
    const reach = this.#agreement.from(was + from, at);
    const distance = at - start - from;
    let end = 0;
    let index = next;
    for (; index < parts.length; index += 1) {
      const part = parts[index] as Trace;
      // What ended a value must end it again: a number could go on.
      if (part.end - from >= reach) break;
      part.move(distance);
      end = part.end;
    }
    if (end > 0) this.#scanner.at = start + end;
    return index - next;
  }

  /** Where in `before`, from `next` on, the member stands whose name was just read; -1 where it is new. */
  #find(before: readonly Trace[], next: number, was: number, at: number): number {
    const length = this.#nameEnd + 1 - at;
    for (let index = next; index < before.length; index += 1) {
      if (this.#agreement.sameBytes(was + (before[index] as Trace).from, at, length)) return index;
    }
    return -1;
  }

  /** A trace for the member whose name was just read. */
  #newMember(bytes: Buffer, shape: ObjectShape): Trace {
    if (this.#nameEscaped) return this.#escapedMember(bytes, shape);
    const start = this.#nameStart;
    const end = this.#nameEnd;
    const member = memberAt(shape, bytes, start, end);
    if (member !== undefined) return new Trace(member.name, member.shape);
    if (shape.others === LEFT_OUT) return new Trace('', LEFT_OUT);
    return this.#other(this.#strings.read(bytes, start, end), shape.others);
  }

  /** 'k:{"name":"app"}' in field sets; anything may be spelt in escapes. */
  #escapedMember(bytes: Buffer, shape: ObjectShape): Trace {
    const name = JSON.parse(bytes.toString('utf8', this.#nameStart - 1, this.#nameEnd + 1)) as string;
    const plain = Buffer.from(name);
    const member = memberAt(shape, plain, 0, plain.length);
    return member === undefined ? this.#other(name, shape.others) : new Trace(member.name, member.shape);
  }

  #other(name: string, shape: Shape): Trace {
    // An assignment would set the prototype.
    if (name === '__proto__' && shape !== LEFT_OUT) this.#scanner.fail();
    return new Trace(name, shape);
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
