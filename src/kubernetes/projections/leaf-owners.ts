/** Which managedFields entries own which leaf of an object, and by what its lists are keyed. */
import type { FieldOwner, Json } from '../../model/facts.ts';
import { madeOnce } from '../../model/made-once.ts';
import { forEachLeaf, pointerTo } from './leaves.ts';
import type { ManagedFields } from './managed-fields.ts';
import { asObject, type JsonObject, parseObject } from './read-json.ts';

export interface LeafOwnership {
  readonly owners: ReadonlyMap<string, readonly FieldOwner[]>;
  /** Pointer of a list → names of the keys that tell its items apart, as the server's schema has them. */
  readonly listKeys: ReadonlyMap<string, readonly string[]>;
  /** Pointers of lists that are sets of scalars. */
  readonly sets: ReadonlySet<string>;
}

/** What one field set owns in one part of an object. */
interface Owned {
  readonly pointers: string[];
  readonly listKeys: Map<string, readonly string[]>;
  readonly sets: Set<string>;
}

interface Located {
  readonly node: Json;
  readonly pointer: string;
}

/** Resolves every entry against the object as it is; members that the object no longer has are passed over. */
export function resolveOwnership(raw: JsonObject, entries: readonly ManagedFields[]): LeafOwnership {
  const owners = new Map<string, FieldOwner[]>();
  const listKeys = new Map<string, readonly string[]>();
  const sets = new Set<string>();
  for (const { owner, fields } of entries) {
    for (const [member, below] of Object.entries(fields)) {
      const owned = ownedBelow(member, below, raw);
      for (const pointer of owned.pointers) {
        const known = owners.get(pointer);
        if (known === undefined) owners.set(pointer, [owner]);
        else if (known.at(-1) !== owner) known.push(owner);
      }
      for (const [pointer, keys] of owned.listKeys) if (!listKeys.has(pointer)) listKeys.set(pointer, keys);
      for (const pointer of owned.sets) sets.add(pointer);
    }
  }
  return { owners, listKeys, sets };
}

/** What a member at the root of a field set owns. Made again only where the part of the object is another one. */
function ownedBelow(member: string, below: Json, raw: JsonObject): Owned {
  const at = { node: raw, pointer: '' };
  const made: Owned = { pointers: [], listKeys: new Map(), sets: new Set() };
  const set = asObject(below);
  const found = set === undefined ? undefined : locate(member, at, made);
  if (set === undefined || found === undefined) {
    walkFields({ [member]: below }, at, made);
    return made;
  }
  const last = lastOf(set);
  if (last.owned === null || last.node !== found.node || last.pointer !== found.pointer) {
    walkFields({ [member]: below }, at, made);
    last.node = found.node;
    last.pointer = found.pointer;
    last.owned = made;
  }
  return last.owned;
}

const lastOf = madeOnce((): { node: Json; pointer: string; owned: Owned | null } => ({
  node: null,
  pointer: '',
  owned: null,
}));

/** Recursion ends with the object: a field set that is deeper than the object finds nothing to descend into. */
function walkFields(fields: JsonObject, at: Located, owned: Owned): void {
  for (const [member, below] of Object.entries(fields)) {
    if (member === '.') {
      if (isEmptyContainer(at.node)) owned.pointers.push(at.pointer);
      continue;
    }
    const found = locate(member, at, owned);
    if (found === undefined) continue;
    const deeper = asObject(below);
    if (deeper === undefined || Object.keys(deeper).length === 0) {
      forEachLeaf(found.node, found.pointer, (pointer) => owned.pointers.push(pointer));
    } else {
      walkFields(deeper, found, owned);
    }
  }
}

function isEmptyContainer(node: Json): boolean {
  return typeof node === 'object' && node !== null && Object.keys(node).length === 0;
}

/** 'f:name', 'k:{"name":"app"}', 'v:"x"' or 'i:0' → the member it means. */
function locate(member: string, at: Located, owned: Owned): Located | undefined {
  const text = member.slice(2);
  if (member.startsWith('f:')) {
    const object = asObject(at.node);
    const node = object !== undefined && Object.hasOwn(object, text) ? object[text] : undefined;
    return node === undefined ? undefined : { node, pointer: pointerTo(at.pointer, text) };
  }
  if (!Array.isArray(at.node)) return undefined;
  const index = indexOf(member, text, at.node, at.pointer, owned);
  const node = at.node[index];
  return node === undefined ? undefined : { node, pointer: pointerTo(at.pointer, index) };
}

function indexOf(member: string, text: string, list: readonly Json[], pointer: string, owned: Owned): number {
  if (member.startsWith('k:')) {
    const keys = parseObject(text);
    if (keys === undefined) return -1;
    if (!owned.listKeys.has(pointer)) owned.listKeys.set(pointer, Object.keys(keys));
    return list.findIndex((item) => hasAll(item, keys));
  }
  if (member.startsWith('v:')) {
    owned.sets.add(pointer);
    return list.findIndex((item) => JSON.stringify(item) === text);
  }
  return member.startsWith('i:') && /^\d{1,6}$/.test(text) ? Number(text) : -1;
}

function hasAll(item: Json, keys: JsonObject): boolean {
  const object = asObject(item);
  return object !== undefined && Object.entries(keys).every(([key, value]) => object[key] === value);
}
