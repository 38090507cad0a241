/**
 * Replicas that elect a leader in virtual time: the real elector, and the embedded server's real handling of a Lease;
 * between them a network that delays, loses and cuts, and under each replica clocks of its own and a process that can
 * be stopped, woken and killed.
 */
import { type ElectionTiming, timingOf } from '../../src/daemon/election-plan.ts';
import { Elector } from '../../src/daemon/elector.ts';
import { ApiError } from '../../src/embedded/api-error.ts';
import { parseResourcePath } from '../../src/embedded/http/request-path.ts';
import { ObjectWriter } from '../../src/embedded/http/writes.ts';
import { Random } from '../../src/embedded/random.ts';
import { Store } from '../../src/embedded/store.ts';
import type { SendOptions, WritingClient } from '../../src/kubernetes/client.ts';
import { errorOfResponse, KubeRequestError } from '../../src/kubernetes/errors.ts';
import { LeaseClient } from '../../src/kubernetes/leases.ts';
import type { Timers } from '../../src/kubernetes/timers.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { randomOf } from './random.ts';

const EPOCH = Date.UTC(2026, 0, 1);
/** How often each replica would like to write something as the leader. */
const WRITE_EVERY_MS = 400;
const LEASE = parseResourcePath('/apis/coordination.k8s.io/v1/namespaces/tugwatch/leases/tugwatch');

export interface ReplicaTraits {
  /** How fast its clocks run: 1.05 gains three seconds a minute. */
  readonly rate?: number;
  /** Its wall clock is off by so much, ms. */
  readonly skew?: number;
  /** Longest way of a request or of an answer, ms. */
  readonly latency?: number;
}

/** A write that reached the server. */
export interface ArrivedWrite {
  readonly by: string;
  readonly term: number;
  readonly at: number;
}

interface Due {
  readonly at: number;
  readonly order: number;
  readonly owner: Replica | null;
  readonly run: () => void;
}

export class Replica {
  readonly name: string;
  readonly elector: Elector;
  readonly ended: Promise<void>;
  readonly #world: VirtualElection;
  readonly #rate: number;
  readonly latency: number;
  readonly held: Due[] = [];
  alive = true;
  stopped = false;
  /** Which ways of the network are cut. */
  cut = { requests: false, answers: false };
  #skew: number;
  #standing = 0;
  #stoodSince: number | null = null;

  constructor(world: VirtualElection, name: string, traits: ReplicaTraits) {
    this.#world = world;
    this.name = name;
    this.#rate = traits.rate ?? 1;
    this.#skew = traits.skew ?? 0;
    this.latency = traits.latency ?? 20;
    const lease = new LeaseClient(this.#client(), 'tugwatch', 'tugwatch');
    const logger = createLogger({ format: 'json', level: 'silent' });
    this.elector = new Elector({ lease, identity: name, timing: world.timing, timers: this.timers(), logger });
    this.ended = this.elector.run();
    this.#write();
  }

  /** By this process itself; one that is stopped or dead does nothing. */
  get leads(): boolean {
    return this.alive && !this.stopped && this.elector.leads();
  }

  kill(): void {
    this.alive = false;
  }

  /** SIGSTOP; with `suspended` the machine sleeps, and its monotonic clock with it. */
  stop(suspended = false): void {
    this.stopped = true;
    if (suspended) this.#stoodSince ??= this.#world.now;
  }

  wake(): void {
    if (this.#stoodSince !== null) this.#standing += this.#world.now - this.#stoodSince;
    this.#stoodSince = null;
    this.stopped = false;
    for (const { run } of this.held.splice(0)) this.#world.schedule(0, this, run);
  }

  jump(ms: number): void {
    this.#skew += ms;
  }

  timers(): Timers {
    const world = this.#world;
    return {
      now: () => EPOCH + world.now * this.#rate + this.#skew,
      monotonic: () => (world.now - this.#standing) * this.#rate,
      random: () => world.random(),
      sleep: (ms, signal) =>
        new Promise((resolve) => {
          if (signal.aborted) return resolve();
          signal.addEventListener('abort', () => resolve(), { once: true });
          // A timer of Node waits a millisecond at least.
          world.schedule(Math.max(1, ms / this.#rate), this, resolve);
        }),
      deadline: (ms, expire) => {
        let cancelled = false;
        world.schedule(ms / this.#rate, this, () => {
          if (!cancelled) expire();
        });
        return {
          extend: () => {
            throw new Error('not needed here');
          },
          cancel: () => {
            cancelled = true;
          },
        };
      },
    };
  }

  #write(): void {
    if (this.elector.leads()) {
      const { term } = this.elector;
      const way = this.#world.random() * this.latency;
      if (!this.cut.requests)
        this.#world.schedule(way, null, () => {
          this.#world.arrived.push({ by: this.name, term, at: this.#world.now });
        });
    }
    this.#world.schedule(WRITE_EVERY_MS, this, () => this.#write());
  }

  #client(): WritingClient {
    const unused = () => Promise.reject(new Error('not needed here'));
    return {
      server: 'https://virtual',
      cluster: 'virtual',
      user: this.name,
      stream: unused,
      close: () => Promise.resolve(),
      get: (path, options = {}) => this.#exchange('GET', path, options),
      send: (method, path, options = {}) => this.#exchange(method, path, options),
    };
  }

