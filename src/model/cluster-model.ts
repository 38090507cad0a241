/**
 * The cluster as the facts show it now, with the indexes that verdicts need. Memory grows with workloads, not with
 * uptime: it holds one version of each object and no history.
 */

import { carryDeclared } from './declared.ts';
import { type ClusterOf, isLocalDestination, onlyHere } from './destinations.ts';
import type {
  ApplicationFact,
  ApplicationSetFact,
  AppProjectFact,
  ArgoSettingsFact,
  Change,
  Fact,
  HpaFact,
  ObjectRef,
  ReplicaSetFact,
  ScaledObjectFact,
  WorkloadFact,
} from './facts.ts';
import { Indexes } from './indexes.ts';
import { keysOf } from './key-index.ts';
import { FactPool } from './lean-facts.ts';
import { groupOf, keyOf, keyOfParts } from './refs.ts';
import { inherit } from './same-value.ts';
import { HOLDS_ALL, type Holds, isArgoObject } from './shard.ts';

/** What scales a workload. */
export type Scaler = HpaFact | ScaledObjectFact;

/** What one change did to the model. `previous` is undefined for an object not known before. */
export interface Applied {
  readonly change: Change;
  readonly previous: Fact | undefined;
  /** The fact as the model holds it now, with what was carried over; undefined after a delete. */
  readonly current: Fact | undefined;
}

export interface TrackingSettings {
  readonly method: 'annotation' | 'label' | 'annotation+label';
  readonly instanceLabelKey: string;
  readonly installationId: string;
}

const DEFAULT_TRACKING: TrackingSettings = {
  method: 'annotation',
  instanceLabelKey: 'app.kubernetes.io/instance',
  installationId: '',
};

export class ClusterModel {
  readonly workloads = new Map<string, WorkloadFact>();
  readonly replicaSets = new Map<string, ReplicaSetFact>();
  readonly hpas = new Map<string, HpaFact>();
  readonly scaledObjects = new Map<string, ScaledObjectFact>();
  readonly applications = new Map<string, ApplicationFact>();
  readonly applicationSets = new Map<string, ApplicationSetFact>();
  readonly appProjects = new Map<string, AppProjectFact>();
  readonly argoSettings = new Map<string, ArgoSettingsFact>();
  /** Kinds (`listKey`) that were listed at least once: absence of an object of another kind proves nothing. */
  readonly synced = new Set<string>();

  readonly #pool = new FactPool();
  readonly #indexes = new Indexes((app) => this.clusterOf(app));
  readonly #clusterOf: ClusterOf;
  readonly #holds: Holds;

  /** `clusterOf`: which cluster is meant by a destination; only the one of Argo CD when absent. */
  constructor(clusterOf: ClusterOf = onlyHere(isLocalDestination), holds: Holds = HOLDS_ALL) {
    this.#clusterOf = clusterOf;
    this.#holds = holds;
  }

  /**
   * Whether what is found about an object is told from here, and not by another shard. An Application's configuration
   * is told of where its workloads should be; Argo CD's settings by every shard that finds something.
   */
  tells(ref: ObjectRef): boolean {
    if (this.#holds === HOLDS_ALL || (ref.kind === 'ConfigMap' && this.argoSettings.has(keyOf(ref)))) return true;
    const application = ref.kind === 'Application' && isArgoObject(ref) ? this.applications.get(keyOf(ref)) : undefined;
    return this.#holds(application?.destination.namespace || ref.namespace);
  }

  /** Takes one change in and says what it replaced. */
  apply(change: Change): Applied {
    if (change.type === 'synced') {
      this.synced.add(listKey(change.resource, change.cluster));
      return { change, previous: undefined, current: undefined };
    }
    if (change.type === 'interrupted') return { change, previous: undefined, current: undefined };
    const kind = change.type === 'upsert' ? change.fact.fact : change.fact;
    const store = this.#storeOf(kind);
    if (store === undefined) {
      return { change, previous: undefined, current: change.type === 'upsert' ? change.fact : undefined };
    }
    const key = keyOf(change.type === 'upsert' ? change.fact.ref : change.ref);
    const previous = store.get(key);
    const current = change.type === 'upsert' ? this.#held(change.fact, previous) : undefined;
    if (current === undefined) store.delete(key);
    else store.set(key, current);
    this.#indexes.follow(key, previous, current);
    return { change, previous, current };
  }

  /** The fact with what is carried over, and holding what is equal to what is held already. */
  #held(fact: Fact, previous: Fact | undefined): Fact {
    const carried =
      fact.fact === 'workload' ? carryDeclared(previous?.fact === 'workload' ? previous : undefined, fact) : fact;
    return previous === undefined ? this.#pool.share(carried) : inherit(previous, carried);
  }

