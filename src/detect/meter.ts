/** Keeps the impact of open conflicts up to date: what the scaler wants, what it gets, and the pods that come and go. */
import type { ClusterModel } from '../model/cluster-model.ts';
import type { Millis, ObjectRef, ReplicaSetFact, ScaleTarget, WorkloadFact } from '../model/facts.ts';
import { keyOfTarget } from '../model/refs.ts';
import type { Write } from '../model/verdicts.ts';
import { type Levels, noteLevels } from './course.ts';
import { addChurn, ChurnLog, integrateShortfall, wantedReplicas } from './impact.ts';
import type { Ledger } from './ledger.ts';
import type { ConflictRecord } from './record.ts';
import { REPLICAS } from './writes.ts';

export class Meter {
  readonly #model: ClusterModel;
  readonly #ledger: Ledger;
  readonly churn = new ChurnLog();

  constructor(model: ClusterModel, ledger: Ledger) {
    this.#model = model;
    this.#ledger = ledger;
  }

  /** spec.replicas or what the scaler wants has changed. */
  measure(workload: WorkloadFact, at: Millis): void {
    for (const record of this.#ledger.unresolvedOf(workload.ref)) this.measureRecord(record, at);
  }

  /** A workload was written or its pods came and went: the pictures of its conflicts go on. */
  follow(workload: WorkloadFact, at: Millis): void {
    for (const record of this.#ledger.unresolvedOf(workload.ref)) {
      if (record.fieldClass === REPLICAS) noteLevels(record.course, at, this.#levelsOf(record, workload));
    }
  }

  /** What the scaler `beside` targets. */
  measureTarget(beside: ObjectRef, target: ScaleTarget, at: Millis): void {
    const workload = this.#model.workloads.get(keyOfTarget(target, beside));
    if (workload !== undefined) this.measure(workload, at);
  }

  measureRecord(record: ConflictRecord, at: Millis): void {
    if (record.fieldClass !== REPLICAS) return;
    const workload = this.#model.workload(record.ref);
    if (workload === undefined) return;
    const levels = this.#levelsOf(record, workload);
    integrateShortfall(record.impact, at, workload.replicas, levels.wanted);
    noteLevels(record.course, at, levels);
  }

  #levelsOf(record: ConflictRecord, workload: WorkloadFact): Levels {
    const scaler = record.contenders.find((one) => one.writer.kind === 'hpa' || one.writer.kind === 'keda');
    const value = scaler?.values.at(-1);
    const wanted = wantedReplicas(workload, this.#model, typeof value === 'number' ? value : null);
    return { wanted, declared: workload.declared.value, ready: workload.status.ready };
  }

  replicaSetChanged(
    previous: ReplicaSetFact | undefined,
    next: ReplicaSetFact | undefined,
    at: Millis,
    origin: 'list' | 'watch',
  ): void {
    const moved = this.churn.observe(previous, next, at, origin);
    const owner = next ?? previous;
    if (moved === null || owner === undefined || owner.controllerKind === null || owner.controllerName === null) return;
    const ref: ObjectRef = {
      ...owner.ref,
      apiVersion: owner.controllerKind === 'Rollout' ? 'argoproj.io/v1alpha1' : 'apps/v1',
      kind: owner.controllerKind,
      name: owner.controllerName,
    };
    for (const record of this.#ledger.unresolvedOf(ref)) addChurn(record, moved.step);
  }

  /** A StatefulSet makes its pods itself: its own spec.replicas is what it was told. */
  statefulSetWritten(write: Write): void {
    if (write.ref.kind !== 'StatefulSet' || write.gap) return;
    if (typeof write.from !== 'number' || typeof write.to !== 'number') return;
    const step = this.churn.observeOwn(write.uid, write.from, write.to, write.at);
    for (const record of this.#ledger.unresolvedOf(write.ref)) addChurn(record, step);
  }
}
