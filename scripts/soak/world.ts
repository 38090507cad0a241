/** The daemon's side of a soak: its time, its client and itself, across days, faults and restarts. */
import type { Random } from '../../src/embedded/random.ts';
import { VirtualScheduler } from '../../src/embedded/scheduler.ts';
import type { Store } from '../../src/embedded/store.ts';
import type { LazyJqEngine } from '../../src/kubernetes/jq-engine.ts';
import type { Transition } from '../../src/model/observations.ts';
import type { Fault } from './faults.ts';
import { FaultyClient } from './faulty-client.ts';
import { VirtualDaemon } from './virtual-daemon.ts';
import { VirtualTimers } from './virtual-timers.ts';

/** As in the daemon: conflicts are saved this often, and on every transition. */
const CHECKPOINT_MS = 60_000;
const MAX_SKEW_MS = 2 * 3_600_000;

/** A transition, and the true time at which it was told: the daemon's own clock may have been set wrong. */
export interface ToldTransition {
  readonly told: number;
  readonly transition: Transition;
}

export class SoakWorld {
  daemon: VirtualDaemon;
  corrections = 0;
  restarts = 0;
  readonly #scheduler: VirtualScheduler;
  readonly #timers: VirtualTimers;
  readonly #client: FaultyClient;
  readonly #jq: LazyJqEngine;
  #random: Random;
  #cluster: VirtualScheduler;
  #history: ToldTransition[] = [];
  #checkpoint: string | null = null;

  constructor(store: Store, cluster: VirtualScheduler, random: Random, jq: LazyJqEngine) {
    this.#random = random;
    this.#jq = jq;
    this.#cluster = cluster;
    this.#scheduler = new VirtualScheduler(cluster.now());
    this.#timers = new VirtualTimers(this.#scheduler, random.fork());
    this.#client = new FaultyClient(store, this.#timers);
    this.daemon = this.#start();
    this.#save();
  }

  get now(): number {
    return this.#scheduler.now();
  }

  get requests(): number {
    return this.#client.requests;
  }

  /** Faults and jitter come from this one from now on. */
  reseed(random: Random): void {
    this.#random = random;
    this.#timers.reseed(random.fork());
  }

  /** From now on no request of the daemon gets an answer, whatever else befalls it. */
  blind(): void {
    this.#client.blind = true;
    this.#client.cut();
  }

  /** Transitions told since the last call, in order. */
  takeHistory(): readonly ToldTransition[] {
    const history = this.#history;
    this.#history = [];
    return history;
  }

  /** From now on another cluster answers at the same address, and its actors live by `scheduler`. */
  async adopt(store: Store, scheduler: VirtualScheduler): Promise<void> {
    this.#cluster = scheduler;
    this.#client.serve(store);
    await settle();
  }

  /** Both sides live until `time`, instant by instant, and the daemon has taken in each before the next. */
  async runUntil(time: number): Promise<void> {
    for (;;) {
      const next = Math.min(this.#cluster.nextAt() ?? time, this.#scheduler.nextAt() ?? time, time);
      this.#cluster.runUntil(next);
      this.#scheduler.runUntil(next);
      await settle();
      if (this.daemon.failure !== null) throw this.daemon.failure;
      if (next >= time) return;
    }
  }

  async suffer({ kind, lastsMs }: Fault): Promise<void> {
    const client = this.#client;
    switch (kind) {
      case 'cut':
        return client.cut();
      case 'end':
        return client.end();
      case 'silence': {
        const share = this.#random.between(0.2, 1);
        return client.silence(() => this.#random.chance(share));
      }
      case 'compact':
        client.compact();
        return client.cut();
      case 'skew':
        this.#timers.skew = this.#random.between(-MAX_SKEW_MS, MAX_SKEW_MS);
        return;
      case 'kill':
        return this.#restart(lastsMs);
      case 'outage':
        client.weather = 'unreachable';
        client.cut();
        break;
      default:
        client.weather = kind;
        if (this.#random.chance(0.5)) client.cut();
    }
    await this.runUntil(this.now + lastsMs);
    client.weather = 'fine';
  }

  #start(): VirtualDaemon {
    return new VirtualDaemon({
      client: this.#client,
      timers: this.#timers,
      jq: this.#jq,
      checkpoint: this.#checkpoint,
      onCorrections: (corrections) => {
        this.corrections += corrections;
      },
      onTransition: (transition) => {
        this.#history.push({ told: this.now, transition });
        this.#checkpoint = this.daemon.checkpoint();
      },
    });
  }

  /** Killed, not stopped: what the next one gets is what was saved last. */
  async #restart(downMs: number): Promise<void> {
    this.restarts += 1;
    const left = this.#checkpoint;
    await this.daemon.stop();
    this.#checkpoint = left;
    await this.runUntil(this.now + downMs);
    this.daemon = this.#start();
    await settle();
  }

  #save(): void {
    this.#scheduler.after(CHECKPOINT_MS, () => {
      this.#checkpoint = this.daemon.checkpoint();
      this.#save();
    });
  }
}

/** Every promise of the daemon that can go on has gone on: nothing of it waits for anything but virtual time. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
