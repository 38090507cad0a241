/** Where the model finds objects by what they point to, which their own keys do not say. */
import type { ApplicationFact, Fact, ObjectRef } from './facts.ts';
import { addTo, type Keys, removeFrom } from './key-index.ts';
import { Listings, listsTheSame } from './listings.ts';
import { keyOfParts, keyOfTarget } from './refs.ts';

export class Indexes {
  /** target key → keys of the scalers that name it. */
  readonly scalersByTarget = new Map<string, Keys>();
  /** workload uid → keys of its ReplicaSets. */
  readonly replicaSetsByController = new Map<string, Keys>();
  /** application name → keys, for tracking marks, which carry no namespace for the controller's own. */
  readonly applicationsByName = new Map<string, Keys>();
  /** workload key → keys of the Rollouts whose spec.workloadRef borrows its template. */
  readonly borrowers = new Map<string, Keys>();
  readonly listings = new Listings();
  /** Keys of the Applications that deploy into a cluster that is not watched. */
  readonly elsewhere = new Set<string>();
  readonly #clusterOf: (app: ApplicationFact) => string | null;

  /** `clusterOf`: the one that an Application deploys into, '' for Argo CD's own, null for none that is watched; always the same for the same destination. */
  constructor(clusterOf: (app: ApplicationFact) => string | null) {
    this.#clusterOf = clusterOf;
  }

  /** One version of the object of `key` took the place of another; undefined: it was not there, or is gone. */
  follow(key: string, previous: Fact | undefined, current: Fact | undefined): void {
    if (previous !== undefined && current !== undefined && this.#isIndexedAlike(previous, current)) return;
    if (previous !== undefined) this.#unindex(key, previous);
    if (current !== undefined) this.#index(key, current);
  }

  #index(key: string, fact: Fact): void {
    if (fact.fact === 'hpa' || fact.fact === 'scaledobject') {
      addTo(this.scalersByTarget, keyOfTarget(fact.target, fact.ref), key);
    } else if (fact.fact === 'workload' && fact.workloadRef !== null) {
      addTo(this.borrowers, borrowedKey(fact.workloadRef, fact.ref), key);
    } else if (fact.fact === 'replicaset' && fact.controllerUid !== null) {
      addTo(this.replicaSetsByController, fact.controllerUid, key);
    } else if (fact.fact === 'application') {
      addTo(this.applicationsByName, fact.ref.name, key);
      const cluster = this.#clusterOf(fact);
      if (cluster === null) this.elsewhere.add(key);
      this.listings.add(key, fact, cluster ?? '');
    }
  }

  /**
   * Whether two versions have the same place in all that `#index` knows; it may say no although they have. `current` holds of
   * `previous` what is equal. An index that every write goes out of and into again grows to twice its size.
   */
  #isIndexedAlike(previous: Fact, current: Fact): boolean {
    switch (current.fact) {
      case 'hpa':
      case 'scaledobject':
        return previous.fact === current.fact && previous.target === current.target;
      case 'workload':
        return previous.fact === current.fact && previous.workloadRef === current.workloadRef;
      case 'replicaset':
        return previous.fact === current.fact && previous.controllerUid === current.controllerUid;
      case 'application':
        return (
          previous.fact === current.fact &&
          previous.destination === current.destination &&
          listsTheSame(previous, current)
        );
      case 'applicationset':
      case 'appproject':
      case 'argosettings':
      case 'event':
      case 'lens':
        return true;
    }
  }

  #unindex(key: string, fact: Fact): void {
    if (fact.fact === 'hpa' || fact.fact === 'scaledobject') {
      removeFrom(this.scalersByTarget, keyOfTarget(fact.target, fact.ref), key);
    } else if (fact.fact === 'workload' && fact.workloadRef !== null) {
      removeFrom(this.borrowers, borrowedKey(fact.workloadRef, fact.ref), key);
    } else if (fact.fact === 'replicaset' && fact.controllerUid !== null) {
      removeFrom(this.replicaSetsByController, fact.controllerUid, key);
    } else if (fact.fact === 'application') {
      removeFrom(this.applicationsByName, fact.ref.name, key);
      this.elsewhere.delete(key);
      this.listings.remove(key, fact, this.#clusterOf(fact) ?? '');
    }
  }
}

/** spec.workloadRef is read without its apiVersion: what Rollouts borrow from are the workloads of apps. */
function borrowedKey({ kind, name }: { readonly kind: string; readonly name: string }, beside: ObjectRef): string {
  return keyOfParts('apps', kind, beside.namespace, name, beside.cluster);
}
