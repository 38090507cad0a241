/** An object as leaves by JSON pointer (RFC 6901): scalars, empty lists and empty maps. */
import type { Json } from '../../model/facts.ts';
import { madeOnce } from '../../model/made-once.ts';
import { INSTALLATION_ID, LAST_APPLIED, TRACKING_ID } from './metadata.ts';
import { asObject, type JsonObject, MAX_DEPTH } from './read-json.ts';

/** Where the workload controllers keep which template is the newest (kubernetes pkg/controller/deployment/util, argo-rollouts). */
const REVISIONS = [
  'deployment.kubernetes.io/revision',
  'deprecated.daemonset.template.generation',
  'rollout.argoproj.io/revision',
];

/** What no one fights over: identity, what the server keeps for itself, status, and the marks of Argo CD. */
const BOOKKEEPING: ReadonlySet<string> = new Set([
  '/apiVersion',
  '/kind',
  '/status',
  ...[
    'name',
    'namespace',
    'generateName',
    'managedFields',
    'resourceVersion',
    'generation',
    'uid',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'selfLink',
  ].map((name) => `/metadata/${name}`),
  ...[LAST_APPLIED, TRACKING_ID, INSTALLATION_ID, ...REVISIONS].map((name) => pointerTo('/metadata/annotations', name)),
]);

const METADATA = '/metadata';
/** '/metadata/annotations/…' */
const BOOKKEEPING_DEPTH = 3;

/** Emptied by what is left out above, so their emptiness says nothing. */
const HOLLOW: ReadonlySet<string> = new Set(['/metadata', '/metadata/annotations', '/metadata/labels']);

/** The pointer of a member of the object or list at `parent`. */
export function pointerTo(parent: string, key: string | number): string {
  // Most names need no escape, and objects under the lens have thousands of them.
  if (typeof key === 'number' || !(key.includes('~') || key.includes('/'))) return `${parent}/${key}`;
  return `${parent}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** Every leaf of an object outside bookkeeping, in document order. */
export function leavesOf(raw: JsonObject): Map<string, Json> {
  const leaves = new Map<string, Json>();
  const add = (pointer: string, value: Json) => {
    if (!HOLLOW.has(pointer)) leaves.set(pointer, value);
  };
  for (const [key, member] of Object.entries(raw)) {
    const pointer = pointerTo('', key);
    // Whatever changes of an object, its metadata does.
    if (key === 'metadata' || typeof member !== 'object' || member === null) forEachLeaf(member, pointer, add, 1);
    else for (const leaf of leavesAt(member, pointer)) add(leaf.pointer, leaf.value);
  }
  return leaves;
}

interface Leaf {
  readonly pointer: string;
  readonly value: Json;
}

function leavesAt(part: Json[] | JsonObject, pointer: string): readonly Leaf[] {
  const found = foundIn(part);
  if (found.pointer !== pointer) {
    found.pointer = pointer;
    found.leaves = [];
    forEachLeaf(part, pointer, (at, value) => found.leaves.push({ pointer: at, value }), 1);
  }
  return found.leaves;
}

const foundIn = madeOnce((): { pointer: string; leaves: Leaf[] } => ({ pointer: '', leaves: [] }));

/** Calls back for each leaf at and below `pointer`. Stops at MAX_DEPTH: what lies deeper is no leaf. */
export function forEachLeaf(
  value: Json,
  pointer: string,
  visit: (pointer: string, value: Json) => void,
  depth = 0,
): void {
  walk(value, pointer, visit, depth, pointer === '' || pointer.lastIndexOf('/') === 0 || pointer.startsWith(METADATA));
}

/** `looked`: it may be bookkeeping, or something in it may. */
function walk(
  value: Json,
  pointer: string,
  visit: (pointer: string, value: Json) => void,
  depth: number,
  looked: boolean,
): void {
  if (depth > MAX_DEPTH || (looked && depth <= BOOKKEEPING_DEPTH && isBookkeeping(pointer))) return;
  // Beside the members of the object itself only those of its metadata.
  const below = looked && (pointer === '' || pointer.startsWith(METADATA));
  if (Array.isArray(value)) {
    if (value.length === 0) visit(pointer, value);
    for (const [index, item] of value.entries()) walk(item, pointerTo(pointer, index), visit, depth + 1, below);
    return;
  }
  const object = asObject(value);
  if (object === undefined) {
    visit(pointer, value);
    return;
  }
  const members = Object.entries(object);
  if (members.length === 0) visit(pointer, value);
  for (const [key, member] of members) walk(member, pointerTo(pointer, key), visit, depth + 1, below);
}

/** True for a pointer whose value, and all below it, is left out. */
export function isBookkeeping(pointer: string): boolean {
  return BOOKKEEPING.has(pointer);
}
