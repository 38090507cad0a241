import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { application, configMap, workload } from '../../src/embedded/blueprints.ts';
import type { JsonObject } from '../../src/embedded/json.ts';
import { kindOf } from '../../src/embedded/kinds.ts';
import type { KubeObject } from '../../src/embedded/objects.ts';
import { BY, DEPLOYMENTS, inShop, ServedStore } from './served-store.ts';

const DEPLOYMENT = kindOf('apps/v1', 'Deployment');

let served: ServedStore;

beforeEach(async () => {
  served = await ServedStore.start();
});

afterEach(() => served.close());

const nameOf = (object: JsonObject | undefined) => (object?.['metadata'] as { name?: string } | undefined)?.name;

describe('discovery', () => {
  it('names groups, versions and resources with their subresources', async () => {
    const groups = (await served.call('GET', '/apis')).body.groups.map((group: { name: string }) => group.name);
    expect(groups).toContain('argoproj.io');
    const apps = (await served.call('GET', '/apis/apps/v1')).body.resources.map(
      (resource: { name: string }) => resource.name,
    );
    expect(apps).toEqual(expect.arrayContaining(['deployments', 'deployments/status', 'deployments/scale']));
    expect((await served.call('GET', '/version')).body.gitVersion).toMatch(/^v1\.\d+/);
  });

  it('hides kinds that are not installed', async () => {
    await served.restart({ serves: (info) => info.group !== 'argoproj.io' });
    expect((await served.call('GET', '/apis/argoproj.io/v1alpha1')).code).toBe(404);
    const answer = await served.call('GET', '/apis/argoproj.io/v1alpha1/applications');
    expect(answer).toMatchObject({ code: 404, body: { kind: 'Status', reason: 'NotFound' } });
  });
});

describe('a list', () => {
  it('comes in pages that show one moment, whatever is written in between', async () => {
    const first = (await served.call('GET', `${DEPLOYMENTS}?limit=2`)).body;
    expect(first.kind).toBe('DeploymentList');
    expect(first.items.map(nameOf)).toEqual(['api', 'cart']);
    expect(first.metadata.remainingItemCount).toBe(1);
    served.store.delete(DEPLOYMENT, 'shop', 'web', BY);
    const second = (await served.call('GET', `${DEPLOYMENTS}?limit=2&continue=${first.metadata.continue}`)).body;
    expect(second.items.map(nameOf)).toEqual(['web']);
    expect(second.metadata).toEqual({ resourceVersion: first.metadata.resourceVersion });
  });

  it('answers 410 to a continue token after a compaction', async () => {
    const first = (await served.call('GET', `${DEPLOYMENTS}?limit=1`)).body;
    served.server.compact();
    const answer = await served.call('GET', `${DEPLOYMENTS}?limit=1&continue=${first.metadata.continue}`);
    expect(answer).toMatchObject({ code: 410, body: { reason: 'Expired', code: 410 } });
    expect((await served.call('GET', `${DEPLOYMENTS}?continue=nonsense`)).code).toBe(400);
  });

  it('selects by label and by field', async () => {
    const names = async (query: string) =>
      (await served.call('GET', `/apis/apps/v1/deployments?${query}`)).body.items.map(nameOf);
    expect(await names('labelSelector=app%3Dweb')).toEqual(['web']);
    expect(await names(`labelSelector=${encodeURIComponent('app in (api,cart),app!=cart')}`)).toEqual(['api']);
    expect(await names('fieldSelector=metadata.name%3Dcart')).toEqual(['cart']);
    expect(await names(`labelSelector=${encodeURIComponent('!app')}`)).toEqual([]);
  });

  it('carries kinds in items of custom resources only', async () => {
    served.store.create(application({ name: 'web', repoURL: 'r', destination: 'shop' }), BY);
    expect((await served.call('GET', '/apis/argoproj.io/v1alpha1/applications')).body.items[0].kind).toBe(
      'Application',
    );
    expect((await served.call('GET', DEPLOYMENTS)).body.items[0].kind).toBeUndefined();
  });

  it('is a table for kubectl get', async () => {
    const accept = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
    const table = (await served.call('GET', DEPLOYMENTS, undefined, accept)).body;
    expect(table.kind).toBe('Table');
    expect(table.rows[0].cells.slice(0, 2)).toEqual(['api', '0/2']);
  });

  it('is refused where RBAC does not allow it', async () => {
    await served.restart({ allows: (verb, info) => !(verb === 'list' && info.plural === 'deployments') });
    const answer = await served.call('GET', '/apis/apps/v1/deployments');
    expect(answer).toMatchObject({
      code: 403,
      body: { reason: 'Forbidden', details: { group: 'apps', kind: 'deployments' } },
    });
    const review = { spec: { resourceAttributes: { verb: 'list', group: 'apps', resource: 'deployments' } } };
    const said = await served.call('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', review);
    expect(said.body.status).toEqual({ allowed: false });
  });
});

