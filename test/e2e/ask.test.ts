/** The commands that ask once: `why` and `audit`, of a cluster and of a running daemon. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SeenRequest } from '../../src/embedded/http/api-server.ts';
import { reportSchema } from '../../src/report/schema.ts';
import { eventually } from '../support/eventually.ts';
import { type LiveCluster, startLiveFight } from '../support/live-cluster.ts';
import { addressOf, reportOf, startDaemonProcess, TugwatchProcess } from '../support/tugwatch-process.ts';

let live: LiveCluster;

beforeAll(async () => {
  live = await startLiveFight();
});
afterAll(() => live[Symbol.asyncDispose]());

async function ask(...args: readonly string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  await using command = new TugwatchProcess(args);
  const { code } = await command.exited;
  return { code, stdout: command.stdout, stderr: command.stderr };
}

const here = () => ['--kubeconfig', live.kubeconfig];

describe.concurrent('tugwatch why', () => {
  it('explains a workload from one look at the cluster, and says what it cannot know', async () => {
    const { code, stdout, stderr } = await ask('why', 'shop/web', ...here());
    expect(code).toBe(0);
    expect(stdout).toContain('Deployment shop/web');
    expect(stdout).toContain('TW101');
    expect(stdout).toContain('kubectl patch applications.argoproj.io/web -n argocd');
    expect(stderr).toBe(
      'This is one look at the cluster; a running daemon knows the writes before it: --server http://….\n',
    );
  });

  it('tells what a running daemon has seen, with the evidence', async () => {
    await using daemon = startDaemonProcess(live.kubeconfig);
    const address = await addressOf(daemon);
    // The first write seen may be a revert: a whole round, away from Git's 3 replicas and back, takes one more.
    await eventually('it is confirmed, with a write of each side as evidence', async () =>
      (await reportOf(address)).conflicts.some(
        ({ state, evidence }) =>
          state === 'confirmed' &&
          evidence.some(({ writer, from }) => writer === 'hpa/web' && from === 3) &&
          evidence.some(({ writer, to }) => writer === 'argocd/web' && to === 3),
      ),
    );
    const text = await ask('why', 'shop/web', '--server', `${address}/`);
    expect(text).toMatchObject({ code: 0, stderr: '' });
    expect(text.stdout).toMatch(/^CONFIRMED {2}HPA web .* and Argo CD Application web .* fight over \/spec\/replicas/);
    expect(text.stdout).toMatch(/hpa\/web +3 +\d+ +managedFields kube-controller-manager\/scale/);
    expect(text.stdout).toMatch(/argocd\/web +\d+ +3 +managedFields argocd-controller/);
    const json = await ask('why', 'deployment/web', '-n', 'shop', '--server', address, '-o', 'json');
    expect(reportSchema.parse(JSON.parse(json.stdout)).conflicts).toMatchObject([{ workload: { name: 'web' } }]);
    const other = await ask('why', 'shop/api', '--server', address, '-o', 'json');
    expect(reportSchema.parse(JSON.parse(other.stdout))).toMatchObject({ conflicts: [], notices: [], risks: [] });
  });

  it.each([
    ['nobody', 'http://127.0.0.1:9', /^tugwatch: No tugwatch answers at http:\/\/127\.0\.0\.1:9\/api\/v1\/report/],
    ['no address at all', 'daemon', /^tugwatch: No tugwatch answers at daemon\/api\/v1\/report/],
  ])('says in one sentence that at --server there is %s', async (_who, server, sentence) => {
    const { code, stdout, stderr } = await ask('why', 'shop/web', '--server', server);
    expect({ code, stdout, lines: stderr.trim().split('\n').length }).toEqual({ code: 2, stdout: '', lines: 1 });
    expect(stderr).toMatch(sentence);
  });

  it.each([
    ['something else', 200, '{"hello":"world"}'],
    ['a page', 200, '<html></html>'],
    ['a refusal', 403, 'no'],
  ])('says in one sentence that at --server there is %s', async (_who, status, body) => {
    const stranger = createServer((_request, response) => response.writeHead(status).end(body));
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    const { port } = stranger.address() as AddressInfo;
    const { code, stderr } = await ask('why', 'shop/web', '--server', `http://127.0.0.1:${port}`);
    expect(code).toBe(2);
    expect(stderr).toMatch(/is that a tugwatch daemon\?\n$/);
    stranger.closeAllConnections();
    stranger.close();
  });
});

describe.concurrent('tugwatch audit of a live cluster', () => {
  it('finds the next fight, and fails on it when asked', async () => {
    const { code, stdout } = await ask('audit', '--fail-on', 'risk', ...here());
    expect(code).toBe(1);
    expect(stdout).toContain('TW101 unprotected-replicas');
  });

  it('prints a report that keeps the contract', async () => {
    const { code, stdout, stderr } = await ask('audit', '-o', 'json', '--verbose', ...here());
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { risks, safe } = reportSchema.parse(JSON.parse(stdout));
    expect(risks).toMatchObject([{ rule: 'TW101', workload: { namespace: 'shop', name: 'web' }, suppressed: null }]);
    expect(risks[0]?.remedy.steps[0]).toMatchObject({ where: 'live', target: { kind: 'Application', name: 'web' } });
    expect(safe).toEqual([]);
  });

  it('prints SARIF and JUnit', async () => {
    const sarif = JSON.parse((await ask('audit', '-o', 'sarif', ...here())).stdout);
    expect(sarif).toMatchObject({ version: '2.1.0', runs: [{ results: [{ ruleId: 'TW101', level: 'warning' }] }] });
    const junit = (await ask('audit', '-o', 'junit', ...here())).stdout;
    expect(junit).toMatch(/^<\?xml .*\?>\n<testsuites /);
    expect(junit).toContain('TW101');
  });

  it('looks at one namespace only when asked', async () => {
    const { code, stdout } = await ask('audit', '-n', 'elsewhere', '-o', 'json', '--fail-on', 'risk', ...here());
    expect(code).toBe(0);
    expect(JSON.parse(stdout).risks).toEqual([]);
  });

  it('only reads', async () => {
    const requests: SeenRequest[] = [];
    await using watched = await startLiveFight({ observe: (request) => requests.push(request) });
    await ask('audit', '--kubeconfig', watched.kubeconfig);
    await ask('why', 'shop/web', '--kubeconfig', watched.kubeconfig);
    expect(
      [...new Set(requests.map(({ verb }) => verb))].filter((verb) => !['', 'list', 'watch'].includes(verb)),
    ).toEqual([]);
    expect(requests.some(({ verb }) => verb === 'watch')).toBe(true);
    expect(requests.filter(({ resource }) => resource.includes('secret'))).toEqual([]);
  });
});
