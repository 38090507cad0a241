/** The vetoes of guards.ts: each looks at one thing, and says in one sentence why it refuses, or null. */
import type { ApplicationFact, ApplicationSetFact } from '../model/facts.ts';
import { displayRef, groupOf, keyOf } from '../model/refs.ts';
import type { Conflict } from '../model/verdicts.ts';
import { isRecent } from './applied-fixes.ts';
import { type ApplicableStep, type Attempt, applicableStep, isConflict, type LiveView } from './attempt.ts';
import { type Fate, fateOfField, ownersOf } from './ownership.ts';

export function isNoApplication({ step: { target } }: Attempt): string | null {
  const known = target.kind === 'Application' || target.kind === 'ApplicationSet';
  if (known && groupOf(target.apiVersion) === 'argoproj.io') return null;
  return `the step changes ${displayRef(target)}, and only an Application or an ApplicationSet is ever changed`;
}

/** The daemon adds and repairs rules. Which owner gives way, and whether an unknown writer may go on, a person decides. */
export function changesMoreThanRules({ subject, step, context }: Attempt): string | null {
  if (context.allowed === null) return null;
  const other = changedPaths(step).find((path) => listOf(step, path) === null);
  if (other !== undefined)
    return `the step changes ${other} of ${displayRef(step.target)}: that is for a person to decide`;
  if (!isConflict(subject)) return null;
  const others = subject.contenders.filter((contender) => contender.kind !== 'argocd');
  if (others.some((contender) => contender.kind !== 'unknown')) return null;
  return 'who writes against Argo CD is not known, and a rule would let that writer go on: a person must look';
}

export function isNotConfirmed({ subject }: Attempt): string | null {
  if (!isConflict(subject) || subject.state === 'confirmed') return null;
  return subject.state === 'suspected'
    ? 'the conflict is only suspected: nothing is changed before it is confirmed'
    : 'the conflict is over';
}

export function hasTooLittleHistory({ subject }: Attempt): string | null {
  if (isConflict(subject)) {
    if (!subject.insufficientHistory) return null;
    return 'a restart or a gap left too little history of the conflict: wait for its next reversal';
  }
  return subject.certainty === 'assumed' ? 'the risk is assumed, since its Application is not in sight' : null;
}

export function isSilenced({ subject }: Attempt): string | null {
  if (isConflict(subject) || subject.suppressed === null) return null;
  return `a person silenced it with tugwatch.dev/ignore: ${subject.suppressed}`;
}

export function isGone({ subject, step, context }: Attempt): string | null {
  if (context.target === null) return `${displayRef(step.target)} is not there any more`;
  const { application } = subject;
  if (application === null || context.application !== null) return null;
  return `Application ${application.namespace}/${application.name} is not there any more`;
}

export function isDeleting({ context }: Attempt): string | null {
  const deleting = [context.target, context.application].find((view) => view?.deleting === true);
  return deleting === undefined || deleting === null ? null : `${displayRef(deleting.ref)} is being deleted`;
}

/** Argo CD writes its status into the same object all the time, so another version alone is no edit. */
export function wasEdited({ context }: Attempt): string | null {
  for (const view of [context.target, context.application]) {
    if (view === null || view.fact === null) continue;
    const known = factOf(view, context);
    if (known?.resourceVersion === view.resourceVersion) continue;
    if (known === undefined || known.uid !== view.uid || configurationOf(known) !== configurationOf(view.fact)) {
      return `${displayRef(view.ref)} was edited after the remedy was made: look again`;
    }
  }
  return null;
}

function factOf(view: LiveView, { model }: Attempt['context']): ApplicationFact | ApplicationSetFact | undefined {
  const { kind, namespace, name } = view.ref;
  return kind === 'Application' ? model.application(namespace, name) : model.applicationSet(namespace, name);
}

/** Everything a remedy reads of an object, as text. */
function configurationOf(fact: ApplicationFact | ApplicationSetFact): string {
  if (fact.fact === 'applicationset') {
    const { templateRulesRaw, templateSyncOptions, templateHasSyncPolicy, templatePatch, applicationsSync } = fact;
    const { ignoredApplicationPointers, ignoredApplicationJq, tracking } = fact;
    const lists = [templateRulesRaw, templateSyncOptions, ignoredApplicationPointers, ignoredApplicationJq];
    return JSON.stringify([lists, templateHasSyncPolicy, templatePatch, applicationsSync, tracking.annotation]);
  }
  const { ignoreDifferencesRaw, syncOptions, hasSyncPolicy, automated, compareOptions, applicationSet } = fact;
  const lists = [ignoreDifferencesRaw, syncOptions, compareOptions];
  return JSON.stringify([
    lists,
    hasSyncPolicy,
    automated,
    applicationSet,
    fact.skipReconcile,
    fact.tracking.annotation,
  ]);
}

