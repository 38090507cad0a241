/** The facts about Argo CD's own objects: Applications, what makes them, what they are told to ignore. */
import type { Condition, FactBase, FieldOwner, Json, Millis, Tracking } from './facts.ts';

/** One rule of spec.ignoreDifferences, or of argocd-cm (then name and namespace are ''). */
export interface IgnoreRule {
  /** Where it stands: 'spec.ignoreDifferences[0]' or the key of argocd-cm. */
  readonly place: string;
  readonly level: 'application' | 'system';
  /** Glob. '' is the core group, and matches nothing else. */
  readonly group: string;
  /** Glob. */
  readonly kind: string;
  /** Exact; '' is any. */
  readonly name: string;
  /** Exact; '' is any. */
  readonly namespace: string;
  readonly jsonPointers: readonly string[];
  readonly jqPathExpressions: readonly string[];
  readonly managedFieldsManagers: readonly string[];
}

export interface OperationResource {
  readonly group: string;
  readonly kind: string;
  /** '' when the operation did not say. Self-heals never do. */
  readonly namespace: string;
  readonly name: string;
}

/** status.operationState, cut down. */
export interface OperationFact {
  readonly phase: 'Running' | 'Succeeded' | 'Failed' | 'Error' | 'Terminating' | string;
  readonly startedAt: Millis;
  readonly finishedAt: Millis | null;
  readonly automated: boolean;
  /** initiatedBy.username; '' when none. */
  readonly username: string;
  /** operation.initiatedBy was present at all (an `operation` patched by hand has none). */
  readonly initiated: boolean;
  /** operation.sync.resources; empty means the whole application. */
  readonly resources: readonly OperationResource[];
  /** operation.sync.autoHealAttemptsCount, 0 when absent. */
  readonly attempts: number;
  readonly revision: string;
  readonly syncOptions: readonly string[];
  /** syncResult.resources, only of kinds that can be workloads and of the objects the operation named; capped. */
  readonly results: readonly (OperationResource & { readonly status: string; readonly message: string })[];
  readonly message: string;
}

/** One entry of status.resources[] that is worth keeping: a scalable kind, an Application, or one that is not Synced. */
export interface ManagedResource {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly status: string;
  readonly requiresPruning: boolean;
}

export interface ApplicationFact extends FactBase {
  readonly fact: 'application';
  readonly tracking: Tracking;
  readonly project: string;
  readonly destination: { readonly server: string; readonly name: string; readonly namespace: string };
  /** repoURL of each source with its path or chart, for messages; in the order of spec.source(s). */
  readonly sources: readonly { readonly repoURL: string; readonly path: string; readonly targetRevision: string }[];
  readonly hydrated: boolean;
  readonly automated: {
    /** syncPolicy.automated is present and enabled is not false. */
    readonly enabled: boolean;
    readonly selfHeal: boolean;
    readonly prune: boolean;
  };
  /** spec.syncPolicy is present. */
  readonly hasSyncPolicy: boolean;
  /** spec.syncPolicy.syncOptions; null when the list is absent. */
  readonly syncOptions: readonly string[] | null;
  /** spec.ignoreDifferences; null when the list is absent. */
  readonly ignoreDifferences: readonly IgnoreRule[] | null;
  /** The list as it stands, for patches that must drop nothing. */
  readonly ignoreDifferencesRaw: readonly Json[] | null;
  /** argocd.argoproj.io/compare-options on the Application, split at commas. */
  readonly compareOptions: readonly string[];
  readonly sync: {
    readonly status: 'Synced' | 'OutOfSync' | 'Unknown' | '';
    readonly revision: string;
    /** status.sync.comparedTo.ignoreDifferences: the rules the last comparison used. */
    readonly comparedRules: readonly IgnoreRule[];
  };
  /** status.operationState; null while it is absent or only starting. */
  readonly operation: OperationFact | null;
  /** Last status.history entry. Self-heals leave none. */
  readonly lastDeploy: { readonly revision: string; readonly at: Millis } | null;
  readonly conditions: readonly Condition[];
  readonly resources: readonly ManagedResource[];
  readonly controllerNamespace: string;
  readonly reconciledAt: Millis | null;
  /** Who makes this Application: ownerReference ApplicationSet, by name. */
  readonly applicationSet: string | null;
  /** Managers that own spec.ignoreDifferences or spec.syncPolicy (Helm, Terraform, Flux show here). */
  readonly specManagers: readonly FieldOwner[];
  /** last-applied declares these: what a parent app would put back after a live edit. null: no last-applied. */
  readonly lastAppliedDeclares: { readonly ignoreDifferences: boolean; readonly syncOptions: boolean } | null;
  readonly skipReconcile: boolean;
  readonly ignore: string | null;
  /** It has nothing in the share of the namespaces held here, and what it did and what it manages was left out. */
  readonly cut?: true;
}

export interface ApplicationSetFact extends FactBase {
  readonly fact: 'applicationset';
  readonly tracking: Tracking;
  /** spec.template.spec.ignoreDifferences; null when absent. */
  readonly templateRules: readonly IgnoreRule[] | null;
  readonly templateRulesRaw: readonly Json[] | null;
  /** spec.template.spec.syncPolicy.syncOptions; null when absent. */
  readonly templateSyncOptions: readonly string[] | null;
  readonly templateHasSyncPolicy: boolean;
  /** spec.templatePatch as text; '' when absent. */
  readonly templatePatch: string;
  /** JSON pointers of spec.ignoreApplicationDifferences that apply to every application (no name). */
  readonly ignoredApplicationPointers: readonly string[];
  readonly ignoredApplicationJq: readonly string[];
  /** spec.syncPolicy.applicationsSync: create-only, create-update, create-delete, sync ('' is sync). */
  readonly applicationsSync: string;
  readonly rollingSync: boolean;
  readonly specManagers: readonly FieldOwner[];
}

export interface AppProjectFact extends FactBase {
  readonly fact: 'appproject';
  readonly syncWindows: readonly {
    readonly kind: string;
    readonly schedule: string;
    readonly duration: string;
    readonly timeZone: string;
    readonly applications: readonly string[];
    readonly namespaces: readonly string[];
    readonly clusters: readonly string[];
    readonly manualSync: boolean;
  }[];
}

/** argocd-cm and argocd-cmd-params-cm, as far as they change verdicts. */
export interface ArgoSettingsFact extends FactBase {
  readonly fact: 'argosettings';
  /** Which of the two ConfigMaps this is. */
  readonly source: 'argocd-cm' | 'argocd-cmd-params-cm';
  /** application.resourceTrackingMethod; 'annotation' when absent (default since 3.0). */
  readonly trackingMethod: 'annotation' | 'label' | 'annotation+label';
  readonly instanceLabelKey: string;
  readonly installationId: string;
  readonly systemRules: readonly IgnoreRule[];
  /** controller.self.heal.* of argocd-cmd-params-cm; null where not set. Seconds. */
  readonly selfHeal: {
    readonly timeoutSeconds: number | null;
    readonly backoffTimeoutSeconds: number | null;
    readonly backoffFactor: number | null;
    readonly backoffCapSeconds: number | null;
  };
}
