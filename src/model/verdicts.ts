/**
 * What Tugwatch says: writes, heals, conflicts, notices, risks and remedies. Shapes follow the report's contract
 * (docs/report.md); times are milliseconds here and RFC 3339 in the report.
 */
import type { Json, Millis, ObjectRef } from './facts.ts';

/** The closed set of contender kinds. */
export type WriterKind = 'argocd' | 'hpa' | 'keda' | 'human' | 'rollouts' | 'controller' | 'unknown';

/** Who wrote: a kind, the field manager as the server recorded it, and the name of the object that acted. */
export interface Writer {
  readonly kind: WriterKind;
  /** Field manager; null when the server recorded none (a scale to 0 through /scale leaves no trace). */
  readonly manager: string | null;
  /** HPA, ScaledObject or Application name; null when it has none. */
  readonly name: string | null;
  /** Why we say so, for evidence: 'managedFields k3s/scale', 'no owner of /spec/replicas after a scale to 0'. */
  readonly source: string;
}

/** One change of one field between two versions of an object. */
export interface Write {
  readonly at: Millis;
  readonly ref: ObjectRef;
  readonly uid: string;
  /** JSON pointer. */
  readonly field: string;
  readonly from: Json;
  readonly to: Json;
  readonly writer: Writer;
  /** The generation jumped by more than one or a list came between: versions were missed. */
  readonly gap: boolean;
}

export type HealKind = 'self-heal' | 'revision' | 'manual' | 'other';

/** One operation of one Application; identity is (application uid, startedAt). */
export interface Heal {
  readonly application: ObjectRef;
  readonly applicationUid: string;
  readonly kind: HealKind;
  readonly startedAt: Millis;
  /** When we learned of it. */
  readonly seenAt: Millis;
  readonly finishedAt: Millis | null;
  /** When we learned that it had ended; null while it goes on. */
  readonly endSeenAt: Millis | null;
  readonly phase: string;
  /** group/kind/name of each object it names (no namespace in a self-heal); empty: the whole application. */
  readonly resources: readonly { group: string; kind: string; namespace: string; name: string }[];
  readonly attempts: number;
  readonly revision: string;
  /** The revision differs from that of the operation before. */
  readonly newRevision: boolean;
  readonly message: string;
}

export type ConflictKind = 'replicas' | 'template' | 'field' | 'shared-object';
export type ConflictState = 'suspected' | 'confirmed' | 'resolved';
export type Resolution = 'rule-added' | 'self-heal-off' | 'scaler-gone' | 'field-left-git' | 'quiet';

/**
 * fighting: reversals go on. dormant: the cause stands, but both want the same value now. blocked: a sync window or a
 * failed sync keeps Argo CD from writing. settling: a cause has gone, the proof is being awaited. over: resolved.
 */
export type Activity = 'fighting' | 'dormant' | 'blocked' | 'settling' | 'over';

export interface Contender {
  readonly kind: WriterKind;
  readonly manager: string | null;
  readonly name: string | null;
  /** The distinct values it wrote, newest last, at most 8. */
  readonly values: readonly Json[];
}

export interface EvidenceRow {
  readonly at: Millis;
  /** 'hpa/web', 'argocd/web', 'controller/mesh-injector'. */
  readonly writer: string;
  readonly from: Json;
  readonly to: Json;
  readonly source: string;
}

export interface Impact {
  /** Sum over time of (what the scaler wanted − spec.replicas), where positive, capped by maxReplicas. */
  readonly replicaSecondsShort: number;
  readonly podsCreated: number;
  readonly podsDeleted: number;
  /** New pod-template hashes while it lasted. */
  readonly templateHashes: number;
  /** Lowest spec.replicas while it lasted; null when replicas are not what is fought over. */
  readonly lowest: number | null;
  /** What the scaler wanted last; null when nothing says. */
  readonly wanted: number | null;
}

/** An existing ignore rule that was meant to protect the field and does not. */
export interface FailingRule {
  /** 'spec.ignoreDifferences[0]' or 'argocd-cm resource.customizations.ignoreDifferences.apps_Deployment'. */
  readonly place: string;
  readonly reason:
    | 'group-missing'
    | 'group-mismatch'
    | 'kind-mismatch'
    | 'name-mismatch'
    | 'name-is-glob'
    | 'namespace-mismatch'
    | 'field-not-covered'
    | 'jq-does-not-parse'
    | 'manager-mismatch'
    | 'not-respected';
  /** One sentence a person can act on. */
  readonly message: string;
}

/** A value from this time on, until the next one; null: not known any more. */
export interface LevelAt {
  readonly at: Millis;
  readonly value: number | null;
}

/** One operation of Argo CD on the contested object, as it was seen. */
export interface CourseHeal {
  readonly at: Millis;
  /** null while it goes on. */
  readonly endedAt: Millis | null;
  readonly kind: HealKind;
  readonly phase: string;
}

/** How a fight went, beside its writes: the newest of each, oldest first. */
export interface Course {
  readonly heals: readonly CourseHeal[];
  /** What the autoscaler wanted, what Git declared, and the pods that were ready; empty where replicas are not contested. */
  readonly wanted: readonly LevelAt[];
  readonly declared: readonly LevelAt[];
  readonly ready: readonly LevelAt[];
  /** Reversals of the whole fight, counted in slots of equal length from `from` on. */
  readonly rhythm: { readonly from: Millis; readonly slotMs: number; readonly counts: readonly number[] };
}

