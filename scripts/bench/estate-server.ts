/**
 * Serves an estate as an API server would: pages, idle watches, bookmarks, and on demand a stream of events. A process of
 * its own, which has made every object before it says where it is: what it costs must not count for who asks.
 * Argument: the size as JSON. Says its address in one line of JSON; counts the requests by kind.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Estate, type EstateKind, type EstateSize, PATHS, withVersion } from './estate.ts';

/** What the server is asked to play: events a second for so long, and so many fights among them. */
export interface Play {
  readonly seconds: number;
  readonly rate: number;
  readonly fights: number;
  /** Fights with the open workloads from this one on. */
  readonly first: number;
}

/** What it played. */
export interface Played {
  readonly events: number;
  readonly bytes: number;
  /** By workload: when the write that proves the fight was put on the wire, milliseconds since the epoch. */
  readonly proofs: Readonly<Record<string, number>>;
}

/** Requests since the last look, by what was asked. */
export interface Counts {
  readonly lists: Readonly<Record<string, number>>;
  readonly watches: Readonly<Record<string, number>>;
  readonly gets: Readonly<Record<string, number>>;
  readonly bytes: number;
}

const BOOKMARK_MS = 60_000;
const TICK_MS = 5;
const LIST_VERSION = 1_000_000;

const estate = new Estate(JSON.parse(process.argv[2] ?? '{}') as EstateSize);
const kinds = new Map(estate.kinds.map((kind) => [kind.path, { kind, items: makeAll(kind) }]));
const watchers = new Map<string, Set<ServerResponse>>();
let counts = noCounts();
let version = LIST_VERSION;

const server = createServer((request, response) => {
  void answer(request, response);
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
});
setInterval(() => {
  for (const [path, { kind }] of kinds) tell(path, bookmark(kind));
}, BOOKMARK_MS).unref();
process.on('disconnect', () => process.exit(0));

function makeAll(kind: EstateKind): Buffer[] {
  return Array.from({ length: kind.count }, (_, index) => Buffer.from(kind.item(index)));
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  response.setHeader('content-type', 'application/json');
  if (pathname === '/bench/counts') {
    response.end(JSON.stringify(counts));
    counts = noCounts();
  } else if (pathname === '/bench/play') {
    response.end(JSON.stringify(await play(JSON.parse(searchParams.get('play') ?? '{}') as Play)));
  } else if (searchParams.has('watch')) watch(pathname, searchParams, request, response);
  else if (pathname.split('/').length > 5 && !kinds.has(pathname)) {
    count(counts.gets, pathname);
    response.writeHead(404).end('{"kind":"Status","status":"Failure","reason":"NotFound","code":404}');
  } else list(pathname, searchParams, response);
}

function list(path: string, query: URLSearchParams, response: ServerResponse): void {
  count(counts.lists, path);
  const { items } = kinds.get(path) ?? { items: [] };
  const wanted = selected(query, items);
  const start = Number(query.get('continue') ?? 0);
  const end = Math.min(wanted.length, start + Number(query.get('limit') ?? wanted.length));
  const metadata = { resourceVersion: String(LIST_VERSION), ...(end < wanted.length ? { continue: String(end) } : {}) };
  const parts: Buffer[] = [
    Buffer.from(`{"kind":"List","apiVersion":"v1","metadata":${JSON.stringify(metadata)},"items":[`),
  ];
  for (let index = start; index < end; index += 1) {
    if (index > start) parts.push(Buffer.from(','));
    parts.push(wanted[index] as Buffer);
  }
  parts.push(Buffer.from(']}\n'));
  const body = Buffer.concat(parts);
  counts.bytes += body.length;
  response.end(body);
}

/** Only argocd-cm is asked for by name. */
function selected(query: URLSearchParams, items: readonly Buffer[]): readonly Buffer[] {
  const [, name] = /^metadata\.name=(.*)$/.exec(query.get('fieldSelector') ?? '') ?? [];
  return name === undefined ? items : items.filter((item) => item.includes(`"name":"${name}"`));
}

