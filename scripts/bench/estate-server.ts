/**
 * Serves an estate as an API server would: pages, lists in streams, idle watches, bookmarks, and on demand a stream of
 * events. A process of its own: what it costs must not count for who asks, so that it makes objects with next to no work.
 * Argument: the size as JSON. Says its address in one line of JSON; counts the requests of each client, by its token.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Estate, type EstateKind, type EstateSize } from './estate.ts';
import { CountBook } from './estate-counts.ts';
import { EstateObjects } from './estate-objects.ts';
import { type Play, play } from './estate-play.ts';

/** One open watch. `name`: only of the object of that name. */
interface Watcher {
  readonly client: string;
  readonly response: ServerResponse;
  readonly name: string | undefined;
}

/** What is asked of one collection. */
interface Asked {
  readonly client: string;
  /** Of the collection in all namespaces. */
  readonly path: string;
  readonly kind: EstateKind | undefined;
  readonly query: URLSearchParams;
  /** The one object that is asked for. */
  readonly name: string | undefined;
}

const BOOKMARK_MS = 60_000;
const LIST_VERSION = 1_000_000;
/** Kinds that a lens may be opened on, as discovery tells of them. */
const APPS = {
  kind: 'APIResourceList',
  groupVersion: 'apps/v1',
  resources: [
    { name: 'deployments', kind: 'Deployment', namespaced: true },
    { name: 'deployments/scale', kind: 'Scale', namespaced: true },
  ],
};

const estate = new Estate(JSON.parse(process.argv[2] ?? '{}') as EstateSize);
const objects = new EstateObjects(estate);
const watchers = new Map<string, Set<Watcher>>();
const counts = new CountBook();
let version = LIST_VERSION;

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    // Who hung up in the middle of a list does not want the rest.
    if (!response.destroyed) throw error;
  });
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
});
/** What is sent to see how long that takes. */
let nothing = Buffer.alloc(0);

setInterval(() => {
  for (const path of watchers.keys()) tell(path, bookmark(objects.kinds.get(path)));
}, BOOKMARK_MS).unref();
process.on('disconnect', () => process.exit(0));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://localhost');
  const client = request.headers.authorization?.replace(/^Bearer /, '') ?? '';
  response.setHeader('content-type', 'application/json');
  if (pathname === '/bench/counts') {
    response.end(JSON.stringify(counts.take(query.get('client') ?? '')));
    return;
  }
  if (pathname === '/bench/bytes') {
    const count = Number(query.get('count'));
    if (nothing.length !== count) nothing = Buffer.alloc(count, 'x');
    response.end(nothing);
    return;
  }
  if (pathname === '/bench/play') {
    const plan = JSON.parse(query.get('play') ?? '{}') as Play;
    response.end(JSON.stringify(await play(plan, { estate, objects, nextVersion, tell })));
    return;
  }
  const path = pathname.replace(/\/namespaces\/[^/]+/, '');
  const [, name] = /^metadata\.name=(.*)$/.exec(query.get('fieldSelector') ?? '') ?? [];
  const asked = { client, path, kind: objects.kinds.get(path), query, name };
  if (query.has('watch')) await watch(asked, request, response);
  else if (pathname === '/apis/apps/v1') {
    counts.count(client, 'gets', pathname);
    response.end(JSON.stringify(APPS));
  } else if (name !== undefined && path !== pathname) zoom(asked, response);
  else if (path !== pathname) {
    counts.count(client, 'gets', pathname);
    response.writeHead(404).end('{"kind":"Status","status":"Failure","reason":"NotFound","code":404}');
  } else list(asked, response);
}

/** Of the settings only those that are there: they are asked for by name, everywhere. */
function isWanted({ kind, name }: Asked): boolean {
  return kind !== undefined && (name === undefined || kind.item(0).includes(`"name":"${name}"`));
}

function list(asked: Asked, response: ServerResponse): void {
  const { client, path, kind, query } = asked;
  counts.count(client, 'lists', path);
  const count = kind !== undefined && isWanted(asked) ? kind.count : 0;
  const start = Number(query.get('continue') ?? 0);
  const end = Math.min(count, start + Number(query.get('limit') ?? count));
  const items = kind === undefined || end === 0 ? Buffer.alloc(0) : objects.page(kind, start, end);
  const metadata = { resourceVersion: String(LIST_VERSION), ...(end < count ? { continue: String(end) } : {}) };
  const body = Buffer.concat([Buffer.from(openList(metadata)), items, Buffer.from(']}\n')]);
  counts.sent(client, body.length);
  if (end === count) counts.listed(client);
  response.end(body);
}

/** A list of one object, as it stands after what was played. */
function zoom({ client, path, name = '' }: Asked, response: ServerResponse): void {
  counts.count(client, 'zooms', `${path}/${name}`);
  const body = `${openList({ resourceVersion: String(version) })}${objects.named(path, name) ?? ''}]}\n`;
  counts.sent(client, body.length);
  response.end(body);
}

function openList(metadata: Record<string, string>): string {
  return `{"kind":"List","apiVersion":"v1","metadata":${JSON.stringify(metadata)},"items":[`;
}

async function watch(asked: Asked, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { client, path, kind, query, name } = asked;
  counts.count(client, 'watches', name === undefined ? path : `${path}/${name}`);
  response.writeHead(200);
  response.flushHeaders();
  const send = async (bytes: Buffer | string) => {
    counts.sent(client, bytes.length);
    // What the client has not read is not held here: an estate may be larger than this process.
    if (!response.write(bytes)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
  };
  // KEP-3157, what a client may ask instead of a list.
  if (query.get('sendInitialEvents') === 'true') {
    if (kind !== undefined && isWanted(asked)) {
      for (const lines of objects.lines(kind)) {
        await send(lines);
        if (response.destroyed) return;
      }
    }
    await send(bookmark(kind, { 'k8s.io/initial-events-end': 'true' }));
    counts.listed(client);
  } else if (name !== undefined) {
    for (const line of objects.since(path, name, Number(query.get('resourceVersion')))) await send(line);
  }
  const open = watchers.get(path) ?? new Set();
  const watcher = { client, response, name };
  watchers.set(path, open.add(watcher));
  request.on('close', () => open.delete(watcher));
}

function bookmark(kind: EstateKind | undefined, annotations?: Record<string, string>): string {
  const metadata = { resourceVersion: String(version), ...(annotations === undefined ? {} : { annotations }) };
  const object = { kind: kind?.kind ?? 'Unknown', apiVersion: kind?.apiVersion ?? 'v1', metadata };
  return `${JSON.stringify({ type: 'BOOKMARK', object })}\n`;
}

/** `name`: of the object that the line is about; undefined for all. */
function tell(path: string, line: string, about?: string): void {
  for (const { client, response, name } of watchers.get(path) ?? []) {
    if (name !== undefined && about !== undefined && name !== about) continue;
    counts.sent(client, line.length);
    response.write(line);
  }
}

function nextVersion(): number {
  version += 1;
  return version;
}
