/** Kinds that no table knows and an autoscaler drives all the same: found by discovery, watched like the others. */
import type { Fact } from '../model/facts.ts';
import { groupOf } from '../model/refs.ts';
import type { KubeClient } from './client.ts';
import { discoverKind, watchedResourceOf } from './discovery.ts';
import { KubeRequestError } from './errors.ts';
import { PROBE_UNAVAILABLE_MS } from './plan-reconnect.ts';
import type { WatchedResource } from './resources.ts';
import type { Timers } from './timers.ts';

export interface ScaleTargetsOptions {
  readonly client: KubeClient;
  readonly timers: Timers;
  /** Kinds that are watched anyway. */
  readonly watched: readonly WatchedResource[];
  readonly open: (resource: WatchedResource) => void;
  /** Why a kind that an autoscaler names is not watched, in one sentence. */
  readonly refuse: (message: string) => void;
}

/** Names come from objects that anybody may write: so many kinds, and no more, are opened by them. */
export const MAX_SCALE_TARGET_KINDS = 20;

export class ScaleTargets {
  readonly #options: ScaleTargetsOptions;
  readonly #known: Set<string>;
  readonly #tasks = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #opened = 0;

  constructor(options: ScaleTargetsOptions) {
    this.#options = options;
    this.#known = new Set(options.watched.map(({ apiVersion, kind }) => `${groupOf(apiVersion)}/${kind}`));
  }

  /** Looks at what a scaler names. Anything but a scaler is left alone. Never throws. */
  consider(fact: Fact): void {
    if (fact.fact !== 'hpa' && fact.fact !== 'scaledobject') return;
    const { apiVersion, kind } = fact.target;
    // KEDA's default (keda apis/keda/v1alpha1 ScaleTarget).
    const served = apiVersion === '' ? 'apps/v1' : apiVersion;
    const key = `${groupOf(served)}/${kind}`;
    if (kind === '' || this.#known.has(key) || this.#stopping.signal.aborted) return;
    this.#known.add(key);
    if (this.#opened >= MAX_SCALE_TARGET_KINDS) {
      this.#options.refuse(`${served} ${kind} is not watched: ${MAX_SCALE_TARGET_KINDS} further kinds are already`);
      return;
    }
    this.#opened += 1;
    const task = this.#resolve(served, kind);
    this.#tasks.add(task);
    void task.then(() => this.#tasks.delete(task));
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#tasks);
  }

  async #resolve(apiVersion: string, kind: string): Promise<void> {
    const { client, timers, open, refuse } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        const found = await discoverKind(client, apiVersion, kind, signal);
        if (signal.aborted) return;
        if (found?.scalable === true) return open(watchedResourceOf(found, 'workload'));
        // Without /scale no autoscaler can drive it, and a name alone must not make us read it (a Secret, say).
        const why = found === null ? 'the API server does not serve it' : 'it has no scale subresource';
        refuse(`${apiVersion} ${kind}, which an autoscaler names, is not watched: ${why}`);
      } catch (error) {
        if (!(error instanceof KubeRequestError)) throw error;
        if (!signal.aborted)
          refuse(`${apiVersion} ${kind}, which an autoscaler names, is not watched: ${error.message}`);
      }
      await timers.sleep(PROBE_UNAVAILABLE_MS, signal);
    }
  }
}
