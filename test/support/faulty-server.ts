/**
 * An API server for Deployments over real sockets, with the truth in it, that misbehaves on request: every fault hits
 * one request and is then over.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Fault, ListFault, WatchFault } from './faults.ts';
import { type TrueEvent, type TrueObject, TrueStore } from './true-store.ts';

export interface SeenRequest {
  readonly kind: 'list' | 'watch';
  readonly path: string;
  readonly query: URLSearchParams;
  readonly accept: string;
}

interface Watcher {
  /** An event that is kept back until the next one has been told. */
  held: string;
  readonly response: ServerResponse;
  readonly fault: WatchFault | null;
  readonly previous: Map<string, TrueObject>;
}

export class FaultyServer {
  readonly store = new TrueStore();
  /** Lists in a stream (KEP-3157) are served; else they are refused as by a server that does not know them. */
  streamsLists = true;
  readonly requests: SeenRequest[] = [];
  /** Faults to come; the first that fits a request hits it. */
  readonly faults: Fault[] = [];
  /** Called when a request has been left without an answer for good. */
  onHang: () => void = () => {};
  /** Called for every request, before any fault is chosen for it. */
  onRequest: (kind: SeenRequest['kind']) => void = () => {};
  /** Called just before a fault hits. */
  onFault: (fault: Fault) => void = () => {};
  readonly #sockets = new Set<Socket>();
  readonly #watchers = new Set<Watcher>();
  /** What later pages of a list are served from, whatever is written meanwhile. */
  readonly #snapshots = new Map<string, { version: number; rest: TrueObject[] }>();
  #server: Server | null = null;

  static async start(port = 0): Promise<FaultyServer> {
    const server = new FaultyServer();
    await server.listen(port);
    return server;
  }