function watch(path: string, query: URLSearchParams, request: IncomingMessage, response: ServerResponse): void {
  count(counts.watches, path);
  response.writeHead(200);
  response.flushHeaders();
  const known = kinds.get(path);
  // KEP-3157, what a client may ask instead of a list.
  if (query.get('sendInitialEvents') === 'true' && known !== undefined) {
    const { kind, items } = known;
    const head = Buffer.from(`{"type":"ADDED","object":{"kind":"${kind.kind}","apiVersion":"${kind.apiVersion}",`);
    for (const item of selected(query, items)) {
      for (const part of [head, item.subarray(1), Buffer.from('}\n')]) {
        counts.bytes += part.length;
        response.write(part);
      }
    }
    response.write(bookmark(kind, { 'k8s.io/initial-events-end': 'true' }));
  } else if (query.get('sendInitialEvents') === 'true') {
    response.write(
      `{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"${version}","annotations":{"k8s.io/initial-events-end":"true"}}}}\n`,
    );
  }
  if (query.has('fieldSelector')) return;
  const open = watchers.get(path) ?? new Set();
  watchers.set(path, open.add(response));
  request.on('close', () => open.delete(response));
}

function bookmark({ kind, apiVersion }: EstateKind, annotations?: Record<string, string>): string {
  const metadata = { resourceVersion: String(version), ...(annotations === undefined ? {} : { annotations }) };
  return `${JSON.stringify({ type: 'BOOKMARK', object: { kind, apiVersion, metadata } })}\n`;
}

function tell(path: string, line: string | Buffer): void {
  for (const response of watchers.get(path) ?? []) response.write(line);
}

/** Quiet objects change their status, and fights run among them step by step, spread over the time. */
async function play({ seconds, rate, fights, first }: Play): Promise<Played> {
  const names = estate.openWorkloads().slice(first, first + fights);
  const proofs: Record<string, number> = {};
  const steps = names
    .flatMap((name, fight) =>
      estate.fight.map((step, index) => ({
        at: (fight * Math.max(0, seconds * 1000 - 2000)) / Math.max(1, names.length) + step.afterMs,
        name,
        step,
        proves: index === estate.proof,
      })),
    )
    .sort((a, b) => a.at - b.at);
  const began = performance.now();
  let played = 0;
  let bytes = 0;
  let next = 0;
  const put = (path: string, line: string) => {
    bytes += line.length;
    played += 1;
    tell(path, line);
  };
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const elapsed = performance.now() - began;
      for (let one = steps[next]; one !== undefined && one.at <= elapsed; one = steps[next]) {
        version += 1;
        if (one.proves) proofs[one.name] = performance.timeOrigin + performance.now();
        put(one.step.path, one.step.text(one.name, version));
        next += 1;
      }
      while (played < Math.min(elapsed, seconds * 1000) * (rate / 1000)) {
        const { path, line } = quietEvent(played);
        put(path, line);
      }
      if (next >= steps.length && elapsed >= seconds * 1000) {
        clearInterval(timer);
        resolve();
      }
    }, TICK_MS);
  });
  return { events: played, bytes, proofs };
}

const MIX = [
  PATHS.deployments,
  PATHS.replicasets,
  PATHS.deployments,
  PATHS.applications,
  PATHS.replicasets,
  PATHS.deployments,
  PATHS.horizontalpodautoscalers,
];

/** A status that was written anew, of an object that is not part of any fight. */
function quietEvent(number: number): { path: string; line: string } {
  const path = MIX[number % MIX.length] as string;
  const { kind, items } = kinds.get(path) as { kind: EstateKind; items: Buffer[] };
  // Odd workloads have no HPA and never fight; their ReplicaSets are four apart.
  const workload = ((number * 7919) % (estate.size.workloads >> 1)) * 2 + 1;
  const index =
    path === PATHS.replicasets
      ? 2 * workload
      : path === PATHS.horizontalpodautoscalers
        ? (workload >> 1) | 1
        : workload;
  const item = (items[index] ?? (items[0] as Buffer)).toString('utf8');
  version += 1;
  const text = withVersion(`{"kind":"${kind.kind}","apiVersion":"${kind.apiVersion}",${item.slice(1)}`, version);
  return { path, line: `{"type":"MODIFIED","object":${text}}\n` };
}

function count(of: Readonly<Record<string, number>>, path: string): void {
  (of as Record<string, number>)[path] = (of[path] ?? 0) + 1;
}

function noCounts(): {
  lists: Record<string, number>;
  watches: Record<string, number>;
  gets: Record<string, number>;
  bytes: number;
} {
  return { lists: {}, watches: {}, gets: {}, bytes: 0 };
}
