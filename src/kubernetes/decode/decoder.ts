/** Texts, each read only where it differs from one that was read before. */
import type { Json } from '../../model/facts.ts';
import { setDigest, stableHash } from '../projections/digest.ts';
import type { JsonObject } from '../projections/read-json.ts';
import { Agreement, NO_TEXT, type TextView } from './agreement.ts';
import { CLOSE_BRACE, CLOSE_BRACKET, notScanned, OPEN_BRACE, OPEN_BRACKET, Reader } from './reader.ts';
import { type ItemFilter, type ListShape, list, type ObjectShape, object, type Shape, WHOLE } from './shape.ts';
import { type KnownText, Trace } from './trace.ts';

/** Of what is kept whole, so that the next text can be read where it differs there as well. */
const ANY_OBJECT = object({}, { others: WHOLE });
const ANY_LIST = list(WHOLE);
/** Deeper structures are left to JSON.parse, which needs no stack for them. */
const MAX_DEPTH = 64;
/**
 * When so many parts of one text were noted that were not known before, what has not been taken apart before is read as one
 * piece. To note where a part stood takes longer than to read it, which pays where it comes again; of an Application with
 * thousands of resources the rest is read without.
 */
const MOST_NEW_PARTS = 1_000;
/**
 * A name that is not where it was is looked for in so many places. Where more members are gone, the rest is read as new: to
 * look everywhere for each of the thousands of annotations that anybody may write would stop everything for seconds.
 */
const MOST_PASSED = 64;

export class Decoder {
  readonly #reader = new Reader();
  /** With the text before, and of a text with itself. */
  readonly #across = new Agreement();
  readonly #within = new Agreement();
  /** The one of the two that a value is compared by now. */
  #agreement = this.#across;
  #depth = 0;
  #newParts = 0;
  /** Texts come in chunks, and a chunk has one view. */
  #view: DataView = NO_TEXT.view;

  /**
   * What `shape` keeps of the JSON that stands in `bytes`; undefined where that is no JSON. Nothing of the result shares
   * memory with `bytes`. With `known`, the text that is likely to be like it and was read in the same shape, what is as it
   * was there is the same value again: never write to a result. `known` is this text then.
   */
  decode(bytes: Buffer, shape: Shape, known: KnownText | null = null): Json | undefined {
    if (known === null) return this.#reader.read(bytes, shape);
    const { root } = known;
    if (root.shape !== shape) throw new TypeError('the known text was read in another shape');
    const { scanner } = this.#reader;
    this.#open(bytes, known.text, this.#viewOf(bytes));
    try {
      scanner.peek();
      const { at } = scanner;
      this.#read(root, root.at);
      root.at = at;
      scanner.expectEnd();
      known.keep(bytes);
      return root.value;
    } catch (error) {
      known.forget();
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
    this.#open(bytes, now, now);
    try {
      return this.#list(item);
    } catch (error) {
      return notScanned(error);
    } finally {
      this.#close();
      // Of megabytes that nobody else holds any more.
      this.#view = NO_TEXT.view;
    }
  }

  #open(bytes: Buffer, before: TextView, now: TextView): void {
    this.#reader.open(bytes);
    this.#agreement = this.#across;
    this.#across.open(before, now);
    this.#within.open(now, now);
    this.#depth = 0;
    this.#newParts = 0;
  }