export interface Conflict {
  readonly id: string;
  readonly kind: ConflictKind;
  readonly workload: ObjectRef;
  readonly field: string | null;
  /** Further contested fields of the same fight (a template fight may touch several). */
  readonly otherFields: readonly string[];
  readonly application: { readonly namespace: string; readonly name: string } | null;
  readonly contenders: readonly Contender[];
  readonly state: ConflictState;
  readonly activity: Activity;
  readonly startedAt: Millis;
  readonly detectedAt: Millis | null;
  readonly resolvedAt: Millis | null;
  readonly resolution: Resolution | null;
  readonly reversals: number;
  readonly lastReversalAt: Millis;
  /** Median distance between reversals, seconds; null below two. */
  readonly periodSeconds: number | null;
  readonly impact: Impact;
  readonly evidence: readonly EvidenceRow[];
  readonly failingRules: readonly FailingRule[];
  readonly course: Course;
  /** One sentence: who fights over what, since when, at what cost. */
  readonly summary: string;
  /** A restart or a gap left too little history to conclude anything from silence. */
  readonly insufficientHistory: boolean;
}

export type NoticeKind =
  | 'hpa-thrash'
  | 'manual-override-reverted'
  | 'hotfix-reverted'
  | 'live-fix-undone'
  | 'reset-on-sync'
  | 'prune-pending'
  | 'rollout'
  | 'restart'
  | 'rollout-paused'
  | 'ambiguous-selector'
  | 'stale-value-write'
  | 'self-heal-gave-up'
  | 'sync-blocked-by-window'
  | 'comparison-error'
  | 'half-fixed'
  | 'drift';

/**
 * Why something is OutOfSync, or was before a heal, without a fight (docs/drift.md): what a person sorts drift by, since
 * each asks for something else to be done.
 */
export type DriftCategory =
  | 'manual-scale'
  | 'image-by-hand'
  | 'config-hotfix'
  | 'manual-edit'
  | 'annotation-noise'
  | 'controller-edit'
  | 'server-noise'
  | 'prune-pending';

export interface Notice {
  readonly kind: NoticeKind;
  /** Of a notice about drift, where it can be told. */
  readonly category?: DriftCategory;
  readonly workload: ObjectRef | null;
  readonly application: { readonly namespace: string; readonly name: string } | null;
  readonly at: Millis;
  /** How often the same notice came up; `at` is the latest. */
  readonly count: number;
  readonly message: string;
}

export type RemedyStepId =
  | 'stop-now'
  | 'make-permanent'
  | 'remove-from-git'
  | 'repair-rule'
  | 'choose-owner'
  | 'talk-to-them'
  | 'stabilize'
  | 'sync-window'
  | 'declare-default'
  | 'remove-scaler'
  | 'fix-target'
  | string;

export interface RemedyStep {
  readonly id: RemedyStepId;
  readonly where: 'live' | 'git';
  readonly why: string;
  /** The object to patch; null where the text goes to Git only. */
  readonly target: ObjectRef | null;
  /** RFC 6902 patch on the target as last seen; null when there is none. */
  readonly patch: readonly JsonPatchOperation[] | null;
  /** What to commit; null when there is nothing. */
  readonly yaml: string | null;
  /** Commands that work when pasted, in order. */
  readonly commands: readonly string[];
}

export interface JsonPatchOperation {
  readonly op: 'test' | 'add' | 'replace' | 'remove';
  readonly path: string;
  readonly value?: Json;
}

export interface Remedy {
  readonly summary: string;
  /** Who owns the configuration that must change. */
  readonly owner: { readonly kind: string; readonly namespace: string; readonly name: string };
  readonly steps: readonly RemedyStep[];
  readonly warnings: readonly { readonly id: string; readonly message: string }[];
  readonly verify: { readonly message: string; readonly command: string };
}

export type Severity = 'critical' | 'warning' | 'info';

export interface Risk {
  /** 'TW101'. */
  readonly rule: string;
  /** 'unprotected-replicas'. */
  readonly name: string;
  readonly severity: Severity;
  readonly workload: ObjectRef;
  readonly application: { readonly namespace: string; readonly name: string } | null;
  /** What, why it bites and when. One sentence. */
  readonly message: string;
  readonly when: 'now' | 'on-next-scale' | 'on-next-deploy' | 'on-next-sync';
  /** JSON pointer the risk is about, '/spec/replicas' for most. */
  readonly field: string;
  readonly remedy: Remedy;
  /** Set when tugwatch.dev/ignore silences it; listed all the same. */
  readonly suppressed: string | null;
  /** 'assumed': the input lacks the Application, or the list that would prove it. Absent: proven by what was read. */
  readonly certainty?: 'assumed';
  /** Where the object stands, for manifests: file as it was named, 1-based line. Absent in a live cluster. */
  readonly location?: { readonly file: string; readonly line: number };
}

/** A workload the audit found nothing against, and why. */
export interface Safe {
  readonly workload: ObjectRef;
  readonly application: { readonly namespace: string; readonly name: string } | null;
  readonly reason: string;
}
