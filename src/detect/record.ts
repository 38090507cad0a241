/** What the detector remembers of one conflict: plain data, so that a checkpoint is a copy. */
import type { Json, Millis, ObjectRef } from '../model/facts.ts';
import { sameValue } from '../model/same-value.ts';
import type {
  ConflictKind,
  ConflictState,
  EvidenceRow,
  Resolution,
  Write,
  Writer,
  WriterKind,
} from '../model/verdicts.ts';
import { type CourseRecord, newCourse, noteRound } from './course.ts';
import { conflictId, displayWriter, writerKey } from './identity.ts';
import { NO_SCORE, type Score } from './score.ts';

/** Evidence rows kept; the newest push out the oldest. */
const EVIDENCE = 40;
const VALUES = 8;
const REVERSAL_TIMES = 24;
/** Fields told apart in one conflict; the fight is named after one of them. */
const FIELDS = 64;

export interface ContenderRecord {
  readonly key: string;
  writer: Writer;
  values: Json[];
}

export interface ImpactRecord {
  replicaSecondsShort: number;
  podsCreated: number;
  podsDeleted: number;
  templateHashes: number;
  lowest: number | null;
  wanted: number | null;
  /** Up to when replicaSecondsShort has been added up. */
  countedTo: Millis;
  /** Missing replicas since then. */
  shortNow: number;
}

export interface ConflictRecord {
  readonly id: string;
  readonly kind: ConflictKind;
  readonly ref: ObjectRef;
  /** '/spec/replicas', '/spec/template' for all of a template, or the pointer itself. */
  readonly fieldClass: string;
  /** Reversals by pointer: a template fight may be over several. */
  readonly fields: Map<string, number>;
  readonly application: { readonly namespace: string; readonly name: string } | null;
  readonly contenders: ContenderRecord[];
  /** candidate: one revert so far, nothing to speak of yet. */
  state: 'candidate' | ConflictState;
  score: Score;
  startedAt: Millis;
  detectedAt: Millis | null;
  resolvedAt: Millis | null;
  resolution: Resolution | null;
  reversals: number;
  reversalTimes: Millis[];
  lastReversalAt: Millis;
  /** Set while configuration alone keeps the fight going; silence then proves nothing. */
  proven: boolean;
  /** Self-heal drives it: it heals drift that no rule hides. Otherwise full syncs do, which a rule alone does not stop. */
  byDrift: boolean;
  /** A cause that has gone, and since when, while the proof is awaited. */
  settling: { reason: Resolution; since: Millis } | null;
  /** That a sync window makes it quiet has been told; a reversal begins a new silence. */
  blockedTold: boolean;
  readonly impact: ImpactRecord;
  readonly evidence: EvidenceRow[];
  readonly course: CourseRecord;
  readonly writes: Partial<Record<WriterKind, number>>;
  /** It came from a checkpoint or from what the cluster still showed, or a gap lies in it. */
  insufficientHistory: boolean;
}

export function newRecord(input: {
  kind: ConflictKind;
  ref: ObjectRef;
  fieldClass: string;
  application: { namespace: string; name: string } | null;
  writers: readonly [Writer, Writer];
  startedAt: Millis;
}): ConflictRecord {
  const contenders = input.writers.map((writer) => ({ key: writerKey(writer), writer, values: [] }));
  return {
    id: recordId(input.ref, input.fieldClass, input.writers),
    kind: input.kind,
    ref: input.ref,
    fieldClass: input.fieldClass,
    fields: new Map(),
    application: input.application,
    contenders,
    state: 'candidate',
    score: NO_SCORE,
    startedAt: input.startedAt,
    detectedAt: null,
    resolvedAt: null,
    resolution: null,
    reversals: 0,
    reversalTimes: [],
    lastReversalAt: input.startedAt,
    proven: false,
    byDrift: false,
    settling: null,
    blockedTold: false,
    impact: {
      replicaSecondsShort: 0,
      podsCreated: 0,
      podsDeleted: 0,
      templateHashes: 0,
      lowest: null,
      wanted: null,
      countedTo: input.startedAt,
      shortNow: 0,
    },
    evidence: [],
    course: newCourse(input.startedAt),
    writes: {},
    insufficientHistory: false,
  };
}

export function recordId(ref: ObjectRef, fieldClass: string, writers: readonly Writer[]): string {
  return conflictId(ref, fieldClass, writers.map(writerKey));
}

/** Adds one write of a contender to evidence, values and counts. */
export function addEvidence(record: ConflictRecord, write: Write): void {
  const last = record.evidence.at(-1);
  if (last !== undefined && last.at === write.at && sameValue(last.to, write.to)) return;
  addRow(record, {
    at: write.at,
    writer: displayWriter(write.writer),
    from: write.from,
    to: write.to,
    source: write.gap ? `${write.writer.source}; versions before it were missed` : write.writer.source,
  });
  record.writes[write.writer.kind] = (record.writes[write.writer.kind] ?? 0) + 1;
  const contender = record.contenders.find((one) => one.key === writerKey(write.writer));
  if (contender === undefined) return;
  if (contender.writer.manager === null && write.writer.manager !== null) contender.writer = write.writer;
  addValue(contender, write.to);
}

/** Adds one row; the newest push out the oldest. */
export function addRow(record: ConflictRecord, row: EvidenceRow): void {
  record.evidence.push(row);
  if (record.evidence.length > EVIDENCE) record.evidence.shift();
}

/** Keeps the distinct values a contender wrote, newest last. */
export function addValue(contender: ContenderRecord, value: Json): void {
  const index = contender.values.findIndex((known) => sameValue(known, value));
  if (index >= 0) contender.values.splice(index, 1);
  contender.values.push(value);
  if (contender.values.length > VALUES) contender.values.shift();
}

/** Counts one reversal. Several fields undone by one write are one; null: the field is not known. */
export function countReversal(record: ConflictRecord, at: Millis, field: string | null): boolean {
  if (field !== null && (record.fields.has(field) || record.fields.size < FIELDS))
    record.fields.set(field, (record.fields.get(field) ?? 0) + 1);
  if (record.reversals > 0 && record.reversalTimes.includes(at)) return false;
  record.reversals += 1;
  noteRound(record.course, at);
  record.blockedTold = false;
  // A reversal that waited for its operation may be older than the last one.
  record.lastReversalAt = record.reversals === 1 ? at : Math.max(record.lastReversalAt, at);
  record.reversalTimes.push(at);
  record.reversalTimes.sort((a, b) => a - b);
  if (record.reversalTimes.length > REVERSAL_TIMES) record.reversalTimes.shift();
  return true;
}

/** Median distance of the remembered reversals in seconds; null below two. */
export function periodSeconds(record: ConflictRecord): number | null {
  const gaps = record.reversalTimes.slice(1).map((time, i) => time - (record.reversalTimes[i] ?? time));
  if (gaps.length === 0) return null;
  gaps.sort((a, b) => a - b);
  const middle = gaps.length >> 1;
  const median = gaps.length % 2 === 1 ? (gaps[middle] ?? 0) : ((gaps[middle - 1] ?? 0) + (gaps[middle] ?? 0)) / 2;
  return Math.round(median / 1000);
}

/** The field the fight is named after: undone most often, then first in order. */
export function mainField(record: ConflictRecord): string | null {
  let best: string | null = null;
  let most = 0;
  for (const [field, count] of [...record.fields].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
    if (count > most) {
      best = field;
      most = count;
    }
  }
  return best;
}
