/**
 * Couples a source to the pipeline: changes in order, lens requests back to the source's queue, and jq loaded before
 * the first verdict that needs it, and only then.
 */
import type { LazyJqEngine } from './kubernetes/jq-engine.ts';
import { sameObject } from './model/cluster-model.ts';
import type { ClusterOf } from './model/destinations.ts';
import type { Change, FactKind, Millis, ObjectRef } from './model/facts.ts';
import type { Observation } from './model/observations.ts';
import type { LensRequest } from './model/ports.ts';
import type { Holds } from './model/shard.ts';
import { Pipeline } from './pipeline.ts';
import { needsJq } from './rules/needs-jq.ts';

export interface EngineOptions {
  readonly jq: LazyJqEngine;
  /** Which watched cluster a destination of Applications is; only Argo CD's own when absent. */
  readonly clusterOf?: ClusterOf;
  /** The share of the namespaces that is held here; all of them when absent. */
  readonly holds?: Holds | undefined;
  readonly requestLens: (request: LensRequest) => void;
  readonly onObservation?: (observation: Observation) => void;
  /** Changes wait for jq and it cannot be had, or what waited cannot be taken in: nothing more will be concluded. */
  readonly onFailure?: (error: unknown) => void;
}

type ObjectChange = Extract<Change, { type: 'upsert' | 'delete' }>;

/** Changes kept back at most while kinds are listed for the first time: about a kilobyte each. */
const MOST_HELD = 50_000;

export class Engine {
  readonly pipeline: Pipeline;
  readonly #options: EngineOptions;
  /** Changes that wait for jq; null while nothing waits. */
  #waiting: Change[] | null = null;
  #loading: Promise<void> | null = null;
  /** What watches of a cluster told while other kinds were still being listed; no entry once all are. */
  readonly #held = new Map<string, ObjectChange[]>();
  /** Changes taken in so far. */
  changes = 0;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.pipeline = new Pipeline(options.jq, options.clusterOf, options.holds);
  }

  /** Takes the next change. In order, whatever waits. */
  take(change: Change): void {
    this.changes += 1;
    if (this.#held.size > 0 && change.type !== 'synced' && change.type !== 'interrupted') {
      const cluster = refOf(change).cluster ?? '';
      const held = this.#held.get(cluster);
      if (held !== undefined && change.origin === 'watch') {
        held.push(change);
        // So much happens here that the first lists are not worth the memory any more.
        if (held.length >= MOST_HELD) this.release(cluster);
        return;
      }
      // Listed anew: what was kept back of the object is older, and must not come after.
      if (held !== undefined)
        this.#held.set(
          cluster,
          held.filter((one) => !isOfSameObject(one, change)),
        );
    }
    this.#pass(change);
  }

  /**
   * Keeps back what the watches of a cluster ('' is Argo CD's own) tell until `release`. At a start the kinds are listed side by side: a write seen before the
   * scaler behind it would be taken for somebody else's.
   */
  hold(cluster = ''): void {
    if (!this.#held.has(cluster)) this.#held.set(cluster, []);
  }

  release(cluster = ''): void {
    const held = this.#held.get(cluster) ?? [];
    this.#held.delete(cluster);
    for (const change of held) this.#pass(change);
  }

  #pass(change: Change): void {
    if (this.#waiting !== null) {
      this.#waiting.push(change);
      return;
    }
    if (!this.#options.jq.loaded && needsJq(change)) {
      this.#waiting = [change];
      this.#loading = this.#options.jq.load().then(() => this.#flush());
      // Whoever awaits `settled` gets the rejection as well; without an awaiter it must not end the process unheard.
      this.#loading.catch((error: unknown) => this.#options.onFailure?.(error));
      return;
    }
    this.#hand(this.pipeline.feed(change));
  }

  /** Time passes. */
  advance(now: Millis): void {
    if (this.#waiting === null) this.#hand(this.pipeline.advance(now));
  }

  /** Undefined when nothing waits, so that a fast replay need not await; rejects when jq cannot be loaded. */
  settled(): Promise<void> | undefined {
    return this.#loading ?? undefined;
  }

  #flush(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    this.#loading = null;
    for (const change of waiting) this.#pass(change);
  }

  #hand(observations: readonly Observation[]): void {
    for (const request of this.pipeline.takeLensRequests()) this.#options.requestLens(request);
    const tell = this.#options.onObservation;
    if (tell !== undefined) for (const observation of observations) tell(observation);
  }
}

function isOfSameObject(a: ObjectChange, b: ObjectChange): boolean {
  return factKind(a) === factKind(b) && sameObject(refOf(a), refOf(b));
}

function factKind(change: ObjectChange): FactKind {
  return change.type === 'upsert' ? change.fact.fact : change.fact;
}

function refOf(change: ObjectChange): ObjectRef {
  return change.type === 'upsert' ? change.fact.ref : change.ref;
}
