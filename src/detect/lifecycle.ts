/** Which state of a conflict may follow which; everything else is a mistake of ours and throws. */
import type { ConflictState } from '../model/verdicts.ts';

const NEXT: Readonly<Record<'none' | ConflictState, readonly ConflictState[]>> = {
  none: ['suspected', 'confirmed'],
  suspected: ['confirmed', 'resolved'],
  confirmed: ['resolved'],
  // The same contenders at it again: the same conflict, not a new one.
  resolved: ['suspected', 'confirmed'],
};

/** @throws Error naming both states when the step is not allowed. */
export function assertTransition(from: ConflictState | null, to: ConflictState): void {
  if (!NEXT[from ?? 'none'].includes(to)) {
    throw new Error(`a conflict cannot go from ${from ?? 'nothing'} to ${to}`);
  }
}