describe('a watch', () => {
  it('tells every write after a version, in order', async () => {
    const { resourceVersion } = (await served.call('GET', DEPLOYMENTS)).body.metadata;
    served.store.scale(DEPLOYMENT, 'shop', 'web', 5, BY);
    const stream = await served.watch(`${DEPLOYMENTS}?watch=true&resourceVersion=${resourceVersion}`);
    expect(await stream()).toMatchObject({
      type: 'MODIFIED',
      object: { spec: { replicas: 5 }, kind: 'Deployment' },
    });
    served.store.create(inShop(workload({ name: 'new' })), BY);
    served.store.delete(DEPLOYMENT, 'shop', 'new', BY);
    expect((await stream())?.type).toBe('ADDED');
    expect((await stream())?.type).toBe('DELETED');
  });

  it('starts with what is there where no version is named, and ends by a bookmark that says so if asked', async () => {
    const stream = await served.watch(
      `${DEPLOYMENTS}?watch=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan`,
    );
    expect([await stream(), await stream(), await stream()].map((event) => event?.type)).toEqual([
      'ADDED',
      'ADDED',
      'ADDED',
    ]);
    const bookmark = await stream();
    expect(bookmark).toMatchObject({
      type: 'BOOKMARK',
      object: {
        metadata: {
          resourceVersion: String(served.store.version),
          annotations: { 'k8s.io/initial-events-end': 'true' },
        },
      },
    });
  });

  it('sends bookmarks, and closes at its timeout after one more', async () => {
    await served.restart({ watch: { bookmarkSeconds: 0.05 } });
    const stream = await served.watch(
      `${DEPLOYMENTS}?watch=true&resourceVersion=${served.store.version}&allowWatchBookmarks=true&timeoutSeconds=1`,
    );
    const types: (string | undefined)[] = [];
    for (let event = await stream(); event !== undefined; event = await stream()) types.push(event.type);
    expect(types.length).toBeGreaterThan(2);
    expect(new Set(types)).toEqual(new Set(['BOOKMARK']));
  });

  it('says 410 in an ERROR event, or as a response, for a version that is compacted away', async () => {
    const old = served.store.version;
    served.store.scale(DEPLOYMENT, 'shop', 'web', 5, BY);
    served.server.compact();
    const stream = await served.watch(`${DEPLOYMENTS}?watch=true&resourceVersion=${old}`);
    expect(await stream()).toMatchObject({
      type: 'ERROR',
      object: { kind: 'Status', code: 410, reason: 'Expired' },
    });
    expect(await stream()).toBeUndefined();
    await served.restart({ watch: { goneAs: 'response' } });
    expect(await served.call('GET', `${DEPLOYMENTS}?watch=true&resourceVersion=${old}`)).toMatchObject({ code: 410 });
  });

  it('turns what comes into a selection and leaves it into ADDED and DELETED', async () => {
    const stream = await served.watch(
      `${DEPLOYMENTS}?watch=true&resourceVersion=${served.store.version}&labelSelector=tier%3Dgold`,
    );
    const live = served.store.get(DEPLOYMENT, 'shop', 'web') as KubeObject;
    const gold = served.store.update({ ...live, metadata: { ...live.metadata, labels: { tier: 'gold' } } }, BY);
    served.store.update({ ...gold, metadata: { ...gold.metadata, labels: { tier: 'tin' } } }, BY);
    expect((await stream())?.type).toBe('ADDED');
    expect((await stream())?.type).toBe('DELETED');
  });

  it('ends when the server goes, and can be taken up where it ended', async () => {
    const stream = await served.watch(`${DEPLOYMENTS}?watch=true&resourceVersion=${served.store.version}`);
    const scaled = served.store.scale(DEPLOYMENT, 'shop', 'web', 5, BY);
    expect((await stream())?.type).toBe('MODIFIED');
    served.server.dropWatches();
    expect(await stream()).toBeUndefined();
    served.store.scale(DEPLOYMENT, 'shop', 'web', 6, BY);
    const again = await served.watch(`${DEPLOYMENTS}?watch=true&resourceVersion=${scaled.metadata.resourceVersion}`);
    expect(await again()).toMatchObject({ object: { spec: { replicas: 6 } } });
  });
});

it('shows every request it gets, for a comparison with the permissions that are asked', async () => {
  const seen: string[] = [];
  await served.restart({
    observe: ({ verb, group, resource, namespace }) => seen.push(`${verb} ${group}/${resource} ${namespace}`),
  });
  served.store.create({ ...configMap('a', {}), metadata: { name: 'a', namespace: 'shop' } }, BY);
  await served.call('GET', '/api/v1/namespaces/shop/configmaps/a');
  await served.call('GET', DEPLOYMENTS);
  await served.patch('application/merge-patch+json', `${DEPLOYMENTS}/web/scale`, { spec: { replicas: 9 } });
  await served.call('GET', '/healthz').catch(() => undefined);
  expect(seen.slice(0, 3)).toEqual([
    'get /configmaps shop',
    'list apps/deployments shop',
    'patch apps/deployments/scale shop',
  ]);
});
