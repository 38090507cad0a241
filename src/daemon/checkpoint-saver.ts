/** When the checkpoint is written: one after the other, and no more often than its store should be bothered. */
import type { Timers } from '../kubernetes/timers.ts';
import type { Millis } from '../model/facts.ts';
import type { StoredCheckpoint } from './checkpoint-sections.ts';
import type { CheckpointStore } from './checkpoint-store.ts';

/** While hundreds fight there is always something to store: a twentieth of the time may go into it. */
const SHARE = 20;

export interface CheckpointSaverOptions {
  readonly store: CheckpointStore;
  readonly take: () => StoredCheckpoint;
  /** Told of each checkpoint that could not be written. */
  readonly onError: (error: unknown) => void;
  readonly timers: Pick<Timers, 'monotonic' | 'sleep'>;
  /** `soon` begins a write this long after the last one began, at the earliest, and later where taking it down takes long. */
  readonly pace: Millis;
}

export class CheckpointSaver {
  readonly #options: CheckpointSaverOptions;
  readonly #stopping = new AbortController();
  #writing: Promise<boolean> | null = null;
  #again = false;
  #waiting = false;
  #beganAt = Number.NEGATIVE_INFINITY;
  /** How long everything else stood still for the last one: it is taken down and written out as text in one go. */
  #stoodMs = 0;

  constructor(options: CheckpointSaverOptions) {
    this.#options = options;
  }

  /**
   * Writes the state as it is now; one that is asked for while another is written follows it. False when it could not be
   * written: that is told of, and costs no detection. Never rejects.
   */
  save(): Promise<boolean> {
    if (this.#writing !== null) {
      this.#again = true;
      return this.#writing;
    }
    this.#writing = this.#write().finally(() => {
      this.#writing = null;
    });
    return this.#writing;
  }

  /** As `save`, once for all that ask within the pace. */
  soon(): void {
    if (this.#waiting) return;
    const { timers, pace } = this.#options;
    const rest = this.#beganAt + Math.max(pace, SHARE * this.#stoodMs) - timers.monotonic();
    if (rest <= 0) {
      void this.save();
      return;
    }
    this.#waiting = true;
    void timers.sleep(rest, this.#stopping.signal).then(() => {
      this.#waiting = false;
      if (!this.#stopping.signal.aborted) void this.save();
    });
  }

  /** The last one: nothing is written after it. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.save();
  }

  async #write(): Promise<boolean> {
    const { store, take, onError, timers } = this.#options;
    let written: boolean;
    do {
      this.#again = false;
      this.#beganAt = timers.monotonic();
      try {
        const writing = store.write(take());
        this.#stoodMs = timers.monotonic() - this.#beganAt;
        await writing;
        written = true;
      } catch (error) {
        onError(error);
        written = false;
      }
    } while (this.#again);
    return written;
  }
}
