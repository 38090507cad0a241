/**
 * The Argo CD application controller: refreshes Applications, compares, syncs new revisions and heals drift. One
 * instance stands for one Argo CD in its namespace.
 */
import type { ClusterContext } from '../context.ts';
import type { GitServer } from '../git.ts';
import { type JsonObject, listAt, sameJson, textAt } from '../json.ts';
import { KINDS, kindOf } from '../kinds.ts';
import { type KubeObject, namespaceOf } from '../objects.ts';
import type { StoreEvent } from '../store.ts';
import { announceStart, announceStatus } from './application-events.ts';
import { comparedStatus, isHealthy } from './application-status.ts';
import { applyModeOf } from './apply.ts';
import { decideAutoSync, newOperation } from './auto-sync.ts';
import { Comparator, type ComparedResource } from './compare.ts';
import { type IgnoreRules, readIgnoreRules } from './ignore-rules.ts';
import { instanceOf, LastAppliedReader, markManifest, readTracking, type TrackingMethod } from './manifests.ts';
import { applicationKey, OperationRunner } from './operations.ts';
import { type ArgoCdVersion, type HealBackoff, healBackoff } from './profiles.ts';
import { desiredSources, manifestsOf } from './sources.ts';
import { isBlocked } from './sync-windows.ts';
import { isDeclarableChange, TrackedObjects } from './tracked-objects.ts';

const APPLICATION = kindOf('argoproj.io/v1alpha1', 'Application');
const PROJECT = kindOf('argoproj.io/v1alpha1', 'AppProject');
const CONFIG_MAP = kindOf('v1', 'ConfigMap');

/** Made by controllers in great numbers; what carries a mark among them is a copy. */
const NEVER_MANAGED: ReadonlySet<string> = new Set(['ReplicaSet', 'Pod', 'Event', 'Lease']);

export interface ArgoCdOptions {
  readonly version?: ArgoCdVersion;
  readonly namespace?: string;
  /** First word of the User-Agent, the manager of Application status and of Replace=true. */
  readonly binary?: string;
  /** Seconds between two comparisons with the latest revisions, lowest and highest (timeout.reconciliation, jitter). */
  readonly refreshSeconds?: readonly [number, number];
  /** Health is written when it changes; off where only syncs matter. */
  readonly tracksHealth?: boolean;
}

type Level = 'recent' | 'latest';

/** What the controller remembers of one Application between two looks. */
interface Runtime {
  pending: Level | undefined;
  desired: JsonObject | undefined;
  /** spec.source(s) that `desired` was made from. */
  spec: JsonObject | undefined;
  marked: { readonly desired: JsonObject; readonly manifests: readonly KubeObject[] } | undefined;
  rules: { readonly list: unknown; readonly settings: unknown; readonly rules: IgnoreRules } | undefined;
  stopTimer: (() => void) | undefined;
  /** The end of its last operation: as it stands in status, and in time of the actors. */
  finished: { readonly stamp: string; readonly time: number } | undefined;
}

export class ApplicationController {
  readonly #context: ClusterContext;
  readonly #git: GitServer;
  readonly #backoff: HealBackoff;
  readonly #namespace: string;
  readonly #binary: string;
  readonly #refreshSeconds: readonly [number, number];
  readonly #tracksHealth: boolean;
  readonly #comparator: Comparator;
  readonly #operations: OperationRunner;
  readonly #tracked = new TrackedObjects();
  readonly #runtimes = new Map<string, Runtime>();
  #tracking: TrackingMethod = readTracking({});
  #settings: JsonObject = {};

