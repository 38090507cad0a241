/** What is looked at before Tugwatch carries out a step of a remedy itself. */
import type { ApplicationFact, ApplicationSetFact, Millis, ObjectRef } from '../model/facts.ts';
import type { Conflict, JsonPatchOperation, Remedy, RemedyStep, Risk } from '../model/verdicts.ts';
import type { RulesContext } from '../rules/protection.ts';
import type { AppliedFix } from './applied-fixes.ts';
import type { LabelRequirement, Labels } from './label-selector.ts';

/** The few facts about an object as it stood when it was read just now. */
export interface LiveView {
  readonly ref: ObjectRef;
  readonly uid: string;
  readonly resourceVersion: string;
  /** metadata.deletionTimestamp is set. */
  readonly deleting: boolean;
  readonly labels: Labels;
  readonly annotations: Readonly<Record<string, string>>;
  /** null for any other kind. */
  readonly fact: ApplicationFact | ApplicationSetFact | null;
}

/** What the daemon may change. Both empty: only what carries the annotation. */
export interface AllowList {
  /** Globs of workload namespaces; empty: any, where labels are asked for. */
  readonly namespaces: readonly string[];
  /** Labels of the object that is changed; empty: any, where namespaces are named. */
  readonly labels: readonly LabelRequirement[];
}

export interface GuardContext extends RulesContext {
  readonly now: Millis;
  /** The Application of the conflict or risk, and the target of the step; null: it is not there. */
  readonly application: LiveView | null;
  readonly target: LiveView | null;
  /** Every conflict there is a word for. */
  readonly conflicts: readonly Conflict[];
  readonly remedyFor: (conflict: Conflict) => Remedy;
  /** What was carried out lately, as far as anybody remembers. */
  readonly applied: readonly AppliedFix[];
  /** Most changes in one hour, of all Applications together. */
  readonly perHour: number;
  /** null: a person asked for this one change and sees it before it is made. */
  readonly allowed: AllowList | null;
}

/** What the fix is for: a conflict, or the risk of one. */
export type FixSubject = Conflict | Risk;

export type ApplicableStep = RemedyStep & {
  readonly target: ObjectRef;
  readonly patch: readonly JsonPatchOperation[];
};

/** All that a veto looks at. */
export interface Attempt {
  readonly subject: FixSubject;
  readonly step: ApplicableStep;
  readonly context: GuardContext;
}

export function isConflict(subject: FixSubject): subject is Conflict {
  return 'contenders' in subject;
}

/** The first step, if it is a patch of a live object. The order of the steps matters, so no later one will do. */
export function applicableStep(remedy: Remedy): ApplicableStep | null {
  const [first] = remedy.steps;
  if (first === undefined || first.where !== 'live' || first.target === null) return null;
  if (first.patch === null || first.patch.length === 0) return null;
  return { ...first, target: first.target, patch: first.patch };
}
