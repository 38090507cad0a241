/**
 * Which share of the namespaces a process holds. Argo CD's own objects are held by all: an Application may deploy
 * anywhere. What is found about an object is told by the shard that holds the object's namespace, and by no other.
 */
import type { Change, FactKind, ObjectRef } from './facts.ts';
import { groupOf } from './refs.ts';

export interface Shard {
  /** From 0. */
  readonly index: number;
  readonly of: number;
}

/** Whether objects of a namespace ('' for cluster-scoped ones) are held here. */
export type Holds = (namespace: string) => boolean;

export const HOLDS_ALL: Holds = () => true;

/**
 * The shard of a namespace by rendezvous hashing: of all shards the one whose name makes the highest hash with it. Where
 * their number grows from n to n + 1, only one namespace in n + 1 moves.
 */
export function shardOf(namespace: string, of: number): number {
  let best = 0;
  let highest = -1;
  for (let index = 0; index < of; index++) {
    const weight = hash(`${index}/${namespace}`);
    if (weight > highest) [best, highest] = [index, weight];
  }
  return best;
}

export function holdsOf(shard: Shard | null): Holds {
  return shard === null || shard.of === 1 ? HOLDS_ALL : (namespace) => shardOf(namespace, shard.of) === shard.index;
}

/** Argo CD's own objects, which every shard needs whole. */
const WHOLE: ReadonlySet<FactKind> = new Set(['application', 'applicationset', 'appproject', 'argosettings']);

/** Whether a kind of fact is divided by the namespace of its object. Events go by the object that they are about. */
export function isDivided(kind: FactKind): boolean {
  return !WHOLE.has(kind) && kind !== 'event';
}

export function holdsChange(holds: Holds, change: Change): boolean {
  if (holds === HOLDS_ALL || change.type === 'synced' || change.type === 'interrupted') return true;
  if (change.type === 'delete') return !isDivided(change.fact) || holdsObject(holds, change.ref);
  const { fact } = change;
  return fact.fact === 'event'
    ? holdsObject(holds, fact.regarding)
    : !isDivided(fact.fact) || holdsObject(holds, fact.ref);
}

/** An Application under the lens is looked at by whichever shard asked for it. */
function holdsObject(holds: Holds, ref: ObjectRef): boolean {
  return isArgoObject(ref) || holds(ref.namespace);
}

/** Application, ApplicationSet or AppProject: it lives beside Argo CD, whichever cluster its workloads are in. */
export function isArgoObject({ apiVersion, kind }: ObjectRef): boolean {
  return groupOf(apiVersion) === 'argoproj.io' && ['Application', 'ApplicationSet', 'AppProject'].includes(kind);
}

/** FNV-1a over UTF-16 code units, and the finalizer of MurmurHash3, without which neighbours stay neighbours. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
