/**
 * The few facts that matter about each watched object. A projection (src/kubernetes/projections) makes them from raw
 * JSON; nothing behind it ever sees a raw object.
 *
 * Words (see ARCHITECTURE.md):
 *   workload   a thing with replicas: Deployment, StatefulSet, Argo Rollout, any other scale target
 *   field      a place in an object, as an RFC 6901 JSON pointer
 *   declared   what Git says of a field, as far as the cluster shows it
 * Times are milliseconds since the epoch (UTC). `null` means "known to be absent", never "not looked at".
 */

import type { ApplicationFact, ApplicationSetFact, AppProjectFact, ArgoSettingsFact } from './argo-facts.ts';

export type {
  ApplicationFact,
  ApplicationSetFact,
  AppProjectFact,
  ArgoSettingsFact,
  IgnoreRule,
  ManagedResource,
  OperationFact,
  OperationResource,
} from './argo-facts.ts';

/** Milliseconds since the epoch. */
export type Millis = number;

/** A JSON value that was parsed and not yet understood. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Names one object of the cluster. `namespace` is '' for cluster-scoped kinds. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** The workload cluster that the object is in, by its configured name; absent in the cluster that Argo CD runs in. */
  readonly cluster?: string | undefined;
}

/** The entry of metadata.managedFields that owns a field. `time` is absent on /scale writes (seen on 1.36). */
export interface FieldOwner {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly subresource: string;
  readonly time: Millis | null;
}

/** What every fact has. */
export interface FactBase {
  readonly ref: ObjectRef;
  readonly uid: string;
  readonly resourceVersion: string;
  /** metadata.generation; 0 where the kind has none. */
  readonly generation: number;
  /** metadata.creationTimestamp. */
  readonly createdAt: Millis | null;
}

/** How an object says which Application manages it (argo-cd util/argo/resource_tracking.go). */
export interface Tracking {
  /** Annotation argocd.argoproj.io/tracking-id, only where it names the object that carries it; the part before ':'. */
  readonly annotation: string | null;
  /** Label app.kubernetes.io/instance, or the label that argocd-cm's application.instanceLabelKey names. */
  readonly label: string | null;
  /** Annotation argocd.argoproj.io/installation-id. */
  readonly installationId: string | null;
  /** Field managers that wrote the tracking mark or last-applied: whatever they are called, they are Argo CD here. */
  readonly managers: readonly string[];
}

/** What Git says of one field, as far as the cluster shows it. */
export interface DeclaredReplicas {
  /** A number: declared. null: known not to be declared. undefined never occurs. */
  readonly value: number | null;
  /**
   * last-applied: annotation of a client-side apply; server-side-apply: an Apply entry of Argo CD owns the field;
   * argocd-update: no last-applied (Replace=true), Argo CD wrote this value last; manifest: Git's own text, which the
   * audit of manifests reads; unknown: nothing tells.
   */
  readonly source: 'last-applied' | 'server-side-apply' | 'argocd-update' | 'manifest' | 'unknown';
}

/** Deployment, StatefulSet, Rollout, or any other kind with spec.replicas. */
export interface WorkloadFact extends FactBase {
  readonly fact: 'workload';
  readonly tracking: Tracking;
  /** spec.replicas; null when the field is absent (a Rollout's may be). */
  readonly replicas: number | null;
  readonly replicasOwners: readonly FieldOwner[];
  readonly declared: DeclaredReplicas;
  /** last-applied still has replicas (the trap of TW106), whatever Git says now; null when there is no last-applied. */
  readonly lastAppliedReplicas: number | null;
  readonly hasLastApplied: boolean;
  /** A stable digest of spec.template. */
  readonly templateHash: string;
  /** spec.template.metadata.annotations["kubectl.kubernetes.io/restartedAt"], or null: tells a restart from a release. */
  readonly restartedAt: string | null;
  /** Every name found in metadata.managedFields, with operation and subresource; without field sets. */
  readonly managers: readonly FieldOwner[];
  /** Value of argocd.argoproj.io/sync-options on the object, split at commas. */
  readonly syncOptions: readonly string[];
  /** metadata.labels of the object, only the few that rules select by are kept by the projection. */
  readonly status: { readonly replicas: number; readonly ready: number; readonly updated: number };
  /** Deployment or Rollout spec.paused. */
  readonly paused: boolean;
  /** Rollout.spec.workloadRef. */
  readonly workloadRef: { readonly kind: string; readonly name: string; readonly scaleDown: string } | null;
  /** The controller ownerReference, if any. */
  readonly controller: { readonly kind: string; readonly name: string; readonly uid: string } | null;
  /** Annotation tugwatch.dev/ignore: a reason for which a person wants silence ('TW104: …'); null when absent. */
  readonly ignore: string | null;
  readonly deleting: boolean;
}

