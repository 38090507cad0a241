import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { application, workload } from '../../src/embedded/blueprints.ts';
import { kindOf } from '../../src/embedded/kinds.ts';
import { BY, DEPLOYMENTS, ServedStore } from './served-store.ts';

const DEPLOYMENT = kindOf('apps/v1', 'Deployment');

let served: ServedStore;

beforeEach(async () => {
  served = await ServedStore.start();
});

afterEach(() => served.close());

describe('writes', () => {
  it('create, read, replace and delete, with the statuses of a real server', async () => {
    const manifest = workload({ name: 'db', replicas: 1 });
    const created = await served.call('POST', `${DEPLOYMENTS}?fieldManager=me`, manifest);
    expect(created).toMatchObject({ code: 201, body: { metadata: { namespace: 'shop', generation: 1 } } });
    expect(created.body.metadata.managedFields[0].manager).toBe('me');
    expect(await served.call('POST', DEPLOYMENTS, manifest)).toMatchObject({
      code: 409,
      body: { reason: 'AlreadyExists' },
    });
    const replaced = await served.call('PUT', `${DEPLOYMENTS}/db`, {
      ...created.body,
      spec: { ...created.body.spec, replicas: 2 },
    });
    expect(replaced).toMatchObject({ code: 200, body: { spec: { replicas: 2 }, metadata: { generation: 2 } } });
    expect(replaced.body.metadata.managedFields.at(-1).manager).toBe('tester');
    expect(await served.call('PUT', `${DEPLOYMENTS}/db`, created.body)).toMatchObject({
      code: 409,
      body: { reason: 'Conflict' },
    });
    expect(await served.call('DELETE', `${DEPLOYMENTS}/db`)).toMatchObject({ code: 200, body: { status: 'Success' } });
    expect(await served.call('GET', `${DEPLOYMENTS}/db`)).toMatchObject({
      code: 404,
      body: { message: 'deployments.apps "db" not found', details: { name: 'db', group: 'apps', kind: 'deployments' } },
    });
  });

  it('patch in all four ways', async () => {
    const web = `${DEPLOYMENTS}/web`;
    const merged = await served.patch('application/merge-patch+json', web, { metadata: { annotations: { a: '1' } } });
    expect(merged.body.metadata.annotations).toEqual({ a: '1' });
    const operations = [
      { op: 'test', path: '/spec/replicas', value: 2 },
      { op: 'replace', path: '/spec/replicas', value: 4 },
    ];
    expect((await served.patch('application/json-patch+json', web, operations)).body.spec.replicas).toBe(4);
    expect((await served.patch('application/json-patch+json', web, operations)).code).toBe(422);
    const spec = { template: { spec: { containers: [{ name: 'app', env: [{ name: 'MORE', value: '1' }] }] } } };
    const strategic = await served.patch('application/strategic-merge-patch+json', web, { spec });
    expect(strategic.body.spec.template.spec.containers[0].env).toHaveLength(2);
    const config = 'apiVersion: apps/v1\nkind: Deployment\nspec:\n  replicas: 7\n';
    const conflict = await served.patch('application/apply-patch+yaml', `${web}?fieldManager=gitops`, config);
    expect(conflict).toMatchObject({
      code: 409,
      body: { details: { causes: [{ reason: 'FieldManagerConflict', field: '.spec.replicas' }] } },
    });
    const forced = await served.patch('application/apply-patch+yaml', `${web}?fieldManager=gitops&force=true`, config);
    expect(forced.body.spec.replicas).toBe(7);
    expect((await served.patch('application/apply-patch+yaml', web, config)).code).toBe(422);
  });

  it('refuse a strategic patch of a custom resource, a body that is no JSON, and a stale patch', async () => {
    served.store.create(application({ name: 'web', repoURL: 'r', destination: 'shop' }), BY);
    const app = '/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/web';
    expect(await served.patch('application/strategic-merge-patch+json', app, {})).toMatchObject({
      code: 415,
      body: { reason: 'UnsupportedMediaType' },
    });
    expect(await served.patch('application/merge-patch+json', app, '{')).toMatchObject({
      code: 400,
      body: { reason: 'BadRequest' },
    });
    const stale = { metadata: { resourceVersion: '1' }, spec: { project: 'other' } };
    expect(await served.patch('application/merge-patch+json', app, stale)).toMatchObject({ code: 409 });
    const operations = [{ op: 'test', path: '/metadata/resourceVersion', value: '1' }];
    expect(await served.patch('application/json-patch+json', app, operations)).toMatchObject({ code: 422 });
  });

  it('change nothing in a dry run', async () => {
    const version = served.store.version;
    const shown = await served.patch('application/merge-patch+json', `${DEPLOYMENTS}/web?dryRun=All`, {
      spec: { replicas: 8 },
    });
    expect(shown.body.spec.replicas).toBe(8);
    expect(served.store.version).toBe(version);
    expect(served.store.get(DEPLOYMENT, 'shop', 'web')?.spec?.['replicas']).toBe(2);
  });

  it('go through /scale with an owner that has no time, and through /status without touching spec', async () => {
    const scale = await served.call('GET', `${DEPLOYMENTS}/web/scale`);
    expect(scale.body).toMatchObject({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      spec: { replicas: 2 },
      status: { selector: 'app=web' },
    });
    const scaled = await served.patch('application/merge-patch+json', `${DEPLOYMENTS}/web/scale`, {
      spec: { replicas: 9 },
    });
    expect(scaled.body.spec.replicas).toBe(9);
    const entries = served.store.get(DEPLOYMENT, 'shop', 'web')?.metadata.managedFields ?? [];
    expect(entries.find((entry) => entry.subresource === 'scale')).toEqual({
      manager: 'tester',
      operation: 'Update',
      apiVersion: 'apps/v1',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:spec': { 'f:replicas': {} } },
      subresource: 'scale',
    });
    await served.call('PUT', `${DEPLOYMENTS}/web/scale`, { ...scaled.body, spec: {} });
    expect(served.store.get(DEPLOYMENT, 'shop', 'web')?.spec?.['replicas']).toBe(0);
    const body = { spec: { replicas: 5 }, status: { replicas: 1 } };
    const reported = await served.patch('application/merge-patch+json', `${DEPLOYMENTS}/web/status`, body);
    expect(reported.body).toMatchObject({ spec: { replicas: 0 }, status: { replicas: 1 } });
  });

  it('keep Leases and Events like anything else', async () => {
    const lease = { metadata: { name: 'tugwatch' }, spec: { holderIdentity: 'a', leaseDurationSeconds: 15 } };
    const leases = '/apis/coordination.k8s.io/v1/namespaces/ops/leases';
    const created = await served.call('POST', leases, lease);
    expect(created.code).toBe(201);
    const taken = { ...created.body, spec: { ...created.body.spec, holderIdentity: 'b' } };
    expect((await served.call('PUT', `${leases}/tugwatch`, taken)).code).toBe(200);
    expect((await served.call('PUT', `${leases}/tugwatch`, taken)).code).toBe(409);
    const event = {
      metadata: { generateName: 'web.' },
      involvedObject: { kind: 'Deployment', name: 'web' },
      reason: 'Fight',
      type: 'Warning',
    };
    const written = await served.call('POST', '/api/v1/namespaces/shop/events', event);
    expect(written.body.metadata.name).toMatch(/^web\.\w{5}$/);
  });
});
