/** A live cluster as a source of changes: one watch a kind, side by side; a kind that is denied costs only itself. */
import type { ArgoSettingsFact, Change, Fact, Json } from '../model/facts.ts';
import type { WatchHealth } from '../model/health.ts';
import type { LensRequest } from '../model/ports.ts';
import { HOLDS_ALL, type Holds, isDivided } from '../model/shard.ts';
import type { ChangeSource } from '../model/source.ts';
import type { KubeClient } from './client.ts';
import { shapeOf } from './decode/shapes.ts';
import { LensWatches } from './lens-watches.ts';
import type { RawLine } from './object-feed.ts';
import { Precedence } from './precedence.ts';
import { projectLens } from './projections/lens.ts';
import { DEFAULT_SETTINGS, type ProjectionSettings } from './projections/metadata.ts';
import { project } from './projections/project.ts';
import { textAt } from './projections/read-json.ts';
import { Reflector } from './reflector.ts';
import { type ReflectorEvent, resourceName } from './reflector-events.ts';
import { WATCHED_RESOURCES, type WatchedResource } from './resources.ts';
import { ScaleTargets } from './scale-targets.ts';
import { mergeHealth, restrictTo } from './source-scope.ts';
import { systemTimers, type Timers } from './timers.ts';

export interface LiveSourceOptions {
  readonly client: KubeClient;
  /** Name of the cluster in health and metrics; '' when there is only one. */
  readonly cluster?: string | undefined;
  /** --namespace: only the workloads of this one; '' is all of them. */
  readonly namespace?: string | undefined;
  /** Argo CD's own objects of this namespace only; '' is every one. */
  readonly argocdNamespace?: string | undefined;
  /** The share of the namespaces whose objects matter; all of them when absent. */
  readonly holds?: Holds | undefined;
  readonly resources?: readonly WatchedResource[] | undefined;
  readonly timers?: Timers | undefined;
  /** Told of the label by which Argo CD marks its objects, whenever that is another one. */
  readonly onLabelKey?: ((instanceLabelKey: string) => void) | undefined;
  /** What the watches report of themselves: for log and metrics. `about` is 'deployments.apps' or 'lens on …'. */
  readonly observe?: ((about: string, event: ReflectorEvent) => void) | undefined;
  /** One sentence about something that is left out: a lens, a kind that an autoscaler names. */
  readonly warn?: ((message: string) => void) | undefined;
  /** Every raw line of the watched kinds, for a recording. */
  readonly tap?: ((resource: WatchedResource, line: RawLine) => void) | undefined;
  /** Awaited after each page of a list and each chunk of a watch: how a slow consumer holds the server back. */
  readonly pace?: (() => Promise<void>) | undefined;
}

interface Watch {
  readonly resource: WatchedResource;
  readonly reflector: Reflector;
}

export class LiveSource implements ChangeSource {
  readonly #options: LiveSourceOptions;
  readonly #timers: Timers;
  readonly #resources: readonly WatchedResource[];
  readonly #watches: Watch[] = [];
  readonly #ended = Promise.withResolvers<void>();
  readonly #ready = Promise.withResolvers<void>();
  readonly #settled = Promise.withResolvers<void>();
  readonly #lenses: LensWatches;
  readonly #targets: ScaleTargets;
  readonly #precedence = new Precedence(() => this.ready());
  #settings: ProjectionSettings = DEFAULT_SETTINGS;
  /** Where there are several Argo CDs, the argocd-cm seen first decides. */
  #settingsUid: string | null = null;
  #emit: (change: Change) => void = () => {};
  #stopping: Promise<void> | null = null;

