import type { Millis } from '../../../src/model/facts.ts';

const DURATION = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;
const SECOND = 1_000;
const DAY = 86_400 * SECOND;
const UNITS = [365 * DAY, 7 * DAY, DAY, 3_600 * SECOND, 60 * SECOND, SECOND, 1];

/** A duration as Prometheus writes it ('1h30m', '0m', '0'); null where it is none. */
export function parseDuration(text: string): Millis | null {
  if (text === '0') return 0;
  const parts = DURATION.exec(text);
  if (text === '' || parts === null) return null;
  return UNITS.reduce((sum, unit, index) => sum + unit * Number(parts[index + 1] ?? 0), 0);
}
