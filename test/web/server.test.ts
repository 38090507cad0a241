import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { Script } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import type { ReportInput } from '../../src/report/build-report.ts';
import { buildReport } from '../../src/report/build-report.ts';
import { reportSchema } from '../../src/report/schema.ts';
import { assessLiveness, assessReadiness } from '../../src/telemetry/health.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import type { WebServer, WebServerOptions } from '../../src/web/server.ts';
import { createWebServer } from '../../src/web/server.ts';
import * as given from '../support/report-fixtures.ts';

const remedy = given.aRemedy();
const fight: ReportInput = {
  window: { from: given.T0 - 3_000, to: given.T0 + 255_000 },
  conflicts: [{ conflict: given.aConflict(), remedy }],
  notices: [],
  risks: [given.aRisk()],
};

const open: WebServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

function aServer(overrides: Partial<WebServerOptions> = {}) {
  const log: string[] = [];
  const metrics = createMetrics({
    version: '0.1.0',
    revision: '',
    snapshot: () => given.aSnapshot(),
  });
  const server = createWebServer({
    snapshot: () => buildReport(fight),
    metrics: () => metrics.render(),
    health: { readiness: () => assessReadiness([given.aWatch()]), liveness: () => assessLiveness(0) },
    logger: createLogger({ format: 'json', destination: { write: (line) => log.push(line) } }),
    ...overrides,
  });
  open.push(server);
  return { server, log };
}

const PATHS = [
  '/',
  '/conflicts/7f3a1c9e2b40',
  '/conflicts/7f3a1c9e2b40/report.html',
  '/risks/TW101',
  '/workloads/shop/Deployment/search',
  '/api/v1/report',
  '/api/v1/conflicts/7f3a1c9e2b40',
  '/metrics',
  '/livez',
  '/readyz',
  '/assets/page.js',
  '/assets/icon.svg',
];

