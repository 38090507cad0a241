/** What the detector hands on: transitions to tell people of, and counts to export. */
import type { Millis, ObjectRef } from './facts.ts';
import type { Conflict, ConflictState, Heal, HealKind, Notice, WriterKind } from './verdicts.ts';

/** A conflict changed its state, or its resolution was taken back. Told once. */
export interface Transition {
  readonly at: Millis;
  readonly from: ConflictState | null;
  readonly to: ConflictState;
  readonly conflict: Conflict;
}

/** Everything that came out of one step of the detector, in order. */
export type Observation =
  | { readonly type: 'transition'; readonly transition: Transition }
  | { readonly type: 'notice'; readonly notice: Notice }
  | { readonly type: 'heal'; readonly heal: Heal };

/** One workload whose writes are counted, because it is contested. */
export interface ContestedCounts {
  readonly conflictId: string;
  readonly workload: ObjectRef;
  readonly application: { readonly namespace: string; readonly name: string } | null;
  readonly field: string | null;
  readonly state: ConflictState;
  readonly reversals: number;
  readonly replicaSecondsShort: number;
  readonly podsUp: number;
  readonly podsDown: number;
  readonly writes: Readonly<Partial<Record<WriterKind, number>>>;
  /** Absent where another field than spec.replicas is contested, or the workload is gone. */
  readonly replicas?: ReplicasNow;
}

/** The three values of a contested spec.replicas as they stand; null where the cluster does not show one. */
export interface ReplicasNow {
  /** spec.replicas. */
  readonly spec: number | null;
  /** What the autoscaler wants. */
  readonly wanted: number | null;
  /** What Git says. */
  readonly declared: number | null;
}

/** Finished or running operations of one Application since the process started. */
export interface SyncCounts {
  readonly application: { readonly namespace: string; readonly name: string };
  readonly byTrigger: Readonly<Record<HealKind, number>>;
}
