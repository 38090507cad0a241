import { describe, expect, it } from 'vitest';
import { LiveSource, type LiveSourceOptions } from '../../src/kubernetes/live-source.ts';
import { WATCHED_RESOURCES } from '../../src/kubernetes/resources.ts';
import { rawApplication } from '../support/cluster.ts';
import { FakeTimers } from '../support/fake-timers.ts';
import { Journal } from '../support/journal.ts';
import { clientOf } from '../support/live.ts';
import { rawConfigMap, rawDeployment, rawHpa, rawScalable } from '../support/raw-objects.ts';
import { ScriptedServer } from '../support/scripted-server.ts';

const DEPLOYMENTS = '/apis/apps/v1/deployments';
const HPAS = '/apis/autoscaling/v2/horizontalpodautoscalers';
const CONFIG_MAPS = '/api/v1/configmaps';
const APPLICATIONS = '/apis/argoproj.io/v1alpha1/applications';
const MANDATORY = [DEPLOYMENTS, '/apis/apps/v1/statefulsets', '/apis/apps/v1/replicasets', HPAS];

interface Rig extends AsyncDisposable {
  readonly server: ScriptedServer;
  readonly source: LiveSource;
  readonly journal: Journal;
  readonly timers: FakeTimers;
}

/** A cluster without Argo CD and KEDA, and a source that watches it. */
async function watchCluster(
  prepare: (server: ScriptedServer) => void = () => {},
  options: Partial<LiveSourceOptions> = {},
): Promise<Rig> {
  const server = await ScriptedServer.start();
  for (const path of [...MANDATORY, CONFIG_MAPS, '/api/v1/events']) server.collections.set(path, []);
  prepare(server);
  const journal = new Journal();
  const timers = new FakeTimers();
  const client = await clientOf(server.url);
  const source = new LiveSource({ client, timers, observe: journal.observeAbout, warn: journal.warn, ...options });
  const running = source.run(journal.emit);
  return {
    server,
    source,
    journal,
    timers,
    async [Symbol.asyncDispose]() {
      await source.stop();
      await running;
      expect(timers.pending).toBe(0);
      await client.close();
      await server.close();
    },
  };
}

