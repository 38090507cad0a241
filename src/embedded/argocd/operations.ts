/** Runs `operation` of an Application: Running, the writes, Succeeded or Failed (controller/sync.go, AC:1520-1740). */
import type { ClusterContext } from '../context.ts';
import { getAt, isObject, type JsonObject, type JsonValue, listAt, numberAt, textAt } from '../json.ts';
import { kindOf } from '../kinds.ts';
import { formatSeconds, type KubeObject, namespaceOf } from '../objects.ts';
import { announce } from './application-events.ts';
import { applyManifest, applyModeOf } from './apply.ts';
import type { ComparedResource } from './compare.ts';
import type { IgnoreRules } from './ignore-rules.ts';
import { withLiveIgnored } from './ignore-rules.ts';
import type { LastAppliedReader } from './manifests.ts';

const APPLICATION = kindOf('argoproj.io/v1alpha1', 'Application');
const RETRY_MS = 5_000;
const RETRY_CAP_MS = 180_000;
const BLOCKED_RETRY_MS = 10_000;

export interface OperationHost {
  /** First word of the controller's User-Agent. */
  readonly binary: string;
  /** Compares what the operation deploys with what is live. */
  compareFor(app: KubeObject, sync: JsonObject): { compared: readonly ComparedResource[]; rules: IgnoreRules };
  isBlocked(app: KubeObject): boolean;
  /** The operation is done: compare anew, with the latest revisions. */
  completed(app: KubeObject): void;
}

export class OperationRunner {
  readonly #context: ClusterContext;
  readonly #host: OperationHost;
  readonly #lastApplied: LastAppliedReader;
  readonly #running = new Set<string>();

  constructor(context: ClusterContext, host: OperationHost, lastApplied: LastAppliedReader) {
    this.#context = context;
    this.#host = host;
    this.#lastApplied = lastApplied;
  }

  /** Takes up the operation of an Application, unless it is being run. */
  start(key: string): void {
    if (this.#running.has(key)) return;
    this.#running.add(key);
    const { scheduler, random } = this.#context;
    scheduler.after(random.between(60, 180), () => this.#begin(key));
  }

  #read(key: string): KubeObject | undefined {
    const slash = key.indexOf('/');
    const app = this.#context.store.get(APPLICATION, key.slice(0, slash), key.slice(slash + 1));
    return app !== undefined && isObject(app['operation']) ? app : undefined;
  }

  #begin(key: string): void {
    const app = this.#read(key);
    if (app === undefined) {
      this.#running.delete(key);
      return;
    }
    const { scheduler, random } = this.#context;
    const operation = app['operation'] as JsonObject;
    const state = { operation, phase: 'Running', startedAt: formatSeconds(scheduler.now()) };
    this.#writeState(app, state);
    this.#sync(key, random.between(250, 900));
  }

  #sync(key: string, delay: number): void {
    const { scheduler, random } = this.#context;
    scheduler.after(delay, () => {
      const app = this.#read(key);
      if (app === undefined) {
        this.#running.delete(key);
        return;
      }
      const automated = getAt(app, 'operation', 'initiatedBy', 'automated') === true;
      if (automated && this.#host.isBlocked(app)) {
        this.#writeState(app, { ...stateOf(app), message: 'Sync operation blocked by sync window' });
        this.#sync(key, BLOCKED_RETRY_MS);
        return;
      }
      const sync = getAt(app, 'operation', 'sync') as JsonObject;
      // What is live is read now, and written a moment later: in between somebody else may have written.
      const { compared, rules } = this.#host.compareFor(app, sync);
      const wanted = compared.filter((resource) => isNamed(resource, sync));
      const manifests = wanted.map((resource) => this.#toSend(resource, sync, rules));
      scheduler.after(random.between(20, 120), () => this.#write(key, wanted, manifests));
    });
  }

  /** With RespectIgnoreDifferences what is ignored is sent as it is live (controller/sync.go:421-489). */
  #toSend(resource: ComparedResource, sync: JsonObject, rules: IgnoreRules): KubeObject | undefined {
    const { manifest, live } = resource;
    const respected = listAt(sync, 'syncOptions').includes('RespectIgnoreDifferences=true');
    if (manifest === undefined || live === undefined || !respected) return manifest;
    return withLiveIgnored(manifest, live, rules);
  }

