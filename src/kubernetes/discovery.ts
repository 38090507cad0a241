/** What the API server serves under a kind: asked only for kinds that no table knows beforehand. */
import type { FactKind, Json } from '../model/facts.ts';
import { groupOf } from '../model/refs.ts';
import type { KubeClient } from './client.ts';
import { KubeRequestError } from './errors.ts';
import { flagAt, listAt, textAt } from './projections/read-json.ts';
import type { WatchedResource } from './resources.ts';

export interface DiscoveredKind {
  /** As served, with the version that was asked for or else the preferred one. */
  readonly apiVersion: string;
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** It has a /scale subresource, so an autoscaler can drive it. */
  readonly scalable: boolean;
}

/** Names that come from objects of the cluster go into a path: nothing but what Kubernetes itself allows in one. */
const SAFE_SEGMENT = /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/;

/**
 * Finds a kind by 'group/version', 'group/' (no version known) or 'v1'. A version that is not served is replaced by
 * the group's preferred one. Null when the kind is not served.
 * @throws KubeRequestError when the server cannot be asked
 */
export async function discoverKind(
  client: KubeClient,
  apiVersion: string,
  kind: string,
  signal: AbortSignal,
): Promise<DiscoveredKind | null> {
  const group = groupOf(apiVersion);
  const version = apiVersion.slice(group === '' ? 0 : group.length + 1).replace(/^\//, '');
  if (group !== '' && !SAFE_SEGMENT.test(group)) return null;
  if (version !== '' && SAFE_SEGMENT.test(version)) {
    const found = await findIn(client, group, version, kind, signal);
    if (found !== null) return found;
  }
  const preferred = await preferredVersion(client, group, signal);
  return preferred === '' || preferred === version ? null : findIn(client, group, preferred, kind, signal);
}

/** The watch on a kind, however it became known. */
export function watchedResourceOf(
  found: Pick<DiscoveredKind, 'apiVersion' | 'resource' | 'kind' | 'namespaced'>,
  fact: FactKind,
  fieldSelector?: string,
): WatchedResource {
  const { apiVersion, resource, kind, namespaced } = found;
  const watched = { apiVersion, resource, kind, namespaced, mandatory: false, fact };
  return fieldSelector === undefined ? watched : { ...watched, fieldSelector };
}

async function findIn(
  client: KubeClient,
  group: string,
  version: string,
  kind: string,
  signal: AbortSignal,
): Promise<DiscoveredKind | null> {
  const apiVersion = group === '' ? version : `${group}/${version}`;
  const answer = await getOrNull(client, group === '' ? `/api/${version}` : `/apis/${apiVersion}`, signal);
  const served = listAt(answer, 'resources');
  const entry = served.find((item) => textAt(item, 'kind') === kind && SAFE_SEGMENT.test(textAt(item, 'name')));
  if (entry === undefined) return null;
  const resource = textAt(entry, 'name');
  const scalable = served.some((item) => textAt(item, 'name') === `${resource}/scale`);
  return { apiVersion, resource, kind, namespaced: flagAt(entry, 'namespaced'), scalable };
}

async function preferredVersion(client: KubeClient, group: string, signal: AbortSignal): Promise<string> {
  if (group === '') return 'v1';
  const version = textAt(await getOrNull(client, `/apis/${group}`, signal), 'preferredVersion', 'version');
  return SAFE_SEGMENT.test(version) ? version : '';
}

async function getOrNull(client: KubeClient, path: string, signal: AbortSignal): Promise<Json | undefined> {
  try {
    return (await client.get(path, { signal })) as Json;
  } catch (error) {
    if (error instanceof KubeRequestError && error.error.kind === 'notFound') return undefined;
    throw error;
  }
}
