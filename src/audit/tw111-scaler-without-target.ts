import type { ClusterModel, Scaler } from '../model/cluster-model.ts';
import type { ObjectRef } from '../model/facts.ts';
import { displayRef, groupOf } from '../model/refs.ts';
import type { AuditContext, Finding, Rule } from './rule.ts';
import { flatMapped, type Sliced } from './slices.ts';
import { compare } from './subject.ts';

export const scalerWithoutTarget: Rule = {
  id: 'TW111',
  name: 'scaler-without-target',
  severity: 'warning',
  summary: 'A HorizontalPodAutoscaler or ScaledObject names a target that does not exist.',
  why: 'Nothing is scaled, and nobody is told: the load rises and the replicas stay where they are.',
  sources: ['kubernetes pkg/controller/podautoscaler/horizontal.go (FailedGetScale)'],
  checks: { cluster: check },
};

/** Kinds whose absence can be proven: plural as in the list that proves it. */
const PROVABLE: ReadonlyMap<string, string> = new Map([
  ['apps/Deployment', 'deployments'],
  ['apps/StatefulSet', 'statefulsets'],
  ['argoproj.io/Rollout', 'rollouts'],
]);

function* check(model: ClusterModel, context: AuditContext): Sliced<Finding[]> {
  const scalers: Scaler[] = [...model.scaledObjects.values(), ...model.hpas.values()];
  // Nearly all have a target: only what is found is put in order.
  const dangling = yield* flatMapped(scalers, (scaler) => (isDangling(scaler, context) ? [scaler] : []));
  return dangling
    .sort((a, b) => compare(displayRef(a.ref), displayRef(b.ref)))
    .map((scaler) => findingOf(scaler, context));
}

function isDangling(scaler: Scaler, context: AuditContext): boolean {
  // KEDA made this one: its ScaledObject is told of instead.
  if (scaler.fact === 'hpa' && scaler.scaledObject !== null) return false;
  const group = targetGroup(scaler);
  const plural = PROVABLE.get(`${group}/${scaler.target.kind}`);
  if (plural === undefined) return false;
  if (context.partial !== true && !isListed(context.model, plural, scaler.ref)) return false;
  return context.model.workload(targetRef(scaler, group)) === undefined;
}

function findingOf(scaler: Scaler, context: AuditContext): Finding {
  const target = targetRef(scaler, targetGroup(scaler));
  const partial = context.partial === true;
  return {
    workload: scaler.ref,
    application: context.model.applicationOf(scaler) ?? null,
    when: 'now',
    field: '/spec/scaleTargetRef',
    message: `${displayRef(scaler.ref)} scales ${displayRef(target)}, which ${partial ? 'is not in the input' : 'does not exist'}${hint(scaler, context)}: nothing is scaled, whatever the load.`,
    ...(partial ? { certainty: 'assumed' as const } : {}),
    ignores: scaler.ignore === null ? [] : [{ on: scaler.ref, text: scaler.ignore }],
  };
}

/** The same name under another kind: most often the reason. */
function hint(scaler: Scaler, context: AuditContext): string {
  for (const [groupKind] of PROVABLE) {
    const [group = '', kind = ''] = groupKind.split('/');
    const other = { ...scaler.ref, apiVersion: `${group}/`, kind, name: scaler.target.name };
    const found = context.model.workload(other);
    if (found !== undefined) return ` (there is a ${displayRef(found.ref)})`;
  }
  return '';
}

function targetGroup(scaler: Scaler): string {
  return scaler.target.apiVersion === '' ? 'apps' : groupOf(scaler.target.apiVersion);
}

function targetRef(scaler: Scaler, group: string): ObjectRef {
  return {
    ...scaler.ref,
    apiVersion: scaler.target.apiVersion === '' ? `${group}/v1` : scaler.target.apiVersion,
    kind: scaler.target.kind,
    name: scaler.target.name,
  };
}

function isListed(model: ClusterModel, plural: string, beside: ObjectRef): boolean {
  if (model.isListed(plural, beside)) return true;
  if (beside.cluster !== undefined) return false;
  for (const resource of model.synced) if (resource === plural || resource.startsWith(`${plural}.`)) return true;
  return false;
}
