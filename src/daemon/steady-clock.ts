/**
 * A wall clock that does not jump. Verdicts are about distances in time: a clock that is set back an hour must not stop
 * them, one that is set forward must not end a fight by "silence". It runs with the monotonic clock and drifts towards
 * the wall clock slowly.
 */
import type { Timers } from '../kubernetes/timers.ts';
import type { Millis } from '../model/facts.ts';

/** Of the time that passes, this share at most goes into catching up with the wall clock. */
const SLEW = 0.05;

export interface ClockState {
  /** What the steady clock showed at `monotonic`. */
  readonly steady: Millis;
  readonly monotonic: number;
}

/** The next state, given both clocks now. Never goes back. */
export function planClock(state: ClockState, wall: Millis, monotonic: number): ClockState {
  const elapsed = Math.max(0, monotonic - state.monotonic);
  const steady = state.steady + elapsed;
  const behind = wall - steady;
  const correction = Math.sign(behind) * Math.min(Math.abs(behind), elapsed * SLEW);
  return { steady: steady + correction, monotonic: Math.max(monotonic, state.monotonic) };
}

/** A function that tells the time steadily from two clocks. */
export function createSteadyClock(wall: () => Millis, monotonic: () => number): () => Millis {
  let state: ClockState = { steady: wall(), monotonic: monotonic() };
  return () => {
    state = planClock(state, wall(), monotonic());
    return Math.round(state.steady);
  };
}

/** The same timers, whatever they are (an object or an instance of a class), with a wall clock that does not jump. */
export function steadyTimers(wall: Timers): Timers {
  return {
    now: createSteadyClock(
      () => wall.now(),
      () => wall.monotonic(),
    ),
    monotonic: () => wall.monotonic(),
    sleep: (ms, signal) => wall.sleep(ms, signal),
    deadline: (ms, expire) => wall.deadline(ms, expire),
    random: () => wall.random(),
  };
}
