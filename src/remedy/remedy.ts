/** From a conflict to what ends it: ordered steps at the place that owns the configuration. */
import type { Conflict, Contender, Remedy } from '../model/verdicts.ts';
import type { RulesContext } from '../rules/protection.ts';
import { remedyForField } from './field-remedy.ts';
import type { Leaves } from './field-rule.ts';
import { remedyForPerson } from './person-remedy.ts';
import { remedyForReplicas } from './replicas-remedy.ts';
import { remedyForSharedObject } from './shared-object-remedy.ts';
import { viewSituation } from './situation.ts';

export interface RemedyHints {
  /** Leaves of the contested object, as a lens shows them: list items are then named in rules, not numbered. */
  readonly leaves?: Leaves;
}

/** Never throws, and never invents: what cannot be seen is said in the summary. */
export function remedyForConflict(conflict: Conflict, context: RulesContext, hints: RemedyHints = {}): Remedy {
  const situation = viewSituation(
    {
      ref: conflict.workload,
      fields: conflict.field === null ? [] : [conflict.field, ...conflict.otherFields],
      application: conflict.application,
      managers: managersOf(conflict.contenders),
      leaves: hints.leaves ?? null,
    },
    context,
  );
  const others = conflict.contenders.filter((contender) => contender.kind !== 'argocd');
  if (conflict.kind === 'shared-object' || isBetweenApplications(conflict)) {
    return remedyForSharedObject(
      situation,
      conflict.contenders.flatMap((one) => (one.name === null ? [] : [one.name])),
    );
  }
  if (others.length > 0 && others.every((contender) => contender.kind === 'human')) {
    return remedyForPerson(situation, others);
  }
  return conflict.kind === 'replicas' && situation.fields.length > 0
    ? remedyForReplicas(situation, others)
    : remedyForField(situation, others);
}

function isBetweenApplications(conflict: Conflict): boolean {
  return conflict.contenders.length > 1 && conflict.contenders.every((contender) => contender.kind === 'argocd');
}

function managersOf(contenders: readonly Contender[]): string[] {
  return contenders.flatMap((one) => (one.kind === 'argocd' || one.manager === null ? [] : [one.manager]));
}
