/** Time as the watches need it. Injected, so that a test moves it and never sleeps. */
import type { Millis } from '../model/facts.ts';

/** A guard that fires unless something keeps pushing it back. */
export interface Deadline {
  /** Starts the wait anew, also after `cancel`. */
  extend(): void;
  cancel(): void;
}

/** Waits for `turn`, which does not count towards the deadline. Where it rejects the deadline stays cancelled. */
export async function uncounted(deadline: Deadline, turn: Promise<void>): Promise<void> {
  deadline.cancel();
  await turn;
  deadline.extend();
}

export interface Timers {
  /** Wall clock: for the time a change was learned at. It may jump. */
  now(): Millis;
  /** Milliseconds from an arbitrary point, never backwards: for how long a stream lived. */
  monotonic(): number;
  /** Resolves after `ms`, or at once when `signal` aborts. Never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Calls `expire` once, `ms` after the last `extend`. */
  deadline(ms: number, expire: () => void): Deadline;
  /** Uniform in [0, 1): the jitter that keeps a fleet of watches from coming back together. */
  random(): number;
}

export const systemTimers: Timers = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  random: () => Math.random(),
  sleep(ms, signal) {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done, { once: true });
    });
  },
  deadline(ms, expire) {
    let timer: ReturnType<typeof setTimeout> | null = setTimeout(expire, ms);
    return {
      extend: () => {
        timer = timer === null ? setTimeout(expire, ms) : timer.refresh();
      },
      cancel: () => {
        if (timer !== null) clearTimeout(timer);
        timer = null;
      },
    };
  },
};
