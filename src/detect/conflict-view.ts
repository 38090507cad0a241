/** A record as the world sees it: who fights over what, since when, at what cost, in one sentence and in figures. */
import { counted, durationLabel } from '../model/amounts.ts';
import type { ClusterModel } from '../model/cluster-model.ts';
import type { ApplicationFact, Json, Millis } from '../model/facts.ts';
import { redactedMark } from '../model/redacted.ts';
import { displayRef } from '../model/refs.ts';
import type { Activity, Conflict, ConflictState, Contender, FailingRule } from '../model/verdicts.ts';
import { courseOf } from './course.ts';
import { type ConflictRecord, type ContenderRecord, mainField, periodSeconds } from './record.ts';
import { backoffCapMs, drifts } from './resolution.ts';
import { REPLICAS } from './writes.ts';

/** A scaler reacts within its sync period; a pause longer than the cap and this is not part of the rhythm. */
const RHYTHM_SLACK_MS = 60_000;

/** The conflict as of `now`. A candidate has no public state and must not be asked for. */
export function conflictOf(
  record: ConflictRecord,
  now: Millis,
  model: ClusterModel,
  failingRules: readonly FailingRule[] = [],
): Conflict {
  const contenders = record.contenders.map((contender) => contenderOf(contender, record, model));
  const isKeda = contenders.some(
    (contender, i) => contender.kind === 'keda' && record.contenders[i]?.writer.kind === 'unknown',
  );
  const period = periodSeconds(record);
  const field = mainField(record);
  const short = secondsShort(record, now);
  return {
    id: record.id,
    kind: record.kind,
    workload: record.ref,
    field,
    otherFields: [...record.fields.keys()].filter((other) => other !== field).sort(),
    application: record.application,
    contenders,
    state: record.state as ConflictState,
    activity: activityOf(record, now, model),
    startedAt: record.startedAt,
    detectedAt: record.detectedAt,
    resolvedAt: record.resolvedAt,
    resolution: record.resolution,
    reversals: record.reversals,
    lastReversalAt: record.lastReversalAt,
    periodSeconds: period,
    impact: {
      replicaSecondsShort: short,
      podsCreated: record.impact.podsCreated,
      podsDeleted: record.impact.podsDeleted,
      templateHashes: record.impact.templateHashes,
      lowest: record.impact.lowest,
      wanted: record.impact.wanted,
    },
    evidence: record.evidence.map((row) => (row.writer === 'unknown' && isKeda ? { ...row, writer: 'keda' } : row)),
    failingRules,
    course: courseOf(record.course),
    summary: summarize(record, contenders, field, period, short),
    insufficientHistory: record.insufficientHistory,
  };
}

/** The same conflict a while later, in which nothing happened but that replicas were missing. */
export function withShort(conflict: Conflict, record: ConflictRecord, short: number): Conflict {
  return {
    ...conflict,
    impact: { ...conflict.impact, replicaSecondsShort: short },
    summary: summarize(record, conflict.contenders, conflict.field, conflict.periodSeconds, short),
  };
}

/** Replica-seconds short up to `now`, rounded. */
export function secondsShort({ impact, state }: ConflictRecord, now: Millis): number {
  const stillShort = state === 'resolved' ? 0 : (impact.shortNow * Math.max(0, now - impact.countedTo)) / 1000;
  return Math.round(impact.replicaSecondsShort + stillShort);
}

/**
 * A scale to zero through /scale leaves no name. Once is anybody's `kubectl scale`; again and again it is what KEDA
 * does, unless ScaledObjects are watched and none names the workload.
 */
export function contenderOf(contender: ContenderRecord, record: ConflictRecord, model: ClusterModel): Contender {
  const { writer, values } = contender;
  const scalesToZero =
    writer.kind === 'unknown' &&
    record.fieldClass === REPLICAS &&
    values.length > 0 &&
    values.every((value) => value === 0);
  const kind =
    scalesToZero && record.reversals > 1 && !model.isListed('scaledobjects', record.ref) ? 'keda' : writer.kind;
  return { kind, manager: writer.manager, name: writer.name, values: [...values] };
}

