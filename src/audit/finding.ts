/** Builds findings, and the words that several rules share. */
import type { ApplicationFact } from '../model/facts.ts';
import type { ApplicationSubject, Finding, WorkloadSubject } from './rule.ts';
import { REPLICAS_FIELD } from './subject.ts';

type Details = Pick<Finding, 'message' | 'when'> & Partial<Pick<Finding, 'severity' | 'field'>>;

/** A finding about a workload; its own annotation, its scalers' and its Application's may silence it. */
export function workloadFinding(subject: WorkloadSubject, details: Details): Finding {
  const ignores: Finding['ignores'][number][] = [];
  if (subject.workload.ignore !== null) ignores.push({ on: subject.workload.ref, text: subject.workload.ignore });
  for (const cause of subject.causes) for (const text of cause.ignores) ignores.push({ on: cause.ref, text });
  return {
    workload: subject.workload.ref,
    application: subject.application,
    field: REPLICAS_FIELD,
    ...details,
    ...(subject.assumed ? { certainty: 'assumed' as const } : {}),
    ignores: [...ignores, ...applicationIgnores(subject.application)],
  };
}

/** 'Application argocd/web', with how many more of its ApplicationSet are the same. */
export function applicationAndAlike({ application, alike }: ApplicationSubject): string {
  const name = applicationName(application);
  return alike.count > 1
    ? `${name} (and of ${alike.count - 1} more from ApplicationSet ${application.applicationSet ?? ''})`
    : name;
}

/**
 * A finding about an Application's configuration. It is told of the one workload that it concerns, where there is
 * exactly one, and of the Application itself otherwise.
 */
export function applicationFinding(
  subject: ApplicationSubject,
  concerned: readonly Finding['workload'][],
  details: Details & Pick<Finding, 'field'>,
): Finding {
  const { application } = subject;
  const [only] = subject.alike.count > 1 ? [] : concerned;
  const ignores = subject.workloads
    .filter((one) => one.workload.ignore !== null && concerned.includes(one.workload.ref))
    .map((one) => ({ on: one.workload.ref, text: one.workload.ignore ?? '' }));
  return {
    workload: concerned.length === 1 ? (only ?? application.ref) : application.ref,
    application,
    ...details,
    ignores: [...(concerned.length === 1 ? ignores : []), ...applicationIgnores(application)],
  };
}

export function applicationIgnores(application: ApplicationFact | null): Finding['ignores'] {
  return application === null || application.ignore === null ? [] : [{ on: application.ref, text: application.ignore }];
}

/** 'Application argocd/web', or what is assumed where none is in sight. */
export function applicationName(application: ApplicationFact | null): string {
  return application === null
    ? 'an Application with automated sync and self-heal (none in the input claims it)'
    : `Application ${application.ref.namespace}/${application.ref.name}`;
}

/** '3 replicas', or 'the replicas' where the value cannot be read. */
export function declaredReplicas(subject: WorkloadSubject): string {
  const { declaration } = subject;
  if (declaration.state !== 'declared' || declaration.value === null) return 'replicas (the value is not visible now)';
  return declaration.value === 1 ? '1 replica' : `${declaration.value} replicas`;
}

/**
 * A sync option that is true for the workload: on the Application, unless the object's own annotation says otherwise.
 * Force is read from the annotation only (gitops-engine/pkg/sync/sync_context.go, applyObject).
 */
export function hasSyncOption(subject: WorkloadSubject, name: 'Replace' | 'Force' | 'ServerSideApply'): boolean {
  const onObject = subject.workload.syncOptions.find((option) => option.startsWith(`${name}=`));
  if (onObject !== undefined) return onObject === `${name}=true`;
  return name !== 'Force' && (subject.application?.syncOptions ?? []).includes(`${name}=true`);
}