  #close(): void {
    this.#reader.close();
    this.#across.close();
    this.#within.close();
  }

  #viewOf(bytes: Buffer): TextView {
    if (this.#view.buffer !== bytes.buffer) this.#view = new DataView(bytes.buffer);
    return { view: this.#view, start: bytes.byteOffset, end: bytes.byteOffset + bytes.length };
  }

  #list(item: Shape): { metadata: Json; items: Json[] | null } {
    const reader = this.#reader;
    const { scanner } = reader;
    let metadata: Json = null;
    let items: Json[] | null | undefined;
    if (scanner.peek() !== OPEN_BRACE) scanner.fail();
    for (let more = reader.enter(CLOSE_BRACE); more; more = reader.goOn(CLOSE_BRACE)) {
      reader.name();
      // It could spell one of the two that are wanted.
      if (reader.nameEscaped) scanner.fail();
      const name = reader.strings.read(reader.bytes, reader.nameStart, reader.nameEnd);
      if (name === 'metadata') metadata = reader.whole();
      else if (name !== 'items') scanner.skipValue();
      else if (scanner.peek() === OPEN_BRACKET) items = this.#itemsOfList(item);
      else if (reader.whole() === null) items = null;
      else scanner.fail();
    }
    scanner.expectEnd();
    return { metadata, items: items ?? (items === null ? null : scanner.fail()) };
  }

  #itemsOfList(shape: Shape): Json[] {
    const { scanner } = this.#reader;
    const items: Json[] = [];
    const last = new Trace('', shape);
    let was = 0;
    for (let more = this.#reader.enter(CLOSE_BRACKET); more; more = this.#reader.goOn(CLOSE_BRACKET)) {
      scanner.peek();
      const { at } = scanner;
      this.#newParts = 0;
      this.#read(last, was);
      items.push(last.value as Json);
      was = at;
    }
    return items;
  }

  /** Reads the next value into its trace; before, it began at `was`. True when what is kept of it is not the same value. */
  #read(trace: Trace, was: number): boolean {
    const { shape } = trace;
    const first = this.#reader.scanner.peek();
    const { kind } = shape;
    const inParts = kind === 'object' || kind === 'list' || kind === 'whole';
    // A list with a filter notes little of what it holds.
    const mayNote = this.#newParts < MOST_NEW_PARTS || (kind === 'list' && shape.filter !== null);
    if (inParts && this.#depth < MAX_DEPTH && (trace.opener === first || mayNote)) {
      if (first === OPEN_BRACE) return this.#readObject(kind === 'object' ? shape : ANY_OBJECT, trace, was);
      if (first === OPEN_BRACKET) return this.#readList(kind === 'list' ? shape : ANY_LIST, trace, was);
    }
    if (trace.opener !== 0) trace.forget();
    const value = this.#reader.value(shape);
    // A zero of the other sign is another number.
    const changed = !Object.is(value, trace.value);
    trace.value = value;
    return changed;
  }

  #readObject(shape: ObjectShape, trace: Trace, was: number): boolean {
    const { scanner } = this.#reader;
    const start = scanner.at;
    const before = trace.partsOf(OPEN_BRACE);
    let parts = before;
    /** The part of before that is expected here. */
    let next = 0;
    let count = 0;
    let changed = trace.value === undefined;
    this.#depth += 1;
    for (let more = this.#reader.enter(CLOSE_BRACE); more; more = this.#reader.goOn(CLOSE_BRACE)) {
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
      this.#reader.name();
      const found = this.#find(before, next, was, at);
      const part = before[found] ?? this.#newMember(shape);
      if (parts === before && found !== count) parts = before.slice(0, count);
      scanner.peek();
      const valueAt = scanner.at;
      if (this.#read(part, was + part.at)) changed = true;
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
    const digest = shape.digest ? this.#reader.digestOf(start, scanner.at) : null;
    if (digest !== null && trace.value !== undefined && stableHash(trace.value) !== digest) changed = true;
    if (!changed) return false;
    const made: JsonObject = {};
    for (const { name, value } of trace.parts) if (value !== undefined) made[name] = value;
    if (digest !== null) setDigest(made, digest);
    trace.value = made;
    return true;
  }

  /**
   * From where its filter begins, a list notes only the items that it keeps. What lies between two of them is compared with them,
   * and otherwise looked through again.
   */
  #readList(shape: ListShape, trace: Trace, was: number): boolean {
    const { scanner } = this.#reader;
    const start = scanner.at;
    const parts = trace.partsOf(OPEN_BRACKET);
    const sieve = shape.filter === null ? null : new Sieve(shape.filter);
    let count = 0;
    let changed = trace.value === undefined;
    this.#depth += 1;
    for (let more = this.#reader.enter(CLOSE_BRACKET); more; more = this.#reader.goOn(CLOSE_BRACKET)) {
      scanner.peek();
      const at = scanner.at;
      const same = this.#same(parts, count, was, at, start);
      count += same;
      if (same > 0 || (sieve !== null && count >= sieve.from && !this.#passes(sieve))) continue;
      const part = parts[count] ?? this.#newItem(shape);
      if (count === parts.length) parts.push(part);
      if (this.#read(part, was + part.at)) changed = true;
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

  /** Whether the next item is kept; goes behind it where it is not. Items are compared with the one before. */
  #passes(sieve: Sieve): boolean {
    const { scanner } = this.#reader;
    const { at } = scanner;
    const newParts = this.#newParts;
    this.#newParts = 0;
    this.#agreement = this.#within;
    if (this.#read(sieve.item, sieve.at)) sieve.look();
    this.#agreement = this.#across;
    this.#newParts = newParts;
    sieve.at = at;
    if (sieve.passes) scanner.at = at;
    return sieve.passes;
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
    if (end > 0) this.#reader.scanner.at = start + end;
    return index - next;
  }

  /** Where in `before`, not far from `next` on, the member stands whose name was just read; -1 where it is not found. */
  #find(before: readonly Trace[], next: number, was: number, at: number): number {
    const length = this.#reader.nameEnd + 1 - at;
    const last = Math.min(before.length, next + MOST_PASSED);
    for (let index = next; index < last; index += 1) {
      if (this.#agreement.sameBytes(was + (before[index] as Trace).from, at, length)) return index;
    }
    return -1;
  }

  /** A trace for the member whose name was just read. */
  #newMember(shape: ObjectShape): Trace {
    this.#newParts += 1;
    this.#reader.identify(shape);
    return new Trace(this.#reader.memberName, this.#reader.memberShape);
  }

  #newItem(shape: ListShape): Trace {
    this.#newParts += 1;
    return new Trace('', shape.item);
  }
}

/** What a filter has seen last of the items of one list. */
class Sieve {
  readonly from: number;
  /** Where the item began. */
  at = 0;
  readonly item: Trace;
  passes = false;
  readonly #wanted: ItemFilter['wanted'];

  constructor({ from, seen, wanted }: ItemFilter) {
    this.from = from;
    this.item = new Trace('', seen);
    this.#wanted = wanted;
  }

  /** What is seen is another value than before. */
  look(): void {
    this.passes = this.#wanted(this.item.value as Json);
  }
}

/** One for all: what it has met in one stream it knows in the others. Nothing is kept open between two calls. */
export const DECODER = new Decoder();