  constructor(context: ClusterContext, git: GitServer, options: ArgoCdOptions = {}) {
    this.#context = context;
    this.#git = git;
    this.#backoff = healBackoff(options.version ?? '3.5');
    this.#namespace = options.namespace ?? 'argocd';
    this.#binary = options.binary ?? 'argocd-application-controller';
    this.#refreshSeconds = options.refreshSeconds ?? [120, 180];
    this.#tracksHealth = options.tracksHealth ?? true;
    const lastApplied = new LastAppliedReader();
    this.#comparator = new Comparator(context, lastApplied);
    const host = {
      binary: this.#binary,
      compareFor: (app: KubeObject, sync: JsonObject) => this.#compareFor(app, sync),
      isBlocked: (app: KubeObject) => this.#isBlocked(app),
      completed: (app: KubeObject) => this.#noteCompleted(app),
    };
    this.#operations = new OperationRunner(context, host, lastApplied);
    context.store.follow(APPLICATION, (event) => this.#noteApplication(event));
    context.store.follow(CONFIG_MAP, (event) => this.#noteSettings(event));
    for (const info of KINDS)
      if (!NEVER_MANAGED.has(info.kind)) context.store.follow(info, (event) => this.#note(event));
  }

  #note(event: StoreEvent): void {
    const instances = this.#tracked.note(event, this.#tracking);
    if (instances.length === 0) return;
    const drift = isDeclarableChange(event);
    if (!drift && (!this.#tracksHealth || isHealthy(event.object) === isHealthy(event.previous))) return;
    for (const instance of instances) this.#refreshSoon(this.#keyOfInstance(instance), 'recent', [70, 260]);
  }

  #noteApplication({ type, object, previous }: StoreEvent): void {
    const key = applicationKey(object);
    if (type === 'DELETED') {
      this.#runtimes.get(key)?.stopTimer?.();
      this.#runtimes.delete(key);
      return;
    }
    if (type === 'ADDED') {
      this.#runtimes.set(key, {
        pending: undefined,
        desired: undefined,
        spec: undefined,
        marked: undefined,
        rules: undefined,
        stopTimer: undefined,
        finished: undefined,
      });
      this.#refreshSoon(key, 'latest', [100, 500]);
      this.#refreshForEver(key);
    } else if (!sameJson(object.spec, previous?.spec)) this.#refreshSoon(key, 'latest', [60, 300]);
    if (object['operation'] !== undefined) this.#operations.start(key);
  }

  #noteSettings({ object, type }: StoreEvent): void {
    if (object.metadata.name !== 'argocd-cm' || namespaceOf(object) !== this.#namespace) return;
    this.#settings = type === 'DELETED' ? {} : ((object['data'] ?? {}) as JsonObject);
    this.#tracking = readTracking(this.#settings);
    for (const key of this.#runtimes.keys()) this.#refreshSoon(key, 'latest', [200, 900]);
  }

  #noteCompleted(app: KubeObject): void {
    const runtime = this.#runtimes.get(applicationKey(app));
    if (runtime === undefined) return;
    const stamp = textAt(app.status, 'operationState', 'finishedAt');
    runtime.finished = { stamp, time: this.#context.scheduler.time() };
    this.#refreshSoon(applicationKey(app), 'latest', [30, 150]);
  }

  #sinceFinished(app: KubeObject, runtime: Runtime): number {
    const { scheduler } = this.#context;
    const stamp = textAt(app.status, 'operationState', 'finishedAt');
    if (runtime.finished?.stamp === stamp) return scheduler.time() - runtime.finished.time;
    return stamp === '' ? 0 : scheduler.now() - Date.parse(stamp);
  }

  #keyOfInstance(instance: string): string {
    const underscore = instance.indexOf('_');
    if (underscore < 0) return `${this.#namespace}/${instance}`;
    return `${instance.slice(0, underscore)}/${instance.slice(underscore + 1)}`;
  }

