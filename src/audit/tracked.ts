/** The objects with replicas that an Application manages, those included that are listed and not there yet. */
import type { ClusterModel } from '../model/cluster-model.ts';
import type { ObjectRef } from '../model/facts.ts';
import { inCluster, keyOf } from '../model/refs.ts';
import type { ApplicationSubject } from './rule.ts';

const KINDS_WITH_REPLICAS = new Set(['apps/Deployment', 'apps/StatefulSet', 'argoproj.io/Rollout']);

/** Workloads in sight first, then what status.resources lists of the same kinds. */
export function objectsOf(subject: ApplicationSubject, model: ClusterModel): ObjectRef[] {
  const cluster = model.clusterOf(subject.application) ?? '';
  const refs = new Map<string, ObjectRef>();
  for (const { workload } of subject.workloads) refs.set(keyOf(workload.ref), workload.ref);
  for (const { group, kind, namespace, name } of subject.application.resources) {
    if (!KINDS_WITH_REPLICAS.has(`${group}/${kind}`)) continue;
    const version = group === 'apps' ? 'v1' : 'v1alpha1';
    const ref = inCluster({ apiVersion: `${group}/${version}`, kind, namespace, name }, cluster);
    if (!refs.has(keyOf(ref))) refs.set(keyOf(ref), ref);
  }
  return [...refs.values()];
}
