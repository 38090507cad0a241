/** Joins a workload with its Application, what scales it, what Git declares and what protects the field. */
import type { ClusterModel } from '../model/cluster-model.ts';
import type { ApplicationFact, ManagedResource, WorkloadFact } from '../model/facts.ts';
import { groupOf, keyOf, keyOfParts } from '../model/refs.ts';
import { protectionOf } from '../rules/protection.ts';
import type { ApplicationSubject, AuditContext, Declaration, WorkloadSubject } from './rule.ts';
import { scalingCauses } from './scalers.ts';
import { mapped, type Sliced } from './slices.ts';

export const REPLICAS_FIELD = '/spec/replicas';

/** Every workload of the model that is not being deleted, in the order of namespace, kind and name. */
export function* workloadSubjects(context: AuditContext): Sliced<WorkloadSubject[]> {
  const workloads = [...context.model.workloads.values()].filter((workload) => !workload.deleting).sort(byPlace);
  const rollouts = rolloutsByDeployment(workloads);
  yield;
  return yield* mapped(workloads, (workload) => ({
    ...workloadSubject(workload, context),
    rollout: rollouts.get(keyOf(workload.ref)) ?? null,
  }));
}

function rolloutsByDeployment(workloads: readonly WorkloadFact[]): Map<string, WorkloadFact> {
  const rollouts = new Map<string, WorkloadFact>();
  for (const workload of workloads) {
    if (workload.workloadRef === null || workload.workloadRef.kind !== 'Deployment') continue;
    rollouts.set(
      keyOfParts('apps', 'Deployment', workload.ref.namespace, workload.workloadRef.name, workload.ref.cluster),
      workload,
    );
  }
  return rollouts;
}

/** Every Application of the model with those of `workloads` that it manages, in the order of namespace and name. */
export function* applicationSubjects(
  model: ClusterModel,
  workloads: readonly WorkloadSubject[],
): Sliced<ApplicationSubject[]> {
  // By name: between two slices an Application may have come in another version.
  const managed = new Map<string, WorkloadSubject[]>();
  for (const subject of workloads) {
    if (subject.application === null) continue;
    const key = keyOf(subject.application.ref);
    const list = managed.get(key);
    if (list === undefined) managed.set(key, [subject]);
    else list.push(subject);
  }
  yield;
  const applications = [...model.applications.values()].sort(byPlace);
  yield;
  const templates = yield* mapped(applications, templateOf);
  const alike = Map.groupBy(applications.keys(), (index) => templates[index] ?? '');
  yield;
  return yield* mapped([...applications.entries()], ([index, application]) => {
    const group = alike.get(templates[index] ?? '') ?? [index];
    return {
      application,
      workloads: managed.get(keyOf(application.ref)) ?? [],
      alike: { count: group.length, first: group[0] === index },
    };
  });
}

/** The same text for Applications that one ApplicationSet made with the same rules and options. */
function templateOf(application: ApplicationFact): string {
  const { ref, applicationSet } = application;
  if (applicationSet === null) return keyOf(ref);
  return JSON.stringify([ref.namespace, applicationSet, application.ignoreDifferencesRaw, application.syncOptions]);
}

function workloadSubject(workload: WorkloadFact, context: AuditContext): Omit<WorkloadSubject, 'rollout'> {
  const application = context.model.applicationOf(workload) ?? null;
  const protection =
    application === null
      ? null
      : protectionOf(
          application,
          { ref: workload.ref, field: REPLICAS_FIELD, owners: workload.replicasOwners, value: workload.replicas },
          context,
        );
  return {
    workload,
    application,
    assumed: application === null && context.partial === true,
    declaration: declarationOf(workload, application),
    causes: scalingCauses(context.model.scalersOf(workload.ref)),
    protection,
  };
}

/**
 * What Git declares. Two cases hide it: under server-side apply a scaler's write takes the field out of Argo CD's entry,
 * and under Replace=true a 1 may be Git's or the API server's default. There the comparison tells: Argo CD calls the
 * object OutOfSync although a scaler wrote the field last.
 */
export function declarationOf(workload: WorkloadFact, application: ApplicationFact | null): Declaration {
  const { value, source } = workload.declared;
  const hidden = source === 'unknown' || (source === 'argocd-update' && value === 1);
  if (!hidden) return value === null ? { state: 'omitted' } : { state: 'declared', value };
  if (application === null || !scaledLast(workload)) return { state: 'unknown' };
  return managedResource(application, workload)?.status === 'OutOfSync'
    ? { state: 'declared', value }
    : { state: 'unknown' };
}

/** The entry of status.resources for a workload, if the Application lists it. */
export function managedResource(application: ApplicationFact, workload: WorkloadFact): ManagedResource | undefined {
  const { ref } = workload;
  return application.resources.find(
    (resource) =>
      resource.kind === ref.kind &&
      resource.name === ref.name &&
      resource.namespace === ref.namespace &&
      resource.group === groupOf(ref.apiVersion),
  );
}

function scaledLast(workload: WorkloadFact): boolean {
  return workload.replicasOwners.some((owner) => owner.subresource === 'scale');
}

function byPlace(a: { readonly ref: WorkloadFact['ref'] }, b: { readonly ref: WorkloadFact['ref'] }): number {
  return (
    compare(a.ref.cluster ?? '', b.ref.cluster ?? '') ||
    compare(a.ref.namespace, b.ref.namespace) ||
    compare(a.ref.kind, b.ref.kind) ||
    compare(a.ref.name, b.ref.name) ||
    compare(a.ref.apiVersion, b.ref.apiVersion)
  );
}

/** By code unit: the same on every machine, which localeCompare is not. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
