/** The embedded cluster's API server: the Kubernetes protocol over HTTP on loopback, for the daemon, kubectl and tests. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiError, forbidden, methodNotAllowed, noSuchPath } from '../api-error.ts';
import type { JsonObject } from '../json.ts';
import { findResource, type KindInfo } from '../kinds.ts';
import type { KubeObject } from '../objects.ts';
import type { Store } from '../store.ts';
import { discoveryDocument, VERSION_DOCUMENT } from './discovery.ts';
import { isIn, ListPager, listText } from './lists.ts';
import { coreEventOf, newEventPath, seriesPatchOf } from './new-events.ts';
import { parseResourcePath, type ResourcePath } from './request-path.ts';
import { type Account, answerReview, reviewKind } from './reviews.ts';
import { selectorOf } from './selectors.ts';
import { tableOf, wantsTable } from './tables.ts';
import { type WatchSettings, WatchStreams } from './watch-streams.ts';
import { ObjectWriter, type WriteAnswer, type WriteRequest } from './writes.ts';

/** One request, for tests that compare what a client asks with what it is allowed. */
export interface SeenRequest {
  /** 'get', 'list', 'watch', 'create', 'update', 'patch', 'delete'; '' outside the resources. */
  readonly verb: string;
  readonly group: string;
  /** 'deployments', 'deployments/scale'; '' outside the resources. */
  readonly resource: string;
  readonly namespace: string;
  /**
   * The object that is asked for, also where a list or watch selects it by metadata.name: rights with resourceNames are
   * held against this (apiserver pkg/endpoints/request/requestinfo.go). '' for a whole collection.
   */
  readonly name: string;
  readonly path: string;
}

export interface ApiServerOptions {
  readonly store: Store;
  /** Wall clock of the cluster, ms. */
  readonly now: () => number;
  /** 0: any free port. Loopback only. */
  readonly port?: number;
  readonly watch?: Partial<WatchSettings>;
  /** False: answered 403, and no by a SelfSubjectAccessReview. */
  readonly allows?: (verb: string, info: KindInfo) => boolean;
  /** False: the kind is not installed, its paths answer 404. */
  readonly serves?: (info: KindInfo) => boolean;
  readonly observe?: (request: SeenRequest) => void;
  /** By token: whom a TokenReview knows, and what a SubjectAccessReview lets them get. Nobody when absent. */
  readonly accounts?: Readonly<Record<string, Account>>;
}

export interface ApiServer {
  readonly url: string;
  readonly port: number;
  /** A kubeconfig that names this server, as YAML. */
  readonly kubeconfig: string;
  /** Open watches. */
  watches(): number;
  /** Forgets all history and unfinished pages, as a compaction of etcd does: next comes 410. */
  compact(): void;
  /** Ends every watch, as a server that restarts does. */
  dropWatches(): void;
  close(): Promise<void>;
}

/** Longest body that is read, as on a real server (3 MiB). */
const MAX_BODY_BYTES = 3 * 1024 * 1024;
const REVIEW_PATH = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const handler = new RequestHandler(options);
  const server = createServer((request, response) => handler.handle(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', () => resolve());
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    port,
    kubeconfig: kubeconfigFor(url),
    watches: () => handler.streams.count,
    compact: () => {
      options.store.compact();
      handler.pager.expire();
    },
    dropWatches: () => handler.streams.closeAll(),
    close: () => closeServer(server, handler),
  };
}

