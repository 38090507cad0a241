/** The objects of the embedded cluster, their versions, and who owns their fields: what kube-apiserver keeps in etcd. */
import {
  ApiError,
  alreadyExists,
  applyConflict,
  badRequest,
  modifiedMeanwhile,
  notFound,
  tooOldVersion,
} from './api-error.ts';
import type { JsonObject, JsonValue } from './json.ts';
import { sameJson } from './json.ts';
import { findKind, KINDS, type KindInfo } from './kinds.ts';
import { objectChanges, recordScale, recordUpdate } from './managed-fields.ts';
import { formatSeconds, type KubeObject, type ManagedFieldsEntry, type ObjectMeta } from './objects.ts';
import type { Random } from './random.ts';
import { applyConfig } from './server-side-apply.ts';

/** Who writes: the field manager on record, and (never on record) the actor, which tests hold the verdict against. */
export interface Author {
  readonly manager: string;
  /** 'hpa/web', 'argocd/web', 'human/ada'. */
  readonly actor?: string;
}

export interface StoreEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly at: number;
  /** The global resourceVersion this write made. */
  readonly version: number;
  readonly info: KindInfo;
  readonly object: KubeObject;
  readonly previous: KubeObject | undefined;
  readonly author: Author;
}

export interface WriteOptions {
  readonly dryRun?: boolean;
  readonly subresource?: 'status';
}

export interface StoreOptions {
  readonly now: () => number;
  readonly random: Random;
  /** How many events a watch can catch up on; older ones are compacted away (410). */
  readonly historyLimit?: number;
}

const FIRST_VERSION = 100;

export class Store {
  readonly #now: () => number;
  readonly #random: Random;
  readonly #historyLimit: number;
  readonly #objects = new Map<KindInfo, Map<string, KubeObject>>();
  readonly #listeners = new Set<(event: StoreEvent) => void>();
  readonly #kindListeners = new Map<KindInfo, ((event: StoreEvent) => void)[]>();
  readonly #guards = new Set<(author: Author, next: KubeObject) => string | undefined>();
  #history: StoreEvent[] = [];
  #version = FIRST_VERSION;
  #oldest = FIRST_VERSION;

  constructor(options: StoreOptions) {
    this.#now = options.now;
    this.#random = options.random;
    this.#historyLimit = options.historyLimit ?? 10_000;
    for (const info of KINDS) this.#objects.set(info, new Map());
  }

  /** The resourceVersion of the latest write. */
  get version(): number {
    return this.#version;
  }

  get(info: KindInfo, namespace: string, name: string): KubeObject | undefined {
    return this.#objects.get(info)?.get(`${namespace}/${name}`);
  }

  /** Objects of a kind, of one namespace or ('' or absent) of all, ordered by namespace and name as etcd orders keys. */
  list(info: KindInfo, namespace = ''): KubeObject[] {
    const all = this.#objects.get(info) ?? new Map<string, KubeObject>();
    const found: [string, KubeObject][] = [];
    for (const entry of all) if (namespace === '' || entry[0].startsWith(`${namespace}/`)) found.push(entry);
    return found.sort((a, b) => (a[0] < b[0] ? -1 : 1)).map(([, object]) => object);
  }