describe('a live cluster', () => {
  it('is ready when every mandatory kind is listed, and not before', async () => {
    await using rig = await watchCluster((server) => server.statuses.set(HPAS, 403));
    const { server, source, journal } = rig;
    await journal.until(() =>
      journal.events.some(({ type, about }) => type === 'unavailable' && about.startsWith('horizontal')),
    );
    expect(source.ready()).toBe(false);
    expect(source.health().find(({ resource }) => resource.startsWith('horizontal'))).toMatchObject({
      state: 'forbidden',
      listed: false,
    });
    server.statuses.delete(HPAS);
    await source.whenReady();
    expect(source.ready()).toBe(true);
    expect(source.health().every(({ mandatory, listed }) => !mandatory || listed)).toBe(true);
  });

  it('without Argo CD is watched all the same, says what is absent, and sees Argo CD when it is installed', async () => {
    await using rig = await watchCluster((server) =>
      server.collections.set(DEPLOYMENTS, [rawDeployment({ name: 'web' }, 3)]),
    );
    const { server, source, journal } = rig;
    await source.whenReady();
    await journal.until(() => journal.count('unavailable') === 5);
    const absent = journal.events.flatMap((event) => (event.type === 'unavailable' ? [event.message] : []));
    expect(absent).toContain(
      'applications.argoproj.io is not served by this cluster: what installs it is absent; looking again every 5 minutes',
    );
    expect(journal.versions()).toEqual(new Map([['shop/web', '1']]));
    server.collections.set(APPLICATIONS, []);
    await journal.until(() =>
      source.health().some(({ resource, state }) => resource === 'applications.argoproj.io' && state === 'watching'),
    );
  });

  it('is listed in the stream of each watch, and in pages of the kinds where the server refuses that', async () => {
    await using rig = await watchCluster((server) => {
      server.collections.set(DEPLOYMENTS, [rawDeployment({ name: 'web' }, 3)]);
    });
    await rig.source.whenReady();
    const lists = ({ server }: Rig) => server.requests.filter(({ query }) => query['watch'] === undefined);
    expect(lists(rig).map(({ path }) => path)).not.toContain(DEPLOYMENTS);
    expect(rig.journal.versions().has('shop/web')).toBe(true);

    await using older = await watchCluster((server) => {
      server.streamsLists = false;
      server.collections.set(DEPLOYMENTS, [rawDeployment({ name: 'web' }, 3)]);
    });
    await older.source.whenReady();
    expect(lists(older).filter(({ path }) => path === DEPLOYMENTS)).toHaveLength(1);
    expect(older.journal.versions().has('shop/web')).toBe(true);
    expect(older.journal.story()).not.toContain('interrupted');
  });

  it('is known to be unseen before the first answer: health names every kind from the start', async () => {
    await using rig = await watchCluster();
    const mandatory = rig.source.health().filter((health) => health.mandatory);
    expect(mandatory.map(({ state, listed }) => `${state} ${listed}`)).toEqual(Array(4).fill('listing false'));
    expect(rig.source.ready()).toBe(false);
  });

  it('has one health entry a kind, though the settings of Argo CD take two watches', async () => {
    await using rig = await watchCluster();
    await rig.source.whenReady();
    const kinds = rig.source.health().map(({ resource }) => resource);
    expect(new Set(kinds).size).toBe(kinds.length);
    expect(kinds.filter((kind) => kind === 'configmaps')).toHaveLength(1);
    expect(kinds.length).toBe(WATCHED_RESOURCES.length - 1);
  });

  it('tells which kinds are complete by their plural, as a recording does', async () => {
    await using rig = await watchCluster();
    await rig.source.whenReady();
    const synced = rig.journal.changes.flatMap((change) => (change.type === 'synced' ? [change.resource] : []));
    expect(synced).toEqual(expect.arrayContaining(['deployments', 'horizontalpodautoscalers']));
  });

  it('is watched in one namespace when asked, but Argo CD where Argo CD is', async () => {
    await using rig = await watchCluster(
      (server) => {
        for (const path of MANDATORY)
          server.collections.set(
            path.replace('/v1/', '/v1/namespaces/shop/').replace('/v2/', '/v2/namespaces/shop/'),
            [],
          );
      },
      { namespace: 'shop' },
    );
    await rig.source.whenReady();
    await rig.server.until(() => rig.server.requests.some(({ path }) => path === APPLICATIONS));
    const paths = new Set(rig.server.requests.map(({ path }) => path));
    expect(paths).toContain('/apis/apps/v1/namespaces/shop/deployments');
    expect(paths).toContain(APPLICATIONS);
    expect(paths).not.toContain(DEPLOYMENTS);
  });

  it('is not read for the Secret that an autoscaler names', async () => {
    await using rig = await watchCluster((server) =>
      server.collections.set(HPAS, [rawHpa({ name: 'evil' }, { apiVersion: 'v1', kind: 'Secret', name: 'token' })]),
    );
    rig.server.serve('v1', { name: 'secrets', kind: 'Secret' });
    await rig.journal.until(() => rig.journal.warnings.length > 0);
    expect(rig.journal.warnings[0]).toBe(
      'v1 Secret, which an autoscaler names, is not watched: it has no scale subresource',
    );
    expect(rig.server.requests.some(({ path }) => path.includes('secrets'))).toBe(false);
  });

  it('reads its labels by the key that argocd-cm names, and tells every object anew when that changes', async () => {
    const settings = (key: string, resourceVersion: string) =>
      rawConfigMap(
        { name: 'argocd-cm', namespace: 'argocd', resourceVersion },
        { 'application.instanceLabelKey': key },
      );
    await using rig = await watchCluster((server) => {
      server.collections.set(CONFIG_MAPS, [settings('first', '1')]);
      server.collections.set(DEPLOYMENTS, [rawDeployment({ name: 'web', labels: { first: 'a', second: 'b' } }, 3)]);
    });
    const { server, journal } = rig;
    const labels = () =>
      journal.upserts().flatMap(({ fact }) => (fact.fact === 'workload' ? [fact.tracking.label] : []));
    await journal.until(() => labels().length === 1);
    await server.until(() => server.watchesOn(CONFIG_MAPS) === 2);
    server.tell(CONFIG_MAPS, 'MODIFIED', settings('second', '2'));
    await journal.until(() => labels().length === 2);
    expect(labels()).toEqual(['a', 'b']);
  });

  it('ends with what a consumer threw, instead of going on blindly', async () => {
    const server = await ScriptedServer.start();
    server.collections.set(DEPLOYMENTS, [rawDeployment({ name: 'web' }, 3)]);
    const client = await clientOf(server.url);
    const source = new LiveSource({ client, timers: new FakeTimers() });
    const running = source.run(() => {
      throw new Error('a fault of the consumer');
    });
    await expect(running).rejects.toThrow('a fault of the consumer');
    await source.stop();
    await client.close();
    await server.close();
  });

  it('stops in the middle of everything, twice if need be', async () => {
    const rig = await watchCluster();
    await Promise.all([rig.source.stop(), rig.source.stop()]);
    await rig[Symbol.asyncDispose]();
  });

  it('counts no correction when a scheduled relist finds what the watches told', async () => {
    await using rig = await watchCluster((server) =>
      server.collections.set(DEPLOYMENTS, [rawDeployment({ name: 'web' }, 3)]),
    );
    await rig.source.whenReady();
    await rig.server.until(() => rig.server.watchesOn(DEPLOYMENTS) === 1);
    expect(await rig.source.requestRelist()).toBe(0);
    expect(rig.journal.count('relisted')).toBeGreaterThan(0);
  });
});

