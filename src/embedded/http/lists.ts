/** LIST: whole, or in pages that all show the same moment (apiserver pkg/storage/etcd3/store.go, continue.go). */
import { badRequest, expired } from '../api-error.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import type { KindInfo } from '../kinds.ts';
import { type KubeObject, namespaceOf } from '../objects.ts';
import type { Store } from '../store.ts';
import type { Selector } from './selectors.ts';

interface Snapshot {
  readonly version: number;
  readonly objects: readonly KubeObject[];
}

/** How many unfinished paged lists are kept. */
const SNAPSHOTS = 32;
const GONE =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.';

export interface ListRequest {
  readonly info: KindInfo;
  readonly namespace: string;
  readonly limit: number;
  readonly continueToken: string;
  readonly selector: Selector | undefined;
}

export class ListPager {
  readonly #store: Store;
  readonly #snapshots = new Map<string, Snapshot>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Forgets the moments that pages in progress show: their next page is answered 410, as after a compaction. */
  expire(): void {
    this.#snapshots.clear();
  }

  /** The objects of one page and the list's metadata. */
  page(request: ListRequest): { readonly items: readonly KubeObject[]; readonly metadata: JsonObject } {
    const { info, namespace, limit } = request;
    const { snapshot, key, start } = this.#moment(request);
    if (limit <= 0 && start === 0) {
      return { items: snapshot.objects, metadata: { resourceVersion: String(snapshot.version) } };
    }
    const size = limit > 0 ? limit : snapshot.objects.length;
    const items = snapshot.objects.slice(start, start + size);
    const metadata: Record<string, JsonValue> = { resourceVersion: String(snapshot.version) };
    const left = snapshot.objects.length - start - items.length;
    if (left > 0) {
      this.#keep(key, snapshot);
      metadata['continue'] = encodeToken({ key, start: start + items.length, resource: `${info.plural}/${namespace}` });
      if (request.selector === undefined) metadata['remainingItemCount'] = left;
    }
    return { items, metadata };
  }

  #moment(request: ListRequest): { snapshot: Snapshot; key: string; start: number } {
    const { info, namespace, selector, continueToken } = request;
    if (continueToken !== '') {
      const token = decodeToken(continueToken);
      if (token.resource !== `${info.plural}/${namespace}`) throw badRequest('continue key is not valid');
      const snapshot = this.#snapshots.get(token.key);
      if (snapshot === undefined) throw expired(GONE);
      return { snapshot, key: token.key, start: token.start };
    }
    const all = this.#store.list(info, namespace);
    const objects = selector === undefined ? all : all.filter(selector);
    const snapshot = { version: this.#store.version, objects };
    return { snapshot, key: `${info.plural}/${namespace}/${this.#store.version}/${objects.length}`, start: 0 };
  }

  #keep(key: string, snapshot: Snapshot): void {
    this.#snapshots.set(key, snapshot);
    const oldest = this.#snapshots.keys().next().value;
    if (this.#snapshots.size > SNAPSHOTS && oldest !== undefined) this.#snapshots.delete(oldest);
  }
}

interface Token {
  readonly key: string;
  readonly start: number;
  readonly resource: string;
}

function encodeToken(token: Token): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

function decodeToken(text: string): Token {
  try {
    const token = JSON.parse(Buffer.from(text, 'base64url').toString()) as Partial<Token>;
    const { key, start, resource } = token;
    if (typeof key === 'string' && typeof start === 'number' && typeof resource === 'string') {
      return { key, start, resource };
    }
  } catch {
    // Not one of ours: the same answer as for a token of another list.
  }
  throw badRequest('continue key is not valid: invalid continue token');
}

/** The list object; items of built-in kinds carry no kind of their own, as a real server sends them. */
export function listText(info: KindInfo, items: readonly KubeObject[], metadata: JsonObject): string {
  const head = JSON.stringify({ kind: `${info.kind}List`, apiVersion: info.apiVersion, metadata });
  const texts = items.map((item) => {
    if (info.custom) return JSON.stringify(item);
    const { kind: _kind, apiVersion: _apiVersion, ...rest } = item;
    return JSON.stringify(rest);
  });
  return `${head.slice(0, -1)},"items":[${texts.join(',')}]}`;
}

/** True when an object lies in the namespace a request names ('' names all). */
export function isIn(object: KubeObject, namespace: string): boolean {
  return namespace === '' || namespaceOf(object) === namespace;
}
