/** `--fail-on`: what makes a command exit with 1. */
import type { Report } from '../report/schema.ts';
import { UsageError } from './usage-error.ts';

const LEVELS = ['confirmed', 'suspected', 'risk'] as const;
export type FailOn = (typeof LEVELS)[number];

/** @throws UsageError for a word that is none of `allowed`. */
export function parseFailOn(value: string | undefined, allowed: readonly FailOn[] = LEVELS): FailOn | null {
  if (value === undefined) return null;
  const found = allowed.find((level) => level === value);
  if (found === undefined) throw new UsageError(`--fail-on ${value} is not known: use ${allowed.join(', ')}.`);
  return found;
}

/**
 * Whether the report has what the level asks for. A conflict that was confirmed and is resolved by now still was one;
 * suspected includes confirmed; risk counts what nobody silenced, and says nothing of conflicts.
 */
export function fails(report: Report, level: FailOn | null): boolean {
  switch (level) {
    case null:
      return false;
    case 'confirmed':
      return report.conflicts.some((conflict) => conflict.detectedAt !== null);
    case 'suspected':
      return report.conflicts.length > 0;
    case 'risk':
      return report.risks.some((risk) => risk.suppressed === null);
  }
}
