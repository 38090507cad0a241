/**
 * Which parts of a JSON text are wanted. A shape is data: what a projection reads of a kind (shapes.ts), and nothing about
 * how it is read. A value of another type than its shape expects is kept whole, so that nothing is ever read as absent
 * that is there.
 */
import type { Json } from '../../model/facts.ts';

export type Shape = Whole | Presence | LeftOut | ObjectShape | ListShape | TextShape;

/** Kept as it is. */
export interface Whole {
  readonly kind: 'whole';
}

/** Only that it is there: {} stands in for it. */
export interface Presence {
  readonly kind: 'presence';
}

/** Not kept at all. Of an object, what is neither named nor one of the others. */
export interface LeftOut {
  readonly kind: 'leftOut';
}

/** An object of which the named members are kept, each in its own shape. */
export interface ObjectShape {
  readonly kind: 'object';
  readonly members: MemberTable;
  /** For members that are not named. */
  readonly others: Shape;
  /** The object gets a digest of all that it holds (digestOfText), although only parts of it are kept. */
  readonly digest: boolean;
}

export interface ListShape {
  readonly kind: 'list';
  readonly item: Shape;
  /** null: every item is kept. */
  readonly filter: ItemFilter | null;
}

/** Which items of a list are kept: told from a few of their members before the others are read. */
export interface ItemFilter {
  /** The items before this one are kept, whatever they hold. */
  readonly from: number;
  /** Of the others, what `wanted` must see. */
  readonly seen: ObjectShape;
  /** May say of the same item nothing but the same. */
  readonly wanted: (seen: Json) => boolean;
}

/** A string that is itself JSON: kept as the JSON of what the inner shape keeps of it; as it is where it is no JSON. */
export interface TextShape {
  readonly kind: 'text';
  readonly inner: Shape;
}

export interface Member {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly shape: Shape;
}

/** Members by the length and the ends of their names. */
export type MemberTable = ReadonlyMap<number, readonly Member[]>;

export const WHOLE: Whole = { kind: 'whole' };
export const PRESENCE: Presence = { kind: 'presence' };
export const LEFT_OUT: LeftOut = { kind: 'leftOut' };

export function object(
  members: Readonly<Record<string, Shape>>,
  more: { readonly others?: Shape; readonly digest?: boolean } = {},
): ObjectShape {
  const table = new Map<number, Member[]>();
  for (const [name, shape] of Object.entries(members)) {
    const bytes = new TextEncoder().encode(name);
    const slot = slotOf(bytes, 0, bytes.length);
    table.set(slot, [...(table.get(slot) ?? []), { name, bytes, shape }]);
  }
  return { kind: 'object', members: table, others: more.others ?? LEFT_OUT, digest: more.digest ?? false };
}

export function list(item: Shape, filter: ItemFilter | null = null): ListShape {
  return { kind: 'list', item, filter };
}

export function text(inner: Shape): TextShape {
  return { kind: 'text', inner };
}

/** Where a name stands in a table. */
export function slotOf(bytes: Uint8Array, start: number, end: number): number {
  return end === start ? 0 : ((end - start) << 16) | ((bytes[start] as number) << 8) | (bytes[end - 1] as number);
}
