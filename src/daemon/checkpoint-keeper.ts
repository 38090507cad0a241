/** The checkpoint over the life of the daemon: read at the start and when the leadership is taken over, then written. */
import { readCheckpoint } from '../detect/checkpoint.ts';
import type { Engine } from '../engine.ts';
import { KubeRequestError } from '../kubernetes/errors.ts';
import type { Timers } from '../kubernetes/timers.ts';
import type { Millis } from '../model/facts.ts';
import type { Observation } from '../model/observations.ts';
import { counted } from '../report/words.ts';
import type { Logger } from '../telemetry/logger.ts';
import { CheckpointSaver } from './checkpoint-saver.ts';
import { keepSound, type SoundCheckpoint } from './checkpoint-schema.ts';
import type { CheckpointSections } from './checkpoint-sections.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import { defectFields } from './defect.ts';
import type { Leadership } from './leadership.ts';

/** Conflicts are saved when one changes its state, and this often. */
const EVERY_MS = 60_000;
/** The start waits this long for an API server that is not there yet; what it cannot read by then is merged later. */
const BEGIN_WITHIN_MS = 5_000;
/** A new leader waits this long for what the one before has stored: without it, it may tell something twice. */
const TAKE_OVER_WITHIN_MS = 30_000;
const RETRY_MS = 1_000;

export interface KeeperContext {
  readonly engine: Engine;
  /** Names of the workload clusters that are watched; none when absent. */
  readonly clusters?: readonly string[];
  readonly sections: CheckpointSections;
  readonly logger: Logger;
  readonly timers: Timers;
  readonly leadership: Leadership;
}

export interface KeeperOptions extends KeeperContext {
  readonly store: CheckpointStore;
  /** Other replicas read and write it, too: only the leader writes. */
  readonly shared: boolean;
  readonly pace: Millis;
}

type Read = { readonly stored: unknown } | { readonly failed: string; readonly passing: boolean };

export class CheckpointKeeper {
  readonly #options: KeeperOptions;
  readonly #saver: CheckpointSaver;
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  /** Conflicts in the checkpoint that was taken over last, and their states. */
  #before: ReadonlyMap<string, string> = new Map();
  /** A checkpoint that cannot be written is told of once, until one can. */
  #failing = false;