function closeServer(server: Server, handler: RequestHandler): Promise<void> {
  handler.streams.closeAll();
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

class RequestHandler {
  readonly streams: WatchStreams;
  readonly pager: ListPager;
  readonly #options: ApiServerOptions;
  readonly #writer: ObjectWriter;

  constructor(options: ApiServerOptions) {
    this.#options = options;
    this.#writer = new ObjectWriter(options.store, options.now);
    this.pager = new ListPager(options.store);
    const settings = { bookmarkSeconds: 60, maxSeconds: 1800, goneAs: 'event' as const, ...options.watch };
    this.streams = new WatchStreams(options.store, settings);
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    readBody(request)
      .then((body) => this.#answer(request, response, body))
      .catch((error: unknown) => sendError(response, error));
  }

  #answer(request: IncomingMessage, response: ServerResponse, body: string): void {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const method = request.method ?? 'GET';
    const newEvent = newEventPath(url.pathname);
    if (newEvent !== undefined && method === (newEvent.name === '' ? 'POST' : 'PATCH')) {
      this.#writeEvent(newEvent, request, url, body, response);
      return;
    }
    const review = reviewKind(url.pathname);
    if (review !== undefined && method === 'POST') {
      const { group, plural: resource } = review;
      this.#options.observe?.({ verb: 'create', group, resource, namespace: '', name: '', path: url.pathname });
      if (this.#options.allows?.('create', review) === false) throw forbidden(review, 'create', '');
      sendJson(response, 201, answerReview(body, this.#options.accounts ?? {}));
      return;
    }
    const path = parseResourcePath(url.pathname);
    if (path === undefined || !this.#serves(path.info)) {
      this.#options.observe?.({ verb: '', group: '', resource: '', namespace: '', name: '', path: url.pathname });
      this.#answerOther(method, url.pathname, body, response);
      return;
    }
    const verb = verbOf(method, path, url.searchParams);
    const resource = path.subresource === '' ? path.info.plural : `${path.info.plural}/${path.subresource}`;
    const { group } = path.info;
    const name = path.name || selectedName(url.searchParams);
    this.#options.observe?.({ verb, group, resource, namespace: path.namespace, name, path: url.pathname });
    if (this.#options.allows?.(verb, path.info) === false) throw forbidden(path.info, verb, path.namespace);
    const accept = request.headers.accept ?? '';
    if (verb === 'watch') this.#watch(path, url.searchParams, accept, response);
    else if (verb === 'list') this.#list(path, url.searchParams, accept, response);
    else if (verb === 'get') this.#get(path, accept, response);
    else this.#write(verb, writeRequest(request, path, url.searchParams, body), response);
  }

  #writeEvent(path: ResourcePath, request: IncomingMessage, url: URL, body: string, response: ServerResponse): void {
    const { namespace, name } = path;
    const info = { ...path.info, group: 'events.k8s.io' };
    const verb = name === '' ? 'create' : 'patch';
    const { group, plural: resource } = info;
    this.#options.observe?.({ verb, group, resource, namespace, name, path: url.pathname });
    if (this.#options.allows?.(verb, info) === false) throw forbidden(info, verb, namespace);
    if (verb === 'create') {
      const event = JSON.stringify(coreEventOf(body, namespace));
      this.#writer.create(writeRequest(request, path, url.searchParams, event));
      sendText(response, 201, body);
    } else {
      const series = JSON.stringify(seriesPatchOf(body, name));
      sendJson(response, 200, this.#writer.patch(writeRequest(request, path, url.searchParams, series)).object);
    }
  }

  #serves(info: KindInfo): boolean {
    return this.#options.serves?.(info) ?? true;
  }

  #answerOther(method: string, pathname: string, body: string, response: ServerResponse): void {
    if (['/healthz', '/livez', '/readyz'].includes(pathname)) {
      response.writeHead(200, { 'content-type': 'text/plain' }).end('ok');
      return;
    }
    if (pathname === '/version') {
      sendJson(response, 200, VERSION_DOCUMENT);
      return;
    }
    if (pathname === REVIEW_PATH && method === 'POST') {
      const answer = this.#writer.review(body, (verb, group, resource) => {
        const info = findResource(group, resource);
        return info === undefined || (this.#options.allows?.(verb, info) ?? true);
      });
      sendJson(response, answer.code, answer.object);
      return;
    }
    const document = discoveryDocument(pathname, (info) => this.#serves(info));
    if (document === undefined) throw noSuchPath();
    if (method !== 'GET') throw methodNotAllowed();
    sendJson(response, 200, document);
  }

  #get(path: ResourcePath, accept: string, response: ServerResponse): void {
    const object = this.#writer.read(path);
    const { resourceVersion } = object['metadata'] as { readonly resourceVersion: string };
    const isTable = wantsTable(accept) && path.subresource !== 'scale';
    const table = () => tableOf(path.info, [object as unknown as KubeObject], { resourceVersion }, this.#options.now());
    sendJson(response, 200, isTable ? table() : object);
  }

  #list(path: ResourcePath, query: URLSearchParams, accept: string, response: ServerResponse): void {
    const { info, namespace } = path;
    const { items, metadata } = this.pager.page({
      info,
      namespace,
      limit: Number(query.get('limit') ?? 0),
      continueToken: query.get('continue') ?? '',
      selector: selectorOf(query),
    });
    const table = () => JSON.stringify(tableOf(info, items, metadata, this.#options.now()));
    sendText(response, 200, wantsTable(accept) ? table() : listText(info, items, metadata));
  }

  #watch(path: ResourcePath, query: URLSearchParams, accept: string, response: ServerResponse): void {
    const { info, namespace, name } = path;
    const selector = selectorOf(query);
    const named = (object: KubeObject) => object.metadata.name === name && isIn(object, namespace);
    const { now } = this.#options;
    this.streams.serve(
      {
        info,
        namespace,
        selector: name === '' ? selector : named,
        resourceVersion: query.get('resourceVersion') ?? '',
        bookmarks: isTrue(query.get('allowWatchBookmarks')),
        timeoutSeconds: Number(query.get('timeoutSeconds') ?? 0),
        sendInitialEvents: isTrue(query.get('sendInitialEvents')),
        render: (object) => (wantsTable(accept) ? tableOf(info, [object], {}, now()) : object),
      },
      response,
    );
  }

  #write(verb: string, request: WriteRequest, response: ServerResponse): void {
    const answer = this.#perform(verb, request);
    sendJson(response, answer.code, answer.object);
  }

  #perform(verb: string, request: WriteRequest): WriteAnswer {
    switch (verb) {
      case 'create':
        return this.#writer.create(request);
      case 'update':
        return this.#writer.replace(request);
      case 'patch':
        return this.#writer.patch(request);
      case 'delete':
        return this.#writer.delete(request);
      default:
        throw methodNotAllowed();
    }
  }
}

function verbOf(method: string, path: ResourcePath, query: URLSearchParams): string {
  if (method === 'GET') {
    if (isTrue(query.get('watch'))) return 'watch';
    return path.name === '' ? 'list' : 'get';
  }
  if (method === 'POST') return path.name === '' ? 'create' : '';
  if (path.name === '') return '';
  return { PUT: 'update', PATCH: 'patch', DELETE: 'delete' }[method] ?? '';
}

function selectedName(query: URLSearchParams): string {
  return /(?:^|,)metadata\.name==?([^,]+)/.exec(query.get('fieldSelector') ?? '')?.[1] ?? '';
}

function isTrue(value: string | null): boolean {
  return value === 'true' || value === '1';
}

function writeRequest(
  request: IncomingMessage,
  path: ResourcePath,
  query: URLSearchParams,
  body: string,
): WriteRequest {
  const contentType = (request.headers['content-type'] ?? 'application/json').split(';')[0]?.trim() ?? '';
  return { path, query, contentType, userAgent: request.headers['user-agent'] ?? '', body };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY_BYTES) {
      throw new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${MAX_BODY_BYTES}`);
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function sendJson(response: ServerResponse, code: number, body: JsonObject): void {
  sendText(response, code, JSON.stringify(body));
}

function sendText(response: ServerResponse, code: number, text: string): void {
  response.writeHead(code, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' }).end(text);
}

function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const status =
    error instanceof ApiError
      ? error
      : new ApiError(
          500,
          'InternalError',
          `Internal error occurred: ${error instanceof Error ? error.message : error}`,
        );
  if (status.retryAfterSeconds !== undefined) response.setHeader('retry-after', status.retryAfterSeconds);
  sendJson(response, status.code, status.toStatus());
}

function kubeconfigFor(url: string): string {
  return [
    'apiVersion: v1',
    'kind: Config',
    'current-context: embedded',
    'clusters:',
    '- name: embedded',
    `  cluster: {server: "${url}", insecure-skip-tls-verify: true}`,
    'users:',
    '- name: embedded',
    '  user: {}',
    'contexts:',
    '- name: embedded',
    '  context: {cluster: embedded, user: embedded}',
    '',
  ].join('\n');
}
