/** The daemon's time in a soak: the same interface as in a pod, moved by a virtual scheduler. */
import type { Random } from '../../src/embedded/random.ts';
import type { VirtualScheduler } from '../../src/embedded/scheduler.ts';
import type { Deadline, Timers } from '../../src/kubernetes/timers.ts';

export class VirtualTimers implements Timers {
  readonly #scheduler: VirtualScheduler;
  #random: Random;
  /** How far the clock on the wall is off, ms: it may be set while the daemon runs. */
  skew = 0;

  constructor(scheduler: VirtualScheduler, random: Random) {
    this.#scheduler = scheduler;
    this.#random = random;
  }

  reseed(random: Random): void {
    this.#random = random;
  }

  now(): number {
    return this.#scheduler.now() + this.skew;
  }

  monotonic(): number {
    return this.#scheduler.now();
  }

  random(): number {
    return this.#random.next();
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const done = () => {
        cancel();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const cancel = this.#scheduler.after(ms, done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  /** A watch extends its deadline with every chunk: the task is planned anew only when it comes and finds that it is early. */
  deadline(ms: number, expire: () => void): Deadline {
    let due = this.monotonic() + ms;
    let cancel = () => {};
    const look = () => {
      const left = due - this.monotonic();
      if (left <= 0) expire();
      else cancel = this.#scheduler.after(left, look);
    };
    cancel = this.#scheduler.after(ms, look);
    return {
      extend: () => {
        due = this.monotonic() + ms;
      },
      cancel: () => cancel(),
    };
  }
}
