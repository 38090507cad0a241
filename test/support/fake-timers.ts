/**
 * Time that a test moves. A wait passes at once and carries the clock along; a deadline fires only when the test says
 * so, because against a real server nothing else tells "nothing will come" from "nothing has come yet".
 */
import type { Deadline, Timers } from '../../src/kubernetes/timers.ts';
import { randomOf } from './random.ts';

export class FakeTimers implements Timers {
  /** Every wait that was asked for, in milliseconds. */
  readonly slept: number[] = [];
  readonly #deadlines = new Set<{ readonly ms: number; readonly expire: () => void }>();
  readonly #looking = new Set<() => void>();
  readonly #random: () => number;
  #now: number;

  constructor(seed = 1, now = Date.UTC(2026, 0, 1)) {
    this.#random = randomOf(seed);
    this.#now = now;
  }

  /** How far the clock on the wall is ahead of the one that never goes back. */
  wallAhead = 0;

  now(): number {
    return this.#now + this.wallAhead;
  }

  monotonic(): number {
    return this.#now;
  }

  random(): number {
    return this.#random();
  }

  advance(ms: number): void {
    this.#now += ms;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    this.slept.push(ms);
    return new Promise((resolve) => {
      const wake = () => {
        if (!signal.aborted) this.#now += ms;
        resolve();
      };
      // Through the event loop, so that a server in this process gets its turn.
      setImmediate(wake);
    });
  }

  deadline(ms: number, expire: () => void): Deadline {
    const deadline = { ms, expire };
    const start = () => {
      this.#deadlines.add(deadline);
      for (const look of [...this.#looking]) look();
    };
    let cancelled = false;
    start();
    return {
      extend: () => {
        if (cancelled) start();
        cancelled = false;
      },
      cancel: () => {
        cancelled = true;
        this.#deadlines.delete(deadline);
      },
    };
  }

  /** Deadlines that wait now. */
  get pending(): number {
    return this.#deadlines.size;
  }

  /** Lets every deadline that waits now fire, or those of `ms` only. */
  expire(ms?: number): void {
    for (const deadline of [...this.#deadlines]) {
      if (ms !== undefined && deadline.ms !== ms) continue;
      this.#deadlines.delete(deadline);
      deadline.expire();
    }
  }

  /** Resolves when a deadline of `ms` waits. */
  untilDeadline(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (![...this.#deadlines].some((deadline) => deadline.ms === ms)) return;
        this.#looking.delete(look);
        resolve();
      };
      this.#looking.add(look);
      look();
    });
  }
}
