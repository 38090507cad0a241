import { describe, expect, it } from 'vitest';
import {
  addReversal,
  CONFIRM_AT,
  FORGET_BELOW,
  HALF_LIFE_MS,
  NO_SCORE,
  type Score,
  SUSPECT_AT,
  scoreAt,
} from '../../src/detect/score.ts';
import { fc } from '../support/property.ts';

function reversed(count: number, seconds: number): Score {
  let score = NO_SCORE;
  for (let i = 0; i < count; i++) score = addReversal(score, 1_000_000 + i * seconds * 1000);
  return score;
}

describe('the score of reversals', () => {
  it.each([5, 15, 60, 303, 360])('suspects at the second and confirms at the third, one every %i s', (seconds) => {
    expect(reversed(1, seconds).value).toBeLessThan(SUSPECT_AT);
    expect(reversed(2, seconds).value).toBeGreaterThanOrEqual(SUSPECT_AT);
    expect(reversed(2, seconds).value).toBeLessThan(CONFIRM_AT);
    expect(reversed(3, seconds).value).toBeGreaterThanOrEqual(CONFIRM_AT);
  });

  it('never confirms two an hour, for however long', () => {
    expect(reversed(100, 3600).value).toBeLessThan(SUSPECT_AT);
  });

  it('has lost half after fifteen minutes', () => {
    expect(scoreAt({ value: 4, at: 0 }, HALF_LIFE_MS)).toBeCloseTo(2);
  });

  it('of a long fight is forgotten within the hour, like that of a short one', () => {
    const long = reversed(10_000, 15);
    expect(scoreAt(long, long.at + 3_600_000)).toBeLessThan(FORGET_BELOW);
  });

  it('neither rises nor forgets faster by a clock that jumps back', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 10_000_000 }), { maxLength: 30 }), (times) => {
        let score = NO_SCORE;
        for (const time of times) {
          const before = score;
          score = addReversal(score, time);
          expect(score.value).toBeLessThanOrEqual(before.value + 1);
          expect(score.at).toBeGreaterThanOrEqual(before.at);
        }
      }),
    );
  });
});