  #exchange(method: string, path: string, options: SendOptions): Promise<unknown> {
    const world = this.#world;
    return new Promise((resolve, reject) => {
      const lost = () => reject(new KubeRequestError({ kind: 'network', message: 'no answer' }));
      options.signal?.addEventListener('abort', lost, { once: true });
      if (this.cut.requests) return;
      world.schedule(world.random() * this.latency, null, () => {
        const answer = world.perform(method, path, options);
        if (this.cut.answers) return;
        world.schedule(world.random() * this.latency, this, () => {
          if (answer instanceof Error) reject(answer);
          else resolve(answer);
        });
      });
    });
  }
}

export class VirtualElection {
  readonly timing: ElectionTiming = timingOf(15);
  readonly random: () => number;
  readonly replicas: Replica[] = [];
  readonly arrived: ArrivedWrite[] = [];
  now = 0;
  readonly #store: Store;
  readonly #writer: ObjectWriter;
  readonly #due: Due[] = [];
  #order = 0;

  constructor(seed: number) {
    this.random = randomOf(seed);
    this.#store = new Store({ now: () => EPOCH + this.now, random: new Random(seed), historyLimit: 10 });
    this.#writer = new ObjectWriter(this.#store, () => EPOCH + this.now);
  }

  add(traits: ReplicaTraits = {}): Replica {
    const replica = new Replica(this, `replica-${this.replicas.length}`, traits);
    this.replicas.push(replica);
    return replica;
  }

  get leaders(): string[] {
    return this.replicas.filter(({ leads }) => leads).map(({ name }) => name);
  }

  /** The Lease as it is stored; undefined before there is one. */
  get lease() {
    if (LEASE === undefined) throw new Error('the embedded cluster serves no Leases');
    return this.#store.get(LEASE.info, LEASE.namespace, LEASE.name);
  }

  schedule(ms: number, owner: Replica | null, run: () => void): void {
    this.#due.push({ at: this.now + ms, order: this.#order++, owner, run });
  }

  /** Lets time pass. @throws Error in the moment in which two lead */
  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.now = Math.max(this.now, next.at);
      const { owner } = next;
      if (owner !== null && !owner.alive) continue;
      if (owner?.stopped) owner.held.push(next);
      else next.run();
      await new Promise((resolve) => setImmediate(resolve));
      if (this.leaders.length > 1) throw new Error(`two lead at ${this.now} ms: ${this.leaders.join(' and ')}`);
    }
    this.now = end;
  }

  perform(method: string, path: string, options: SendOptions): unknown {
    const parsed = parseResourcePath(path);
    if (parsed === undefined) throw new Error(`${path} is no path of a resource`);
    const request = {
      path: parsed,
      query: new URLSearchParams(options.query ?? {}),
      contentType: options.contentType ?? 'application/json',
      userAgent: 'tugwatch',
      body: JSON.stringify(options.body ?? null),
    };
    try {
      if (method === 'GET') return this.#writer.read(parsed);
      return (method === 'POST' ? this.#writer.create(request) : this.#writer.patch(request)).object;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const status = JSON.stringify(error.toStatus());
      return new KubeRequestError(errorOfResponse(`${method} ${path}`, error.code, status, undefined, 0));
    }
  }

  #next(end: number): Due | undefined {
    let first: Due | undefined;
    for (const due of this.#due) {
      if (first === undefined || due.at < first.at || (due.at === first.at && due.order < first.order)) first = due;
    }
    if (first === undefined || first.at > end) return undefined;
    this.#due.splice(this.#due.indexOf(first), 1);
    return first;
  }
}