export interface ReplicaSetFact extends FactBase {
  readonly fact: 'replicaset';
  /** uid of the controlling workload; null when it has none. */
  readonly controllerUid: string | null;
  readonly controllerKind: string | null;
  readonly controllerName: string | null;
  /** spec.replicas: how many pods it was told to run. */
  readonly replicas: number;
  /** Label pod-template-hash (Deployment) or rollouts-pod-template-hash (Rollout). */
  readonly templateHash: string;
}

/** The object a scaler scales. `apiVersion` may be '' where the scaler leaves it to the default. */
export interface ScaleTarget {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  /** At most 300 characters. */
  readonly message: string;
}

export interface HpaFact extends FactBase {
  readonly fact: 'hpa';
  readonly tracking: Tracking;
  readonly target: ScaleTarget;
  /** spec.minReplicas, 1 when absent (autoscaling/v2 default). */
  readonly min: number;
  readonly max: number;
  /** status.desiredReplicas; null before the controller first computed one. */
  readonly desired: number | null;
  readonly current: number | null;
  readonly lastScaleTime: Millis | null;
  readonly conditions: readonly Condition[];
  /** Name of the ScaledObject that owns this HPA (KEDA), or null. */
  readonly scaledObject: string | null;
  /** Field managers of status: the name under which this platform's HPA controller writes (k3s, kube-controller-manager). */
  readonly statusManagers: readonly string[];
  /** spec.behavior.scaleDown/scaleUp.stabilizationWindowSeconds; null when not set (defaults: 300 and 0). */
  readonly stabilization: { readonly up: number | null; readonly down: number | null };
  readonly ignore: string | null;
}

export interface ScaledObjectFact extends FactBase {
  readonly fact: 'scaledobject';
  readonly tracking: Tracking;
  readonly target: ScaleTarget;
  /** spec.minReplicaCount, 0 when absent. */
  readonly min: number;
  /** spec.maxReplicaCount, 100 when absent. */
  readonly max: number;
  /** spec.idleReplicaCount or null. */
  readonly idle: number | null;
  readonly hpaName: string | null;
  readonly paused: boolean;
  readonly ignore: string | null;
}

/** A v1 or events.k8s.io/v1 Event, cut down: garnish only, never the sole proof. */
export interface EventFact extends FactBase {
  readonly fact: 'event';
  readonly regarding: ObjectRef;
  readonly reason: string;
  readonly component: string;
  readonly count: number;
  readonly lastAt: Millis;
  readonly message: string;
}

/**
 * One whole object under the zoom lens: its leaves by JSON pointer, and who owns each. Kept only while a suspicion
 * lasts. Values of Secrets and of env entries are digests, never the value.
 */
export interface LensFact extends FactBase {
  readonly fact: 'lens';
  readonly tracking: Tracking;
  /** Every leaf (scalar, empty list, empty map) outside status and bookkeeping metadata. */
  readonly leaves: ReadonlyMap<string, Json>;
  /** The entries that own a leaf (pointer to owners), from metadata.managedFields. */
  readonly owners: ReadonlyMap<string, readonly FieldOwner[]>;
  /** Leaves of last-applied: what Git says. null when there is no last-applied. */
  readonly declared: ReadonlyMap<string, Json> | null;
  readonly managers: readonly FieldOwner[];
}

export type Fact =
  | WorkloadFact
  | ReplicaSetFact
  | HpaFact
  | ScaledObjectFact
  | ApplicationFact
  | ApplicationSetFact
  | AppProjectFact
  | ArgoSettingsFact
  | EventFact
  | LensFact;

export type FactKind = Fact['fact'];

/**
 * One step of the stream. `origin` says how we learned of it: a `list` shows only the state it found, so what lies
 * between it and the version before is a gap; a `watch` delivers every version in order.
 */
export type Change =
  | { readonly type: 'upsert'; readonly at: Millis; readonly origin: 'list' | 'watch'; readonly fact: Fact }
  | {
      readonly type: 'delete';
      readonly at: Millis;
      readonly origin: 'list' | 'watch';
      readonly fact: FactKind;
      readonly ref: ObjectRef;
      readonly uid: string;
    }
  /** All of one kind has been listed: the model is complete for it. */
  | { readonly type: 'synced'; readonly at: Millis; readonly resource: string; readonly cluster?: string }
  /** The watch of one kind is interrupted; until the next `synced` nothing may be concluded from silence. */
  | {
      readonly type: 'interrupted';
      readonly at: Millis;
      readonly resource: string;
      readonly reason: string;
      readonly cluster?: string;
    };
