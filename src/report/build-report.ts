/** From verdicts to the report document (schema.ts): pure, so that the same verdicts always give the same bytes. */
import type { Millis, ObjectRef } from '../model/facts.ts';
import type { WatchHealth } from '../model/health.ts';
import { lookedUp } from '../model/looked-up.ts';
import { madeOnce } from '../model/made-once.ts';
import { displayRef } from '../model/refs.ts';
import type { Shard } from '../model/shard.ts';
import type {
  Conflict,
  ConflictState,
  Contender,
  Course,
  EvidenceRow,
  LevelAt,
  Notice,
  Remedy,
  Risk,
  Safe,
} from '../model/verdicts.ts';
import type {
  ApplicationDocument,
  ConflictDocument,
  CourseDocument,
  HealthDocument,
  NoticeDocument,
  RemedyDocument,
  Report,
  RiskDocument,
  WorkloadDocument,
} from './schema.ts';
import { REPORT_SCHEMA } from './schema-name.ts';

/** A conflict with the way out of it, which may be looked up when it is read. */
export interface ReportedConflict {
  readonly conflict: Conflict;
  readonly remedy: Remedy;
}

export interface ReportHealth {
  readonly watches: readonly WatchHealth[];
  /** Lines of a recording that could not be read. */
  readonly skippedLines: number;
  /** The share of the namespaces that this is about; absent or null for all of them. */
  readonly shard?: Shard | null;
}

export interface ReportInput {
  /** What was watched: from the first to the last change, or to now. */
  readonly window: { readonly from: Millis; readonly to: Millis };
  readonly conflicts: readonly ReportedConflict[];
  readonly notices: readonly Notice[];
  readonly risks: readonly Risk[];
  /** What was under watch, and when risks were last looked for. */
  readonly watched?: {
    readonly workloads: number;
    readonly applications: number;
    readonly autoscalers: number;
    readonly auditedAt: Millis | null;
  };
  /** Left out of the document when absent. */
  readonly safe?: readonly Safe[];
  readonly health?: ReportHealth;
}

/**
 * Builds the document. Conflicts come confirmed first, then suspected, then resolved, and the oldest first within;
 * notices by time; risks and safe workloads by rule and name: the order of the input does not show.
 */
export function buildReport(input: ReportInput): Report {
  return {
    schema: REPORT_SCHEMA,
    window: { from: rfc3339(input.window.from), to: rfc3339(input.window.to) },
    conflicts: [...input.conflicts].sort(byUrgency).map(conflictDocument),
    notices: [...input.notices].sort(byTime).map(noticeDocument),
    risks: riskDocuments(input.risks),
    ...(input.watched === undefined
      ? {}
      : { watched: { ...input.watched, auditedAt: timeOrNull(input.watched.auditedAt) } }),
    ...(input.safe === undefined ? {} : { safe: [...input.safe].sort(byWorkload).map(safeDocument) }),
    ...(input.health === undefined ? {} : { health: healthDocument(input.health) }),
  };
}

// What stays from report to report is made into a document once: an audit, a remedy as long as it holds, a conflict in
// which nothing happens, and of one in which only time goes on its evidence and its course.
const riskDocuments = madeOnce((risks: readonly Risk[]) => [...risks].sort(byRule).map(riskDocument));
const remedyDocument = madeOnce(newRemedyDocument);
const evidenceDocument = madeOnce(newEvidenceDocument);
const courseDocument = madeOnce(newCourseDocument);
const contenderDocuments = madeOnce((contenders: readonly Contender[]) =>
  contenders.map(({ kind, manager, name, values }) => ({ kind, manager, name, values: [...values] })),
);
/** The same document for the same input, and so for a conflict in which nothing happens. */
export const conflictDocument = madeOnce(newConflictDocument);

/** RFC 3339 in UTC with milliseconds. Throws a RangeError on what is no time. */
export function rfc3339(at: Millis): string {
  return new Date(at).toISOString();
}

const URGENCY: Record<ConflictState, number> = { confirmed: 0, suspected: 1, resolved: 2 };

function byUrgency(a: ReportedConflict, b: ReportedConflict): number {
  return (
    URGENCY[a.conflict.state] - URGENCY[b.conflict.state] ||
    a.conflict.startedAt - b.conflict.startedAt ||
    compare(a.conflict.id, b.conflict.id)
  );
}

function byTime(a: Notice, b: Notice): number {
  return a.at - b.at || compare(a.kind, b.kind) || compare(a.message, b.message);
}

function byRule(a: Risk, b: Risk): number {
  return compare(a.rule, b.rule) || byWorkload(a, b) || compare(a.field, b.field) || compare(a.message, b.message);
}

function byWorkload(a: { workload: ObjectRef }, b: { workload: ObjectRef }): number {
  return compare(displayRef(a.workload), displayRef(b.workload));
}