  /** Whether a kind was listed in the cluster that `beside` is in. */
  isListed(resource: string, beside: ObjectRef): boolean {
    return this.synced.has(listKey(resource, beside.cluster));
  }

  workload(ref: ObjectRef): WorkloadFact | undefined {
    return this.workloads.get(keyOf(ref));
  }

  application(namespace: string, name: string): ApplicationFact | undefined {
    return this.applications.get(keyOfParts('argoproj.io', 'Application', namespace, name));
  }

  applicationSet(namespace: string, name: string): ApplicationSetFact | undefined {
    return this.applicationSets.get(keyOfParts('argoproj.io', 'ApplicationSet', namespace, name));
  }

  /** HPAs and ScaledObjects that target the object, in a stable order (HPAs first, by name). */
  scalersOf(ref: ObjectRef): Scaler[] {
    const keys = this.#indexes.scalersByTarget.get(keyOf(ref));
    if (keys === undefined) return [];
    const scalers: Scaler[] = [];
    // Nearly always one, and asked for again and again.
    for (const key of typeof keys === 'string' ? [keys] : [...keys].sort()) {
      const scaler = this.hpas.get(key) ?? this.scaledObjects.get(key);
      if (scaler !== undefined) scalers.push(scaler);
    }
    return scalers;
  }

  /** The Rollout that runs the pods of this workload and only borrows its template (spec.workloadRef); none that is going away. */
  borrowerOf(ref: ObjectRef): WorkloadFact | undefined {
    const keys = this.#indexes.borrowers.get(keyOf(ref));
    if (keys === undefined) return undefined;
    return [...keysOf(keys)]
      .sort()
      .map((key) => this.workloads.get(key))
      .find((rollout) => rollout?.deleting === false);
  }

  replicaSetsOf(workloadUid: string): ReplicaSetFact[] {
    const keys = this.#indexes.replicaSetsByController.get(workloadUid);
    if (keys === undefined) return [];
    return [...keysOf(keys)].map((key) => this.replicaSets.get(key)).filter((fact) => fact !== undefined);
  }

  /** How Argo CD marks what it manages here (argocd-cm, util/settings/settings.go:904). */
  trackingSettings(): TrackingSettings {
    for (const settings of this.argoSettings.values()) {
      if (settings.source !== 'argocd-cm') continue;
      return {
        method: settings.trackingMethod,
        instanceLabelKey: settings.instanceLabelKey,
        installationId: settings.installationId,
      };
    }
    return DEFAULT_TRACKING;
  }

  /** Rules of argocd-cm that apply to every Application. */
  systemRules(): ArgoSettingsFact['systemRules'] {
    for (const settings of this.argoSettings.values()) if (settings.source === 'argocd-cm') return settings.systemRules;
    return [];
  }

