/** Brings the messages of one receiver, in order and one at a time: tried again while there is hope, never in the way. */
import type { MessageReceiver } from '../config/receivers.ts';
import type { LazyJqEngine } from '../kubernetes/jq-engine.ts';
import type { Timers } from '../kubernetes/timers.ts';
import { counted, durationLabel } from '../report/words.ts';
import type { Logger } from '../telemetry/logger.ts';
import { letterFor, TemplateError, UnreadableFile } from './letter.ts';
import type { MessageDocument } from './message.ts';
import type { Post, Receipt } from './post.ts';

/** refused: the receiver will not have it. expired: it could not be brought in time. dropped: too many waited. */
export const MESSAGE_OUTCOMES = ['delivered', 'refused', 'expired', 'dropped'] as const;
export type MessageOutcome = (typeof MESSAGE_OUTCOMES)[number];

export interface CourierOptions {
  readonly post: Post;
  readonly jq: LazyJqEngine;
  readonly timers: Timers;
  readonly logger: Logger;
  /** Asked before every attempt. While it is false nothing is sent. */
  readonly leads: () => boolean;
}

interface Parcel {
  readonly message: MessageDocument;
  readonly since: number;
  /** recalled: it was not brought, because another process leads now. */
  readonly done: (outcome: MessageOutcome | 'recalled') => unknown;
}

/** A receiver that is away for days must not fill the memory: the oldest are dropped, and counted. */
export const MOST_WAITING = 200;
/** A message this old tells on-call nothing. */
export const EXPIRES_MS = 6 * 3_600_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 300_000;

export class Courier {
  receiver: MessageReceiver;
  readonly counts: Record<MessageOutcome, number> = { delivered: 0, refused: 0, expired: 0, dropped: 0 };
  readonly #options: CourierOptions;
  readonly #stopping = new AbortController();
  #parcels: Parcel[] = [];
  /** Being sent: what will become of it is not known. */
  #underWay: Parcel | null = null;
  #running: Promise<void> | null = null;
  /** The trouble that was told last; '' while there is none. */
  #trouble = '';

  constructor(receiver: MessageReceiver, options: CourierOptions) {
    this.receiver = receiver;
    this.#options = options;
  }

  get waiting(): number {
    return this.#parcels.length;
  }

  /** Returns at once; `done` is called when the message is brought, lost or recalled, and not at all after `stop`. */
  enqueue(message: MessageDocument, done: Parcel['done'] = () => {}): void {
    if (this.#stopping.signal.aborted) return;
    this.#parcels.push({ message, since: this.#options.timers.monotonic(), done });
    if (this.#parcels.length > MOST_WAITING) {
      // The first one is on its way.
      const [lost] = this.#parcels.splice(1, 1);
      if (lost !== undefined) void this.#end(lost, 'dropped', `more than ${MOST_WAITING} wait`);
    }
    this.#running ??= this.#work();
  }

  /** Another process leads now, and tells what was not told. */
  handOver(): void {
    const parcels = this.#parcels;
    this.#parcels = [];
    // The newest first: each takes back what it changed.
    for (const parcel of parcels.reverse()) if (parcel !== this.#underWay) parcel.done('recalled');
  }

  /** Resolves when nothing waits. */
  idle(): Promise<void> {
    return this.#running ?? Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #work(): Promise<void> {
    try {
      for (let parcel = this.#parcels[0]; parcel !== undefined; parcel = this.#parcels[0]) {
        if (!(await this.#bring(parcel))) return;
      }
    } finally {
      // In the same turn as the last look: what comes after it starts anew.
      this.#running = null;
    }
  }

  /** False when it was stopped, or handed over. */
  async #bring(parcel: Parcel): Promise<boolean> {
    const { timers, leads } = this.#options;
    const { signal } = this.#stopping;
    for (let attempt = 0; ; attempt++) {
      if (signal.aborted) return false;
      if (!leads()) {
        this.handOver();
        return false;
      }
      this.#underWay = parcel;
      const receipt = await this.#attempt(parcel.message);
      this.#underWay = null;
      if (signal.aborted && receipt.outcome !== 'delivered') return false;
      if (receipt.outcome === 'delivered') return this.#end(parcel, 'delivered', '');
      if (receipt.outcome === 'refused') return this.#end(parcel, 'refused', receipt.reason);
      if (this.#parcels[0] !== parcel) {
        // Handed over meanwhile.
        parcel.done('recalled');
        return true;
      }
      if (!leads()) continue;
      if (timers.monotonic() - parcel.since > EXPIRES_MS) return this.#end(parcel, 'expired', receipt.reason);
      this.#tell(receipt.reason);
      await timers.sleep(this.#pauseAfter(attempt, receipt.retryAfterMs), signal);
      if (this.#parcels[0] !== parcel) return true;
    }
  }

  async #attempt(message: MessageDocument): Promise<Receipt> {
    const { post, jq } = this.#options;
    try {
      const letter = await letterFor(this.receiver, message, jq);
      // Nothing may have changed while the files were read.
      if (!this.#options.leads()) return { outcome: 'again', reason: 'another replica leads', retryAfterMs: null };
      return await post.send(letter, this.#stopping.signal);
    } catch (error) {
      if (error instanceof TemplateError) return { outcome: 'refused', reason: error.message };
      const reason = error instanceof UnreadableFile ? error.message : 'it cannot be written to';
      return { outcome: 'again', reason, retryAfterMs: null };
    }
  }

  /** Doubled each time and with jitter, so that many receivers do not come back together; never sooner than was asked for. */
  #pauseAfter(attempt: number, retryAfterMs: number | null): number {
    const full = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempt, 30));
    return Math.max(full * (0.5 + this.#options.timers.random() / 2), retryAfterMs ?? 0);
  }

  /** True, when whoever gave the message has taken note of what became of it. */
  async #end(parcel: Parcel, outcome: MessageOutcome, reason: string): Promise<boolean> {
    const { logger, timers } = this.#options;
    const { name } = this.receiver;
    this.#parcels = this.#parcels.filter((each) => each !== parcel);
    this.counts[outcome] += 1;
    const fields = { event: 'message', receiver: name, outcome, key: parcel.message.key };
    if (outcome === 'delivered') {
      const late = (timers.monotonic() - parcel.since) / 1000;
      if (this.#trouble === '') logger.debug(fields, `receiver ${name} was told: ${parcel.message.title}`);
      else logger.info(fields, `receiver ${name} takes messages again; the first came ${durationLabel(late)} late`);
      this.#trouble = '';
    } else logger.error(fields, `receiver ${name} was not told "${parcel.message.title}": ${reason}`);
    await parcel.done(outcome);
    return true;
  }

  /** Once for as long as it lasts. */
  #tell(reason: string): void {
    const { logger } = this.#options;
    const { name } = this.receiver;
    const fields = { event: 'message', receiver: name, outcome: 'again', waiting: this.waiting };
    const sentence = `receiver ${name} cannot be told: ${reason}; ${counted(this.waiting, 'message')} ${this.waiting === 1 ? 'waits' : 'wait'} and will be tried again`;
    if (this.#trouble === reason) logger.debug(fields, sentence);
    else logger.warn(fields, sentence);
    this.#trouble = reason;
  }
}
