import { describe, expect, it } from 'vitest';
import { createSteadyClock, planClock, steadyTimers } from '../../src/daemon/steady-clock.ts';
import { FakeTimers } from '../support/fake-timers.ts';
import { fc } from '../support/property.ts';

const NOON = Date.parse('2026-11-21T12:00:00Z');

describe('the steady clock', () => {
  it('runs with the wall clock while that is well', () => {
    const next = planClock({ steady: NOON, monotonic: 0 }, NOON + 1_000, 1_000);
    expect(next.steady).toBe(NOON + 1_000);
  });

  it('does not follow a wall clock that is set an hour ahead: five minutes of silence stay five minutes', () => {
    const next = planClock({ steady: NOON, monotonic: 0 }, NOON + 3_600_000 + 1_000, 1_000);
    expect(next.steady).toBeLessThanOrEqual(NOON + 1_050);
  });

  it('goes on when the wall clock is set back an hour', () => {
    const next = planClock({ steady: NOON, monotonic: 0 }, NOON - 3_600_000, 10_000);
    expect(next.steady).toBeGreaterThan(NOON + 9_000);
  });

  it('catches up with a corrected wall clock in the end', () => {
    let state = { steady: NOON, monotonic: 0 };
    for (let second = 1; second <= 600; second++)
      state = planClock(state, NOON + 10_000 + second * 1_000, second * 1_000);
    expect(state.steady).toBe(NOON + 610_000);
  });

  it('never goes back, whatever both clocks do', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ wall: fc.integer({ min: 0, max: 2 ** 41 }), passed: fc.integer({ min: -5_000, max: 60_000 }) }),
        ),
        (steps) => {
          let wall = NOON;
          let monotonic = 0;
          const now = createSteadyClock(
            () => wall,
            () => monotonic,
          );
          let last = now();
          for (const step of steps) {
            wall = step.wall;
            monotonic += step.passed;
            const time = now();
            expect(time).toBeGreaterThanOrEqual(last);
            last = time;
          }
        },
      ),
    );
  });
});

describe('steady timers', () => {
  it('keep every timer of a class, whose methods no spread would take along', async () => {
    const wall = new FakeTimers();
    const timers = steadyTimers(wall);
    expect(timers.now()).toBe(wall.now());
    await timers.sleep(5_000, new AbortController().signal);
    expect(timers.monotonic()).toBe(wall.monotonic());
    const expired = new Promise<void>((resolve) => timers.deadline(1_000, resolve));
    wall.expire(1_000);
    await expired;
    expect(timers.random()).toBeLessThan(1);
  });
});