  /**
   * The Application that manages an object: its tracking mark under the method in force, confirmed or, where the mark
   * is absent, replaced by the one Application whose status.resources lists it (argo-cd util/argo/resource_tracking.go).
   */
  applicationOf(fact: {
    readonly ref: ObjectRef;
    readonly tracking: WorkloadFact['tracking'];
  }): ApplicationFact | undefined {
    const settings = this.trackingSettings();
    const instance = settings.method === 'label' ? fact.tracking.label : (fact.tracking.annotation ?? null);
    if (instance !== null && (fact.tracking.installationId ?? '') === settings.installationId) {
      const tracked = this.applicationByInstance(instance);
      if (tracked !== undefined && this.#mayOwn(tracked, fact.ref)) return tracked;
    }
    const listed = this.applicationsListing(fact.ref);
    return listed.length === 1 ? listed[0] : undefined;
  }

  /** '<app>' or '<namespace>_<app>' → the Application (T:4132: '_' is illegal in names, so the first one splits). */
  applicationByInstance(instance: string): ApplicationFact | undefined {
    const underscore = instance.indexOf('_');
    if (underscore >= 0) return this.application(instance.slice(0, underscore), instance.slice(underscore + 1));
    const found: ApplicationFact[] = [];
    for (const key of keysOf(this.#indexes.applicationsByName.get(instance))) {
      const app = this.applications.get(key);
      if (app === undefined) continue;
      if (app.controllerNamespace === '' || app.controllerNamespace === app.ref.namespace) found.push(app);
    }
    return found.length === 1 ? found[0] : found.find((app) => app.ref.namespace === 'argocd');
  }

  /** A contender's name → the Application: the controller's own of that name, else the only one of that name anywhere. */
  applicationNamed(name: string): ApplicationFact | undefined {
    const own = this.applicationByInstance(name);
    const keys = [...keysOf(this.#indexes.applicationsByName.get(name))];
    return own ?? (keys.length === 1 ? this.applications.get(keys[0] ?? '') : undefined);
  }

  /**
   * The cluster that the Application deploys into, '' for Argo CD's own: elsewhere an object of the same name is another
   * one. null where it is none of those that are watched.
   */
  clusterOf(app: ApplicationFact): string | null {
    return this.#clusterOf(app.destination);
  }

  /** Whether the Application deploys into a cluster that is watched. */
  isWatched(app: ApplicationFact): boolean {
    return this.clusterOf(app) !== null;
  }

  /** Applications that deploy into a cluster that is not watched. */
  applicationsElsewhere(): ApplicationFact[] {
    return [...this.#indexes.elsewhere].map((key) => this.applications.get(key)).filter((app) => app !== undefined);
  }

  /** Argo CD's own objects live beside Argo CD, whichever cluster the workloads are in. */
  #mayOwn(app: ApplicationFact, ref: ObjectRef): boolean {
    const cluster = this.clusterOf(app);
    if (isArgoObject(ref) && ref.cluster === undefined) return isLocalDestination(app.destination) || cluster === '';
    return cluster === (ref.cluster ?? '');
  }

  /** Every Application whose status.resources names the object. More than one: two owners. */
  applicationsListing(ref: ObjectRef): ApplicationFact[] {
    return this.#indexes.listings
      .of(ref)
      .map((key) => this.applications.get(key))
      .filter((app) => app !== undefined)
      .filter((app) => this.#mayOwn(app, ref));
  }

  /**
   * Applications that list an object which another one lists under the same name. Those that deploy into clusters which
   * are not watched are taken for one cluster's: whoever asks looks at their destinations.
   */
  applicationsSharing(): ApplicationFact[] {
    return [...this.#indexes.listings.sharing()]
      .map((key) => this.applications.get(key))
      .filter((app) => app !== undefined);
  }

  #storeOf(kind: Fact['fact']): Map<string, Fact> | undefined {
    switch (kind) {
      case 'workload':
        return this.workloads as Map<string, Fact>;
      case 'replicaset':
        return this.replicaSets as Map<string, Fact>;
      case 'hpa':
        return this.hpas as Map<string, Fact>;
      case 'scaledobject':
        return this.scaledObjects as Map<string, Fact>;
      case 'application':
        return this.applications as Map<string, Fact>;
      case 'applicationset':
        return this.applicationSets as Map<string, Fact>;
      case 'appproject':
        return this.appProjects as Map<string, Fact>;
      case 'argosettings':
        return this.argoSettings as Map<string, Fact>;
      case 'event':
      case 'lens':
        // Events are garnish and lenses belong to the suspicion that opened them: neither is cluster state.
        return undefined;
    }
  }
}

/** What `synced` holds: the plural of a kind, and before it the workload cluster where it is not Argo CD's own. */
function listKey(resource: string, cluster = ''): string {
  return cluster === '' ? resource : `${cluster}#${resource}`;
}

/** True when two refs name the same object, whatever the version. */
export function sameObject(a: ObjectRef, b: ObjectRef): boolean {
  return (
    groupOf(a.apiVersion) === groupOf(b.apiVersion) &&
    a.kind === b.kind &&
    a.namespace === b.namespace &&
    a.cluster === b.cluster &&
    a.name === b.name
  );
}
