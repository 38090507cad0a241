/**
 * Changing one object, carefully: a JSON patch that holds only for the version that was read, rehearsed by the server
 * first (dryRun=All), under a field manager of our own. Never a blind retry: who is refused is told what stands there now.
 */
import type { Json, ObjectRef } from '../model/facts.ts';
import { displayRef } from '../model/refs.ts';
import type { JsonPatchOperation } from '../model/verdicts.ts';
import type { KubeClient, WritingClient } from './client.ts';
import { discoverKind } from './discovery.ts';
import { KubeRequestError } from './errors.ts';
import { asObject, type JsonObject, textAt } from './projections/read-json.ts';

/** Custom resources take no strategic merge patch, and a merge patch would replace whole lists. */
const JSON_PATCH = 'application/json-patch+json';

export interface PatchOptions {
  /** The server does everything but store it, admission included. */
  readonly dryRun: boolean;
  readonly fieldManager: string;
  /** The version that the patch was made from; any other is refused. */
  readonly resourceVersion: string;
  readonly signal: AbortSignal;
}

export type PatchOutcome =
  /** `object` is what the server made of it. */
  | { readonly outcome: 'patched'; readonly object: JsonObject }
  /** Somebody wrote in between. `object` is what stands there now; null: nothing does. */
  | { readonly outcome: 'changed'; readonly object: JsonObject | null };

/** Where an object is served, by discovery. @throws KubeRequestError, also when its kind is not served */
export async function locate(client: KubeClient, ref: ObjectRef, signal: AbortSignal): Promise<string> {
  const found = await discoverKind(client, ref.apiVersion, ref.kind, signal);
  if (found === null) {
    const message = `${displayRef(ref)} cannot be reached: the API server does not serve ${ref.kind} of ${ref.apiVersion}`;
    throw new KubeRequestError({ kind: 'notFound', message });
  }
  const { apiVersion, resource, namespaced } = found;
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const namespace = namespaced ? `/namespaces/${encodeURIComponent(ref.namespace)}` : '';
  return `${root}${namespace}/${resource}/${encodeURIComponent(ref.name)}`;
}

/** The object as it stands; null when it is not there. @throws KubeRequestError */
export async function readObject(client: KubeClient, ref: ObjectRef, signal: AbortSignal): Promise<JsonObject | null> {
  return readAt(client, await locate(client, ref, signal), signal);
}

/** @throws KubeRequestError when the server refuses for any other reason than another version */
export async function patchObject(
  client: WritingClient,
  ref: ObjectRef,
  patch: readonly JsonPatchOperation[],
  options: PatchOptions,
): Promise<PatchOutcome> {
  const { dryRun, fieldManager, resourceVersion, signal } = options;
  const path = await locate(client, ref, signal);
  const test: JsonPatchOperation = { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion };
  try {
    const answer = await client.send('PATCH', path, {
      query: { fieldManager, ...(dryRun ? { dryRun: 'All' } : {}) },
      contentType: JSON_PATCH,
      body: [test, ...patch],
      signal,
    });
    return { outcome: 'patched', object: objectOf(answer, path) };
  } catch (error) {
    if (!(error instanceof KubeRequestError) || !mayMeanChanged(error)) throw error;
    const object = await readAt(client, path, signal);
    // The same version as before: it was not the `test` that failed, and the server's reason is the news.
    if (object !== null && textAt(object, 'metadata', 'resourceVersion') === resourceVersion) throw error;
    return { outcome: 'changed', object };
  }
}

/** 409, 404, and 422, with which a failed `test` is answered (apiserver endpoints/handlers/patch.go, applyJSPatch). */
function mayMeanChanged({ error }: KubeRequestError): boolean {
  return error.kind === 'conflict' || error.kind === 'notFound' || (error.kind === 'server' && error.code === 422);
}

async function readAt(client: KubeClient, path: string, signal: AbortSignal): Promise<JsonObject | null> {
  try {
    return objectOf(await client.get(path, { signal }), path);
  } catch (error) {
    if (error instanceof KubeRequestError && error.error.kind === 'notFound') return null;
    throw error;
  }
}

function objectOf(answer: unknown, path: string): JsonObject {
  const object = asObject(answer as Json);
  if (object !== undefined) return object;
  throw new KubeRequestError({ kind: 'badResponse', reason: 'json', message: `${path}: the answer is no object` });
}
