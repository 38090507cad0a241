/**
 * When a fight is over, and why. A cause must be seen to have gone, and Argo CD must have had the time to prove
 * otherwise; silence alone ends only a fight that no configuration keeps alive.
 */
import type { ClusterModel } from '../model/cluster-model.ts';
import type { ApplicationFact, Millis } from '../model/facts.ts';
import { keyOf, keyOfParts } from '../model/refs.ts';
import type { Resolution } from '../model/verdicts.ts';
import type { Protection } from '../rules/protection.ts';
import { type ConflictRecord, periodSeconds } from './record.ts';
import { FORGET_BELOW, scoreAt } from './score.ts';
import { REPLICAS, TEMPLATE } from './writes.ts';

/** controller.self.heal.backoff.cap.seconds, where argocd-cmd-params-cm does not say otherwise. */
export const DEFAULT_BACKOFF_CAP_SECONDS = 300;
/** An operation that had begun before the cause went may still write. */
const IN_FLIGHT_MS = 10_000;
const LEFT_GIT_MS = 30_000;
/** A scaler or a workload that is deleted and made anew has not gone. */
const RECREATED_MS = 60_000;

export interface ResolutionContext {
  readonly model: ClusterModel;
  readonly application: ApplicationFact | undefined;
  /** Protection by the rules as they stand in the spec. */
  readonly protection: Protection | undefined;
  /** Protection by the rules Argo CD says it compared with. */
  readonly compared: () => Protection | undefined;
  /** The watches were blind until then; silence before it proves nothing. */
  readonly sightedSince: Millis;
  readonly blind: boolean;
}

/** Longest pause between two self-heals of a fight that goes on, milliseconds. */
export function backoffCapMs(model: ClusterModel): Millis {
  for (const settings of model.argoSettings.values()) {
    if (settings.source === 'argocd-cmd-params-cm' && settings.selfHeal.backoffCapSeconds !== null) {
      return settings.selfHeal.backoffCapSeconds * 1000;
    }
  }
  return DEFAULT_BACKOFF_CAP_SECONDS * 1000;
}

/** Which cause of the fight has gone from the configuration; null while all of them stand. */
export function goneCause(record: ConflictRecord, context: ResolutionContext): Resolution | null {
  const { application, model, protection } = context;
  if (!record.contenders.some((contender) => contender.writer.kind === 'argocd')) return scalerGone(record, model);
  if (record.kind === 'shared-object') return sharedCauseGone(record, model);
  if (record.application === null) return null;
  // An Application that was deleted heals nothing any more; a workload that was deleted is nobody's. What was never
  // listed since the start has not gone.
  if (application === undefined) return model.synced.has('applications') ? 'self-heal-off' : null;
  if (isWorkloadField(record) && model.workload(record.ref) === undefined)
    return model.isListed(`${record.ref.kind.toLowerCase()}s`, record.ref) ? 'field-left-git' : null;
  if (record.byDrift ? protection?.inDiff : protection?.inSync) return 'rule-added';
  if (record.byDrift && !(application.automated.enabled && application.automated.selfHeal)) return 'self-heal-off';
  if (record.fieldClass === REPLICAS) {
    const workload = model.workload(record.ref);
    if (workload !== undefined && workload.declared.value === null && workload.declared.source !== 'unknown')
      return 'field-left-git';
  }
  return scalerGone(record, model);
}

/** Whether the time has come, given the cause; `since` is when it was first seen to be gone. */
export function mayResolve(
  record: ConflictRecord,
  reason: Resolution,
  since: Millis,
  now: Millis,
  context: ResolutionContext,
): boolean {
  if (context.blind) return false;
  const quietFor = now - Math.max(since, record.lastReversalAt, context.sightedSince);
  const operating = context.application?.operation?.phase === 'Running';
  switch (reason) {
    case 'rule-added':
      // status.sync.comparedTo is Argo CD's own word that it compared with the rule: nothing starts a self-heal then.
      return context.compared()?.inDiff === true && !operating && quietFor >= IN_FLIGHT_MS;
    case 'self-heal-off':
      return !operating && quietFor > backoffCapMs(context.model);
    case 'field-left-git':
      return !operating && quietFor >= (context.model.workload(record.ref) === undefined ? RECREATED_MS : LEFT_GIT_MS);
    case 'scaler-gone':
      return quietFor >= RECREATED_MS;
    case 'quiet':
      return true;
  }
}

