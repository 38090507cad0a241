/** What a fight costs: replica-seconds short, pods created and deleted, lowest and wanted. */
import type { ClusterModel } from '../model/cluster-model.ts';
import type { Millis, ReplicaSetFact, WorkloadFact } from '../model/facts.ts';
import type { ConflictRecord, ImpactRecord } from './record.ts';

/** Replica set steps remembered per workload, to count those between the first contested write and its revert. */
const STEPS = 24;

export interface ChurnStep {
  readonly at: Millis;
  readonly up: number;
  readonly down: number;
  readonly newHash: boolean;
}

/** What the scaler wants: the HPA's last computed wish, capped by maxReplicas; null when nothing says. */
export function wantedReplicas(
  workload: WorkloadFact,
  model: ClusterModel,
  lastScalerWrite: number | null,
): number | null {
  // At zero replicas the HPA is disabled and its last wish means nothing (horizontal.go, ScalingDisabled).
  if (workload.replicas === 0) return null;
  let wanted: number | null = null;
  for (const scaler of model.scalersOf(workload.ref)) {
    if (scaler.fact !== 'hpa') continue;
    // status.desiredReplicas is 0 until the first computation, and does not move while a fast fight keeps it the same.
    const desired = scaler.desired === null || scaler.desired === 0 ? lastScalerWrite : scaler.desired;
    if (desired !== null) wanted = Math.max(wanted ?? 0, Math.min(desired, scaler.max));
  }
  return wanted;
}

/** Adds up the shortfall until `now`, then takes the new state in. Only time while spec.replicas is too low counts. */
export function integrateShortfall(
  impact: ImpactRecord,
  now: Millis,
  replicas: number | null,
  wanted: number | null,
): void {
  settleShortfall(impact, now);
  if (replicas !== null) impact.lowest = impact.lowest === null ? replicas : Math.min(impact.lowest, replicas);
  if (wanted !== null) impact.wanted = wanted;
  impact.shortNow = replicas === null || wanted === null ? 0 : Math.max(0, wanted - replicas);
}

export function settleShortfall(impact: ImpactRecord, now: Millis): void {
  if (now <= impact.countedTo) return;
  impact.replicaSecondsShort += (impact.shortNow * (now - impact.countedTo)) / 1000;
  impact.countedTo = now;
}

/** Steps of the ReplicaSets of each workload, as told to them by their controller (spec.replicas). */
export class ChurnLog {
  readonly #steps = new Map<string, ChurnStep[]>();

  /** The pods one change of a ReplicaSet asks for; null when it asks for none. Lists show no steps. */
  observe(
    previous: ReplicaSetFact | undefined,
    next: ReplicaSetFact | undefined,
    at: Millis,
    origin: 'list' | 'watch',
  ): { readonly controllerUid: string; readonly step: ChurnStep } | null {
    const controllerUid = next?.controllerUid ?? previous?.controllerUid;
    if (controllerUid === null || controllerUid === undefined) return null;
    if (previous === undefined && origin === 'list') return null;
    const delta = (next?.replicas ?? 0) - (previous?.replicas ?? 0);
    const newHash = previous === undefined && next !== undefined;
    if (delta === 0 && !newHash) return null;
    const step = { at, up: Math.max(0, delta), down: Math.max(0, -delta), newHash };
    this.#remember(controllerUid, step);
    return { controllerUid, step };
  }

  /** StatefulSets own their pods themselves: their spec.replicas is what was asked for. */
  observeOwn(workloadUid: string, from: number, to: number, at: Millis): ChurnStep {
    const step = { at, up: Math.max(0, to - from), down: Math.max(0, from - to), newHash: false };
    this.#remember(workloadUid, step);
    return step;
  }

  since(workloadUid: string, from: Millis): ChurnStep[] {
    return (this.#steps.get(workloadUid) ?? []).filter((step) => step.at >= from);
  }

  forget(workloadUid: string): void {
    this.#steps.delete(workloadUid);
  }

  /** Drops what is older than any first revert could reach back to; keeps memory independent of uptime. */
  prune(before: Millis): void {
    for (const [uid, steps] of this.#steps) {
      const last = steps.at(-1);
      if (last === undefined || last.at < before) this.#steps.delete(uid);
    }
  }

  #remember(uid: string, step: ChurnStep): void {
    const steps = this.#steps.get(uid) ?? [];
    steps.push(step);
    if (steps.length > STEPS) steps.shift();
    this.#steps.set(uid, steps);
  }
}

export function addChurn(record: ConflictRecord, step: ChurnStep): void {
  record.impact.podsCreated += step.up;
  record.impact.podsDeleted += step.down;
  if (step.newHash) record.impact.templateHashes += 1;
}
