/** What a rule of the audit is: data about it, and a pure check of one subject. */
import type { ClusterModel } from '../model/cluster-model.ts';
import type { ApplicationFact, Millis, ObjectRef, WorkloadFact } from '../model/facts.ts';
import type { Risk, Severity } from '../model/verdicts.ts';
import type { Protection, RulesContext } from '../rules/protection.ts';
import type { ScalingCause } from './scalers.ts';
import type { Sliced } from './slices.ts';

/** What the audit looks at, and how to take what is missing from it. */
export interface AuditContext extends RulesContext {
  readonly now: Millis;
  /**
   * True for manifests: a workload that no Application in the input claims is judged as if one with automated sync and
   * self-heal did, and an absent scale target counts as missing. Every such finding is marked 'assumed'.
   */
  readonly partial?: boolean;
  /** False where nobody asks what is safe: of a large cluster nearly everything is. */
  readonly tellSafe?: boolean;
}

/** What Git says of a workload's replicas, as far as anything shows it. */
export type Declaration =
  /** `value` is null where only the mechanism shows that it is declared (server-side apply, the scaler wrote last). */
  | { readonly state: 'declared'; readonly value: number | null }
  | { readonly state: 'omitted' }
  | { readonly state: 'unknown' };

/** One workload with all that decides over its replicas. */
export interface WorkloadSubject {
  readonly workload: WorkloadFact;
  /** null: none manages it, or none is in the input. */
  readonly application: ApplicationFact | null;
  /** No Application is in sight and the context says to judge as if one were. */
  readonly assumed: boolean;
  readonly declaration: Declaration;
  readonly causes: readonly ScalingCause[];
  /** The Rollout whose spec.workloadRef names this Deployment; null for all others. */
  readonly rollout: WorkloadFact | null;
  /** Of /spec/replicas; null without an Application. */
  readonly protection: Protection | null;
}

/** One Application with the workloads in sight that it manages. */
export interface ApplicationSubject {
  readonly application: ApplicationFact;
  readonly workloads: readonly WorkloadSubject[];
  readonly alike: Alike;
}

/**
 * How many Applications of the same ApplicationSet have the same rules and options, and whether this is the first of
 * them: what is wrong with a template is told once, not for each Application that it makes.
 */
export interface Alike {
  readonly count: number;
  readonly first: boolean;
}

/** What a check found. The audit adds the rule's name, the remedy and the suppression. */
export interface Finding {
  readonly workload: ObjectRef;
  readonly application: ApplicationFact | null;
  /** One sentence: what is so, why it bites, and when. */
  readonly message: string;
  readonly when: Risk['when'];
  /** JSON pointer the finding is about. */
  readonly field: string;
  /** The rule's own severity unless this finding differs. */
  readonly severity?: Severity;
  readonly certainty?: 'assumed';
  /** Annotations tugwatch.dev/ignore that may silence this finding, in the order they are asked. */
  readonly ignores: readonly { readonly on: ObjectRef; readonly text: string }[];
}

/** What a rule looks at: each workload, each Application, or once the whole model. One rule may look at several. */
export interface RuleChecks {
  readonly workload?: (subject: WorkloadSubject, context: AuditContext) => Finding[];
  readonly application?: (subject: ApplicationSubject, context: AuditContext) => Finding[];
  readonly cluster?: (model: ClusterModel, context: AuditContext) => Finding[] | Sliced<Finding[]>;
}

export interface Rule {
  /** 'TW101': stable for good. */
  readonly id: string;
  /** 'unprotected-replicas': stable for good. */
  readonly name: string;
  readonly severity: Severity;
  /** One sentence for lists: what the configuration is. */
  readonly summary: string;
  /** Why it bites and when. */
  readonly why: string;
  /** Where the behaviour behind the rule is written down. */
  readonly sources: readonly string[];
  readonly checks: RuleChecks;
}