describe('a share of a live cluster', () => {
  it('holds and checks its own namespaces only, and Argo CD whole', async () => {
    await using rig = await watchCluster(
      (server) => {
        server.collections.set(DEPLOYMENTS, [
          rawDeployment({ name: 'web', namespace: 'mine' }, 3),
          rawDeployment({ name: 'web', namespace: 'theirs' }, 3),
        ]);
        server.collections.set(APPLICATIONS, [rawApplication({ name: 'mine' }), rawApplication({ name: 'theirs' })]);
      },
      { holds: (namespace) => namespace === 'mine' },
    );
    await rig.source.whenSettled();
    expect([...rig.journal.versions('workload').keys()]).toEqual(['mine/web']);
    expect([...rig.journal.versions('application').keys()]).toEqual(['argocd/mine', 'argocd/theirs']);
    const listed = rig.journal.events.find(({ type, about }) => type === 'listed' && about.startsWith('deployments'));
    expect(listed).toMatchObject({ objects: 1 });
    await rig.server.until(() => rig.server.watchesOn(DEPLOYMENTS) === 1);
    expect(await rig.source.requestRelist()).toBe(0);
    expect(rig.journal.count('relisted')).toBeGreaterThan(0);
  });
});

describe('a kind that only an autoscaler names', () => {
  const CLONE_SETS = '/apis/apps.kruise.io/v1alpha1/clonesets';
  const scaled = rawHpa({ name: 'web' }, { apiVersion: 'apps.kruise.io/v1beta9', kind: 'CloneSet', name: 'web' });

  it('is found by discovery in the version that is served, and watched like the others', async () => {
    await using rig = await watchCluster((server) => {
      server.serve('apps.kruise.io/v1alpha1', { name: 'clonesets', kind: 'CloneSet', scale: true });
      server.collections.set(HPAS, [scaled]);
      server.collections.set(CLONE_SETS, [rawScalable('apps.kruise.io/v1alpha1', 'CloneSet', { name: 'web' }, 4)]);
    });
    await rig.journal.until(() => rig.journal.versions().has('shop/web'));
    expect(rig.journal.upserts().at(-1)?.fact).toMatchObject({ ref: { kind: 'CloneSet' }, replicas: 4 });
    await rig.journal.until(() => rig.source.health().some(({ resource }) => resource === 'clonesets.apps.kruise.io'));
  });

  it('is looked for again while it is not served', async () => {
    await using rig = await watchCluster((server) => server.collections.set(HPAS, [scaled]));
    await rig.journal.until(() => rig.journal.warnings.length > 0);
    expect(rig.journal.warnings[0]).toContain('the API server does not serve it');
    rig.server.serve('apps.kruise.io/v1alpha1', { name: 'clonesets', kind: 'CloneSet', scale: true });
    rig.server.collections.set(CLONE_SETS, [rawScalable('apps.kruise.io/v1alpha1', 'CloneSet', { name: 'web' }, 4)]);
    await rig.journal.until(() => rig.journal.versions().has('shop/web'));
  });

  it('with a name that no kind can have reaches no path', async () => {
    await using rig = await watchCluster((server) =>
      server.collections.set(HPAS, [rawHpa({ name: 'evil' }, { apiVersion: '../api/v1', kind: 'Secret', name: 'x' })]),
    );
    await rig.journal.until(() => rig.journal.warnings.length > 0);
    // '/apis/..' would arrive as '/'.
    expect(rig.server.requests.every(({ path }) => path.startsWith('/api/v1/') || path.startsWith('/apis/'))).toBe(
      true,
    );
  });
});

