/** How a value is shown that must not be kept in clear: an env value, or anything of a Secret. */
import type { Json } from './facts.ts';

const DIGEST = /^sha256:([0-9a-f]{8})[0-9a-f]{8}$/;

/** True of what stands in for such a value: it tells two of them apart and is no value itself. */
export function isRedacted(value: Json): boolean {
  return typeof value === 'string' && DIGEST.test(value);
}

/** The first eight digits, enough to tell two apart; null where the value is shown as it is. */
export function redactedMark(value: Json): string | null {
  return typeof value === 'string' ? (DIGEST.exec(value)?.[1] ?? null) : null;
}
