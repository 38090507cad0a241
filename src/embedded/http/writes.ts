/** POST, PUT, PATCH, DELETE and /scale on one object (apiserver pkg/endpoints/handlers). */
import { parse } from 'yaml';
import { ApiError, badRequest, notFound, unsupportedMediaType } from '../api-error.ts';
import { getAt, isObject, type JsonObject, type JsonValue, objectAt, shareUnchanged } from '../json.ts';
import { formatSeconds, type KubeObject, namespaceOf } from '../objects.ts';
import { jsonPatch, mergePatch, strategicMergePatch } from '../patches.ts';
import type { Author, Store, WriteOptions } from '../store.ts';
import { checkObject } from './object-rules.ts';
import type { ResourcePath } from './request-path.ts';

export interface WriteRequest {
  readonly path: ResourcePath;
  readonly query: URLSearchParams;
  /** Content-Type without parameters. */
  readonly contentType: string;
  readonly userAgent: string;
  readonly body: string;
}

export interface WriteAnswer {
  readonly code: 200 | 201;
  readonly object: JsonObject;
}

const MERGE = 'application/merge-patch+json';
const JSON_PATCH = 'application/json-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';
const APPLY = 'application/apply-patch+yaml';

export class ObjectWriter {
  readonly #store: Store;
  readonly #now: () => number;

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  create(request: WriteRequest): WriteAnswer {
    const object = this.#objectFrom(parseBody(request), request.path);
    return { code: 201, object: this.#store.create(object, authorOf(request), optionsOf(request)) };
  }

  replace(request: WriteRequest): WriteAnswer {
    const { path } = request;
    const body = parseBody(request);
    if (path.subresource === 'scale') return this.#setScale(request, this.#require(path), body);
    const object = this.#objectFrom(body, path);
    return { code: 200, object: this.#store.update(this.#share(object, path), authorOf(request), optionsOf(request)) };
  }

  patch(request: WriteRequest): WriteAnswer {
    const { path, contentType } = request;
    if (contentType === APPLY) return this.#apply(request);
    const live = this.#require(path);
    const target: JsonObject = path.subresource === 'scale' ? scaleOf(live) : live;
    const body = parseBody(request);
    const patched = patchWith(contentType, target, body, path);
    if (path.subresource === 'scale') return this.#setScale(request, live, patched);
    const resourceVersion = getAt(body, 'metadata', 'resourceVersion');
    const metadata = { ...objectAt(patched, 'metadata') } as Record<string, JsonValue>;
    if (resourceVersion === undefined && contentType !== JSON_PATCH) delete metadata['resourceVersion'];
    const object = this.#objectFrom({ ...patched, metadata }, path);
    return { code: 200, object: this.#store.update(this.#share(object, path), authorOf(request), optionsOf(request)) };
  }

  delete(request: WriteRequest): WriteAnswer {
    const { path } = request;
    const live = this.#require(path);
    const wanted = getAt(request.body === '' ? {} : parseBody(request), 'preconditions', 'uid');
    if (wanted !== undefined && wanted !== live.metadata.uid) {
      const why = `Precondition failed: UID in precondition: ${String(wanted)}, UID in object meta: ${live.metadata.uid}`;
      throw new ApiError(409, 'Conflict', why);
    }
    this.#store.delete(path.info, path.namespace, path.name, authorOf(request), optionsOf(request));
    const details = { name: path.name, group: path.info.group, kind: path.info.plural, uid: live.metadata.uid ?? '' };
    return { code: 200, object: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details } };
  }

  /** GET of an object or of its /scale. */
  read(path: ResourcePath): JsonObject {
    const live = this.#require(path);
    return path.subresource === 'scale' ? scaleOf(live) : live;
  }

  #require(path: ResourcePath): KubeObject {
    const live = this.#store.get(path.info, path.namespace, path.name);
    if (live === undefined) throw notFound(path.info, path.name);
    return live;
  }

  #apply(request: WriteRequest): WriteAnswer {
    const { path, query } = request;
    if ((query.get('fieldManager') ?? '') === '') {
      throw new ApiError(
        422,
        'Invalid',
        'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
      );
    }
    const config = this.#objectFrom(parseBody(request), path);
    const existed = this.#store.get(path.info, path.namespace, path.name) !== undefined;
    const options = { ...optionsOf(request), force: query.get('force') === 'true' };
    return { code: existed ? 200 : 201, object: this.#store.apply(config, authorOf(request), options) };
  }

  #setScale(request: WriteRequest, live: KubeObject, scale: JsonValue): WriteAnswer {
    const { info, namespace, name } = request.path;
    const version = getAt(scale, 'metadata', 'resourceVersion');
    if (version !== undefined && version !== '' && version !== live.metadata.resourceVersion) {
      const why = 'the object has been modified; please apply your changes to the latest version and try again';
      throw new ApiError(
        409,
        'Conflict',
        `Operation cannot be fulfilled on ${info.plural}.${info.group} "${name}": ${why}`,
      );
    }
    const replicas = Number(getAt(scale, 'spec', 'replicas') ?? 0);
    const next = this.#store.scale(info, namespace, name, replicas, authorOf(request), optionsOf(request));
    return { code: 200, object: scaleOf(next) };
  }

