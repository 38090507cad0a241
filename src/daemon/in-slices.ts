/** Long work in short turns: events, scrapes and pages are taken in between. */
import { setImmediate } from 'node:timers/promises';
import type { Sliced } from '../audit/slices.ts';

/** Nobody waits longer for a turn to end, but for one slice. */
const TURN_MS = 4;

/** What was made, and the time that its turns took. */
export interface Made<T> {
  readonly made: T;
  readonly ms: number;
}

/** `monotonic` in milliseconds. Rejects with what the work throws. */
export async function inSlices<T>(
  work: Sliced<T>,
  monotonic: () => number,
  nextTurn: () => Promise<void> = setImmediate,
): Promise<Made<T>> {
  for (let ms = 0; ; await nextTurn()) {
    const began = monotonic();
    let step = work.next();
    while (step.done !== true && monotonic() - began < TURN_MS) step = work.next();
    ms += monotonic() - began;
    if (step.done === true) return { made: step.value, ms };
  }
}