  constructor(options: LiveSourceOptions) {
    const { client, warn = () => {}, observe = () => {} } = options;
    this.#options = options;
    this.#timers = options.timers ?? systemTimers;
    this.#resources = options.resources ?? WATCHED_RESOURCES;
    const common = { client, timers: this.#timers, refuse: warn };
    this.#lenses = new LensWatches({
      ...common,
      observe,
      decode: (raw, resource) => projectLens(raw, this.#settings, resource),
      emit: (change) => this.#emit(change),
      crash: (error) => this.#ended.reject(error),
    });
    this.#targets = new ScaleTargets({
      ...common,
      watched: this.#resources,
      open: (resource) => this.#start(this.#add(resource)),
    });
    // All of them from the start, so that health shows a kind that is not listed yet and not only those that are.
    for (const resource of this.#resources) this.#add(resource);
    // Who never asks for them must not be told of a rejection by the runtime.
    this.#ended.promise.catch(() => {});
  }

  /**
   * Emits until `stop`. Rejects only with what `emit` threw.
   * Argo CD's settings are read first, since they say which label marks an Application's objects.
   */
  async run(emit: (change: Change) => void): Promise<void> {
    this.#emit = emit;
    const [settings, others] = partition(this.#watches, ({ resource }) => resource.fact === 'argosettings');
    for (const watch of settings) this.#start(watch);
    await Promise.race([Promise.all(settings.map(({ reflector }) => reflector.firstRound)), this.#ended.promise]);
    if (this.#stopping === null) {
      for (const watch of others) this.#start(watch);
      void Promise.all(this.#watches.map(({ reflector }) => reflector.firstRound)).then(() => this.#settled.resolve());
    }
    await this.#ended.promise;
  }

  /** Idempotent; resolves when no request and no timer of it is left. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  requestLens(request: LensRequest): void {
    this.#lenses.request(request);
  }

  /** Every mandatory kind has been listed completely at least once. */
  ready(): boolean {
    return this.#watches.every(({ resource, reflector }) => !resource.mandatory || reflector.health().listed);
  }

  /** Resolves when `ready` first holds; never when it never does. */
  whenReady(): Promise<void> {
    return this.#ready.promise;
  }

  /** Resolves when every kind has been listed once, or is known not to be there or not to be allowed. */
  whenSettled(): Promise<void> {
    return this.#settled.promise;
  }

  /** One entry a kind, in the order of the table. */
  health(): WatchHealth[] {
    const cluster = this.#options.cluster ?? '';
    return mergeHealth(this.#watches.map(({ reflector }) => ({ cluster, ...reflector.health() })));
  }

  /**
   * Holds a fresh list of every kind against what its watch told, one after the other. Returns the corrections; kinds
   * whose watch does not run now are left for the next time.
   */
  async requestRelist(): Promise<number> {
    let corrections = 0;
    for (const { reflector } of [...this.#watches]) corrections += (await reflector.requestRelist()) ?? 0;
    return corrections;
  }

  /** Nothing could be heard for a while, for a reason of this process: silence proves nothing until each watch tells again. */
  distrust(reason: string): void {
    for (const { reflector } of this.#watches) reflector.distrust(reason);
  }

  #add(resource: WatchedResource): Watch {
    const { client, observe, tap, namespace = '', argocdNamespace = '', holds = HOLDS_ALL } = this.#options;
    // Another shard's objects are not even projected, which is most of the work of a watch, nor remembered.
    const ignores =
      holds === HOLDS_ALL || !isDivided(resource.fact)
        ? undefined
        : (raw: Json) => !holds(textAt(raw, 'metadata', 'namespace'));
    const name = resourceName(resource);
    const reflector: Reflector = new Reflector({
      client,
      timers: this.#timers,
      target: {
        resource,
        namespace: restrictTo(resource, namespace, argocdNamespace),
        // A recording wants objects whole.
        shape: tap === undefined ? shapeOf(resource) : undefined,
      },
      decode: (raw: Json) => project(raw, resource, this.#settings),
      ignores,
      emit: (change) => this.#take(change),
      observe: (event) => observe?.(name, event),
      tap: tap === undefined ? undefined : (line) => tap(resource, line),
      pace: () => this.#pace(watch),
      streamLists: true,
    });
    const watch: Watch = { resource, reflector };
    this.#watches.push(watch);
    return watch;
  }

  #pace({ resource, reflector }: Watch): Promise<void> | undefined {
    const pace = this.#options.pace?.();
    if (resource.mandatory && !reflector.health().listed) this.#precedence.went();
    const before = resource.mandatory ? undefined : this.#precedence.mayGo();
    return pace === undefined || before === undefined ? (pace ?? before) : Promise.all([pace, before]).then(() => {});
  }

  #start({ reflector }: Watch): void {
    reflector.run().catch((error: unknown) => this.#ended.reject(error));
  }

  #take(change: Change): void {
    this.#emit(change);
    if (change.type === 'upsert') {
      this.#targets.consider(change.fact);
      if (isSettings(change.fact)) {
        this.#settingsUid ??= change.fact.uid;
        if (this.#settingsUid === change.fact.uid) this.useLabelKey(change.fact.instanceLabelKey);
      }
    } else if (change.type === 'delete' && change.uid === this.#settingsUid) {
      this.#settingsUid = null;
      this.useLabelKey(DEFAULT_SETTINGS.instanceLabelKey);
    } else if (change.type === 'synced' && this.ready()) {
      this.#ready.resolve();
    }
  }

  /**
   * Another label marks the objects of an Application now: every fact that carries it is made anew. For a workload
   * cluster Argo CD's own cluster says so.
   */
  useLabelKey(instanceLabelKey: string): void {
    if (instanceLabelKey === this.#settings.instanceLabelKey) return;
    this.#settings = { instanceLabelKey };
    this.#options.onLabelKey?.(instanceLabelKey);
    for (const { resource, reflector } of this.#watches) if (resource.fact !== 'argosettings') reflector.reproject();
  }

  async #stop(): Promise<void> {
    await Promise.all([
      this.#targets.stop(),
      this.#lenses.stop(),
      ...this.#watches.map(({ reflector }) => reflector.stop()),
    ]);
    this.#ended.resolve();
  }
}

function isSettings(fact: Fact): fact is ArgoSettingsFact {
  return fact.fact === 'argosettings' && fact.source === 'argocd-cm';
}

function partition<T>(list: readonly T[], belongs: (item: T) => boolean): [T[], T[]] {
  return [list.filter(belongs), list.filter((item) => !belongs(item))];
}