  /** The object of a body, in the place its URL names. */
  #objectFrom(body: JsonValue, path: ResourcePath): KubeObject {
    const { info, namespace, name } = path;
    if (!isObject(body)) throw badRequest(`the object provided is unrecognized (must be of type ${info.kind})`);
    const metadata = { ...objectAt(body, 'metadata') } as Record<string, JsonValue>;
    const kind = body['kind'] ?? info.kind;
    const apiVersion = body['apiVersion'] ?? info.apiVersion;
    if (kind !== info.kind || apiVersion !== info.apiVersion) {
      const given = `${String(apiVersion)}, Kind=${String(kind)}`;
      throw badRequest(`${given} in version "${info.version}" cannot be handled as a ${info.kind}`);
    }
    if (name !== '' && metadata['name'] !== undefined && metadata['name'] !== name) {
      throw badRequest(
        `the name of the object (${String(metadata['name'])}) does not match the name on the URL (${name})`,
      );
    }
    if (
      info.namespaced &&
      namespace !== '' &&
      metadata['namespace'] !== undefined &&
      metadata['namespace'] !== namespace
    ) {
      throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
    }
    if (name !== '') metadata['name'] = name;
    if (info.namespaced && namespace !== '') metadata['namespace'] = namespace;
    const object = { ...body, apiVersion: info.apiVersion, kind: info.kind, metadata };
    checkObject(info, object);
    return object as unknown as KubeObject;
  }

  /** Parts that a body repeats unchanged become the very parts that are stored. */
  #share(object: KubeObject, path: ResourcePath): KubeObject {
    const live = this.#store.get(path.info, path.namespace, path.name);
    return shareUnchanged(live, object) as KubeObject;
  }

  /** The answer to a SelfSubjectAccessReview: everything is allowed but what `isAllowed` refuses. */
  review(body: string, isAllowed: (verb: string, group: string, resource: string) => boolean): WriteAnswer {
    const review = parse(body) as JsonObject;
    const attributes = objectAt(review, 'spec', 'resourceAttributes');
    const allowed = isAllowed(
      String(attributes['verb'] ?? ''),
      String(attributes['group'] ?? ''),
      String(attributes['resource'] ?? ''),
    );
    const metadata = { creationTimestamp: formatSeconds(this.#now()) };
    return { code: 201, object: { ...review, metadata, status: { allowed } } };
  }
}

function patchWith(contentType: string, target: JsonObject, body: JsonValue, path: ResourcePath): JsonObject {
  const isCustom = path.info.custom && path.subresource !== 'scale';
  switch (contentType) {
    case MERGE:
      return mergePatch(target, body) as JsonObject;
    case JSON_PATCH:
      return jsonPatch(target, body);
    case STRATEGIC:
      if (!isCustom) return strategicMergePatch(target, body, path.info.schema) as JsonObject;
  }
  throw unsupportedMediaType(isCustom ? [JSON_PATCH, MERGE, APPLY] : [JSON_PATCH, MERGE, STRATEGIC, APPLY]);
}

function parseBody(request: WriteRequest): JsonValue {
  try {
    const isYaml = request.contentType.endsWith('yaml');
    return (isYaml ? parse(request.body) : JSON.parse(request.body)) as JsonValue;
  } catch (error) {
    throw badRequest(`error decoding the body: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function optionsOf(request: WriteRequest): WriteOptions {
  const dryRun = request.query.getAll('dryRun').includes('All');
  return request.path.subresource === 'status' ? { dryRun, subresource: 'status' } : { dryRun };
}

/** fieldManager, or the first word of the User-Agent (apiserver handlers/create.go prefixFromUserAgent). */
function authorOf(request: WriteRequest): Author {
  const named = request.query.get('fieldManager') ?? '';
  return { manager: named === '' ? (request.userAgent.split('/')[0] ?? '').slice(0, 128) || 'unknown' : named };
}

/** autoscaling/v1 Scale of an object; 0 replicas are left out, as Go's omitempty does. */
export function scaleOf(object: KubeObject): JsonObject {
  const { name, uid, resourceVersion, creationTimestamp } = object.metadata;
  const metadata: JsonObject = {
    name,
    namespace: namespaceOf(object),
    uid: uid ?? '',
    resourceVersion: resourceVersion ?? '',
    creationTimestamp: creationTimestamp ?? null,
  };
  const replicas = Number(getAt(object.spec, 'replicas') ?? 0);
  const labels = Object.entries(objectAt(object.spec, 'selector', 'matchLabels'));
  const observed = Number(getAt(object.status, 'HPAReplicas') ?? getAt(object.status, 'replicas') ?? 0);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata,
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: observed, selector: labels.map(([key, value]) => `${key}=${String(value)}`).join(',') },
  };
}
