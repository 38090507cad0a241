/** Takes part in the election over one Lease, by the plan of election-plan.ts, until it is released. */
import { KubeRequestError } from '../kubernetes/errors.ts';
import type { LeaseClient, LeaseWrite } from '../kubernetes/leases.ts';
import type { Timers } from '../kubernetes/timers.ts';
import type { Millis } from '../model/facts.ts';
import type { Logger } from '../telemetry/logger.ts';
import {
  afterAnswer,
  beginElection,
  type ElectionAnswer,
  type ElectionRequest,
  type ElectionState,
  type ElectionTiming,
  type Instant,
  leadsAt,
  planElection,
  planRelease,
} from './election-plan.ts';

export interface ElectorOptions {
  readonly lease: LeaseClient;
  /** Never two processes with the same one, a restarted one included. */
  readonly identity: string;
  readonly timing: ElectionTiming;
  /** Real ones: a clock that is kept from jumping could hide that this process stood still. */
  readonly timers: Timers;
  readonly logger: Logger;
}

/** Of a Lease that was given up, as client-go writes it: whoever waits by the old rules waits no longer than this. */
const RELEASED_SECONDS = 1;
/** A Lease that cannot be had is told of again after this long. */
const REMIND_MS = 10 * 60_000;

export class Elector {
  readonly identity: string;
  readonly #options: ElectorOptions;
  readonly #stopping = new AbortController();
  readonly #listeners: (() => void)[] = [];
  #state: ElectionState;
  #running: Promise<void> = Promise.resolve();
  #released = false;
  #lastSign = Number.NEGATIVE_INFINITY;
  #holder = '';
  #trouble: { readonly kind: string; toldAt: Millis } | null = null;

  constructor(options: ElectorOptions) {
    this.#options = options;
    this.identity = options.identity;
    this.#state = beginElection(options.identity, options.timing, options.timers.monotonic());
  }

  /** Whether this process holds the Lease and has renewed it lately, by its own clocks, now. */
  leads(): boolean {
    return !this.#released && leadsAt(this.#state, this.#instant());
  }

  /** Another number: the Lease was taken anew, and somebody else may have led in between. */
  get term(): number {
    return this.#state.term;
  }

  /** When another holder was last seen to renew, or to give up, the Lease; monotonic. -Infinity: never. */
  get lastSign(): Millis {
    return this.#lastSign;
  }

