/** How long Argo CD waits between two self-heals, by version (knowledge from controller/appcontroller.go:2511-2543). */
export interface HealBackoff {
  /** Wait before the first, second, … heal, seconds; the last one holds for all that follow. */
  readonly waitsSeconds: readonly number[];
}

export type ArgoCdVersion = '2.12' | '2.14' | '3.5';

/** Up to 2.12.6 a fixed 5 s; since 2.12.7 and 2.13: 2 s, times 3, at most 300 s. */
const FIXED: HealBackoff = { waitsSeconds: [5] };
const GROWING: HealBackoff = { waitsSeconds: [0, 2, 6, 18, 54, 162, 300] };

export function healBackoff(version: ArgoCdVersion): HealBackoff {
  return version === '2.12' ? FIXED : GROWING;
}

/**
 * How long a heal still has to wait, ms. `attempts` is the count of the operation before (0 after an ordinary sync),
 * `sinceFinished` what has passed since its end, ms. Never negative.
 */
export function waitBeforeHeal(backoff: HealBackoff, attempts: number, sinceFinished: number): number {
  const { waitsSeconds } = backoff;
  const wait = waitsSeconds[Math.min(attempts, waitsSeconds.length - 1)] ?? 0;
  return Math.max(0, wait * 1000 - sinceFinished);
}