  async listen(port: number): Promise<void> {
    const server = createServer((request, response) => this.#answer(request, response));
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      // Faults tear sockets down under the feet of what writes to them.
      socket.on('error', () => {});
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    this.#server = server;
  }

  get port(): number {
    const { port } = (this.#server?.address() ?? { port: 0 }) as AddressInfo;
    return port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** Stops as a process that is killed does: every connection is reset. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    this.#watchers.clear();
    for (const socket of this.#sockets) socket.resetAndDestroy();
    await new Promise<void>((resolve) => (server === null ? resolve() : server.close(() => resolve())));
  }

  put(name: string, replicas: number, bytes = 0): void {
    this.#broadcast(this.store.put(name, replicas, bytes));
  }

  remove(name: string): void {
    this.#broadcast(this.store.remove(name));
  }

  /** Changes an object behind the back of every watch: what no API server does, and a relist must find. */
  putSilently(name: string, replicas: number): void {
    this.store.put(name, replicas);
    this.store.forgetLast();
  }

  removeSilently(name: string): void {
    this.store.remove(name);
    this.store.forgetLast();
  }

  /** 'namespace/name' to resourceVersion. */
  truth(): Map<string, string> {
    return new Map(this.store.objects().map(({ metadata }) => [`shop/${metadata.name}`, metadata.resourceVersion]));
  }

  bookmark(): void {
    const metadata = { resourceVersion: String(this.store.version) };
    const line = { type: 'BOOKMARK', object: { apiVersion: 'apps/v1', kind: 'Deployment', metadata } };
    for (const { response } of this.#watchers) response.write(`${JSON.stringify(line)}\n`);
  }

  /** Ends every watch in order, as after timeoutSeconds. */
  endWatches(): void {
    for (const { response } of this.#watchers) response.end();
    this.#watchers.clear();
  }

  #broadcast(event: TrueEvent | null): void {
    if (event !== null) for (const watcher of [...this.#watchers]) this.#send(watcher, event);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', this.url);
    const kind = url.searchParams.has('watch') ? 'watch' : 'list';
    this.requests.push({ kind, path: url.pathname, query: url.searchParams, accept: request.headers.accept ?? '' });
    this.onRequest(kind);
    const index = this.faults.findIndex((fault) => fault.on === kind && fits(fault, url));
    const [fault = null] = index < 0 ? [] : this.faults.splice(index, 1);
    if (fault !== null) this.onFault(fault);
    if (fault?.do === 'reset') request.socket.resetAndDestroy();
    else if (fault?.do === 'hang') this.onHang();
    else if (fault?.do === 'drip') this.#drip(response);
    else if (fault?.do === 'html') response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Sign in</h1>');
    else if (fault?.do === 'status') sendStatus(response, fault.code, fault.retryAfter);
    else if (fault?.do === 'gone' || fault?.do === 'gone-on-page-2') sendStatus(response, 410);
    else if (kind === 'list') this.#list(url, request.headers.accept ?? '', response, fault as ListFault | null);
    else this.#watch(url, response, fault as WatchFault | null);
  }

  #list(url: URL, accept: string, response: ServerResponse, fault: ListFault | null): void {
    const limit = Number(url.searchParams.get('limit') ?? 500);
    const snapshot = this.#snapshots.get(url.searchParams.get('continue') ?? '');
    const { version, rest } = snapshot ?? { version: this.store.version, rest: this.store.objects() };
    const endless = fault?.do === 'endless';
    if (endless) this.faults.push(fault);
    const token = endless || rest.length > limit ? `page-${this.requests.length}` : '';
    if (token !== '') this.#snapshots.set(token, { version, rest: rest.slice(limit) });
    const metadata = { resourceVersion: String(version), ...(token === '' ? {} : { continue: token }) };
    // Items of a typed list carry neither apiVersion nor kind.
    const items = rest
      .slice(0, limit)
      .map(({ metadata, spec }) =>
        accept.includes('as=PartialObjectMetadataList') ? { metadata } : { metadata, spec },
      );
    const text = JSON.stringify(
      fault?.do === 'no-list' ? { kind: 'Pod' } : { kind: 'DeploymentList', metadata, items },
    );
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(fault?.do === 'cut' ? text.slice(0, text.length / 2) : text);
  }

  #watch(url: URL, response: ServerResponse, fault: WatchFault | null): void {
    const listsFirst = url.searchParams.get('sendInitialEvents') === 'true';
    if (listsFirst && !this.streamsLists) {
      sendStatus(response, 422);
      return;
    }
    const from = listsFirst ? this.store.version : Number(url.searchParams.get('resourceVersion'));
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    if (from < this.store.compacted) {
      response.end(errorLine(410, 'Expired', 'too old resource version'));
    } else if (fault?.do === 'error-500') {
      response.end(errorLine(500, 'InternalError', 'etcd leader changed'));
    } else if (fault?.do === 'end-at-once') {
      response.end();
    } else if (fault?.do === 'half-open') {
      this.onHang();
    } else if (fault?.do === 'endless-line') {
      response.write(Buffer.alloc(9 * 1024 * 1024, 'x'));
    } else {
      const watcher: Watcher = { response, fault, previous: new Map(), held: '' };
      this.#watchers.add(watcher);
      response.on('close', () => this.#watchers.delete(watcher));
      if (listsFirst) this.#listFirst(watcher);
      for (const event of this.store.since(from)) this.#send(watcher, event);
    }
  }

  /** A slow loris: it keeps the connection busy for as long as it is let. */
  #drip(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'application/json' });
    const dripping = setInterval(() => response.write(' '), 1);
    response.on('close', () => clearInterval(dripping));
    this.onHang();
  }

  /** What is there; a cache that is behind shows what led to it as well, from as far back as it is known. */
  #listFirst(watcher: Watcher): void {
    const { version } = this.store;
    const past = watcher.fault?.do === 'behind' ? this.store.since(0) : [];
    const seen = new Set(past.map(({ object }) => object.metadata.name));
    for (const object of this.store.objects()) {
      if (!seen.has(object.metadata.name)) this.#send(watcher, { version, type: 'ADDED', object });
    }
    for (const event of past) this.#send(watcher, event);
    if (!this.#watchers.has(watcher)) return;
    const marked = watcher.fault?.do === 'unmarked' ? {} : { annotations: { 'k8s.io/initial-events-end': 'true' } };
    const metadata = { resourceVersion: String(version), ...marked };
    watcher.response.write(`${JSON.stringify({ type: 'BOOKMARK', object: { metadata } })}\n`);
  }

  #send(watcher: Watcher, { type, object }: TrueEvent): void {
    const { response, fault, previous } = watcher;
    if (!this.#watchers.has(watcher)) return;
    const line = `${JSON.stringify({ type, object })}\n`;
    const half = line.slice(0, line.length / 2);
    const older = previous.get(object.metadata.name);
    previous.set(object.metadata.name, object);
    switch (fault?.do) {
      case 'reset-in-line':
        this.#watchers.delete(watcher);
        response.write(half, () => response.socket?.resetAndDestroy());
        break;
      case 'end-in-line':
        this.#watchers.delete(watcher);
        response.end(half);
        break;
      case 'garbage':
        response.write(`${half}\n${line}`);
        break;
      case 'bytewise':
        for (const byte of Buffer.from(line)) response.write(Buffer.from([byte]));
        break;
      case 'duplicate':
        response.write(line + line);
        break;
      case 'replay':
        response.write(line);
        if (older !== undefined) response.write(`${JSON.stringify({ type: 'MODIFIED', object: older })}\n`);
        break;
      case 'reorder':
        if (watcher.held !== '') response.write(line + watcher.held);
        watcher.held = watcher.held === '' ? line : '';
        break;
      default:
        response.write(line);
    }
  }
}

function fits(fault: Fault, url: URL): boolean {
  return fault.do !== 'gone-on-page-2' || url.searchParams.has('continue');
}

function errorLine(code: number, reason: string, message: string): string {
  return `${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code, reason, message } })}\n`;
}

function sendStatus(response: ServerResponse, code: number, retryAfter?: string): void {
  const type = { 'content-type': 'application/json' };
  response.writeHead(code, retryAfter === undefined ? type : { ...type, 'retry-after': retryAfter });
  const reason = code === 410 ? 'Expired' : 'Other';
  response.end(JSON.stringify({ kind: 'Status', code, reason, message: `the server says ${code}` }));
}
