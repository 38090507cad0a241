/**
 * May Tugwatch carry out the first step of a remedy itself? A list of vetoes, each with its reason; only where none
 * holds, the step is handed back. Pure: who asks has read the objects just now and brings the time.
 */
import type { Remedy } from '../model/verdicts.ts';
import { type ApplicableStep, type Attempt, applicableStep, type FixSubject, type GuardContext } from './attempt.ts';
import { isNotAllowed } from './permission.ts';
import {
  changesMoreThanRules,
  hasOtherConflict,
  hasTooLittleHistory,
  isDeleting,
  isGone,
  isNoApplication,
  isNotConfirmed,
  isSilenced,
  isTooOften,
  isUndoneByOwner,
  wasDoneBefore,
  wasEdited,
} from './vetoes.ts';

/** In the order in which a person would ask. Each says in one sentence why it refuses, or null. */
const VETOES = {
  'target-kind': isNoApplication,
  'not-confirmed': isNotConfirmed,
  'insufficient-history': hasTooLittleHistory,
  silenced: isSilenced,
  gone: isGone,
  deleting: isDeleting,
  edited: wasEdited,
  'owner-undoes': isUndoneByOwner,
  'other-conflict': hasOtherConflict,
  'done-before': wasDoneBefore,
  'rate-limit': isTooOften,
  'not-allowed': isNotAllowed,
  'needs-a-person': changesMoreThanRules,
} as const satisfies Readonly<Record<string, (attempt: Attempt) => string | null>>;

export type VetoId = keyof typeof VETOES | 'no-live-step';

export interface Refusal {
  readonly veto: VetoId;
  /** One sentence a person can act on. */
  readonly reason: string;
}

export type FixPlan = { readonly apply: ApplicableStep } | { readonly refused: readonly Refusal[] };

/** The first step, or every reason against it. Never throws. */
export function planFix(subject: FixSubject, remedy: Remedy, context: GuardContext): FixPlan {
  const step = applicableStep(remedy);
  if (step === null) return { refused: [{ veto: 'no-live-step', reason: whyNoStep(remedy) }] };
  const attempt: Attempt = { subject, step, context };
  const refused: Refusal[] = [];
  for (const [veto, refuse] of Object.entries(VETOES)) {
    const reason = refuse(attempt);
    if (reason !== null) refused.push({ veto: veto as VetoId, reason });
  }
  return refused.length > 0 ? { refused } : { apply: step };
}

function whyNoStep(remedy: Remedy): string {
  const [first] = remedy.steps;
  if (first === undefined) return `nothing is left to change: ${remedy.summary}`;
  const place = first.where === 'git' ? 'is a commit' : 'is for a person';
  return `the first step (${first.id}) ${place}: ${first.why}`;
}
