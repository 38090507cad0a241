/** Every rule of the audit, in the order of its id. */
import type { Rule } from './rule.ts';
import { unprotectedReplicas } from './tw101-unprotected-replicas.ts';
import { ignoredNotRespected } from './tw102-ignored-not-respected.ts';
import { ruleNeverMatches } from './tw103-rule-never-matches.ts';
import { resetOnSync } from './tw104-reset-on-sync.ts';
import { declaredOutOfRange } from './tw105-declared-out-of-range.ts';
import { lastAppliedTrap } from './tw106-last-applied-trap.ts';
import { replaceResets } from './tw107-replace-resets.ts';
import { respectFreezesMore } from './tw108-respect-freezes-more.ts';
import { twoOwners } from './tw109-two-owners.ts';
import { twoScalers } from './tw110-two-scalers.ts';
import { scalerWithoutTarget } from './tw111-scaler-without-target.ts';
import { rolloutWorkloadRef } from './tw112-rollout-workloadref.ts';
import { liveFixWillNotLast } from './tw113-live-fix-will-not-last.ts';

export const RULES: readonly Rule[] = [
  unprotectedReplicas,
  ignoredNotRespected,
  ruleNeverMatches,
  resetOnSync,
  declaredOutOfRange,
  lastAppliedTrap,
  replaceResets,
  respectFreezesMore,
  twoOwners,
  twoScalers,
  scalerWithoutTarget,
  rolloutWorkloadRef,
  liveFixWillNotLast,
];