describe('what is served', () => {
  it('is the report as the contract has it', async () => {
    const { server } = aServer();
    const answer = await server.inject('/api/v1/report');
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(reportSchema.parse(answer.json())).toEqual(buildReport(fight));
  });

  it('is one conflict by its id, whatever characters the id has', async () => {
    const id = 'shop/web ü?#%';
    const input = { ...fight, conflicts: [{ conflict: given.aConflict({ id }), remedy }] };
    const { server } = aServer({ snapshot: () => buildReport(input) });
    const path = `/conflicts/${encodeURIComponent(id)}`;
    expect((await server.inject(`/api/v1${path}`)).json()).toEqual(buildReport(input).conflicts[0]);
    expect((await server.inject('/')).body).toContain(`href=".${path}"`);
    expect((await server.inject(path)).statusCode).toBe(200);
  });

  it('is the incident report of one conflict, as a file to keep', async () => {
    const { server } = aServer();
    const answer = await server.inject('/conflicts/7f3a1c9e2b40/report.html');
    expect(answer.headers['content-disposition']).toBe('attachment; filename="tugwatch-shop-web-7f3a1c9e2b40.html"');
    expect(answer.body).toContain('<h1>Incident report: Deployment shop/web</h1>');
    expect((await server.inject('/conflicts/nothing/report.html')).statusCode).toBe(404);
  });

  it('is the one conflict of a workload, for links that know no id', async () => {
    const { server } = aServer();
    const at = await server.inject('/workloads/shop/Deployment/web');
    expect(at.statusCode).toBe(302);
    const location = new URL(at.headers.location ?? '', 'http://x/prefix/workloads/shop/Deployment/web');
    expect(location.pathname).toBe('/prefix/conflicts/7f3a1c9e2b40');
    expect((await server.inject('/workloads/shop/deploy/web')).statusCode).toBe(302);
    expect((await server.inject('/workloads/shop/-/web')).statusCode).toBe(302);
    expect((await server.inject('/workloads//ClusterRole/web')).body).toContain('No conflict over ClusterRole web is');
    const risky = await server.inject('/workloads/shop/Deployment/search');
    expect(risky.body).toContain('No conflict over Deployment shop/search is known.');
    expect(risky.body).toContain('TW101');
  });

  it('is what there is about a workload where several conflicts are meant', async () => {
    const over = given.aConflict({ id: 'over', state: 'resolved', resolvedAt: given.T0, resolution: 'quiet' });
    const told = (...conflicts: readonly ReturnType<typeof given.aConflict>[]) =>
      aServer({
        snapshot: () => buildReport({ ...fight, conflicts: conflicts.map((conflict) => ({ conflict, remedy })) }),
      });
    const { server } = told(given.aConflict(), given.aConflict({ id: 'another' }), over);
    const { statusCode, body } = await server.inject('/workloads/shop/Deployment/web');
    expect(statusCode).toBe(200);
    for (const id of ['7f3a1c9e2b40', 'another', 'over']) expect(body).toContain(`href="../../../conflicts/${id}"`);
    // One that goes on is meant before one that is over.
    const one = await told(given.aConflict(), over).server.inject('/workloads/shop/Deployment/web');
    expect(one.headers.location).toBe('../../../conflicts/7f3a1c9e2b40');
  });

  it('is asked which cluster is meant where several have a workload of the name', async () => {
    const there = given.aConflict({ id: 'there', workload: { ...given.WEB, cluster: 'prod-eu' } });
    const watches = ['hub', 'prod-eu'].flatMap((cluster) => [
      given.aWatch({ cluster }),
      ...(cluster === 'hub' ? [given.aWatch({ cluster, resource: 'applications.argoproj.io' })] : []),
    ]);
    const conflicts = [given.aConflict({ id: 'here' }), there].map((conflict) => ({ conflict, remedy }));
    const { server } = aServer({
      snapshot: () => buildReport({ ...fight, conflicts, health: { watches, skippedLines: 0 } }),
    });
    const at = (query: string) => server.inject(`/workloads/shop/Deployment/web${query}`);
    // A name of no cluster here is that of a label which Prometheus adds.
    for (const query of ['', '?cluster=', '?cluster=scraped', '?cluster=prod-eu&cluster=prod-us']) {
      const { statusCode, body } = await at(query);
      expect(statusCode, query).toBe(200);
      expect(body).toContain(
        'several clusters: <a href="web?cluster=in-cluster">in-cluster</a>, <a href="web?cluster=prod-eu">prod-eu</a>.',
      );
    }
    expect((await at('?cluster=in-cluster')).headers.location).toBe('../../../conflicts/here');
    expect((await at('?cluster=prod-eu')).headers.location).toBe('../../../conflicts/there');
  });

  it('is the risks of a rule that there is, and 404 for others', async () => {
    const { server } = aServer();
    const status = async (path: string) => (await server.inject(path)).statusCode;
    expect(await status('/risks/TW101')).toBe(200);
    for (const path of ['/risks/TW999', '/risks/TW101?page=2', '/risks/TW101?page=x', '/risks/TW101?page=1&page=1'])
      expect(await status(path), path).toBe(404);
  });

  it('is the metrics in the text format of Prometheus', async () => {
    const answer = await aServer().server.inject('/metrics');
    expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(answer.body).toContain('tugwatch_build_info{version="0.1.0",revision=""} 1\n');
  });

  it('answers HEAD like GET, without the body', async () => {
    const { server } = aServer();
    for (const url of PATHS) {
      const whole = await server.inject({ url });
      const head = await server.inject({ method: 'HEAD', url });
      expect([url, whole.statusCode, head.statusCode, head.body]).toEqual([url, 200, 200, '']);
      expect(head.headers['content-type']).toBe(whole.headers['content-type']);
    }
    expect((await server.inject({ method: 'HEAD', url: '/events' })).headers['content-type']).toMatch(
      /^text\/event-stream/,
    );
  });

  it('is a script that parses', async () => {
    expect(() => new Script('syntax error here')).toThrow();
    const { body } = await aServer().server.inject('/assets/page.js');
    expect(() => new Script(body)).not.toThrow();
  });
});

describe('the probes', () => {
  it('say ok', async () => {
    const { server } = aServer();
    for (const url of ['/livez', '/readyz']) expect((await server.inject(url)).body).toBe('ok\n');
  });

  it('say 503 and why', async () => {
    const { server } = aServer({
      health: {
        readiness: () => assessReadiness([given.aWatch({ listed: false, state: 'listing' })]),
        liveness: () => assessLiveness(9_000),
      },
    });
    const ready = await server.inject('/readyz');
    expect([ready.statusCode, ready.body]).toEqual([
      503,
      'deployments.apps of cluster demo not listed yet (listing)\n',
    ]);
    expect((await server.inject('/livez')).statusCode).toBe(503);
  });
});

