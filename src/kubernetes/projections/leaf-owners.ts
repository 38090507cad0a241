/** Which managedFields entries own which leaf of an object, and by what its lists are keyed. */
import type { FieldOwner, Json } from '../../model/facts.ts';
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

interface Walk {
  readonly owner: FieldOwner;
  readonly owners: Map<string, FieldOwner[]>;
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
  for (const { owner, fields } of entries)
    walkFields(fields, { node: raw, pointer: '' }, { owner, owners, listKeys, sets });
  return { owners, listKeys, sets };
}

/** Recursion ends with the object: a field set that is deeper than the object finds nothing to descend into. */
function walkFields(fields: JsonObject, at: Located, walk: Walk): void {
  for (const [member, below] of Object.entries(fields)) {
    if (member === '.') {
      if (isEmptyContainer(at.node)) addOwner(walk, at.pointer);
      continue;
    }
    const found = locate(member, at, walk);
    if (found === undefined) continue;
    const deeper = asObject(below);
    if (deeper === undefined || Object.keys(deeper).length === 0) {
      forEachLeaf(found.node, found.pointer, (pointer) => addOwner(walk, pointer));
    } else {
      walkFields(deeper, found, walk);
    }
  }
}

function addOwner(walk: Walk, pointer: string): void {
  const known = walk.owners.get(pointer);
  if (known === undefined) walk.owners.set(pointer, [walk.owner]);
  else if (known.at(-1) !== walk.owner) known.push(walk.owner);
}

function isEmptyContainer(node: Json): boolean {
  return typeof node === 'object' && node !== null && Object.keys(node).length === 0;
}

/** 'f:name', 'k:{"name":"app"}', 'v:"x"' or 'i:0' → the member it means. */
function locate(member: string, at: Located, walk: Walk): Located | undefined {
  const text = member.slice(2);
  if (member.startsWith('f:')) {
    const object = asObject(at.node);
    const node = object !== undefined && Object.hasOwn(object, text) ? object[text] : undefined;
    return node === undefined ? undefined : { node, pointer: pointerTo(at.pointer, text) };
  }
  if (!Array.isArray(at.node)) return undefined;
  const index = indexOf(member, text, at.node, at.pointer, walk);
  const node = at.node[index];
  return node === undefined ? undefined : { node, pointer: pointerTo(at.pointer, index) };
}

function indexOf(member: string, text: string, list: readonly Json[], pointer: string, walk: Walk): number {
  if (member.startsWith('k:')) {
    const keys = parseObject(text);
    if (keys === undefined) return -1;
    if (!walk.listKeys.has(pointer)) walk.listKeys.set(pointer, Object.keys(keys));
    return list.findIndex((item) => hasAll(item, keys));
  }
  if (member.startsWith('v:')) {
    walk.sets.add(pointer);
    return list.findIndex((item) => JSON.stringify(item) === text);
  }
  return member.startsWith('i:') && /^\d{1,6}$/.test(text) ? Number(text) : -1;
}

function hasAll(item: Json, keys: JsonObject): boolean {
  const object = asObject(item);
  return object !== undefined && Object.entries(keys).every(([key, value]) => object[key] === value);
}