/** Checked anew for what the patch really touches, whoever made the remedy. */
export function isUndoneByOwner({ step, context }: Attempt): string | null {
  const fact = context.target?.fact ?? null;
  if (fact === null) return null;
  const [near] = ownersOf(fact, context);
  if (near === undefined) return null;
  const fateOf = (path: string): Fate => {
    const list = listOf(step, path);
    if (list !== null) return near[list];
    if (fact.fact === 'application') return fateOfField(fact, near, path, context);
    return near.rule === 'undone' || near.option === 'undone' ? 'undone' : near.rule;
  };
  const undone = changedPaths(step).find((path) => fateOf(path) === 'undone');
  return undone === undefined ? null : `${near.how}: a change of ${undone} would not last`;
}

export function hasOtherConflict({ subject, step, context }: Attempt): string | null {
  const other = context.conflicts.find(
    (conflict) =>
      conflict.state !== 'resolved' &&
      !(keyOf(conflict.workload) === keyOf(subject.workload) && conflict.field === subject.field) &&
      isReached(conflict, { subject, step, context }) &&
      !isSameFix(applicableStep(context.remedyFor(conflict)), step),
  );
  if (other === undefined) return null;
  const field = other.field === null ? 'a field not known yet' : other.field;
  return `another conflict is open there (${displayRef(other.workload)}, ${field}), and what ends one may hide the other`;
}

/** The other conflict is about an Application that the step changes. */
function isReached({ application }: Conflict, { subject, step, context }: Attempt): boolean {
  if (application === null) return false;
  const { target } = step;
  const isOf = (one: { namespace: string; name: string } | null) =>
    one !== null && one.namespace === application.namespace && one.name === application.name;
  if (isOf(subject.application) || (target.kind === 'Application' && isOf(target))) return true;
  const made = context.model.application(application.namespace, application.name)?.applicationSet;
  return target.kind === 'ApplicationSet' && target.namespace === application.namespace && made === target.name;
}

function isSameFix(other: ApplicableStep | null, step: ApplicableStep): boolean {
  if (other === null || keyOf(other.target) !== keyOf(step.target)) return false;
  return JSON.stringify(other.patch) === JSON.stringify(step.patch);
}

/** Whoever took the change back meant it, and Tugwatch must not become one more that fights. */
export function wasDoneBefore({ subject, context }: Attempt): string | null {
  if (!isConflict(subject) || !context.applied.some((fix) => fix.conflict === subject.id)) return null;
  return 'it was done once for this conflict already, and did not last or did not help: a person must look';
}

export function isTooOften({ subject, step, context }: Attempt): string | null {
  const { now, applied, perHour } = context;
  const recent = applied.filter((fix) => isRecent(fix.at, now));
  const app = subject.application;
  const same = recent.find(
    (fix) =>
      keyOf(fix.target) === keyOf(step.target) ||
      (app !== null && fix.application?.name === app.name && fix.application.namespace === app.namespace),
  );
  if (same !== undefined) {
    const minutes = Math.max(0, Math.round((now - same.at) / 60_000));
    return `${displayRef(same.target)} was changed ${minutes} min ago, and once an hour is enough: if that did not help, a person must look`;
  }
  if (recent.length < perHour) return null;
  return `the limit of changes within one hour (${perHour}) is reached`;
}

/** Every place that the patch changes; what it only tests is none. */
function changedPaths(step: ApplicableStep): string[] {
  return step.patch.flatMap(({ op, path }) => (op === 'test' ? [] : [path]));
}

/** Which of the two lists a path belongs to, by what becomes of a live edit of it; null for any other field. */
function listOf(step: ApplicableStep, path: string): 'rule' | 'option' | null {
  const base = step.target.kind === 'ApplicationSet' ? '/spec/template/spec' : '/spec';
  const isIn = (list: string) => path === base + list || path.startsWith(`${base}${list}/`);
  if (isIn('/ignoreDifferences')) return 'rule';
  // An absent policy is added whole, and holds the option only.
  return path === `${base}/syncPolicy` || isIn('/syncPolicy/syncOptions') ? 'option' : null;
}
