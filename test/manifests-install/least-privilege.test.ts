/** The daemon with the installed rights and no more: an API server that grants only these, and a list of what was asked. */
import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { type Daemon, startDaemon } from '../../src/daemon/daemon.ts';
import type { SeenRequest } from '../../src/embedded/http/api-server.ts';
import { createClient } from '../../src/kubernetes/client.ts';
import { LiveSource } from '../../src/kubernetes/live-source.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { eventually } from '../support/eventually.ts';
import { isGranted } from '../support/granted.ts';
import { findObject, type PolicyRule, readManifests } from '../support/install-manifests.ts';
import { startLiveFight } from '../support/live-cluster.ts';

const objects = readManifests().flatMap((file) => file.objects);
const rulesOf = (kind: string, name: string) => findObject(objects, kind, name).rules ?? [];

interface Watched extends AsyncDisposable {
  readonly daemon: Daemon;
  readonly requests: readonly SeenRequest[];
}

async function watchFight(
  rules: readonly PolicyRule[],
  settings: Readonly<Record<string, string>> = {},
  log: (line: string) => void = () => {},
  env: Readonly<Record<string, string>> = {},
): Promise<Watched> {
  const requests: SeenRequest[] = [];
  const fight = await startLiveFight({
    observe: (request) => requests.push(request),
    accounts: { prometheus: { username: 'system:serviceaccount:monitoring:prometheus', paths: ['/metrics'] } },
    // By kind and verb; names are compared afterwards.
    allows: (verb, { group, plural: resource }) =>
      rules.some((rule) => isGranted([rule], { verb, group, resource, name: rule.resourceNames?.[0] ?? '' })),
  });
  const client = await createClient({ version: 'test', env: {}, kubeconfig: fight.kubeconfig });
  const installed = { TUGWATCH_HOST: '127.0.0.1', TUGWATCH_PORT: '0', TUGWATCH_EVENTS: 'verdicts' };
  const config = loadConfig({ env: { ...installed, ...settings }, flags: {} });
  const logger = createLogger({ format: 'json', destination: { write: log } });
  const daemon = await startDaemon({ config, client, logger, env });
  return {
    daemon,
    requests,
    async [Symbol.asyncDispose]() {
      await daemon.stop();
      await client.close();
      await fight[Symbol.asyncDispose]();
    },
  };
}

function stateOfWeb(daemon: Daemon): string | undefined {
  return daemon.report().conflicts.find(({ workload }) => workload.name === 'web')?.state;
}