/** Code unit order: the same on every machine, whatever its locale. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Three decimals are a millisecond; floating point noise beyond is not worth a difference between two reports. */
function seconds(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function timeOrNull(at: Millis | null): string | null {
  return at === null ? null : rfc3339(at);
}

const workloadDocument = madeOnce((ref: ObjectRef): WorkloadDocument => {
  const { apiVersion, kind, namespace, name, cluster } = ref;
  return { apiVersion, kind, namespace, name, ...(cluster === undefined ? {} : { cluster }) };
});

const nameDocument = madeOnce(({ namespace, name }: ApplicationDocument): ApplicationDocument => ({ namespace, name }));

function applicationDocument(app: ApplicationDocument | null): ApplicationDocument | null {
  return app === null ? null : nameDocument(app);
}

/** Of hundreds a page shows a few: a remedy is made when it is looked at. */
const withRemedy = lookedUp('remedy', (of: { readonly remedy: Remedy }) => remedyDocument(of.remedy));

function newConflictDocument(reported: ReportedConflict): ConflictDocument {
  const { conflict } = reported;
  const { impact } = conflict;
  const before = {
    id: conflict.id,
    kind: conflict.kind,
    workload: workloadDocument(conflict.workload),
    field: conflict.field,
    application: applicationDocument(conflict.application),
    contenders: contenderDocuments(conflict.contenders),
    state: conflict.state,
    startedAt: rfc3339(conflict.startedAt),
    detectedAt: timeOrNull(conflict.detectedAt),
    resolvedAt: timeOrNull(conflict.resolvedAt),
    resolution: conflict.resolution,
    reversals: conflict.reversals,
    periodSeconds: conflict.periodSeconds === null ? null : seconds(conflict.periodSeconds),
    impact: {
      replicaSecondsShort: seconds(impact.replicaSecondsShort),
      podsCreated: impact.podsCreated,
      podsDeleted: impact.podsDeleted,
      lowest: impact.lowest,
      wanted: impact.wanted,
      templateHashes: impact.templateHashes,
    },
    evidence: evidenceDocument(conflict.evidence),
  };
  return Object.assign(withRemedy(before, reported), {
    summary: conflict.summary,
    activity: conflict.activity,
    lastReversalAt: rfc3339(conflict.lastReversalAt),
    otherFields: [...conflict.otherFields],
    failingRules: conflict.failingRules.map(({ place, reason, message }) => ({ place, reason, message })),
    insufficientHistory: conflict.insufficientHistory,
    course: courseDocument(conflict.course),
  });
}

function newEvidenceDocument(evidence: readonly EvidenceRow[]): ConflictDocument['evidence'] {
  return evidence.map(({ at, writer, from, to, source }) => ({ at: rfc3339(at), writer, from, to, source }));
}

function newCourseDocument({ heals, wanted, declared, ready, rhythm }: Course): CourseDocument {
  const levels = (list: readonly LevelAt[]) => list.map(({ at, value }) => ({ at: rfc3339(at), value }));
  return {
    heals: heals.map(({ at, endedAt, kind, phase }) => ({
      at: rfc3339(at),
      endedAt: timeOrNull(endedAt),
      kind,
      phase,
    })),
    wanted: levels(wanted),
    declared: levels(declared),
    ready: levels(ready),
    rhythm: { from: rfc3339(rhythm.from), slotSeconds: rhythm.slotMs / 1000, counts: [...rhythm.counts] },
  };
}

function newRemedyDocument(remedy: Remedy): RemedyDocument {
  return {
    summary: remedy.summary,
    owner: { kind: remedy.owner.kind, namespace: remedy.owner.namespace, name: remedy.owner.name },
    steps: remedy.steps.map((step) => ({
      id: step.id,
      where: step.where,
      why: step.why,
      target: step.target === null ? null : workloadDocument(step.target),
      patch: step.patch === null ? null : step.patch.map((operation) => ({ ...operation })),
      yaml: step.yaml,
      commands: [...step.commands],
    })),
    warnings: remedy.warnings.map(({ id, message }) => ({ id, message })),
    verify: { message: remedy.verify.message, command: remedy.verify.command },
  };
}

export const noticeDocument = madeOnce((notice: Notice): NoticeDocument => {
  return {
    kind: notice.kind,
    ...(notice.category === undefined ? {} : { category: notice.category }),
    workload: notice.workload === null ? null : workloadDocument(notice.workload),
    application: applicationDocument(notice.application),
    at: rfc3339(notice.at),
    message: notice.message,
    count: notice.count,
  };
});

function riskDocument(risk: Risk): RiskDocument {
  const before = {
    rule: risk.rule,
    name: risk.name,
    severity: risk.severity,
    workload: workloadDocument(risk.workload),
    application: applicationDocument(risk.application),
    message: risk.message,
  };
  return Object.assign(withRemedy(before, risk), {
    field: risk.field,
    when: risk.when,
    suppressed: risk.suppressed,
    ...(risk.location === undefined ? {} : { location: { file: risk.location.file, line: risk.location.line } }),
    ...(risk.certainty === undefined ? {} : { certainty: risk.certainty }),
  });
}

function safeDocument(safe: Safe): NonNullable<Report['safe']>[number] {
  return {
    workload: workloadDocument(safe.workload),
    application: applicationDocument(safe.application),
    reason: safe.reason,
  };
}

function healthDocument(health: ReportHealth): HealthDocument {
  return {
    watches: [...health.watches]
      .sort((a, b) => compare(a.cluster, b.cluster) || compare(a.resource, b.resource))
      .map((watch) => ({
        cluster: watch.cluster,
        resource: watch.resource,
        mandatory: watch.mandatory,
        state: watch.state,
        listed: watch.listed,
        lastContactAt: timeOrNull(watch.lastContactAt),
        corrections: watch.corrections,
        gaps: watch.gaps,
        message: watch.message,
      })),
    skippedLines: health.skippedLines,
    ...(health.shard ? { shard: health.shard } : {}),
  };
}