describe('a lens', () => {
  const flags = (value: string, resourceVersion: string) =>
    rawConfigMap({ name: 'flags', resourceVersion }, { mode: value });
  const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'flags' };
  const PATH = '/api/v1/namespaces/shop/configmaps';

  function prepare(server: ScriptedServer): void {
    server.serve('v1', { name: 'configmaps', kind: 'ConfigMap' });
    server.collections.set(PATH, [flags('a', '1'), rawConfigMap({ name: 'other' }, {})]);
  }

  it('shows one object in full while it is open, and nothing else', async () => {
    await using rig = await watchCluster(prepare);
    const { server, source, journal } = rig;
    source.requestLens({ action: 'open', ref, reason: 'healed again and again' });
    source.requestLens({ action: 'open', ref, reason: 'asked twice' });
    await server.until(() => server.watchesOn(PATH) === 1);
    server.tell(PATH, 'MODIFIED', flags('b', '2'));
    const seen = () => journal.upserts().flatMap(({ fact }) => (fact.fact === 'lens' ? [fact] : []));
    await journal.until(() => seen().length === 2);
    expect(seen().map(({ leaves }) => leaves.get('/data/mode'))).toEqual(['a', 'b']);
    expect(server.requests.filter(({ path }) => path === PATH).map(({ query }) => query['fieldSelector'])).toEqual(
      Array(2).fill('metadata.name=flags'),
    );
    source.requestLens({ action: 'close', ref, reason: 'over' });
    await server.until(() => server.watchesOn(PATH) === 0);
    // Only the two watches on Argo CD's settings say that ConfigMaps are complete: a lens is about one object.
    await source.whenReady();
    const synced = journal.changes.filter((change) => change.type === 'synced' && change.resource === 'configmaps');
    expect(synced).toHaveLength(2);
  });

  it('on an object whose version is not known finds the one that the group prefers', async () => {
    const deployment = { apiVersion: 'apps/', kind: 'Deployment', namespace: 'shop', name: 'web' };
    await using rig = await watchCluster((server) => {
      server.serve('apps/v1', { name: 'deployments', kind: 'Deployment', scale: true });
      server.collections.set('/apis/apps/v1/namespaces/shop/deployments', [rawDeployment({ name: 'web' }, 3)]);
    });
    rig.source.requestLens({ action: 'open', ref: deployment, reason: 'template fight' });
    await rig.journal.until(() => rig.journal.versions('lens').has('shop/web'));
  });

  it('tells that its object is gone', async () => {
    await using rig = await watchCluster(prepare);
    rig.source.requestLens({ action: 'open', ref, reason: '' });
    await rig.server.until(() => rig.server.watchesOn(PATH) === 1);
    rig.server.tell(PATH, 'DELETED', flags('a', '2'));
    await rig.journal.until(() =>
      rig.journal.changes.some((change) => change.type === 'delete' && change.fact === 'lens'),
    );
  });

  it('does not count for the health or the readiness of the cluster', async () => {
    await using rig = await watchCluster((server) => {
      prepare(server);
      server.statuses.set(PATH, 403);
    });
    await rig.source.whenReady();
    const before = rig.source.health().length;
    rig.source.requestLens({ action: 'open', ref, reason: '' });
    await rig.journal.until(() =>
      rig.journal.events.some(({ about, type }) => about === 'lens on ConfigMap shop/flags' && type === 'unavailable'),
    );
    expect(rig.source.health()).toHaveLength(before);
    expect(rig.source.ready()).toBe(true);
  });

  it('is refused beyond what a cluster may cost, and for names that no object can have', async () => {
    await using rig = await watchCluster(prepare);
    rig.source.requestLens({ action: 'open', ref: { ...ref, name: 'a,metadata.namespace=kube-system' }, reason: '' });
    for (let index = 0; index < 21; index += 1) {
      rig.source.requestLens({ action: 'open', ref: { ...ref, name: `flags-${index}` }, reason: '' });
    }
    expect(rig.journal.warnings).toEqual([
      'lens on ConfigMap shop/a,metadata.namespace=kube-system not opened: that is no name an object can have',
      'lens on ConfigMap shop/flags-20 not opened: 20 are open already',
    ]);
  });
});
