/** A list in pages, so that no more than one page of raw objects is ever held. */
import type { Json } from '../model/facts.ts';
import type { KubeClient } from './client.ts';
import { DECODER } from './decode/decoder.ts';
import type { Shape } from './decode/shape.ts';
import { KubeRequestError } from './errors.ts';
import { IDENTITY } from './known-objects.ts';
import type { JsonObject } from './projections/read-json.ts';
import { asObject, listAt, textAt } from './projections/read-json.ts';
import type { WatchedResource } from './resources.ts';

/** What is listed and watched: a kind, everywhere or in one namespace. */
export interface WatchTarget {
  readonly resource: WatchedResource;
  /** '' is every namespace. */
  readonly namespace: string;
  /** Which parts of the objects are wanted; all of them when undefined. */
  readonly shape?: Shape | undefined;
  /** Of a list only which objects there are, and in which versions, is wanted: the server may leave out all the rest. */
  readonly identityOnly?: boolean | undefined;
}

export interface ListPage {
  readonly items: readonly JsonObject[];
  /** Of the whole list: the API server serves every page from the snapshot that the first one fixed. */
  readonly resourceVersion: string;
}

export interface ListOptions {
  readonly limit: number;
  readonly maxPages: number;
  /** Most bytes of one page; what the client allows when undefined. */
  readonly maxPageBytes?: number | undefined;
  readonly signal: AbortSignal;
}

/** What every API server since 1.15 can leave out the rest by (apimachinery meta/v1); one that cannot answers with all. */
const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

/** '/apis/apps/v1/deployments', '/api/v1/namespaces/shop/events'. */
export function collectionPath({ resource, namespace }: WatchTarget): string {
  const root = resource.apiVersion.includes('/') ? `/apis/${resource.apiVersion}` : `/api/${resource.apiVersion}`;
  const scope = resource.namespaced && namespace !== '' ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${scope}/${resource.resource}`;
}

/** The selectors of a target, the same for its list and its watch: a watch that selects otherwise would lie. */
export function selectorQuery({ resource }: WatchTarget): Record<string, string> {
  return resource.fieldSelector === undefined ? {} : { fieldSelector: resource.fieldSelector };
}

/**
 * Every page, each parsed when the one before has been used up. resourceVersion is left unset: a consistent read.
 * @throws KubeRequestError; gone when the snapshot was compacted in the middle (start over, never take a part).
 */
export async function* listPages(
  client: KubeClient,
  target: WatchTarget,
  options: ListOptions,
): AsyncGenerator<ListPage> {
  const { limit, maxPages, maxPageBytes: maxBytes, signal } = options;
  const path = collectionPath(target);
  const shape = target.identityOnly === true ? IDENTITY : target.shape;
  const accept = target.identityOnly === true ? { accept: METADATA_ONLY } : {};
  const decode = shape === undefined ? undefined : (bytes: Buffer) => DECODER.decodeList(bytes, shape);
  let resourceVersion = '';
  let token = '';
  for (let page = 1; ; page += 1) {
    const query = {
      ...selectorQuery(target),
      limit: String(limit),
      ...(token === '' ? {} : { continue: token }),
    };
    const answer = (await client.get(path, { query, signal, maxBytes, decode, ...accept })) as Json;
    const items = itemsOf(answer, target.resource);
    if (page === 1) resourceVersion = textAt(answer, 'metadata', 'resourceVersion');
    if (items === null || resourceVersion === '') {
      throw new KubeRequestError({
        kind: 'badResponse',
        reason: 'json',
        message: `GET ${path}: the answer is no list of the API server`,
      });
    }
    yield { items, resourceVersion };
    const next = textAt(answer, 'metadata', 'continue');
    if (next === '') return;
    if (next === token || page >= maxPages) {
      const message = `GET ${path}: the list does not end (${page} pages)`;
      throw new KubeRequestError({ kind: 'badResponse', reason: 'endless', message });
    }
    token = next;
  }
}

/** The items with the apiVersion and kind that a typed list leaves out; null when the answer is no list. */
function itemsOf(answer: Json, resource: WatchedResource): JsonObject[] | null {
  const list = asObject(answer);
  if (list === undefined || !Object.hasOwn(list, 'items')) return null;
  // Go writes an empty list as null.
  if (list['items'] !== null && !Array.isArray(list['items'])) return null;
  const items: JsonObject[] = [];
  for (const item of listAt(list, 'items')) {
    const object = asObject(item);
    if (object !== undefined) items.push({ apiVersion: resource.apiVersion, kind: resource.kind, ...object });
  }
  return items;
}
