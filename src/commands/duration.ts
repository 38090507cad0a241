/** Durations as kubectl takes them: 90s, 15m, 2h, 1h30m. */
import { UsageError } from './usage-error.ts';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds. @throws UsageError naming the flag */
export function parseDuration(text: string, flag: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)];
  const whole = parts.map(([part]) => part).join('');
  const total = parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNITS[unit ?? ''] ?? 0), 0);
  if (parts.length === 0 || whole !== text || total <= 0) {
    throw new UsageError(`${flag} ${text} is no duration: use a number with a unit, such as 90s, 15m or 1h30m.`);
  }
  return total;
}
