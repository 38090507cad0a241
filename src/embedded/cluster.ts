/** Puts the embedded cluster together: a store, actors around it, and a time of its own. */
import type { ReadLine, RecordedObject } from '../recording/format.ts';
import { ApplicationSetController } from './actors/application-sets.ts';
import { DeploymentController } from './actors/deployments.ts';
import { HorizontalPodAutoscalerController } from './actors/horizontal-pod-autoscalers.ts';
import { KedaOperator } from './actors/keda.ts';
import { ReplicaSetController } from './actors/replica-sets.ts';
import { RolloutController } from './actors/rollouts.ts';
import { StatefulSetController } from './actors/stateful-sets.ts';
import { FieldWriter, type WriterName } from './actors/writers.ts';
import { ApplicationController, type ArgoCdOptions } from './argocd/application-controller.ts';
import { type ClusterContext, DEFAULT_PLATFORM, type Platform } from './context.ts';
import { EventRecorder } from './event-recorder.ts';
import { GitServer } from './git.ts';
import { KINDS } from './kinds.ts';
import { LoadBook } from './load-book.ts';
import type { KubeObject } from './objects.ts';
import { PodLedger } from './pod-ledger.ts';
import { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import { Store, type StoreEvent } from './store.ts';

export interface EmbeddedClusterOptions {
  readonly scheduler: Scheduler;
  readonly seed?: number;
  readonly platform?: Partial<Platform>;
  /** One Argo CD; null: none. */
  readonly argocd?: ArgoCdOptions | null;
  /** How many events a watch can catch up on. */
  readonly historyLimit?: number;
}

export interface EmbeddedCluster {
  readonly store: Store;
  readonly scheduler: Scheduler;
  readonly git: GitServer;
  readonly load: LoadBook;
  readonly context: ClusterContext;
  /** Creates objects as somebody, in order: 'kubectl-client-side-apply' where nobody is named. */
  create(objects: readonly KubeObject[], manager?: string): void;
  writer(name: WriterName): FieldWriter;
  /**
   * What a watcher of every kind sees from now on: what is there as ADDED, closed by SYNCED, then every event, as lines
   * of a recording that were read. Their objects are shared with the cluster: read them, never change them. Returns
   * its end.
   */
  watch(listener: (line: ReadLine) => void): () => void;
}

/** Same seed, same scheduler start, same calls: the same cluster, event by event. */
export function createEmbeddedCluster(options: EmbeddedClusterOptions): EmbeddedCluster {
  const { scheduler } = options;
  const random = new Random(options.seed ?? 1);
  const platform = { ...DEFAULT_PLATFORM, ...options.platform };
  const storeOptions = { now: () => scheduler.now(), random: random.fork() };
  const store = new Store(
    options.historyLimit === undefined ? storeOptions : { ...storeOptions, historyLimit: options.historyLimit },
  );
  const events = new EventRecorder(store, scheduler, random.fork(), platform.events);
  const load = new LoadBook();
  const pods = new PodLedger();
  const contextFor = (): ClusterContext => ({
    store,
    scheduler,
    random: random.fork(),
    pods,
    load,
    events,
    platform,
  });
  const git = new GitServer(random.fork());
  new DeploymentController(contextFor());
  new ReplicaSetController(contextFor());
  new StatefulSetController(contextFor());
  new RolloutController(contextFor());
  new HorizontalPodAutoscalerController(contextFor());
  new KedaOperator(contextFor());
  if (options.argocd !== null) {
    new ApplicationController(contextFor(), git, options.argocd ?? {});
    new ApplicationSetController(contextFor());
  }
  const context = contextFor();
  return {
    store,
    scheduler,
    git,
    load,
    context,
    create: (objects, manager = 'kubectl-client-side-apply') => {
      for (const object of objects) store.create(object, { manager });
    },
    writer: (name) => new FieldWriter(context, name),
    watch: (listener) => watchAll(store, scheduler, listener),
  };
}

function watchAll(store: Store, scheduler: Scheduler, listener: (line: ReadLine) => void): () => void {
  const at = scheduler.now();
  for (const info of KINDS) {
    const { apiVersion, plural: resource } = info;
    for (const object of store.list(info)) {
      listener({ at, apiVersion, resource, type: 'ADDED', object: asRecorded(object), kept: null });
    }
    const closing = { metadata: { resourceVersion: String(store.version) } };
    listener({ at, apiVersion, resource, type: 'SYNCED', object: closing, kept: null });
  }
  return store.subscribe((event) => listener(lineOf(event)));
}

/** An event as a line of a recording. */
export function lineOf(event: StoreEvent): ReadLine {
  const { apiVersion, plural: resource } = event.info;
  return { at: event.at, apiVersion, resource, type: event.type, object: asRecorded(event.object), kept: null };
}

/** Recordings are typed as JSON that may be changed; nobody downstream does. */
function asRecorded(object: KubeObject): RecordedObject {
  return object as unknown as RecordedObject;
}