  /** Calls `listener` after every write, in order. Returns its end. */
  subscribe(listener: (event: StoreEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls `listener` after every write of one kind, for as long as the store lives: what a controller listens to. */
  follow(info: KindInfo, listener: (event: StoreEvent) => void): void {
    const listeners = this.#kindListeners.get(info);
    if (listeners === undefined) this.#kindListeners.set(info, [listener]);
    else listeners.push(listener);
  }

  /**
   * Lets `guard` refuse writes, as an admission webhook does: it returns why, or undefined to let the write pass.
   * Returns its end.
   */
  guard(guard: (author: Author, next: KubeObject) => string | undefined): () => void {
    this.#guards.add(guard);
    return () => this.#guards.delete(guard);
  }

  /** Events after a resourceVersion. Throws 410 when they have been compacted away. */
  eventsSince(version: number): StoreEvent[] {
    if (version < this.#oldest) throw tooOldVersion(version, this.#oldest);
    return this.#history.filter((event) => event.version > version);
  }

  /** Forgets all history: every watch that is behind must list anew. */
  compact(): void {
    this.#history = [];
    this.#oldest = this.#version;
  }

  create(object: KubeObject, author: Author, options: WriteOptions = {}): KubeObject {
    const info = this.#infoOf(object);
    const named = this.#withName(object, info);
    const { name, namespace = '' } = named.metadata;
    if (this.get(info, namespace, name) !== undefined) throw alreadyExists(info, name);
    const filled = info.applyDefaults(withInitialStatus(named, info));
    const entries = recordUpdate([], objectChanges(info.empty, filled, info), info.apiVersion, author, this.#now());
    return this.#commit('ADDED', info, filled, undefined, entries, author, options);
  }

  /** PUT of a whole object. `subresource: 'status'` takes only status (and annotations), without it status is kept. */
  update(object: KubeObject, author: Author, options: WriteOptions = {}): KubeObject {
    const info = this.#infoOf(object);
    const { name, namespace = '', resourceVersion } = object.metadata;
    const live = this.#require(info, namespace, name);
    if (resourceVersion !== undefined && resourceVersion !== live.metadata.resourceVersion) {
      throw modifiedMeanwhile(info, name);
    }
    const written =
      options.subresource === 'status' ? takeStatus(object, live) : info.applyDefaults(keepStatus(object, live, info));
    const next = { ...written, metadata: keepServerMeta(object.metadata, live.metadata, options.subresource) };
    const changes = objectChanges(live, next, info);
    if (changes.taken === undefined && changes.removed === undefined) return live;
    const by = options.subresource === undefined ? author : { ...author, subresource: options.subresource };
    const entries = recordUpdate(live.metadata.managedFields ?? [], changes, info.apiVersion, by, this.#now());
    return this.#commit('MODIFIED', info, next, live, entries, author, options);
  }

  /** Server-side apply. Throws 409 on a conflict without `force`. */
  apply(config: KubeObject, author: Author, options: WriteOptions & { readonly force?: boolean } = {}): KubeObject {
    const info = this.#infoOf(config);
    const { name, namespace = '' } = config.metadata;
    const live = this.get(info, namespace, name);
    const now = this.#now();
    const result = applyConfig(live, config, info, author, { force: options.force ?? false, now });
    if (result.outcome === 'conflict') throw applyConflict(result.conflicts);
    const merged = live === undefined ? withInitialStatus(result.object, info) : keepStatus(result.object, live, info);
    const filled = info.applyDefaults(merged);
    if (live === undefined) {
      return this.#commit('ADDED', info, filled, undefined, result.managedFields, author, options);
    }
    const next = { ...filled, metadata: keepServerMeta(filled.metadata, live.metadata, undefined) };
    const changes = objectChanges(live, next, info);
    const changed = changes.taken !== undefined || changes.removed !== undefined;
    if (!changed && sameJson(result.managedFields, live.metadata.managedFields)) return live;
    return this.#commit('MODIFIED', info, next, live, result.managedFields, author, options);
  }

  /** A write through /scale. */
  scale(
    info: KindInfo,
    namespace: string,
    name: string,
    replicas: number,
    author: Author,
    options: WriteOptions = {},
  ): KubeObject {
    const live = this.#require(info, namespace, name);
    if (!info.hasScale) throw notFound(info, name);
    if (!Number.isInteger(replicas) || replicas < 0) throw badRequest(`spec.replicas: Invalid value: ${replicas}`);
    if (live.spec?.['replicas'] === replicas) return live;
    const next = { ...live, spec: { ...live.spec, replicas } };
    const entries = recordScale(live.metadata.managedFields ?? [], replicas, info.apiVersion, author.manager);
    return this.#commit('MODIFIED', info, next, live, entries, author, options);
  }

  delete(info: KindInfo, namespace: string, name: string, author: Author, options: WriteOptions = {}): KubeObject {
    const live = this.#require(info, namespace, name);
    if (options.dryRun === true) return live;
    this.#version += 1;
    const object = { ...live, metadata: { ...live.metadata, resourceVersion: String(this.#version) } };
    this.#objects.get(info)?.delete(`${namespace}/${name}`);
    this.#emit({
      type: 'DELETED',
      at: this.#now(),
      version: this.#version,
      info,
      object,
      previous: live,
      author,
    });
    return object;
  }

  /**
   * Takes a version as it is, with its managedFields and times, under a resourceVersion of this store: for recordings.
   * 'DELETED' of what is not there does nothing.
   */
  place(type: 'SET' | 'DELETED', recorded: KubeObject, author: Author): void {
    const info = findKind(recorded.apiVersion, recorded.kind);
    if (info === undefined) return;
    const { name, namespace = '' } = recorded.metadata;
    const previous = this.get(info, namespace, name);
    if (type === 'DELETED' && previous === undefined) return;
    this.#version += 1;
    const metadata = { ...recorded.metadata, resourceVersion: String(this.#version) };
    const object = { ...recorded, metadata };
    if (type === 'DELETED') this.#objects.get(info)?.delete(`${namespace}/${name}`);
    else this.#objects.get(info)?.set(`${namespace}/${name}`, object);
    const kind = type === 'DELETED' ? 'DELETED' : previous === undefined ? 'ADDED' : 'MODIFIED';
    this.#emit({ type: kind, at: this.#now(), version: this.#version, info, object, previous, author });
  }

  #infoOf(object: KubeObject): KindInfo {
    const info = findKind(object.apiVersion, object.kind);
    if (info === undefined)
      throw badRequest(`no kind "${object.kind}" is registered for version "${object.apiVersion}"`);
    return info;
  }

  #require(info: KindInfo, namespace: string, name: string): KubeObject {
    const live = this.get(info, namespace, name);
    if (live === undefined) throw notFound(info, name);
    return live;
  }

  #withName(object: KubeObject, info: KindInfo): KubeObject {
    const { name, generateName } = object.metadata as ObjectMeta & { readonly generateName?: string };
    if (info.namespaced && (object.metadata.namespace ?? '') === '') {
      throw badRequest('an empty namespace may not be set during creation');
    }
    if (name !== undefined && name !== '') return object;
    if (generateName === undefined) throw badRequest('name or generateName is required');
    return { ...object, metadata: { ...object.metadata, name: `${generateName}${this.#random.suffix(5)}` } };
  }

  #commit(
    type: 'ADDED' | 'MODIFIED',
    info: KindInfo,
    next: KubeObject,
    live: KubeObject | undefined,
    managedFields: readonly ManagedFieldsEntry[],
    author: Author,
    options: WriteOptions,
  ): KubeObject {
    for (const guard of this.#guards) {
      const why = guard(author, next);
      if (why !== undefined) throw new ApiError(403, 'Forbidden', `admission webhook denied the request: ${why}`);
    }
    const version = this.#version + 1;
    const metadata: Record<string, JsonValue> = { ...next.metadata, managedFields };
    if (options.dryRun !== true) this.#version = version;
    metadata['resourceVersion'] = options.dryRun === true ? (live?.metadata.resourceVersion ?? '') : String(version);
    if (live === undefined) {
      metadata['uid'] = this.#random.uuid();
      metadata['creationTimestamp'] = formatSeconds(this.#now());
      if (info.generation !== 'none') metadata['generation'] = 1;
    } else if (options.subresource === undefined && movesGeneration(info, live, next)) {
      metadata['generation'] = (live.metadata.generation ?? 0) + 1;
    }
    const object: KubeObject = { ...next, metadata: metadata as ObjectMeta };
    if (options.dryRun === true) return object;
    const { name, namespace = '' } = object.metadata;
    this.#objects.get(info)?.set(`${namespace}/${name}`, object);
    this.#emit({ type, at: this.#now(), version, info, object, previous: live, author });
    return object;
  }

  #emit(event: StoreEvent): void {
    if (this.#historyLimit > 0) this.#remember(event);
    else this.#oldest = event.version;
    // Watchers first: a listener of one kind may write, and its event must not overtake this one.
    for (const listener of this.#listeners) listener(event);
    const followers = this.#kindListeners.get(event.info);
    if (followers !== undefined) for (const follower of followers) follower(event);
  }

  #remember(event: StoreEvent): void {
    this.#history.push(event);
    if (this.#history.length <= this.#historyLimit * 2) return;
    this.#history = this.#history.slice(-this.#historyLimit);
    this.#oldest = (this.#history[0]?.version ?? event.version) - 1;
  }
}

/** A new object starts with the status of its kind, whatever it was sent with (strategy PrepareForCreate). */
function withInitialStatus(object: KubeObject, info: KindInfo): KubeObject {
  if (!info.hasStatus) return object;
  const { status: _status, ...rest } = object;
  const initial = info.empty['status'];
  return initial === undefined ? (rest as KubeObject) : { ...(rest as KubeObject), status: initial as JsonObject };
}

function keepStatus(object: KubeObject, live: KubeObject, info: KindInfo): KubeObject {
  if (!info.hasStatus || object.status === live.status) return object;
  if (live.status !== undefined) return { ...object, status: live.status };
  const { status: _status, ...rest } = object;
  return rest as KubeObject;
}

function takeStatus(object: KubeObject, live: KubeObject): KubeObject {
  return { ...live, status: object.status ?? {} };
}

/** Identity and bookkeeping stay the server's. A status write may set annotations, as the deployment controller does. */
function keepServerMeta(sent: ObjectMeta, live: ObjectMeta, subresource: 'status' | undefined): ObjectMeta {
  const base: Record<string, JsonValue> = { ...(subresource === 'status' ? live : sent) };
  if (subresource === 'status' && sent.annotations !== undefined) base['annotations'] = sent.annotations;
  for (const key of ['uid', 'creationTimestamp', 'generation', 'name', 'namespace'] as const) {
    const value = live[key];
    if (value === undefined) delete base[key];
    else base[key] = value;
  }
  return base as ObjectMeta;
}

function movesGeneration(info: KindInfo, live: KubeObject, next: KubeObject): boolean {
  switch (info.generation) {
    case 'none':
      return false;
    case 'spec':
      return !sameJson(live.spec, next.spec);
    case 'spec-and-annotations':
      return !sameJson(live.spec, next.spec) || !sameJson(live.metadata.annotations, next.metadata.annotations);
    case 'all-but-metadata':
      return !sameJson({ ...live, metadata: null }, { ...next, metadata: null });
  }
}
