/**
 * How much of a fight reversals make, with forgetting: each adds one, and half of the sum is gone after fifteen
 * minutes (penalty with half-life, RFC 2439 section 2.2). Two thresholds, so that a verdict does not itself flap.
 * At one reversal per 303 s (Argo CD's backoff cap plus the scaler's reaction) the third reaches 2.4, the steady
 * state 4.8; two lone reverts an hour stay at 1.06 for ever.
 */
import type { Millis } from '../model/facts.ts';

export const HALF_LIFE_MS = 15 * 60_000;
/** Two reversals that belong together. */
export const SUSPECT_AT = 1.5;
/** The third reversal, up to about six minutes apart. */
export const CONFIRM_AT = 2.3;
/** Below this a fight without a standing cause is forgotten. */
export const FORGET_BELOW = 1;
/** A score does not grow past this, so that a long fight is forgotten as fast as a short one. */
const CEILING = 6;

export interface Score {
  value: number;
  at: Millis;
}

export const NO_SCORE: Score = { value: 0, at: 0 };

/** The score at `now`. A clock that jumps back does not raise it. */
export function scoreAt(score: Score, now: Millis): number {
  if (score.value === 0) return 0;
  const elapsed = Math.max(0, now - score.at);
  return score.value * 2 ** (-elapsed / HALF_LIFE_MS);
}

/** The score after one more reversal at `now`. */
export function addReversal(score: Score, now: Millis): Score {
  return { value: Math.min(CEILING, scoreAt(score, now) + 1), at: Math.max(now, score.at) };
}