/** Over by silence: nothing in the configuration keeps it alive, the score has faded, and no backoff explains it. */
export function isQuiet(record: ConflictRecord, now: Millis, context: ResolutionContext): boolean {
  if (record.proven || context.blind || record.insufficientHistory) return false;
  // The difference stands and Argo CD does not heal it: a window, a failed sync or a broken comparison holds it back.
  if (record.byDrift && drifts(record, context.application, context.model)) return false;
  if (scoreAt(record.score, now) >= FORGET_BELOW) return false;
  const quietFor = now - Math.max(record.lastReversalAt, context.sightedSince);
  return quietFor > backoffCapMs(context.model) + 1000 * (periodSeconds(record) ?? 0);
}

/** Whether the contested field differs from Git now, as far as the cluster shows it. */
export function drifts(record: ConflictRecord, app: ApplicationFact | undefined, model: ClusterModel): boolean {
  const workload = record.fieldClass === REPLICAS ? model.workload(record.ref) : undefined;
  if (workload !== undefined && workload.declared.value !== null) return workload.replicas !== workload.declared.value;
  if (app?.sync.status !== 'OutOfSync') return false;
  return app.resources.some((resource) => resource.status === 'OutOfSync' && names(resource, record.ref));
}

function names(resource: ApplicationFact['resources'][number], ref: ConflictRecord['ref']): boolean {
  // Of the Application of this conflict: its destination is the cluster of the object.
  return keyOfParts(resource.group, resource.kind, resource.namespace, resource.name, ref.cluster) === keyOf(ref);
}

function isWorkloadField(record: ConflictRecord): boolean {
  return record.fieldClass === REPLICAS || record.fieldClass === TEMPLATE;
}

function scalerGone(record: ConflictRecord, model: ClusterModel): Resolution | null {
  if (!model.isListed('horizontalpodautoscalers', record.ref)) return null;
  for (const { writer } of record.contenders) {
    if ((writer.kind !== 'hpa' && writer.kind !== 'keda') || writer.name === null) continue;
    const stillThere = model
      .scalersOf(record.ref)
      .some(
        (scaler) => scaler.ref.name === writer.name || (scaler.fact === 'hpa' && scaler.scaledObject === writer.name),
      );
    if (!stillThere) return 'scaler-gone';
  }
  return null;
}

function sharedCauseGone(record: ConflictRecord, model: ClusterModel): Resolution | null {
  if (!model.synced.has('applications')) return null;
  const owners = record.contenders.map((contender) => ownerNamed(contender.writer.name, record, model));
  if (owners.some((app) => app === undefined)) return 'field-left-git';
  if (owners.some((app) => app !== undefined && !(app.automated.enabled && app.automated.selfHeal)))
    return 'self-heal-off';
  // status.resources is kept whole only for workloads; of other objects the one that lost says that they are shared.
  const stands = isWorkload(record.ref.kind)
    ? owners.every((app) => app !== undefined && model.applicationsListing(record.ref).includes(app))
    : owners.some((app) => app?.conditions.some((condition) => condition.type === 'SharedResourceWarning'));
  return stands ? null : 'field-left-git';
}

function ownerNamed(name: string | null, record: ConflictRecord, model: ClusterModel): ApplicationFact | undefined {
  const listed = model.applicationsListing(record.ref).find((app) => app.ref.name === name);
  return listed ?? (name === null ? undefined : model.applicationNamed(name));
}

function isWorkload(kind: string): boolean {
  return kind === 'Deployment' || kind === 'StatefulSet' || kind === 'Rollout';
}
