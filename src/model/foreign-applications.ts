/**
 * Applications that deploy nothing into the share of the namespaces held here. They are most of an estate in each of many
 * shards, so that only what counts of any Application is kept of them: who they are, their options and who wrote these.
 */
import type { ApplicationFact, Change } from './facts.ts';
import { keyOf } from './refs.ts';
import { HOLDS_ALL, type Holds, isArgoObject } from './shard.ts';

export class ForeignApplications {
  readonly #holds: Holds;
  /** Keys of those that have concerned this share: they are kept whole from then on, also while they have nothing here. */
  readonly #near = new Set<string>();

  constructor(holds: Holds) {
    this.#holds = holds;
  }

  /** The same change, with a foreign Application cut down. */
  cut(change: Change): Change {
    if (this.#holds === HOLDS_ALL) return change;
    if (change.type === 'delete' && change.fact === 'application') this.#near.delete(keyOf(change.ref));
    if (change.type !== 'upsert' || change.fact.fact !== 'application') return change;
    const key = keyOf(change.fact.ref);
    if (this.#near.has(key) || concerns(this.#holds, change.fact)) {
      this.#near.add(key);
      return change;
    }
    return { ...change, fact: cutDown(change.fact) };
  }
}

/** Whether an Application has, or may have, anything to do with the namespaces held here. */
function concerns(holds: Holds, app: ApplicationFact): boolean {
  const { destination, resources, operation, ref } = app;
  if (holds(destination.namespace || ref.namespace)) return true;
  // Not compared yet, and its objects name their namespaces themselves: they may be anywhere.
  if (destination.namespace === '' && resources.length === 0) return true;
  // What declares Applications is asked for from wherever these deploy.
  const isNear = (named: Named) => isArgoObject({ ...named, apiVersion: `${named.group}/` }) || holds(named.namespace);
  return [...resources, ...(operation?.results ?? [])].some(isNear);
}

function cutDown(app: ApplicationFact): ApplicationFact {
  return {
    ...app,
    cut: true,
    sources: [],
    sync: { ...app.sync, comparedRules: [] },
    operation: null,
    lastDeploy: null,
    conditions: [],
    resources: [],
  };
}

interface Named {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}
