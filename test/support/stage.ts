/**
 * What happens in a cluster, in order, as a watcher would get it: a clock, the objects as they are, and the tape of
 * their versions. The tape can be cut, delayed or doubled before somebody watches it (watcher.ts).
 */
import type { Json, Millis } from '../../src/model/facts.ts';
import { keyOf } from '../../src/model/refs.ts';
import type { RawObject } from './cluster.ts';
import { type FieldChange, type LiveObject, type Signature, wholeSeconds } from './live-object.ts';

export type Scene =
  | { readonly type: 'seen'; readonly at: Millis; readonly origin: 'list' | 'watch'; readonly raw: RawObject }
  | { readonly type: 'gone'; readonly at: Millis; readonly origin: 'list' | 'watch'; readonly raw: RawObject }
  | { readonly type: 'synced'; readonly at: Millis; readonly resource: string }
  | { readonly type: 'interrupted'; readonly at: Millis; readonly resource: string }
  /** Time that passes with nothing to see. */
  | { readonly type: 'tick'; readonly at: Millis };

/** 2026-11-21T05:44:00Z. */
export const CURTAIN: Millis = Date.UTC(2026, 10, 21, 5, 44);

/** The kinds that are watched whole; any other is seen only through a lens. */
const RESOURCES: ReadonlyMap<string, string> = new Map([
  ['ConfigMap', 'configmaps'],
  ['Deployment', 'deployments'],
  ['StatefulSet', 'statefulsets'],
  ['Rollout', 'rollouts'],
  ['Cache', 'caches'],
  ['ReplicaSet', 'replicasets'],
  ['HorizontalPodAutoscaler', 'horizontalpodautoscalers'],
  ['Application', 'applications'],
  ['AppProject', 'appprojects'],
  ['ScaledObject', 'scaledobjects'],
]);
/** What is listed in a cluster without KEDA. */
export const WATCHED: readonly string[] = [...RESOURCES.values()].filter((resource) => resource !== 'scaledobjects');
const TICK_MS = 5_000;

export class Stage {
  now: Millis = CURTAIN;
  /** How far the cluster's clock is ahead of the watcher's. */
  skew: Millis = 0;
  readonly tape: Scene[] = [];
  readonly #objects = new Map<string, RawObject>();
  #away = false;

  /** Time as the cluster writes it into objects. */
  stamp(): string {
    return wholeSeconds(this.now + this.skew);
  }

  pass(ms: Millis): void {
    const until = this.now + ms;
    while (this.now < until) {
      this.now = Math.min(until, this.now + TICK_MS);
      if (!this.#away) this.tape.push({ type: 'tick', at: this.now });
    }
  }

  /** A new version of an object. */
  show(raw: RawObject): void {
    this.#objects.set(keyOfRaw(raw), raw);
    if (!this.#away) this.tape.push({ type: 'seen', at: this.now, origin: 'watch', raw });
  }

  take(raw: RawObject): void {
    this.#objects.delete(keyOfRaw(raw));
    if (!this.#away) this.tape.push({ type: 'gone', at: this.now, origin: 'watch', raw });
  }

  write(object: LiveObject, signature: Signature, changes: readonly FieldChange[]): void {
    if (object.write(signature, this.now + this.skew, changes)) this.show(object.raw());
  }

  /** Everything of the watched kinds, as a first list shows it. What a former list showed and is gone is told, too. */
  list(known: ReadonlyMap<string, RawObject> = new Map()): void {
    for (const [kind, resource] of RESOURCES) {
      if (resource === 'scaledobjects' && !this.#has(kind)) continue;
      for (const raw of this.#objects.values()) {
        if (raw['kind'] === kind) this.tape.push({ type: 'seen', at: this.now, origin: 'list', raw });
      }
      for (const [key, raw] of known) {
        if (raw['kind'] === kind && !this.#objects.has(key)) {
          this.tape.push({ type: 'gone', at: this.now, origin: 'list', raw });
        }
      }
      this.tape.push({ type: 'synced', at: this.now, resource });
    }
  }

  /** The watches break off, things happen unseen, and everything is listed anew. */
  unseen(happenings: () => void): void {
    const known = new Map(this.#objects);
    for (const resource of RESOURCES.values()) this.tape.push({ type: 'interrupted', at: this.now, resource });
    this.#away = true;
    happenings();
    this.#away = false;
    this.list(known);
  }

  /** Things happen before anybody watches. */
  before(happenings: () => void): void {
    this.#away = true;
    happenings();
    this.#away = false;
  }

  #has(kind: string): boolean {
    return [...this.#objects.values()].some((raw) => raw['kind'] === kind);
  }
}

export function keyOfRaw(raw: RawObject): string {
  const metadata = raw['metadata'] as { [key: string]: Json };
  return keyOf({
    apiVersion: String(raw['apiVersion']),
    kind: String(raw['kind']),
    namespace: String(metadata['namespace'] ?? ''),
    name: String(metadata['name']),
  });
}