/** What goes on in the conflict now. */
export function activityOf(record: ConflictRecord, now: Millis, model: ClusterModel): Activity {
  if (record.state === 'resolved') return 'over';
  if (record.settling !== null) return 'settling';
  const quietFor = now - record.lastReversalAt;
  const app =
    record.application === null ? undefined : model.application(record.application.namespace, record.application.name);
  const differs = drifts(record, app, model);
  const failed = app?.operation?.phase === 'Failed' || app?.operation?.phase === 'Error';
  if (differs && failed) return 'blocked';
  if (differs && quietFor > RHYTHM_SLACK_MS && hasSyncWindows(app, model)) return 'blocked';
  if (quietFor <= backoffCapMs(model) + RHYTHM_SLACK_MS) return 'fighting';
  return differs ? 'blocked' : 'dormant';
}

/** The last moment at which what goes on is the same as at `now`, if nothing happens. */
export function activityUntil(record: ConflictRecord, now: Millis, model: ClusterModel): Millis {
  if (record.state === 'resolved' || record.settling !== null) return Number.POSITIVE_INFINITY;
  const turns = [RHYTHM_SLACK_MS, backoffCapMs(model) + RHYTHM_SLACK_MS].map((after) => record.lastReversalAt + after);
  return Math.min(...turns.filter((at) => at >= now), Number.POSITIVE_INFINITY);
}

/** The Application's project has sync windows: one of them may be why nothing is written. */
export function hasSyncWindows(app: ApplicationFact | undefined, model: ClusterModel): boolean {
  if (app === undefined) return false;
  const namespace = app.controllerNamespace || app.ref.namespace;
  const project = model.appProjects.get(`argoproj.io/AppProject/${namespace}/${app.project}`);
  return (project?.syncWindows.length ?? 0) > 0;
}

function summarize(
  record: ConflictRecord,
  contenders: readonly Contender[],
  field: string | null,
  period: number | null,
  short: number,
): string {
  const sides = contenders.map((contender) => describe(contender, record));
  const what = field === null ? 'a field not known yet' : field;
  const often = record.reversals === 1 ? 'reverted once' : counted(record.reversals, 'reversal');
  const rhythm = period === null ? '' : `, one every ${durationLabel(period)}`;
  const cost = short > 0 ? `, ${counted(short, 'replica-second')} short` : '';
  const verb = record.state === 'resolved' || record.settling !== null ? 'fought' : 'fight';
  return `${sides.join(' and ')} ${verb} over ${what} of ${displayRef(record.ref)}: ${often}${rhythm}${cost}.`;
}

function describe(contender: Contender, record: ConflictRecord): string {
  const values = contender.values.length === 0 ? '' : ` (sets ${contender.values.slice(-3).map(show).join(', ')})`;
  switch (contender.kind) {
    case 'argocd': {
      const name = contender.name ?? record.application?.name;
      return `Argo CD${name === undefined ? '' : ` Application ${name}`}${values}`;
    }
    case 'hpa':
      return `HPA ${contender.name ?? contender.manager ?? ''}${values}`;
    case 'keda':
      if (contender.name === null && contender.manager === null)
        return `KEDA, or what else scales to zero unsigned${values}`;
      return `KEDA${contender.name === null ? '' : ` ScaledObject ${contender.name}`}${values}`;
    case 'human':
      return `a person (${contender.manager ?? 'unsigned'})${values}`;
    case 'rollouts':
      return `Argo Rollouts${values}`;
    case 'controller':
      return `controller ${contender.manager ?? ''}${values}`;
    case 'unknown':
      return `an unnamed writer${values}`;
  }
}

function show(value: Json): string {
  // An env value or a Secret's: only that it differs may be known.
  const mark = redactedMark(value);
  if (mark !== null) return `a value with digest ${mark}`;
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 37)}…` : text;
}
