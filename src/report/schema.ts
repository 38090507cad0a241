/**
 * The report document, `tugwatch.report/v1`: what `replay --output json` prints and `GET /api/v1/report` answers. Its
 * fields may grow and never change their meaning. Times are RFC 3339 in UTC with milliseconds; numbers of seconds may
 * have a fraction. Programs that read it should ignore fields they do not know.
 */
import { z } from 'zod';
import type {
  Activity,
  ConflictKind,
  ConflictState,
  FailingRule,
  HealKind,
  Resolution,
  Risk,
  Severity,
  WriterKind,
} from '../model/verdicts.ts';
import { REPORT_SCHEMA } from './schema-name.ts';

const time = z.iso.datetime({ precision: 3 });
const count = z.int().nonnegative();

const workloadSchema = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  /** '' for a cluster-scoped object. */
  namespace: z.string(),
  name: z.string(),
  /** The workload cluster it is in, by its configured name; absent in the cluster of Argo CD. */
  cluster: z.string().optional(),
});
const applicationSchema = z.object({ namespace: z.string(), name: z.string() });

const writerKindSchema = z.enum([
  'argocd',
  'hpa',
  'keda',
  'human',
  'rollouts',
  'controller',
  'unknown',
]) satisfies z.ZodType<WriterKind>;

const contenderSchema = z.object({
  kind: writerKindSchema,
  manager: z.string().nullable(),
  name: z.string().nullable(),
  values: z.array(z.json()),
});

const evidenceSchema = z.object({
  at: time,
  writer: z.string(),
  from: z.json(),
  to: z.json(),
  source: z.string(),
});

const patchOperationSchema = z.object({
  op: z.enum(['test', 'add', 'replace', 'remove']),
  path: z.string(),
  value: z.json().optional(),
});

const stepSchema = z.object({
  id: z.string(),
  where: z.enum(['live', 'git']),
  why: z.string(),
  target: workloadSchema.nullable(),
  patch: z.array(patchOperationSchema).nullable(),
  yaml: z.string().nullable(),
  commands: z.array(z.string()),
});

const remedySchema = z.object({
  summary: z.string(),
  owner: z.object({ kind: z.string(), namespace: z.string(), name: z.string() }),
  steps: z.array(stepSchema),
  warnings: z.array(z.object({ id: z.string(), message: z.string() })),
  verify: z.object({ message: z.string(), command: z.string() }),
});

const impactSchema = z.object({
  replicaSecondsShort: z.number().nonnegative(),
  podsCreated: count,
  podsDeleted: count,
  lowest: z.number().nullable(),
  wanted: z.number().nullable(),
  templateHashes: count,
});

const failingRuleSchema = z.object({
  place: z.string(),
  reason: z.string() as z.ZodType<FailingRule['reason']>,
  message: z.string(),
});

const levelSchema = z.object({ at: time, value: z.number().nullable() });
const courseSchema = z.object({
  heals: z.array(
    z.object({
      at: time,
      endedAt: time.nullable(),
      kind: z.enum(['self-heal', 'revision', 'manual', 'other']) satisfies z.ZodType<HealKind>,
      phase: z.string(),
    }),
  ),
  wanted: z.array(levelSchema),
  declared: z.array(levelSchema),
  ready: z.array(levelSchema),
  rhythm: z.object({ from: time, slotSeconds: z.number().positive(), counts: z.array(count) }),
});

export const conflictSchema = z.object({
  id: z.string().min(1),
  kind: z.enum(['replicas', 'template', 'field', 'shared-object']) satisfies z.ZodType<ConflictKind>,
  workload: workloadSchema,
  /** JSON pointer; null while not known. */
  field: z.string().nullable(),
  application: applicationSchema.nullable(),
  contenders: z.array(contenderSchema).min(2),
  state: z.enum(['suspected', 'confirmed', 'resolved']) satisfies z.ZodType<ConflictState>,
  startedAt: time,
  detectedAt: time.nullable(),
  resolvedAt: time.nullable(),
  resolution: z
    .enum(['rule-added', 'self-heal-off', 'scaler-gone', 'field-left-git', 'quiet'])
    .nullable() satisfies z.ZodType<Resolution | null>,
  reversals: count,
  periodSeconds: z.number().nonnegative().nullable(),
  impact: impactSchema,
  evidence: z.array(evidenceSchema),
  remedy: remedySchema,
  summary: z.string(),
  activity: z.enum(['fighting', 'dormant', 'blocked', 'settling', 'over']) satisfies z.ZodType<Activity>,
  lastReversalAt: time,
  otherFields: z.array(z.string()),
  failingRules: z.array(failingRuleSchema),
  insufficientHistory: z.boolean(),
  /** How it went, beside the writes; absent in documents of versions that kept no course. */
  course: courseSchema.optional(),
});