describe('what is refused', () => {
  it('is every method that could change something, on every path', async () => {
    const { server } = aServer();
    for (const url of [...PATHS, '/events', '/nowhere']) {
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const) {
        const answer = await server.inject({
          method,
          url,
          payload: '{"a":1}',
          headers: { 'content-type': 'text/strange' },
        });
        expect([url, method, answer.statusCode, answer.headers.allow]).toEqual([url, method, 405, 'GET, HEAD']);
      }
    }
  });

  it('is what is not there, as JSON to programs and as a sentence to people', async () => {
    const { server } = aServer();
    expect((await server.inject('/api/v1/conflicts/nope')).json()).toEqual({
      status: 404,
      message: 'There is no conflict with this id.',
    });
    const text = await server.inject('/nowhere');
    expect([text.statusCode, text.headers['content-type'], text.body]).toEqual([
      404,
      'text/plain; charset=utf-8',
      'There is nothing here; / is the status page.\n',
    ]);
    expect((await server.inject({ url: '/nowhere', headers: { accept: 'application/json' } })).json().status).toBe(404);
    const page = await server.inject('/conflicts/nope');
    expect([page.statusCode, page.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
  });

  it('is a URL that cannot be decoded', async () => {
    const answer = await aServer().server.inject('/conflicts/%zz');
    expect([answer.statusCode, answer.body]).toEqual([400, 'The URL cannot be read.\n']);
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
  });

  it('is told apart from our own failure, which is logged and not shown', async () => {
    const { server, log } = aServer({
      snapshot: () => {
        throw new Error('the inner secret');
      },
    });
    const answer = await server.inject('/api/v1/report');
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('secret');
    expect(JSON.parse(log[0] ?? '')).toMatchObject({
      level: 'error',
      route: '/api/v1/report',
      err: { message: 'the inner secret' },
    });
    expect((await server.inject('/livez')).statusCode).toBe(200);
  });
});

describe('the headers', () => {
  it('of every answer, good or bad, forbid framing, sniffing, foreign code and referrers', async () => {
    const { server } = aServer();
    const answers = await Promise.all([
      ...PATHS.map((url) => server.inject(url)),
      server.inject('/nowhere'),
      server.inject('/conflicts/%zz'),
      server.inject({ method: 'POST', url: '/' }),
    ]);
    for (const { headers } of answers) {
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain('unsafe');
    }
  });

  it('allow exactly the style sheet that the page has', async () => {
    const { body, headers } = await aServer().server.inject('/');
    const style = /<style>([\s\S]*?)<\/style>/.exec(body)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(headers['content-security-policy']).toContain(`style-src 'sha256-${hash}'`);
    expect(body).not.toMatch(/ style=| on[a-z]+=|<script>/);
  });
});

describe('listening', () => {
  it('gives the address, serves there, and ends open streams when it closes', async () => {
    const { server } = aServer();
    const address = await server.listen(0, '127.0.0.1');
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const page = await fetch(address);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<h1>1 fight now</h1>')]);
    const stream = await listenTo(`${address}/events`);
    const ended = once(stream.resume(), 'close');
    await server.close();
    await ended;
    await expect(fetch(address)).rejects.toThrow();
  });

  it('says what to do when the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    try {
      await expect(aServer().server.listen(port, '127.0.0.1')).rejects.toThrow(
        `port ${port} of 127.0.0.1 is in use by another program: stop it, or choose another port`,
      );
    } finally {
      other.close();
    }
  });
});

describe('the event stream', () => {
  it('tells open pages when the report changes, and not when only time goes by', async () => {
    let input = fight;
    let looks = 0;
    const { server } = aServer({
      eventsEvery: 5,
      snapshot: () => {
        looks += 1;
        // Every look finds a later time; from the fifth on the fight is over.
        if (looks >= 5) input = { ...fight, conflicts: [] };
        return buildReport({ ...input, window: { ...input.window, to: input.window.to + looks } });
      },
    });
    const stream = await listenTo(`${await server.listen(0, '127.0.0.1')}/events`);
    const [first, second] = await digests(stream, 2);
    expect(first).toMatch(/^[\w-]{16}$/);
    expect(second).not.toBe(first);
    expect(looks).toBeGreaterThanOrEqual(5);
  });

  it('begins with what the page was rendered from, so that a fresh page does not load twice', async () => {
    const { server } = aServer();
    const address = await server.listen(0, '127.0.0.1');
    const [digest] = await digests(await listenTo(`${address}/events`), 1);
    expect(await (await fetch(address)).text()).toContain(`data-digest="${digest}"`);
  });

  it('turns listeners away beyond its limit, and takes others when one has left', async () => {
    const { server } = aServer({ eventsLimit: 1 });
    const url = `${await server.listen(0, '127.0.0.1')}/events`;
    const first = await listenTo(url);
    const refused = await fetch(url);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '30']);
    await refused.text();
    first.destroy();
    let status = 503;
    while (status === 503) {
      const next = await listenTo(url);
      status = next.statusCode ?? 0;
      next.destroy();
    }
    expect(status).toBe(200);
  });
});

async function listenTo(url: string): Promise<IncomingMessage> {
  const request = get(url, { agent: false });
  request.on('error', () => {});
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.on('error', () => {});
  return response;
}

/** The first `count` messages of a stream. */
async function digests(stream: IncomingMessage, count: number): Promise<string[]> {
  const found: string[] = [];
  let text = '';
  for await (const chunk of stream) {
    text += String(chunk);
    found.splice(0, found.length, ...[...text.matchAll(/^data: (.*)\n\n/gm)].map((match) => match[1] ?? ''));
    if (found.length >= count) break;
  }
  return found;
}
