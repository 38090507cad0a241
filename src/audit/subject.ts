/** Joins a workload with its Application, what scales it, what Git declares and what protects the field. */
import type { ApplicationFact, ManagedResource, ObjectRef, WorkloadFact } from '../model/facts.ts';
import { groupOf } from '../model/refs.ts';
import { protectionOf } from '../rules/protection.ts';
import type { AuditContext, Declaration, WorkloadSubject } from './rule.ts';
import { scalingCauses } from './scalers.ts';

export const REPLICAS_FIELD = '/spec/replicas';

/** The workload with all that decides over its replicas; `application` manages it, null: none does. */
export function subjectOf(
  workload: WorkloadFact,
  application: ApplicationFact | null,
  context: AuditContext,
): WorkloadSubject {
  const { ref, replicas, replicasOwners } = workload;
  const held = { ref, field: REPLICAS_FIELD, owners: replicasOwners, value: replicas };
  return {
    workload,
    application,
    assumed: application === null && context.partial === true,
    declaration: declarationOf(workload, application),
    causes: scalingCauses(context.model.scalersOf(ref)),
    rollout: ref.kind === 'Deployment' ? (context.model.borrowerOf(ref) ?? null) : null,
    protection: application === null ? null : protectionOf(application, held, context),
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

/** By cluster, namespace, kind and name. */
export function byPlace(a: ObjectRef, b: ObjectRef): number {
  return (
    compare(a.cluster ?? '', b.cluster ?? '') ||
    compare(a.namespace, b.namespace) ||
    compare(a.kind, b.kind) ||
    compare(a.name, b.name) ||
    compare(a.apiVersion, b.apiVersion)
  );
}

/** By code unit: the same on every machine, which localeCompare is not. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
