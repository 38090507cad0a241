/** A cluster with a schedule, and what is known to be true of it: what a detector must find, and must not. */

import type { ReadLine } from '../recording/format.ts';
import type { WriteTarget } from './actors/writers.ts';

export type RivalKind = 'hpa' | 'keda' | 'human' | 'controller' | 'argocd';
export type Ending = 'rule-added' | 'self-heal-off' | 'scaler-gone' | 'field-left-git' | 'quiet';

/** One contender that must be named. */
export interface KnownContender {
  readonly kind: RivalKind;
  /** Kinds that are no mistake either: KEDA's own HPA is one of both. */
  readonly or?: readonly RivalKind[];
  readonly name?: string;
  readonly manager?: string;
}

export interface KnownConflict {
  readonly case: string;
  readonly kind: 'replicas' | 'template' | 'field' | 'shared-object';
  readonly workload: WriteTarget;
  /** JSON pointer. */
  readonly field: string;
  readonly applications: readonly { readonly namespace: string; readonly name: string }[];
  readonly contenders: readonly KnownContender[];
  /** must: it was seen to fight. may: a single reversal without a proof, or reversals too far apart. */
  readonly certainty: 'must' | 'may';
  /** An autoscaler against self-heal: the first reversal proves it. Otherwise the third does. */
  readonly proven: boolean;
  /** The rival's write before the first reversal, ms. */
  readonly startedAt: number;
  /** Reversals that the watcher could see, in order, ms. */
  readonly reversals: readonly number[];
  /** The last of them that was no mere deploy after self-heal had been switched off, ms. */
  readonly lastOfLoopAt: number;
  /** What somebody did to end it, and when; null: nothing, or reversals went on all the same. */
  readonly ending: { readonly reason: Ending; readonly at: number } | null;
}

/** Nothing about this object may be called a conflict. */
export interface KnownHarmless {
  readonly case: string;
  readonly workload: WriteTarget;
  readonly why: string;
  /** Notices that should come up. */
  readonly notices: readonly string[];
  /** How often a self-heal undid somebody's write all the same: once at most. Resets by a deploy do not count. */
  readonly reversals: number;
}

export interface ScenarioTruth {
  readonly conflicts: readonly KnownConflict[];
  readonly harmless: readonly KnownHarmless[];
  /** While the watcher was away, ms; at the end of each it lists anew. */
  readonly gaps: readonly { readonly from: number; readonly to: number }[];
  /** From when the watcher saw anything, and until when, ms. */
  readonly from: number;
  readonly to: number;
}

export interface Scenario {
  readonly seed: number;
  /** Virtual minutes. */
  readonly minutes: number;
  /** One line for a failing test: versions, cases, gaps. */
  readonly description: string;
  /** Runs it from the start in virtual time; every line is told to `listener` as a watcher would have got it. */
  run(listener: (line: ReadLine) => void): ScenarioTruth;
}
