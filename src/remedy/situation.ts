/** All that a remedy looks at, gathered once. */
import type { Scaler } from '../model/cluster-model.ts';
import type { ApplicationFact, FieldOwner, ObjectRef, WorkloadFact } from '../model/facts.ts';
import { displayRef } from '../model/refs.ts';
import type { RuleSubject, RulesContext } from '../rules/protection.ts';
import { isArgoManager } from '../rules/scope.ts';
import type { Leaves } from './field-rule.ts';
import { type OwnerLink, ownersOf } from './ownership.ts';

export interface Situation {
  /** The object whose fields are at stake. */
  readonly ref: ObjectRef;
  /** JSON pointers; empty while no field is known. */
  readonly fields: readonly string[];
  /** The fields in words: '/spec/replicas of Deployment shop/web'. */
  readonly label: string;
  /** As the conflict or risk names it, and as the model knows it; null when nobody or nothing shows one. */
  readonly application: { readonly namespace: string; readonly name: string } | null;
  readonly app: ApplicationFact | null;
  readonly workload: WorkloadFact | null;
  readonly scalers: readonly Scaler[];
  /** One for each field and each manager that writes it against Argo CD. */
  readonly subjects: readonly RuleSubject[];
  readonly leaves: Leaves;
  /** Who owns the Application, nearest first. */
  readonly owners: readonly OwnerLink[];
  readonly context: RulesContext;
}

export interface SituationInput {
  readonly ref: ObjectRef;
  readonly fields: readonly string[];
  readonly application: Situation['application'];
  /** Field managers known to write against Argo CD. */
  readonly managers: readonly string[];
  readonly leaves?: Leaves;
}

export function viewSituation(input: SituationInput, context: RulesContext): Situation {
  const { model } = context;
  const { ref, application } = input;
  // The empty pointer is the whole object: no field, and no rule could name it.
  const fields = input.fields.filter((field) => field.startsWith('/'));
  const app = application === null ? null : (model.application(application.namespace, application.name) ?? null);
  const workload = model.workload(ref) ?? null;
  const scalers = model.scalersOf(ref);
  const leaves = input.leaves ?? null;
  const writers = writersOf(input.managers, workload, scalers);
  const value = workload?.replicas ?? null;
  const subjects = fields.flatMap((field) =>
    writers.map((owners): RuleSubject => {
      const known = field === '/spec/replicas' ? value : (leaves?.get(field) ?? null);
      return { ref, field, owners, value: known, leaves };
    }),
  );
  return {
    ref,
    fields,
    label: labelOf(ref, fields),
    application,
    app,
    workload,
    scalers,
    subjects,
    leaves,
    owners: app === null ? [] : ownersOf(app, context),
    context,
  };
}

/** Each writer by itself: a rule by manager protects the field only if it names all of them. Never empty. */
function writersOf(
  managers: readonly string[],
  workload: WorkloadFact | null,
  scalers: readonly Scaler[],
): readonly (readonly FieldOwner[])[] {
  const names = new Set(managers.filter((manager) => !isArgoManager(manager)));
  for (const owner of workload?.replicasOwners ?? []) if (owner.subresource === 'scale') names.add(owner.manager);
  for (const scaler of scalers) {
    if (scaler.fact === 'hpa' && names.size === 0) for (const manager of scaler.statusManagers) names.add(manager);
  }
  if (names.size === 0) return [[]];
  return [...names].map((manager) => [{ manager, operation: 'Update', subresource: '', time: null }]);
}

/** 'Application argocd/web'; what is said where none is known. */
export function applicationLabel(situation: Situation): string {
  const { application } = situation;
  return application === null
    ? 'the Application that manages it'
    : `Application ${application.namespace}/${application.name}`;
}

function labelOf(ref: ObjectRef, fields: readonly string[]): string {
  const [first, ...others] = fields;
  if (first === undefined) return `a field of ${displayRef(ref)} that is not known yet`;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  return `${first}${more} of ${displayRef(ref)}`;
}