  #write(key: string, resources: readonly ComparedResource[], manifests: readonly (KubeObject | undefined)[]): void {
    const app = this.#read(key);
    if (app === undefined) {
      this.#running.delete(key);
      return;
    }
    const sync = getAt(app, 'operation', 'sync') as JsonObject;
    const options = listAt(sync, 'syncOptions').map(String);
    const onlyDrifted = options.includes('ApplyOutOfSyncOnly=true');
    const results: JsonObject[] = [];
    resources.forEach((resource, index) => {
      if (onlyDrifted && resource.synced) return;
      const manifest = manifests[index];
      const outcome = manifest === undefined ? this.#prune(app, resource, sync) : this.#apply(app, manifest, options);
      results.push(resultOf(resource, outcome.status, outcome.message));
    });
    this.#finish(key, app, sync, results);
  }

  #apply(app: KubeObject, manifest: KubeObject, options: readonly string[]): { status: string; message: string } {
    const mode = applyModeOf(manifest, options);
    const request = { manifest, mode, actor: `argocd/${app.metadata.name}`, binary: this.#host.binary };
    const outcome = applyManifest(this.#context.store, request, this.#lastApplied);
    return { status: outcome.ok ? 'Synced' : 'SyncFailed', message: outcome.message };
  }

  #prune(app: KubeObject, resource: ComparedResource, sync: JsonObject): { status: string; message: string } {
    if (sync['prune'] !== true) return { status: 'PruneSkipped', message: 'ignored (requires pruning)' };
    const author = { manager: this.#host.binary, actor: `argocd/${app.metadata.name}` };
    if (resource.live !== undefined)
      this.#context.store.delete(resource.info, resource.namespace, resource.name, author);
    return { status: 'Pruned', message: 'pruned' };
  }

  #finish(key: string, app: KubeObject, sync: JsonObject, results: readonly JsonObject[]): void {
    const { scheduler } = this.#context;
    const failed = results.find((result) => result['status'] === 'SyncFailed');
    const state = stateOf(app);
    const sources = sourcesOf(sync);
    const done: Record<string, JsonValue> = {
      ...state,
      finishedAt: formatSeconds(scheduler.now()),
      syncResult: { resources: results, ...sources },
    };
    if (failed === undefined) {
      this.#complete(key, app, { ...done, phase: 'Succeeded', message: 'successfully synced (all tasks run)' }, sync);
      return;
    }
    const why = `one or more objects failed to apply, reason: ${textAt(failed, 'message')}`;
    const retries = numberAt(0, state, 'retryCount');
    if (retries < numberAt(0, app['operation'], 'retry', 'limit')) {
      const message = `${why}. Retrying attempt #${retries + 1} at ${formatSeconds(scheduler.now() + RETRY_MS).slice(11, 16)}.`;
      this.#writeState(app, { ...done, phase: 'Running', message, retryCount: retries + 1 });
      this.#sync(key, Math.min(RETRY_MS * 2 ** retries, RETRY_CAP_MS));
      return;
    }
    const message = retries > 0 ? `${why} (retried ${retries} times).` : why;
    this.#complete(key, app, { ...done, phase: 'Failed', message }, sync);
  }

  #complete(key: string, app: KubeObject, state: JsonObject, sync: JsonObject): void {
    this.#running.delete(key);
    const partial = listAt(sync, 'resources').length > 0;
    const succeeded = state['phase'] === 'Succeeded';
    const { operation: _operation, ...rest } = app as KubeObject & JsonObject;
    const history = succeeded && !partial ? { history: newHistory(app, state, sync) } : {};
    const status = { ...app.status, ...history, operationState: state };
    const written = this.#save({ ...(rest as KubeObject), status });
    const revision = textAt(sync, 'revision');
    const result = succeeded ? 'succeeded' : `failed: ${textAt(state, 'message')}`;
    announce(this.#context, {
      app: written,
      reason: 'OperationCompleted',
      message: `${partial ? 'Partial sync' : 'Sync'} operation to ${revision} ${result}`,
      type: succeeded ? 'Normal' : 'Warning',
      manager: this.#host.binary,
    });
    this.#host.completed(written);
  }

  #writeState(app: KubeObject, state: JsonObject): void {
    this.#save({ ...app, status: { ...app.status, operationState: state } });
  }

  #save(app: KubeObject): KubeObject {
    return this.#context.store.update(app, { manager: this.#host.binary, actor: `argocd/${app.metadata.name}` });
  }
}

function stateOf(app: KubeObject): JsonObject {
  return (app.status?.['operationState'] ?? {}) as JsonObject;
}

/** A partial sync names kind and name; a name without namespace means any (T:1397). */
function isNamed(resource: ComparedResource, sync: JsonObject): boolean {
  const named = listAt(sync, 'resources');
  if (named.length === 0) return true;
  return named.some(
    (entry) =>
      textAt(entry, 'group') === resource.info.group &&
      textAt(entry, 'kind') === resource.info.kind &&
      textAt(entry, 'name') === resource.name &&
      ['', resource.namespace].includes(textAt(entry, 'namespace')),
  );
}

function resultOf(resource: ComparedResource, status: string, message: string): JsonObject {
  const images = listAt(resource.live?.spec ?? resource.manifest?.spec, 'template', 'spec', 'containers');
  return {
    group: resource.info.group,
    ...(status === 'Synced' ? { hookPhase: 'Running' } : status === 'SyncFailed' ? { hookPhase: 'Failed' } : {}),
    ...(images.length > 0 ? { images: images.map((container) => textAt(container, 'image')) } : {}),
    kind: resource.info.kind,
    message,
    name: resource.name,
    namespace: resource.namespace,
    status,
    syncPhase: 'Sync',
    version: resource.info.version,
  };
}

/** What an operation deploys: { revision, source } or { revisions, sources }. */
function sourcesOf(sync: JsonObject): JsonObject {
  const names = ['revision', 'revisions', 'source', 'sources'].filter((name) => sync[name] !== undefined);
  return Object.fromEntries(names.map((name) => [name, sync[name] ?? null]));
}

const HISTORY_LIMIT = 10;

/** Only full syncs get here: a self-heal leaves no history (SY:408). */
function newHistory(app: KubeObject, state: JsonObject, sync: JsonObject): JsonObject[] {
  const known = listAt(app.status, 'history') as readonly JsonObject[];
  const entry: JsonObject = {
    deployStartedAt: textAt(state, 'startedAt'),
    deployedAt: textAt(state, 'finishedAt'),
    id: numberAt(-1, known.at(-1), 'id') + 1,
    initiatedBy: getAt(app, 'operation', 'initiatedBy') ?? {},
    ...sourcesOf(sync),
  };
  return [...known, entry].slice(-HISTORY_LIMIT);
}

/** The key of an Application in every map of the controller. */
export function applicationKey(app: KubeObject): string {
  return `${namespaceOf(app)}/${app.metadata.name}`;
}
