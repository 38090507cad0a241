/** What `tugwatch run` does with its source and its pipeline, on a client and a time that a soak moves. */
import { keepSound } from '../../src/daemon/checkpoint-schema.ts';
import { steadyTimers } from '../../src/daemon/steady-clock.ts';
import { Engine } from '../../src/engine.ts';
import type { KubeClient } from '../../src/kubernetes/client.ts';
import type { LazyJqEngine } from '../../src/kubernetes/jq-engine.ts';
import { LiveSource } from '../../src/kubernetes/live-source.ts';
import type { Timers } from '../../src/kubernetes/timers.ts';
import type { Transition } from '../../src/model/observations.ts';
import type { Conflict } from '../../src/model/verdicts.ts';

/** As in the daemon: verdicts by the passing of time each second, a fresh list against the watches each 20 minutes. */
const TICK_MS = 1_000;
const RELIST_MS = 20 * 60_000;
const HOLD_MS = 60_000;

export interface VirtualDaemonOptions {
  readonly client: KubeClient;
  readonly timers: Timers;
  readonly jq: LazyJqEngine;
  /** What the process before left, as its JSON text; null at the first start. */
  readonly checkpoint: string | null;
  readonly onCorrections: (corrections: number) => void;
  readonly onTransition: (transition: Transition) => void;
}

export class VirtualDaemon {
  readonly engine: Engine;
  readonly #source: LiveSource;
  readonly #timers: Timers;
  readonly #onCorrections: (corrections: number) => void;
  readonly #stopping = new AbortController();
  readonly #running: Promise<unknown>[] = [];
  /** What broke it, if anything did. */
  failure: unknown = null;

  constructor(options: VirtualDaemonOptions) {
    const { client, jq, checkpoint, onTransition } = options;
    this.#timers = steadyTimers(options.timers);
    this.#onCorrections = options.onCorrections;
    this.#source = new LiveSource({ client, cluster: '', timers: this.#timers });
    const broken = (error: unknown) => {
      this.failure ??= error;
    };
    this.engine = new Engine({
      jq,
      requestLens: (request) => this.#source.requestLens(request),
      onFailure: broken,
      onObservation: (observation) => {
        if (observation.type === 'transition') onTransition(observation.transition);
      },
    });
    if (checkpoint !== null) {
      const refused = this.engine.pipeline.detector.restore(keepSound(JSON.parse(checkpoint)).checkpoint);
      if (refused !== null) throw new Error(`a checkpoint of our own was refused: ${refused}`);
    }
    this.engine.hold();
    const held = Promise.race([this.#source.whenSettled(), this.#timers.sleep(HOLD_MS, this.#stopping.signal)]);
    const parts = [
      held.then(() => this.engine.release()),
      this.#source.run((change) => this.engine.take(change)),
      this.#tick(),
      this.#relist(),
    ];
    this.#running.push(...parts.map((part) => part.catch(broken)));
  }

  conflicts(): readonly Conflict[] {
    return this.engine.pipeline.detector.conflicts();
  }

  checkpoint(): string {
    return JSON.stringify(this.engine.pipeline.detector.checkpoint());
  }

  /** Resolves when nothing of it waits any more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#source.stop();
    await Promise.all(this.#running);
  }

  async #tick(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#timers.sleep(TICK_MS, signal);
      if (!signal.aborted) this.engine.advance(this.#timers.now());
    }
  }

  async #relist(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#timers.sleep(RELIST_MS, signal);
      if (!signal.aborted) this.#onCorrections(await this.#source.requestRelist());
    }
  }
}