  #instanceOfApp(app: KubeObject): string {
    const { name } = app.metadata;
    return namespaceOf(app) === this.#namespace ? name : `${namespaceOf(app)}_${name}`;
  }

  #refreshForEver(key: string): void {
    const [low, high] = this.#refreshSeconds;
    this.#context.scheduler.after(this.#context.random.between(low, high) * 1000, () => {
      if (!this.#runtimes.has(key)) return;
      this.#refreshSoon(key, 'latest', [0, 50]);
      this.#refreshForEver(key);
    });
  }

  #refreshSoon(key: string, level: Level, delay: readonly [number, number]): void {
    const runtime = this.#runtimes.get(key);
    if (runtime === undefined) return;
    const waiting = runtime.pending !== undefined;
    if (runtime.pending !== 'latest') runtime.pending = level;
    if (waiting) return;
    this.#context.scheduler.after(this.#context.random.between(...delay), () => {
      const wanted = runtime.pending ?? level;
      runtime.pending = undefined;
      const slash = key.indexOf('/');
      const app = this.#context.store.get(APPLICATION, key.slice(0, slash), key.slice(slash + 1));
      if (app !== undefined && this.#runtimes.get(key) === runtime) this.#refresh(app, runtime, wanted);
    });
  }

  #refresh(app: KubeObject, runtime: Runtime, level: Level): void {
    if (app.metadata.annotations?.['argocd.argoproj.io/skip-reconcile'] === 'true') return;
    if (level === 'latest' || runtime.desired === undefined || runtime.spec !== app.spec) {
      const fresh = desiredSources(app, this.#git);
      if (!sameJson(fresh, runtime.desired)) runtime.desired = fresh;
      runtime.spec = app.spec;
    }
    const desired = runtime.desired ?? {};
    const rules = this.#rulesOf(app, runtime);
    const compared = this.#compare(app, desired, rules, runtime);
    const conditions = this.#conditionsOf(app, compared, rules);
    const decision = decideAutoSync({
      app,
      compared,
      desired,
      blocked: rules.broken !== '' || this.#isBlocked(app),
      backoff: this.#backoff,
      sinceFinished: this.#sinceFinished(app, runtime),
    });
    let current = app;
    if (decision.action === 'sync' || decision.action === 'heal') {
      const { operationState: _operationState, ...status } = (app.status ?? {}) as Record<string, JsonObject>;
      const operation = newOperation(app, desired, decision);
      current = this.#save({ ...app, operation, status: Object.keys(status).length > 0 ? status : EMPTY_STATUS });
      announceStart(this.#context, current, desired, this.#binary);
    } else if (decision.action === 'gave-up') {
      conditions.push({ type: 'SyncError', message: decision.message });
    } else if (decision.action === 'wait') {
      runtime.stopTimer?.();
      const key = applicationKey(app);
      // A little later: the controller looks again when its timer fires, not at the very millisecond.
      const look = () => this.#refreshSoon(key, 'recent', [10, 60]);
      runtime.stopTimer = this.#context.scheduler.after(decision.milliseconds, look);
    }
    const status = {
      current,
      compared,
      desired,
      conditions,
      failed: rules.broken !== '',
      reconciled: level === 'latest',
    };
    this.#context.scheduler.after(this.#context.random.between(30, 200), () => this.#writeStatus(status));
  }

  #writeStatus(input: {
    readonly current: KubeObject;
    readonly compared: readonly ComparedResource[];
    readonly desired: JsonObject;
    readonly conditions: readonly { readonly type: string; readonly message: string }[];
    readonly failed: boolean;
    readonly reconciled: boolean;
  }): void {
    const { store, scheduler } = this.#context;
    const { current, ...rest } = input;
    // Status is patched onto what is there by now: an operation may have begun or ended in between.
    const app = store.get(APPLICATION, namespaceOf(current), current.metadata.name);
    if (app === undefined) return;
    const status = comparedStatus({ ...rest, app, controllerNamespace: this.#namespace, now: scheduler.now() });
    if (status !== app.status) announceStatus(this.#context, this.#save({ ...app, status }), app, this.#binary);
  }

  #rulesOf(app: KubeObject, runtime: Runtime): IgnoreRules {
    const list = app.spec?.['ignoreDifferences'];
    if (runtime.rules?.settings !== this.#settings || !sameJson(runtime.rules.list as JsonObject, list)) {
      runtime.rules = { list, settings: this.#settings, rules: readIgnoreRules(app, this.#settings) };
    }
    return runtime.rules.rules;
  }

  #compare(app: KubeObject, desired: JsonObject, rules: IgnoreRules, runtime: Runtime): ComparedResource[] {
    const instance = this.#instanceOfApp(app);
    if (runtime.marked?.desired !== desired) {
      const namespace = textAt(app.spec, 'destination', 'namespace');
      const manifests = manifestsOf(desired, this.#git).map((manifest) =>
        markManifest(manifest, instance, namespace, this.#tracking),
      );
      runtime.marked = { desired, manifests };
    }
    const options = listAt(app.spec, 'syncPolicy', 'syncOptions').map(String);
    const compared = this.#comparator.compare(runtime.marked.manifests, {
      rules,
      serverSide: (manifest) => applyModeOf(manifest, options) === 'server-side',
    });
    for (const { info, namespace, name } of this.#tracked.of(instance)) {
      const known = compared.some((one) => one.info === info && one.namespace === namespace && one.name === name);
      const live = known ? undefined : this.#context.store.get(info, namespace, name);
      if (live !== undefined) compared.push({ info, namespace, name, manifest: undefined, live, synced: false });
    }
    return compared.sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
  }

  #compareFor(app: KubeObject, sync: JsonObject): { compared: readonly ComparedResource[]; rules: IgnoreRules } {
    const runtime = this.#runtimes.get(applicationKey(app));
    if (runtime === undefined) return { compared: [], rules: { rules: [], broken: '' } };
    const { revision, revisions, source, sources } = sync as Record<string, JsonObject>;
    const named =
      revision === undefined ? { revisions, sources } : { revision, source: source ?? runtime.desired?.['source'] };
    const desired = Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined)) as JsonObject;
    const asked = Object.keys(desired).length === 0 ? desiredSources(app, this.#git) : desired;
    const rules = this.#rulesOf(app, runtime);
    return {
      compared: this.#compare(
        app,
        sameJson(asked, runtime.desired) ? (runtime.desired ?? asked) : asked,
        rules,
        runtime,
      ),
      rules,
    };
  }

  #conditionsOf(
    app: KubeObject,
    compared: readonly ComparedResource[],
    rules: IgnoreRules,
  ): { type: string; message: string }[] {
    if (rules.broken !== '') {
      const why = 'failed to create diff normalizer: unexpected token "<EOF>"';
      return [{ type: 'ComparisonError', message: `Failed to compare desired state to live state: ${why}` }];
    }
    const conditions: { type: string; message: string }[] = [];
    const own = this.#instanceOfApp(app);
    for (const { manifest, live } of compared) {
      const owner = live === undefined || manifest === undefined ? undefined : instanceOf(live, this.#tracking);
      if (owner === undefined || owner === own || live === undefined) continue;
      const both = `${applicationKey(app)} and ${owner}`;
      const message = `${live.kind}/${live.metadata.name} is part of applications ${both}`;
      conditions.push({ type: 'SharedResourceWarning', message });
    }
    return conditions;
  }

  #isBlocked(app: KubeObject): boolean {
    const project = this.#context.store.get(PROJECT, this.#namespace, textAt(app.spec, 'project') || 'default');
    return isBlocked(project, app, this.#context.scheduler.now());
  }

  #save(app: KubeObject): KubeObject {
    return this.#context.store.update(app, { manager: this.#binary, actor: `argocd/${app.metadata.name}` });
  }
}

/** What an Application shows when its first operation is set before anything was compared. */
const EMPTY_STATUS: JsonObject = {
  health: {},
  sourceHydrator: {},
  summary: {},
  sync: { comparedTo: { destination: {}, source: { repoURL: '' } }, status: '' },
};

function placeOf(resource: ComparedResource): string {
  return `${resource.info.group}/${resource.info.kind}/${resource.namespace}/${resource.name}`;
}
