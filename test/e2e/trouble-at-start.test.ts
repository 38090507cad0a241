/** What can be wrong before the first list is complete. */
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { startLiveFight } from '../support/live-cluster.ts';
import { addressOf, startDaemonProcess, TugwatchProcess } from '../support/tugwatch-process.ts';

const directory = mkdtempSync(join(tmpdir(), 'tugwatch-start-'));
afterAll(() => rmSync(directory, { recursive: true, force: true, maxRetries: 10 }));

function file(name: string, content: string): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

function kubeconfigOf(port: number): string {
  const cluster = `{server: "http://127.0.0.1:${port}", insecure-skip-tls-verify: true}`;
  return file(
    `kubeconfig-${port}`,
    `{apiVersion: v1, kind: Config, current-context: x, clusters: [{name: x, cluster: ${cluster}}], users: [{name: x, user: {}}], contexts: [{name: x, context: {cluster: x, user: x}}]}`,
  );
}

/** A server that says who it is and never answers anything else. */
async function startMuteServer(): Promise<{ readonly port: number; asked(): number } & AsyncDisposable> {
  let asked = 0;
  const server = createServer((request, response) => {
    if (request.url === '/version')
      response.setHeader('content-type', 'application/json').end('{"major":"1","minor":"36"}');
    else asked += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    asked: () => asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe.concurrent('tugwatch run', () => {
  it('waits for a server that is not there yet, says so once, and sees the fight when it comes', async () => {
    await using live = await startLiveFight();
    await live.down();
    await using daemon = startDaemonProcess(live.kubeconfig);
    const address = await addressOf(daemon);
    await eventually('it says so', () => daemon.logged('watch-failed').length === 1);
    expect(daemon.logged('watch-failed')[0]?.['msg']).toMatch(
      /^cannot reach the API server at http:\S+: connection refused; check that it runs and that the kubeconfig names the right address/,
    );
    const probe = await fetch(`${address}/readyz`);
    expect(probe.status).toBe(503);
    expect(await probe.text()).toMatch(/^deployments\.apps( of cluster \S+)? not listed yet/);
    expect((await fetch(`${address}/livez`)).status).toBe(200);
    expect(await (await fetch(`${address}/metrics`)).text()).not.toContain('tugwatch_conflict_state{');
    await live.up();
    await eventually('the fight is confirmed', () => daemon.logged('conflict-confirmed').length === 1, 45_000);
    expect(daemon.logged('watch-failed')).toHaveLength(1);
    expect(daemon.logged('ready')).toHaveLength(1);
  }, 55_000);

  it.each(['SIGTERM', 'SIGINT'] as const)('ends at once on %s in the middle of the first list', async (signal) => {
    await using server = await startMuteServer();
    await using daemon = startDaemonProcess(kubeconfigOf(server.port));
    const address = await addressOf(daemon);
    await eventually('it asks for its first list', () => server.asked() > 0);
    expect((await fetch(`${address}/readyz`)).status).toBe(503);
    const told = performance.now();
    daemon.kill(signal);
    expect(await daemon.exited).toEqual({ code: 0, signal: null });
    expect(performance.now() - told).toBeLessThan(5_000);
    await expect(fetch(address)).rejects.toThrow();
  });

  it.each([
    ['is no YAML', 'clusters: [', /cannot be understood/],
    ['is empty', '', /cannot be understood: .*empty/],
    ['names no cluster', '{}', /names no cluster; is it a kubeconfig\?/],
    ['is a list', '[1, 2]', /kubeconfig/],
    ['is binary', '\u0000\u0001\u0002', /kubeconfig/],
  ])('refuses a kubeconfig that %s, in one sentence', async (what, content, sentence) => {
    const path = file(`bad-${what.replaceAll(' ', '-')}`, content);
    await using daemon = startDaemonProcess(path);
    expect((await daemon.exited).code).toBe(2);
    expect(daemon.stderr).toMatch(sentence);
    expect(daemon.stderr).toContain(path);
    expect(daemon.stderr.trim().split('\n')).toHaveLength(1);
  });

  it.skipIf(process.getuid?.() === 0)('refuses a kubeconfig that it may not read', async () => {
    const path = file('secret', '{}');
    chmodSync(path, 0o000);
    await using daemon = startDaemonProcess(path);
    expect((await daemon.exited).code).toBe(2);
    expect(daemon.stderr.trim().split('\n')).toHaveLength(1);
  });

  it('says in one sentence that its port is taken on every address', async () => {
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(0, resolve));
    const { port } = squatter.address() as AddressInfo;
    await using daemon = new TugwatchProcess(['run', '--port', String(port), '--kubeconfig', kubeconfigOf(9)]);
    expect((await daemon.exited).code).toBe(2);
    expect(daemon.stderr).toBe(
      `tugwatch: port ${port} is in use by another program: stop it, or choose another port\n`,
    );
    squatter.close();
  });

  it.each([
    ['a checkpoint', { checkpointFile: join(directory, 'kept.json') }],
    ['receivers', { receivers: [{ name: 'alerts', type: 'alertmanager', url: 'http://127.0.0.1:9' }] }],
  ])('ends when its port is taken, though it keeps %s', async (what, settings) => {
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
    const { port } = squatter.address() as AddressInfo;
    const config = file(`with-${what.replaceAll(' ', '-')}`, JSON.stringify(settings));
    const place = ['--host', '127.0.0.1', '--port', String(port)];
    await using daemon = new TugwatchProcess(['run', '--config', config, ...place, '--kubeconfig', kubeconfigOf(9)]);
    expect((await daemon.exited).code).toBe(2);
    expect(daemon.stderr).toContain(`port ${port} of 127.0.0.1 is in use by another program`);
    // Whoever has the port may keep its checkpoint in the same place.
    expect(existsSync(join(directory, 'kept.json'))).toBe(false);
    squatter.close();
  });

  it.each([
    ['a port that is none', ['--port', 'eighty'], /--port/],
    ['a port too high', ['--port', '99999'], /--port/],
    ['an address that is not ours', ['--host', '192.0.2.7'], /192\.0\.2\.7 is no address of this machine/],
    ['a context that is not there', ['--context', 'moon'], /has no context moon; it has x/],
    ['a schedule that is none', ['--audit-schedule', 'often'], /--audit-schedule is no cron expression/],
    ['a level that is none', ['--log-level', 'loud'], /--log-level is wrong/],
  ])('refuses %s in one sentence', async (_what, flags, sentence) => {
    await using daemon = startDaemonProcess(kubeconfigOf(9), ...flags);
    expect((await daemon.exited).code).toBe(2);
    expect(daemon.stderr).toMatch(sentence);
    expect(daemon.stderr.trim().split('\n')).toHaveLength(1);
  });
});

describe.concurrent('a command that asks and ends', () => {
  it.each([['why', 'shop/web'], ['audit']])('%s ends with one sentence when nobody is there', async (...args) => {
    await using command = new TugwatchProcess([...args, '--kubeconfig', kubeconfigOf(9)]);
    expect((await command.exited).code).toBe(2);
    expect(command.stdout).toBe('');
    expect(command.stderr).toMatch(
      /^tugwatch: cannot reach the API server at http:\/\/127\.0\.0\.1:9: connection refused/,
    );
    expect(command.stderr.trim().split('\n')).toHaveLength(1);
  });

  it('ends with one sentence when the server goes away after it has said who it is', async () => {
    const server = createServer((_request, response) => {
      response.setHeader('content-type', 'application/json').end('{"major":"1"}', () => {
        server.close();
        server.closeAllConnections();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await using command = new TugwatchProcess(['why', 'shop/web', '--kubeconfig', kubeconfigOf(port)]);
    expect((await command.exited).code).toBe(2);
    expect(command.stderr).toMatch(
      /^tugwatch: The cluster could not be listed, so nothing is said about it: cannot reach/,
    );
    expect(command.stderr.trim().split('\n')).toHaveLength(1);
  });

  it('ends at once on Ctrl-C while it waits for a list', async () => {
    await using server = await startMuteServer();
    await using command = new TugwatchProcess(['audit', '--kubeconfig', kubeconfigOf(server.port)]);
    await eventually('it lists', () => server.asked() > 0);
    const told = performance.now();
    command.kill('SIGINT');
    expect((await command.exited).code).toBe(2);
    expect(performance.now() - told).toBeLessThan(3_000);
    expect(command.stderr).toBe('tugwatch: Interrupted before the cluster was listed.\n');
  });
});