describe.concurrent('the daemon with the rights that are installed', () => {
  it('confirms a fight, is ready, and never asks for more', async () => {
    const rules = rulesOf('ClusterRole', 'tugwatch');
    await using watched = await watchFight(rules);
    await eventually('the fight is confirmed', () => stateOfWeb(watched.daemon) === 'confirmed');
    expect((await fetch(`${watched.daemon.address}/readyz`)).status).toBe(200);
    await eventually('Events tell of it on both objects', () =>
      ['shop', 'argocd'].every((place) =>
        watched.requests.some(({ verb, namespace }) => verb === 'create' && namespace === place),
      ),
    );
    const asked = watched.requests.filter(({ verb }) => verb !== '');
    expect(asked.filter((request) => !isGranted(rules, request))).toEqual([]);
    // Where the server gives lists over the watch, none is asked for by itself.
    expect(new Set([...asked.map(({ verb }) => verb), 'list'])).toEqual(new Set(['list', 'watch', 'create']));
    const written = asked.filter(({ verb }) => verb === 'create');
    expect(new Set(written.map(({ group, resource }) => `${group}/${resource}`))).toEqual(
      new Set(['events.k8s.io/events']),
    );
    expect(watched.requests.filter(({ verb, path }) => verb === '' && path.includes('access'))).toEqual([]);
  });

  it('elects who writes and leaves its checkpoint in its own namespace, as in the pod that is installed', async () => {
    const rules = rulesOf('ClusterRole', 'tugwatch');
    const own = rulesOf('Role', 'tugwatch');
    const pod = { KUBERNETES_SERVICE_HOST: '10.0.0.1', POD_NAME: 'tugwatch-abc', POD_NAMESPACE: 'tugwatch' };
    const settings = { TUGWATCH_CHECKPOINT_CONFIG_MAP: 'tugwatch-checkpoint' };
    const watched = await watchFight([...rules, ...own], settings, () => {}, pod);
    await using _ = watched;
    const asks = (verb: string, resource: string) =>
      watched.requests.some((request) => request.verb === verb && request.resource === resource);
    await eventually('it leads, tells of the fight and leaves a checkpoint', () =>
      [asks('create', 'leases'), asks('patch', 'leases'), asks('create', 'events'), asks('create', 'configmaps')].every(
        Boolean,
      ),
    );
    await watched.daemon.stop();
    const refused = watched.requests.filter(
      (request) =>
        request.verb !== '' &&
        !isGranted(rules, request) &&
        !(request.namespace === 'tugwatch' && isGranted(own, request)),
    );
    expect(refused).toEqual([]);
  });

  it('goes on without the right to write Events, and says so once', async () => {
    const rules = rulesOf('ClusterRole', 'tugwatch').filter(({ apiGroups }) => !apiGroups.includes('events.k8s.io'));
    const lines: string[] = [];
    await using watched = await watchFight(rules, {}, (line) => lines.push(line));
    await eventually('it was tried on both objects', () =>
      ['shop', 'argocd'].every((place) =>
        watched.requests.some(({ verb, namespace }) => verb === 'create' && namespace === place),
      ),
    );
    expect(stateOfWeb(watched.daemon)).toBe('confirmed');
    const said = lines.filter((line) => line.includes('"event":"kubernetes-event"'));
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/no Event on Deployment web: .*cannot create resource/);
  });

  it('confirms the same fight for a tenant, with two Roles and never a question about the whole cluster', async () => {
    const workloads = rulesOf('Role', 'tugwatch-workloads');
    const argoCd = rulesOf('Role', 'tugwatch-argo-cd');
    const env = { TUGWATCH_NAMESPACE: 'shop', TUGWATCH_ARGOCD_NAMESPACE: 'argocd' };
    await using watched = await watchFight([...workloads, ...argoCd], env);
    await eventually('the fight is confirmed', () => stateOfWeb(watched.daemon) === 'confirmed');
    const rulesIn: Readonly<Record<string, readonly PolicyRule[]>> = { shop: workloads, argocd: argoCd };
    const refused = watched.requests.filter(
      (request) => request.verb !== '' && !isGranted(rulesIn[request.namespace] ?? [], request),
    );
    expect(refused).toEqual([]);
  });

  it('ends the fight with the component that lets it, and writes nothing beyond that', async () => {
    const rules = [...rulesOf('ClusterRole', 'tugwatch'), ...rulesOf('ClusterRole', 'tugwatch-remediation')];
    const env = { TUGWATCH_REMEDIATION_MODE: 'apply', TUGWATCH_REMEDIATION_NAMESPACES: 'shop' };
    await using watched = await watchFight(rules, env);
    await eventually('the Application is patched and an Event tells of it', () =>
      ['patch', 'create'].every((verb) => watched.requests.some((request) => request.verb === verb)),
    );
    expect(watched.requests.filter((request) => request.verb !== '' && !isGranted(rules, request))).toEqual([]);
    const written = watched.requests.filter(({ verb }) => !['', 'get', 'list', 'watch'].includes(verb));
    expect(new Set(written.map(({ verb, resource }) => `${verb} ${resource}`))).toEqual(
      new Set(['patch applications', 'create events']),
    );
  });

  it('asks about tokens with the component that keeps the metrics for some, and about nothing else', async () => {
    const review = rulesOf('ClusterRole', 'tugwatch-token-review');
    const rules = [...rulesOf('ClusterRole', 'tugwatch'), ...review];
    await using watched = await watchFight(rules, { TUGWATCH_METRICS_AUTH: 'token-review' });
    const scrape = (token: string) =>
      fetch(`${watched.daemon.address}/metrics`, { headers: { authorization: `Bearer ${token}` } });
    expect((await scrape('prometheus')).status).toBe(200);
    expect((await scrape('nobody')).status).toBe(401);
    const reviews = watched.requests.filter(({ resource }) => resource.endsWith('reviews'));
    expect(reviews.map(({ verb, resource }) => `${verb} ${resource}`)).toEqual([
      'create tokenreviews',
      'create subjectaccessreviews',
      'create tokenreviews',
    ]);
    expect(reviews.filter((request) => !isGranted(review, request))).toEqual([]);
    expect(findObject(objects, 'ClusterRole', 'tugwatch-metrics-reader').rules).toEqual([
      { nonResourceURLs: ['/metrics'], verbs: ['get'] },
    ]);
  });

  it('answers nobody, and says which right is missing, without that component', async () => {
    const lines: string[] = [];
    const log = (line: string) => lines.push(line);
    await using watched = await watchFight(
      rulesOf('ClusterRole', 'tugwatch'),
      { TUGWATCH_METRICS_AUTH: 'token-review' },
      log,
    );
    const answer = await fetch(`${watched.daemon.address}/metrics`, {
      headers: { authorization: 'Bearer prometheus' },
    });
    expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('cannot be checked now')]);
    expect(lines.filter((line) => line.includes('"event":"access"')).join('')).toMatch(
      /cannot create resource \\"tokenreviews/,
    );
  });

  it('looks through the lens at what the component grants, one object by name, and at a Secret never', async () => {
    const base = rulesOf('ClusterRole', 'tugwatch');
    const rules = [...base, ...rulesOf('ClusterRole', 'tugwatch-lens-built-in')];
    const requests: SeenRequest[] = [];
    await using fight = await startLiveFight({ observe: (request) => requests.push(request) });
    const client = await createClient({ version: 'test', env: {}, kubeconfig: fight.kubeconfig });
    const source = new LiveSource({ client, resources: [] });
    const running = source.run(() => {});
    source.requestLens({
      action: 'open',
      ref: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'flags' },
      reason: 'healed again and again',
    });
    const asked = await eventually('the lens watches', () => requests.find(({ verb }) => verb === 'watch'));
    await source.stop();
    await running;
    await client.close();
    expect(asked).toMatchObject({ resource: 'configmaps', namespace: 'shop', name: 'flags' });
    expect(isGranted(base, asked)).toBe(false);
    expect(isGranted(rules, asked)).toBe(true);
    expect(isGranted(rules, { ...asked, resource: 'secrets' })).toBe(false);
  });

  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
  it.skipIf(outside === undefined)(
    'answers the kubelet on the address of the pod (skipped on loopback alone)',
    async () => {
      await using watched = await watchFight(rulesOf('ClusterRole', 'tugwatch'), { TUGWATCH_HOST: '' });
      const { port } = new URL(watched.daemon.address);
      expect((await fetch(`http://${outside}:${port}/livez`)).status).toBe(200);
    },
  );

  it('would be seen to be missing one', async () => {
    const rules = rulesOf('ClusterRole', 'tugwatch').filter(({ apiGroups }) => !apiGroups.includes('autoscaling'));
    await using watched = await watchFight(rules);
    const answer = await eventually('it says what it may not see', async () => {
      const text = await (await fetch(`${watched.daemon.address}/readyz`)).text();
      return text.includes('forbidden') && text;
    });
    expect(answer).toContain('horizontalpodautoscalers');
  });
});
