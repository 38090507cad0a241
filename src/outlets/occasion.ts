/** What of a conflict is worth telling people of outside: Events on the objects and messages tell of the same four. */
import type { Millis } from '../model/facts.ts';
import type { Transition } from '../model/observations.ts';
import type { Conflict, Severity } from '../model/verdicts.ts';

/**
 * confirmed: two writers undo each other. escalated: the fight costs capacity, a quarter of the replicas or more
 * (escalations.ts). half-fixed: over, but a full sync still writes the field. resolved: over.
 */
export const OCCASIONS = ['confirmed', 'escalated', 'half-fixed', 'resolved'] as const;
export type OccasionKind = (typeof OCCASIONS)[number];

export interface Occasion {
  readonly kind: OccasionKind;
  readonly at: Millis;
  readonly conflict: Conflict;
  /** Of the whole fight so far: critical from its escalation on, its end included. */
  readonly severity: Severity;
}

/** What a transition is to people; null for a suspicion, and for one that came to nothing. */
export function occasionOf({ from, to, conflict }: Transition): OccasionKind | null {
  if (to === 'confirmed') return 'confirmed';
  return to === 'resolved' && from === 'confirmed' ? endOf(conflict) : null;
}

/** The kind of end of a conflict that is over. */
export function endOf(conflict: Conflict): 'half-fixed' | 'resolved' {
  // As the words of the report put it (resolutionLabel): the rule hides the difference, and is not respected in the sync.
  const half =
    conflict.resolution === 'rule-added' && conflict.failingRules.some(({ reason }) => reason === 'not-respected');
  return half ? 'half-fixed' : 'resolved';
}
