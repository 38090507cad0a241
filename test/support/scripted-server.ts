/** A well-behaved API server of many kinds: what it serves under each path is set by the test and may change. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type RawObject = { readonly [key: string]: unknown };

export interface ScriptedRequest {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
}

interface OpenWatch {
  readonly path: string;
  readonly fieldSelector: string | null;
  readonly response: ServerResponse;
}

export class ScriptedServer {
  readonly requests: ScriptedRequest[] = [];
  /** Path of a collection to its objects. A path that is not here is answered with 404. */
  readonly collections = new Map<string, RawObject[]>();
  /** Path to a status that is answered instead. */
  readonly statuses = new Map<string, number>();
  /** Path to any other JSON document, such as discovery. */
  readonly documents = new Map<string, unknown>();
  readonly #watches = new Set<OpenWatch>();
  readonly #waiting = new Set<() => void>();
  readonly #server: Server;
  /** Lists in a stream (KEP-3157) are served, as by default since Kubernetes 1.34. */
  streamsLists = true;
  /** Connections that were ever made. */
  connections = 0;
  #version = 100;

  private constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response));
    this.#server.on('connection', () => {
      this.connections += 1;
    });
  }

  static async start(): Promise<ScriptedServer> {
    const server = new ScriptedServer();
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** Says what a group version serves: plural, kind, and whether it can be scaled. */
  serve(groupVersion: string, ...kinds: readonly { name: string; kind: string; scale?: boolean }[]): void {
    const resources = kinds.flatMap(({ name, kind, scale }) => [
      { name, kind, namespaced: true },
      { name: `${name}/status`, kind, namespaced: true },
      ...(scale === true ? [{ name: `${name}/scale`, kind: 'Scale', namespaced: true }] : []),
    ]);
    const [group = '', version = ''] = groupVersion.includes('/') ? groupVersion.split('/') : ['', groupVersion];
    this.documents.set(group === '' ? `/api/${version}` : `/apis/${groupVersion}`, {
      kind: 'APIResourceList',
      resources,
    });
    if (group !== '')
      this.documents.set(`/apis/${group}`, { kind: 'APIGroup', preferredVersion: { groupVersion, version } });
  }

  /** Tells an event on every watch of the path. */
  tell(path: string, type: string, object: RawObject): void {
    for (const watch of this.#watches) {
      if (watch.path === path && selects(watch.fieldSelector, object))
        watch.response.write(`${JSON.stringify({ type, object })}\n`);
    }
  }

  watchesOn(path: string): number {
    return [...this.#watches].filter((watch) => watch.path === path).length;
  }

  /** Resolves when the condition holds; it is looked at after every request and every watch that ends. */
  until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve) => {
      const look = () => {
        if (!condition()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
    });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', this.url);
    const path = url.pathname;
    this.requests.push({ path, query: Object.fromEntries(url.searchParams), headers: request.headers });
    const status = this.statuses.get(path);
    const document = this.documents.get(path);
    const collection = this.collections.get(path);
    const fieldSelector = url.searchParams.get('fieldSelector');
    if (status !== undefined) send(response, status, { kind: 'Status', code: status, message: `denied: ${path}` });
    else if (document !== undefined) send(response, 200, document);
    else if (collection === undefined) send(response, 404, { kind: 'Status', code: 404, message: 'not found' });
    else if (url.searchParams.has('watch')) {
      const listsFirst = url.searchParams.get('sendInitialEvents') === 'true';
      if (listsFirst && !this.streamsLists) send(response, 422, { kind: 'Status', code: 422, message: 'forbidden' });
      else this.#watch(path, fieldSelector, response, listsFirst ? collection : null);
    } else {
      const items = collection.filter((object) => selects(fieldSelector, object));
      send(response, 200, { kind: 'List', metadata: { resourceVersion: String(++this.#version) }, items });
    }
    this.#look();
  }

  #watch(
    path: string,
    fieldSelector: string | null,
    response: ServerResponse,
    initial: readonly RawObject[] | null,
  ): void {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    if (initial !== null) {
      const annotations = { 'k8s.io/initial-events-end': 'true' };
      const end = { metadata: { resourceVersion: String(++this.#version), annotations } };
      const present = initial.filter((object) => selects(fieldSelector, object));
      for (const object of present) response.write(`${JSON.stringify({ type: 'ADDED', object })}\n`);
      response.write(`${JSON.stringify({ type: 'BOOKMARK', object: end })}\n`);
    }
    const watch = { path, fieldSelector, response };
    this.#watches.add(watch);
    response.on('close', () => {
      this.#watches.delete(watch);
      this.#look();
    });
  }

  #look(): void {
    for (const look of [...this.#waiting]) look();
  }
}

function selects(fieldSelector: string | null, object: RawObject): boolean {
  if (fieldSelector === null) return true;
  const { metadata } = object as { metadata?: { name?: string } };
  return fieldSelector === `metadata.name=${metadata?.name}`;
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