  /** Called whenever `leads` or `term` may have changed. */
  onTurn(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Takes part until `release`. Rejects only on a defect of ours. */
  run(): Promise<void> {
    const running = this.#run();
    this.#running = running.catch(() => {});
    return running;
  }

  /**
   * Gives the Lease up, so that another need not wait for it to expire. Whatever this process writes as the leader must
   * be over by then. Never rejects; `withinMs` at most.
   */
  async release(withinMs: Millis): Promise<void> {
    // First of all: from here on nothing may be written, whatever becomes of the request.
    this.#released = true;
    this.#stopping.abort();
    const giveUp = new AbortController();
    const deadline = this.#options.timers.deadline(withinMs, () => giveUp.abort());
    await this.#running;
    for (let step = planRelease(this.#state); step !== null; step = planRelease(this.#state)) {
      const answer = await this.#ask(step, giveUp.signal);
      // It expires by itself.
      if (answer.type === 'failed') break;
      this.#state = afterAnswer(this.#state, step, answer, { sentAt: this.#instant(), now: 0, random: 0 });
      if (step.action === 'write' && answer.type === 'lease')
        this.#options.logger.info({ event: 'leader-released' }, `${this.#options.lease.described} was given up`);
    }
    deadline.cancel();
  }

  async #run(): Promise<void> {
    const { timers } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const step = planElection(this.#state, timers.monotonic());
      if (step.action === 'wait') await this.#wait(step.ms);
      else await this.#attempt(step);
    }
  }

  /** Wakes up when the leadership ends, too, so that whoever listens learns of it in time. */
  async #wait(ms: Millis): Promise<void> {
    const { timers } = this.#options;
    const left = this.#leftToLead();
    await timers.sleep(left > 0 ? Math.min(ms, left) : ms, this.#stopping.signal);
    this.#tell();
  }

  async #attempt(step: ElectionRequest): Promise<void> {
    const { timers, timing } = this.#options;
    const sentAt = this.#instant();
    const limit = new AbortController();
    const abort = () => limit.abort();
    // A request that hangs must leave time for another one before the leadership ends.
    const deadline = timers.deadline(timing.renew / 2, abort);
    this.#stopping.signal.addEventListener('abort', abort, { once: true });
    const answer = await this.#ask(step, limit.signal);
    this.#stopping.signal.removeEventListener('abort', abort);
    deadline.cancel();
    const before = this.#state;
    const now = timers.monotonic();
    this.#state = afterAnswer(before, step, answer, { sentAt, now, random: timers.random() });
    if (isSignOfAnother(before, this.#state)) this.#lastSign = now;
    this.#tell();
  }

  async #ask(step: ElectionRequest, signal: AbortSignal): Promise<ElectionAnswer> {
    const { lease, timing, timers } = this.#options;
    try {
      if (step.action === 'read') {
        const found = await lease.read(signal);
        this.#served();
        return found === null ? { type: 'absent' } : { type: 'lease', lease: found };
      }
      const write: LeaseWrite = {
        holder: step.holder,
        durationSeconds: step.holder === '' ? RELEASED_SECONDS : timing.lease / 1000,
        at: timers.now(),
        acquire: step.acquire,
        transitions: step.transitions,
      };
      const { resourceVersion } = step;
      const stored =
        resourceVersion === null
          ? await lease.create(write, signal)
          : await lease.update(write, resourceVersion, signal);
      this.#served();
      return { type: 'lease', lease: stored };
    } catch (error) {
      return this.#failed(error, step, signal);
    }
  }

  #failed(thrown: unknown, step: ElectionRequest, signal: AbortSignal): ElectionAnswer {
    if (!(thrown instanceof KubeRequestError)) throw thrown;
    const { error } = thrown;
    if (error.kind === 'conflict') return { type: 'conflict' };
    // A Lease that is created where no namespace is, too, is "not found".
    if (error.kind === 'notFound' && step.action === 'write' && step.resourceVersion !== null)
      return { type: 'absent' };
    if (!this.#stopping.signal.aborted) this.#complain(signal.aborted ? 'timeout' : error.kind, thrown.message);
    return { type: 'failed', retryAfter: error.kind === 'throttled' ? error.retryAfterMs : null };
  }

  /** Once a trouble, and now and then while it lasts. */
  #complain(kind: string, message: string): void {
    const { timers, logger, lease } = this.#options;
    const now = timers.monotonic();
    if (this.#trouble?.kind === kind && now - this.#trouble.toldAt < REMIND_MS) return;
    this.#trouble = { kind, toldAt: now };
    const advice =
      kind === 'forbidden'
        ? '; grant it (manifests/base/role.yaml), or set leaderElection to never where one runs alone'
        : '';
    const reason = kind === 'timeout' ? 'no answer in time' : message;
    logger.warn(
      { event: 'leader-election', kind },
      `${lease.described} cannot be had, and without it this replica only watches: ${reason}${advice}`,
    );
  }

  #served(): void {
    if (this.#trouble === null) return;
    this.#trouble = null;
    this.#options.logger.info({ event: 'leader-election' }, `${this.#options.lease.described} can be had again`);
  }

  #tell(): void {
    const { seen } = this.#state;
    const { logger, lease } = this.#options;
    if (seen !== null && seen !== 'absent' && seen.holder !== this.#holder) {
      this.#holder = seen.holder;
      if (seen.holder !== '' && seen.holder !== this.identity)
        logger.info({ event: 'leader', holder: seen.holder }, `${lease.described} is held by ${seen.holder}`);
    }
    for (const listener of this.#listeners) listener();
  }

  /** Until `leads` ends by itself; 0 or less when it does not lead. */
  #leftToLead(): Millis {
    const { renewedAt, timing } = this.#state;
    if (renewedAt === null) return 0;
    return timing.renew - (this.#options.timers.monotonic() - renewedAt.monotonic);
  }

  #instant(): Instant {
    const { timers } = this.#options;
    return { monotonic: timers.monotonic(), wall: timers.now() };
  }
}

/** A change of a Lease that was known, made by somebody else. The first sight of one says nothing about its holder. */
function isSignOfAnother({ seen: before, identity }: ElectionState, { seen: after }: ElectionState): boolean {
  if (before === null || before === 'absent' || after === null || after === 'absent') return false;
  if (before.resourceVersion === after.resourceVersion || after.holder === identity) return false;
  return after.holder !== '' || (before.holder !== '' && before.holder !== identity);
}