export const noticeSchema = z.object({
  kind: z.string().min(1),
  /** Of a notice about drift: what sort (docs/drift.md). */
  category: z.string().min(1).optional(),
  workload: workloadSchema.nullable(),
  application: applicationSchema.nullable(),
  at: time,
  message: z.string(),
  /** How often it came up; `at` is the latest. */
  count: z.int().positive(),
});

const riskSchema = z.object({
  rule: z.string().regex(/^TW\d+$/),
  name: z.string(),
  severity: z.enum(['critical', 'warning', 'info']) satisfies z.ZodType<Severity>,
  workload: workloadSchema,
  application: applicationSchema.nullable(),
  message: z.string(),
  remedy: remedySchema,
  field: z.string(),
  when: z.enum(['now', 'on-next-scale', 'on-next-deploy', 'on-next-sync']) satisfies z.ZodType<Risk['when']>,
  /** The reason a person gave for silence; null when it is not silenced. */
  suppressed: z.string().nullable(),
  /** Of a manifest: the file and the 1-based line. */
  location: z.object({ file: z.string(), line: z.number().int().min(1) }).optional(),
  /** Some of it could not be seen and is taken for granted, such as the Application of a manifest. */
  certainty: z.literal('assumed').optional(),
});

const safeSchema = z.object({
  workload: workloadSchema,
  application: applicationSchema.nullable(),
  reason: z.string(),
});

const watchSchema = z.object({
  cluster: z.string(),
  resource: z.string(),
  mandatory: z.boolean(),
  state: z.enum(['listing', 'watching', 'interrupted', 'absent', 'forbidden']),
  listed: z.boolean(),
  lastContactAt: time.nullable(),
  corrections: count,
  gaps: count,
  message: z.string(),
});

const healthSchema = z.object({
  watches: z.array(watchSchema),
  /** Lines of a recording that could not be read. */
  skippedLines: count,
  /** The share of the namespaces that this report is about; absent where it is about all. */
  shard: z.object({ index: count, of: count }).optional(),
});

const watchedSchema = z.object({
  workloads: count,
  applications: count,
  autoscalers: count,
  /** When risks were last looked for. */
  auditedAt: time.nullable(),
});

export const reportSchema = z.object({
  schema: z.literal(REPORT_SCHEMA),
  window: z.object({ from: time, to: time }),
  conflicts: z.array(conflictSchema),
  notices: z.array(noticeSchema),
  risks: z.array(riskSchema),
  /** What was under watch at the end of the window; absent where manifests were read. */
  watched: watchedSchema.optional(),
  /** Only where it was asked for: what the audit found nothing against. */
  safe: z.array(safeSchema).optional(),
  /** How well Tugwatch saw; absent where nothing was watched. */
  health: healthSchema.optional(),
});

export type Report = z.infer<typeof reportSchema>;
export type ConflictDocument = z.infer<typeof conflictSchema>;
export type CourseDocument = z.infer<typeof courseSchema>;
export type EvidenceDocument = z.infer<typeof evidenceSchema>;
export type ContenderDocument = z.infer<typeof contenderSchema>;
export type RemedyDocument = z.infer<typeof remedySchema>;
export type StepDocument = z.infer<typeof stepSchema>;
export type NoticeDocument = z.infer<typeof noticeSchema>;
export type RiskDocument = z.infer<typeof riskSchema>;
export type SafeDocument = z.infer<typeof safeSchema>;
export type WorkloadDocument = z.infer<typeof workloadSchema>;
export type ApplicationDocument = z.infer<typeof applicationSchema>;
export type HealthDocument = z.infer<typeof healthSchema>;
export type WatchDocument = z.infer<typeof watchSchema>;
