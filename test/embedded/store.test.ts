import { describe, expect, it } from 'vitest';
import { ApiError } from '../../src/embedded/api-error.ts';
import { application, workload } from '../../src/embedded/blueprints.ts';
import { kindOf } from '../../src/embedded/kinds.ts';
import type { KubeObject } from '../../src/embedded/objects.ts';
import { Random } from '../../src/embedded/random.ts';
import { Store, type StoreEvent } from '../../src/embedded/store.ts';

const DEPLOYMENT = kindOf('apps/v1', 'Deployment');
const BY = { manager: 'tester' };

function newStore(historyLimit = 100): { store: Store; events: StoreEvent[] } {
  const store = new Store({ now: () => Date.parse('2026-11-21T05:00:00Z'), random: new Random(1), historyLimit });
  const events: StoreEvent[] = [];
  store.subscribe((event) => events.push(event));
  return { store, events };
}

function web(replicas = 3): KubeObject {
  const manifest = workload({ name: 'web', replicas });
  return { ...manifest, metadata: { ...manifest.metadata, namespace: 'shop' } };
}

describe('versions', () => {
  it('gives every write one resourceVersion of the whole cluster, in order', () => {
    const { store, events } = newStore();
    const created = store.create(web(), BY);
    const scaled = store.scale(DEPLOYMENT, 'shop', 'web', 5, BY);
    store.delete(DEPLOYMENT, 'shop', 'web', BY);
    expect(events.map((event) => event.type)).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
    const versions = events.map((event) => Number(event.object.metadata.resourceVersion));
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
    expect(versions[0]).toBe(Number(created.metadata.resourceVersion));
    expect(versions[1]).toBe(Number(scaled.metadata.resourceVersion));
    expect(versions[2]).toBe(store.version);
  });

  it('makes no event of a write that changes nothing', () => {
    const { store, events } = newStore();
    const created = store.create(web(), BY);
    store.update(structuredClone(created) as KubeObject, { manager: 'other' });
    store.scale(DEPLOYMENT, 'shop', 'web', 3, BY);
    expect(events).toHaveLength(1);
  });

  it('moves the generation by spec and, for Deployments, by annotations, but not by status', () => {
    const { store } = newStore();
    const created = store.create(web(), BY);
    expect(created.metadata.generation).toBe(1);
    const annotated = store.update({ ...created, metadata: { ...created.metadata, annotations: { a: '1' } } }, BY);
    expect(annotated.metadata.generation).toBe(2);
    const status = { ...annotated, status: { observedGeneration: 2 } };
    const marked = { ...status, metadata: { ...annotated.metadata, annotations: { a: '1', revision: '1' } } };
    const reported = store.update(marked, BY, { subresource: 'status' });
    expect(reported.metadata.generation).toBe(2);
    expect(reported.metadata.annotations).toEqual({ a: '1', revision: '1' });
    expect(store.scale(DEPLOYMENT, 'shop', 'web', 4, BY).metadata.generation).toBe(3);
  });

  it('moves the generation of an Application with its status, which is no subresource', () => {
    const { store } = newStore();
    const app = store.create(application({ name: 'web', repoURL: 'x', destination: 'shop' }), BY);
    expect(store.update({ ...app, status: { health: {} } }, BY).metadata.generation).toBe(2);
  });

  it('keeps status out of a write of the object, and the rest out of a write of status', () => {
    const { store } = newStore();
    const created = store.create(web(), BY);
    const written = store.update({ ...created, spec: { ...created.spec, replicas: 4 }, status: { replicas: 9 } }, BY);
    expect(written.status).toEqual({});
    const reported = store.update({ ...written, spec: {}, status: { replicas: 4 } }, BY, { subresource: 'status' });
    expect(reported.spec).toBe(written.spec);
    expect(reported.status).toEqual({ replicas: 4 });
  });
});

describe('refusals', () => {
  it.each([
    [404, 'deployments.apps "db" not found', (store: Store) => store.scale(DEPLOYMENT, 'shop', 'db', 1, BY)],
    [409, 'deployments.apps "web" already exists', (store: Store) => store.create(web(), BY)],
    [
      409,
      'Operation cannot be fulfilled on deployments.apps "web": the object has been modified; please apply your changes to the latest version and try again',
      (store: Store) => store.update({ ...web(5), metadata: { ...web().metadata, resourceVersion: '1' } }, BY),
    ],
    [
      400,
      'an empty namespace may not be set during creation',
      (store: Store) => store.create(workload({ name: 'db' }), BY),
    ],
  ] as const)('%i %s', (code, message, act) => {
    const { store } = newStore();
    store.create(web(), BY);
    expect(() => act(store)).toThrow(message);
    try {
      act(store);
    } catch (error) {
      expect((error as ApiError).code).toBe(code);
      expect((error as ApiError).toStatus()).toMatchObject({ kind: 'Status', status: 'Failure', code, message });
    }
  });

  it('lets a guard refuse what a webhook would', () => {
    const { store, events } = newStore();
    store.create(web(), BY);
    const end = store.guard((author) => (author.manager === 'argocd-controller' ? 'not today' : undefined));
    const live = store.get(DEPLOYMENT, 'shop', 'web') as KubeObject;
    const change = { ...live, spec: { ...live.spec, replicas: 9 } };
    expect(() => store.update(change, { manager: 'argocd-controller' })).toThrow('not today');
    expect(events).toHaveLength(1);
    end();
    expect(store.update(change, { manager: 'argocd-controller' }).spec?.['replicas']).toBe(9);
  });

  it('writes nothing in a dry run, and says what it would', () => {
    const { store, events } = newStore();
    const version = store.version;
    const shown = store.create(web(), BY, { dryRun: true });
    expect(shown.metadata.managedFields).toHaveLength(1);
    expect(store.get(DEPLOYMENT, 'shop', 'web')).toBeUndefined();
    expect(store.version).toBe(version);
    expect(events).toEqual([]);
  });
});

describe('history', () => {
  it('tells what came after a version', () => {
    const { store } = newStore();
    const created = store.create(web(), BY);
    store.scale(DEPLOYMENT, 'shop', 'web', 5, BY);
    const missed = store.eventsSince(Number(created.metadata.resourceVersion));
    expect(missed.map((event) => event.object.spec?.['replicas'])).toEqual([5]);
  });

  it('answers 410 for a version that was compacted away, and keeps no more than its limit', () => {
    const { store } = newStore(5);
    const first = store.version;
    store.create(web(), BY);
    for (let replicas = 4; replicas < 40; replicas += 1) store.scale(DEPLOYMENT, 'shop', 'web', replicas, BY);
    expect(() => store.eventsSince(first)).toThrow('too old resource version');
    expect(store.eventsSince(store.version - 5)).toHaveLength(5);
    const before = store.version;
    store.compact();
    expect(store.eventsSince(before)).toEqual([]);
    expect(() => store.eventsSince(before - 1)).toThrow(ApiError);
  });
});