  constructor(options: KeeperOptions) {
    this.#options = options;
    const { engine, sections, timers, pace, store } = options;
    this.#saver = new CheckpointSaver({
      store: {
        described: store.described,
        read: () => store.read(),
        write: async (checkpoint) => {
          await this.#write(checkpoint);
          this.#failing = false;
        },
      },
      take: () => ({ ...engine.pipeline.detector.checkpoint(), sections: sections.save() }),
      onError: (error) => this.#complain(error),
      timers,
      pace,
    });
    options.leadership.onChange((leads) => {
      if (leads) this.soon();
    });
  }

  /** Restores what is stored; when it cannot be had soon, goes on without and merges it when it can. Never rejects. */
  async begin(): Promise<void> {
    const read = await this.#read(BEGIN_WITHIN_MS);
    if ('stored' in read) this.#restore(read.stored);
    else {
      this.#warn(`starting without history: ${read.failed}`);
      if (read.passing) void this.#mergeLater();
    }
    this.#timer = setInterval(() => this.soon(), EVERY_MS);
  }

  /** Merges what the leader before has stored, and stores the whole. Never rejects; ends within half a minute. */
  async takeOver(): Promise<void> {
    if (!this.#options.shared) return;
    const read = await this.#read(TAKE_OVER_WITHIN_MS);
    this.#before = readStates('stored' in read ? read.stored : null);
    if ('stored' in read) this.#merge(read.stored);
    else this.#warn(`leading without what the leader before has stored, so it may be told twice: ${read.failed}`);
  }

  /** Whether the leader before has stored this very state of the conflict: then it has told of it. */
  knewBefore(observation: Observation): boolean {
    if (observation.type !== 'transition') return false;
    const { to, conflict } = observation.transition;
    return this.#before.get(conflict.id) === to;
  }

  /** False when it was not stored, which in a follower is as it should be. Never rejects. */
  save(): Promise<boolean> {
    return this.#mayWrite() ? this.#saver.save() : Promise.resolve(false);
  }

  /** Soon, together with what else changes by then. */
  soon(): void {
    if (this.#mayWrite()) this.#saver.soon();
  }

  /** Ends without a last write: this process never began to watch. */
  abandon(): void {
    clearInterval(this.#timer);
    this.#stopping.abort();
  }

  /** `overdue`: nobody waits for the last write any more, and whoever did has said so. */
  async close(overdue?: AbortSignal): Promise<void> {
    this.abandon();
    overdue?.addEventListener('abort', () => {
      this.#failing = true;
    });
    if (this.#mayWrite()) await this.#saver.close();
  }

  #mayWrite(): boolean {
    return !this.#options.shared || this.#options.leadership.leads();
  }

  async #write(checkpoint: Parameters<CheckpointStore['write']>[0]): Promise<void> {
    const { store, engine, sections } = this.#options;
    try {
      await store.write(checkpoint);
    } catch (error) {
      if (!(error instanceof KubeRequestError) || error.error.kind !== 'conflict') throw error;
      // Somebody wrote who led before, or by hand: what they know is taken in, not written over.
      this.#merge(await store.read());
      await store.write({ ...engine.pipeline.detector.checkpoint(), sections: sections.save() });
    }
  }

  /** Tries again for so long, where that may help. */
  async #read(withinMs: Millis): Promise<Read> {
    const { store, timers } = this.#options;
    const { signal } = this.#stopping;
    const until = timers.monotonic() + withinMs;
    for (;;) {
      const read = await readOnce(store);
      const goesOn = 'passing' in read && read.passing && timers.monotonic() < until && !signal.aborted;
      if (!goesOn) return read;
      await timers.sleep(RETRY_MS, signal);
    }
  }

  async #mergeLater(): Promise<void> {
    const read = await this.#read(Number.POSITIVE_INFINITY);
    if ('stored' in read && !this.#stopping.signal.aborted) this.#merge(read.stored);
  }

  #restore(stored: unknown): void {
    const { engine, sections, store, logger } = this.#options;
    if (stored === null) return;
    const { detector } = engine.pipeline;
    const { checkpoint, dropped } = this.#sound(stored);
    const refused = detector.restore(checkpoint);
    sections.restore(stored);
    const takenOver = `${counted(detector.conflicts().length, 'conflict')} taken over from ${store.described}`;
    if (refused !== null) this.#warn(`starting without history: ${refused}`);
    else if (dropped > 0)
      logger.warn(
        { event: 'checkpoint', dropped },
        `${takenOver}; ${counted(dropped, 'entry', 'entries')} of it cannot be read`,
      );
    else logger.info({ event: 'checkpoint' }, takenOver);
  }

  #merge(stored: unknown): void {
    const { engine, sections, store, logger } = this.#options;
    if (stored === null) return;
    const merged = engine.pipeline.detector.merge(this.#sound(stored).checkpoint);
    sections.restore(stored);
    if (typeof merged === 'string') this.#warn(`nothing is taken over from ${store.described}: ${merged}`);
    else if (merged > 0)
      logger.info(
        { event: 'checkpoint' },
        `${counted(merged, 'conflict')} that were not seen here taken over from ${store.described}`,
      );
  }

  #sound(stored: unknown): SoundCheckpoint {
    return keepSound(stored, this.#options.clusters ?? []);
  }

  #complain(error: unknown): void {
    const { store, logger } = this.#options;
    const level = this.#failing ? 'debug' : 'error';
    this.#failing = true;
    const reason = error instanceof Error ? error.message : String(error);
    logger[level](
      { event: 'checkpoint', ...defectFields(error) },
      `the checkpoint ${store.described} could not be written: ${reason}`,
    );
  }

  #warn(message: string): void {
    this.#options.logger.warn({ event: 'checkpoint' }, message);
  }
}

function readStates(stored: unknown): ReadonlyMap<string, string> {
  const read = readCheckpoint(keepSound(stored, null).checkpoint);
  return new Map('refused' in read ? [] : read.state.records.map(({ id, state }) => [id, state]));
}

async function readOnce(store: CheckpointStore): Promise<Read> {
  try {
    return { stored: await store.read() };
  } catch (error) {
    const failed = error instanceof Error ? error.message : String(error);
    const kind = error instanceof KubeRequestError ? error.error.kind : null;
    return { failed, passing: kind === 'network' || kind === 'throttled' || kind === 'server' };
  }
}
