/**
 * The leaves of last-applied, under the pointers that the same fields have in the live object: a keyed list may hold
 * its items in another order, or others between them.
 */
import type { Json } from '../../model/facts.ts';
import type { LeafOwnership } from './leaf-owners.ts';
import { isBookkeeping, pointerTo } from './leaves.ts';
import { asObject, type JsonObject, MAX_DEPTH } from './read-json.ts';

/** Keys by which built-in lists are merged, tried where managedFields does not tell (k8s.io/api patchMergeKey tags). */
const USUAL_KEYS: readonly (readonly string[])[] = [
  ['name'],
  ['containerPort', 'protocol'],
  ['port', 'protocol'],
  ['mountPath'],
  ['devicePath'],
  ['ip'],
  ['topologyKey', 'whenUnsatisfiable'],
  ['type'],
  ['uid'],
];

/** Null and an empty map declare nothing by themselves, so they are left out. */
export function declaredLeaves(manifest: JsonObject, live: JsonObject, ownership: LeafOwnership): Map<string, Json> {
  const leaves = new Map<string, Json>();
  addLeaves(manifest, live, '', 0);
  return leaves;

  function addLeaves(declared: Json, node: Json | undefined, pointer: string, depth: number): void {
    if (depth > MAX_DEPTH || isBookkeeping(pointer) || declared === null) return;
    if (Array.isArray(declared)) {
      if (declared.length === 0) leaves.set(pointer, declared);
      const indexes = liveIndexes(declared, Array.isArray(node) ? node : [], pointer, ownership);
      for (const [position, item] of declared.entries()) {
        const index = indexes[position] ?? position;
        addLeaves(item, Array.isArray(node) ? node[index] : undefined, pointerTo(pointer, index), depth + 1);
      }
      return;
    }
    const object = asObject(declared);
    if (object === undefined) {
      leaves.set(pointer, declared);
      return;
    }
    const liveObject = asObject(node);
    for (const [key, member] of Object.entries(object)) {
      const liveMember = liveObject !== undefined && Object.hasOwn(liveObject, key) ? liveObject[key] : undefined;
      addLeaves(member, liveMember, pointerTo(pointer, key), depth + 1);
    }
  }
}

/** For each declared item the index of its live counterpart; one that is missing gets an index behind the live list. */
function liveIndexes(
  declared: readonly Json[],
  live: readonly Json[],
  pointer: string,
  ownership: LeafOwnership,
): readonly number[] {
  const matches = matcherFor(live, pointer, ownership);
  if (matches === undefined) return declared.map((_, index) => index);
  const taken = new Set<number>();
  let missing = live.length;
  return declared.map((item) => {
    const index = live.findIndex((candidate, at) => !taken.has(at) && matches(item, candidate));
    if (index < 0) return missing++;
    taken.add(index);
    return index;
  });
}

type Matcher = (declared: Json, live: Json) => boolean;

/** undefined: the list is compared as a whole, item by item. */
function matcherFor(live: readonly Json[], pointer: string, ownership: LeafOwnership): Matcher | undefined {
  if (ownership.sets.has(pointer)) return (declared, candidate) => declared === candidate;
  const keys = ownership.listKeys.get(pointer) ?? USUAL_KEYS.find((names) => tellApart(live, names));
  if (keys === undefined) return undefined;
  // A manifest may leave out a key that the server defaults (protocol: TCP); the others must agree.
  return (declared, candidate) => {
    const wanted = asObject(declared);
    const found = asObject(candidate);
    if (wanted === undefined || found === undefined) return false;
    const given = keys.filter((key) => wanted[key] !== undefined);
    return given.length > 0 && given.every((key) => wanted[key] === found[key]);
  };
}

/** True when every live item has the first key and no two agree in all of them. */
function tellApart(live: readonly Json[], keys: readonly string[]): boolean {
  const seen = new Set<string>();
  for (const item of live) {
    const object = asObject(item);
    if (object === undefined || object[keys[0] ?? ''] === undefined) return false;
    seen.add(JSON.stringify(keys.map((key) => object[key] ?? null)));
  }
  return live.length > 0 && seen.size === live.length;
}
