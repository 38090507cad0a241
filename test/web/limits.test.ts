/** What clients can hold, with real sockets. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { buildReport } from '../../src/report/build-report.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { createWebServer, type WebLimits, type WebServer } from '../../src/web/server.ts';
import { eventually } from '../support/eventually.ts';
import * as given from '../support/report-fixtures.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** An exposition of 8 MB: more than any buffer between two sockets takes. */
const HEAVY = `# ${'x'.repeat(8_000_000)}\n`;

async function serve(limits: Partial<WebLimits> = {}): Promise<{ web: WebServer; address: string; port: number }> {
  const web = createWebServer({
    snapshot: () => buildReport({ window: { from: given.T0, to: given.T0 }, conflicts: [], notices: [], risks: [] }),
    metrics: async () => [Buffer.from(HEAVY)],
    health: { readiness: () => ({ ok: true, reasons: [] }), liveness: () => ({ ok: true, reasons: [] }) },
    logger: createLogger({ format: 'json', level: 'silent' }),
    limits: { check: 50, ...limits },
  });
  closing.push(() => web.close());
  const address = await web.listen(0, '127.0.0.1');
  return { web, address, port: Number(new URL(address).port) };
}

async function dial(port: number, text = ''): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  closing.push(() => socket.destroy());
  await once(socket, 'connect');
  if (text !== '') socket.write(text);
  return socket;
}

/** All that the other side sends before it closes. */
async function all(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk) => {
    text += String(chunk);
  });
  socket.resume();
  if (!socket.closed) await once(socket, 'close');
  return text;
}

describe('a client', () => {
  it('that never ends its headers is let go with a word', async () => {
    const { port } = await serve({ request: 300 });
    const socket = await dial(port, 'GET /livez HTTP/1.1\r\nHost: x\r\n');
    expect(await all(socket)).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('that sends more headers than anybody needs is refused', async () => {
    const { port } = await serve();
    const socket = await dial(port, `GET /livez HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(20_000)}\r\n\r\n`);
    expect(await all(socket)).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('that announces a body and never sends it is let go', async () => {
    const { port } = await serve({ request: 300 });
    const socket = await dial(port, 'GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n');
    await all(socket);
  });

  it('that does not take its answer is let go, and the answer with it', async () => {
    const { web, port } = await serve({ response: 300 });
    const socket = await dial(port);
    socket.pause();
    socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n');
    await eventually('it is counted', () => web.drops().responses === 1);
    expect((await all(socket)).length).toBeLessThan(HEAVY.length);
  });

  it('that takes it in time gets all of it', async () => {
    const { web, address } = await serve();
    expect(await (await fetch(`${address}/metrics`)).text()).toBe(HEAVY);
    expect(web.drops()).toEqual({ connections: 0, responses: 0, listeners: 0 });
  });
});

describe('many connections', () => {
  it('that say nothing give way, the oldest first, to one that asks', async () => {
    const { web, port } = await serve({ connections: 4 });
    const silent: Socket[] = [];
    for (let each = 0; each < 4; each += 1) silent.push(await dial(port));
    const closed = once(silent[0] as Socket, 'close');
    const asking = await dial(port, 'GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(await all(asking)).toMatch(/^HTTP\/1\.1 200 /);
    await closed;
    expect(silent.slice(1).map((socket) => socket.destroyed)).toEqual([false, false, false]);
    expect(web.drops().connections).toBe(1);
  });

  it('leave those alone that are being answered', async () => {
    const { web, address, port } = await serve({ connections: 3 });
    const page = await dial(port, 'GET /events HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(page, 'data');
    for (let each = 0; each < 5; each += 1) await dial(port);
    expect((await fetch(`${address}/livez`)).status).toBe(200);
    expect(page.destroyed).toBe(false);
    expect(web.drops().connections).toBeGreaterThanOrEqual(3);
  });

  it('are forgotten when they end', async () => {
    const { web, port } = await serve({ connections: 2 });
    for (let each = 0; each < 6; each += 1) {
      const socket = await dial(port, 'GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
      await all(socket);
      socket.destroy();
    }
    expect(web.drops().connections).toBe(0);
  });
});
