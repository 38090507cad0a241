/**
 * The shape of a checkpoint that is read: a file from an earlier life, another version, or somebody's editor. Every
 * conflict, track, heal, healed object and notice is held against it by itself, so that one that is broken costs none of the others,
 * and none can take the daemon down hours later.
 */
import { z } from 'zod';
import type { CourseRecord } from '../detect/course.ts';
import type { HealedObject } from '../detect/healed-objects.ts';
import type { ConflictRecord } from '../detect/record.ts';
import type { FieldTrack } from '../detect/tracks.ts';
import type { ObjectRef } from '../model/facts.ts';
import type { Heal, Notice, Write, Writer } from '../model/verdicts.ts';

/** Whole milliseconds or a clock's fractions; a time that no calendar has is none. */
const time = z.number().min(0).max(8.64e15);
const count = z.number().min(0);
const place = z.looseObject({ namespace: z.string(), name: z.string() });
const ref = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  namespace: z.string(),
  name: z.string(),
  cluster: z.string().optional(),
});
const writerKind = z.enum(['argocd', 'hpa', 'keda', 'human', 'rollouts', 'controller', 'unknown']);
const resolution = z.enum(['rule-added', 'self-heal-off', 'scaler-gone', 'field-left-git', 'quiet']);

const writer = z.looseObject({
  kind: writerKind,
  manager: z.string().nullable(),
  name: z.string().nullable(),
  source: z.string(),
}) satisfies z.ZodType<Writer>;

const write = z.looseObject({
  at: time,
  ref,
  uid: z.string(),
  field: z.string(),
  from: z.json(),
  to: z.json(),
  writer,
  gap: z.boolean(),
}) satisfies z.ZodType<Write>;

const evidence = z.looseObject({ at: time, writer: z.string(), from: z.json(), to: z.json(), source: z.string() });

const levels = z.array(z.looseObject({ at: time, value: z.number().nullable() }));
const course = z.looseObject({
  heals: z.array(
    z.looseObject({
      at: time,
      endedAt: time.nullable(),
      startedAt: time,
      kind: z.enum(['self-heal', 'revision', 'manual', 'other']),
      phase: z.string(),
    }),
  ),
  wanted: levels,
  declared: levels,
  ready: levels,
  // A slot of no length would never reach the present.
  rhythm: z.looseObject({ from: time, slotMs: z.number().positive(), counts: z.array(z.int().min(0)) }),
}) satisfies z.ZodType<CourseRecord>;

const conflict = z.looseObject({
  id: z.string().min(1),
  kind: z.enum(['replicas', 'template', 'field', 'shared-object']),
  ref,
  fieldClass: z.string(),
  fields: z.array(z.tuple([z.string(), count])),
  application: place.nullable(),
  contenders: z.array(z.looseObject({ key: z.string(), writer, values: z.array(z.json()) })).min(2),
  state: z.enum(['candidate', 'suspected', 'confirmed', 'resolved']),
  score: z.looseObject({ value: z.number(), at: time }),
  startedAt: time,
  detectedAt: time.nullable(),
  resolvedAt: time.nullable(),
  resolution: resolution.nullable(),
  reversals: z.int().min(0),
  reversalTimes: z.array(time).refine((times) => times.every((at, index) => at >= (times[index - 1] ?? 0))),
  lastReversalAt: time,
  proven: z.boolean(),
  byDrift: z.boolean(),
  settling: z.looseObject({ reason: resolution, since: time }).nullable(),
  blockedTold: z.boolean(),
  impact: z.looseObject({
    replicaSecondsShort: count,
    podsCreated: z.int().min(0),
    podsDeleted: z.int().min(0),
    templateHashes: z.int().min(0),
    lowest: z.number().nullable(),
    wanted: z.number().nullable(),
    countedTo: time,
    shortNow: count,
  }),
  evidence: z.array(evidence),
  course: course.optional(),
  writes: z.partialRecord(writerKind, count),
  insufficientHistory: z.boolean(),
}) satisfies z.ZodType<Omit<ConflictRecord, 'fields' | 'course'>>;

const block = z.looseObject({
  key: z.string(),
  writer,
  from: z.json().optional(),
  to: z.json(),
  startedAt: time,
  lastAt: time,
  gap: z.boolean(),
});

const track = z.looseObject({
  ref,
  uid: z.string(),
  field: z.string(),
  blocks: z.array(block),
  writes: z.array(write),
}) as z.ZodType<FieldTrack>;

const heal = z.looseObject({
  application: ref,
  applicationUid: z.string(),
  kind: z.enum(['self-heal', 'revision', 'manual', 'other']),
  startedAt: time,
  seenAt: time,
  finishedAt: time.nullable(),
  endSeenAt: time.nullable(),
  phase: z.string(),
  resources: z.array(z.looseObject({ group: z.string(), kind: z.string(), namespace: z.string(), name: z.string() })),
  attempts: count,
  revision: z.string(),
  newRevision: z.boolean(),
  message: z.string(),
}) satisfies z.ZodType<Heal>;

const healedObject = z.looseObject({
  ref,
  application: ref,
  score: z.looseObject({ value: z.number(), at: time }),
  count: z.int().min(1),
  firstAt: time,
  lastAt: time,
}) satisfies z.ZodType<HealedObject>;

const notice = z.looseObject({
  kind: z.string().min(1),
  category: z.string().min(1).optional(),
  workload: ref.nullable(),
  application: place.nullable(),
  at: time,
  count: z.int().min(1),
  message: z.string(),
}) as unknown as z.ZodType<Notice>;

const PARTS = {
  records: conflict,
  tracks: track,
  heals: z.tuple([z.string(), z.array(heal)]),
  healed: healedObject,
  notices: notice,
} satisfies Record<string, z.ZodType>;

export interface SoundCheckpoint {
  /** The same, without what is broken; its head (schema, version, time) is for the detector to judge. */
  readonly checkpoint: unknown;
  /** How many entries were left out. */
  readonly dropped: number;
}

/**
 * Leaves out what is no conflict, track, heal, healed object or notice, and what is about a workload cluster that is not
 * one of `clusters` any more: nobody would ever see it end. null: of every cluster. Never throws.
 */
export function keepSound(stored: unknown, clusters: readonly string[] | null = null): SoundCheckpoint {
  if (typeof stored !== 'object' || stored === null || Array.isArray(stored)) return { checkpoint: stored, dropped: 0 };
  const checkpoint: Record<string, unknown> = { ...stored };
  let dropped = 0;
  for (const [name, schema] of Object.entries(PARTS)) {
    const entries = checkpoint[name];
    if (!Array.isArray(entries)) continue;
    const sound = entries.filter((entry) => schema.safeParse(entry).success);
    dropped += entries.length - sound.length;
    checkpoint[name] = clusters === null ? sound : sound.filter((entry) => isOfOne(entry, clusters));
  }
  return { checkpoint, dropped };
}

/** null when it is none. */
export function readNotice(value: unknown): Notice | null {
  const read = notice.safeParse(value);
  return read.success ? read.data : null;
}

function isOfOne(entry: unknown, clusters: readonly string[]): boolean {
  const { ref, workload } = entry as { ref?: ObjectRef; workload?: ObjectRef | null };
  const cluster = (ref ?? workload ?? undefined)?.cluster;
  return cluster === undefined || clusters.includes(cluster);
}
