/** The small stores of the detector: lenses, healed objects, counts, sight, and the checkpoint. */
import { describe, expect, it } from 'vitest';
import { readCheckpoint, takeCheckpoint } from '../../src/detect/checkpoint.ts';
import { HealedObjects } from '../../src/detect/healed-objects.ts';
import { LensDesk } from '../../src/detect/lens-desk.ts';
import { newRecord } from '../../src/detect/record.ts';
import { backoffCapMs } from '../../src/detect/resolution.ts';
import { Sight } from '../../src/detect/sight.ts';
import { SyncCounter } from '../../src/detect/sync-counter.ts';
import type { ApplicationFact } from '../../src/model/facts.ts';
import { clusterOf } from '../support/cluster.ts';
import { applicationFact, healOf, WEB, writerOf } from '../support/facts.ts';

describe('the desk of lenses', () => {
  it('asks once for an object, and takes a request away when it is handed on', () => {
    const desk = new LensDesk();
    desk.open(WEB, 'why', 0);
    desk.open({ ...WEB, apiVersion: 'apps/' }, 'again', 1);
    expect(desk.takeRequests()).toEqual([{ action: 'open', ref: WEB, reason: 'why' }]);
    expect(desk.takeRequests()).toEqual([]);
  });

  it('opens fifty at most, and counts what it refuses', () => {
    const desk = new LensDesk();
    for (let i = 0; i < 60; i++) desk.open({ ...WEB, name: `w${i}` }, 'why', 0);
    expect([desk.takeRequests().length, desk.refused]).toEqual([50, 10]);
  });

  it('closes what has been quiet for half an hour and is not contested', () => {
    const desk = new LensDesk();
    desk.open(WEB, 'why', 0);
    desk.open({ ...WEB, name: 'api' }, 'why', 0);
    desk.takeRequests();
    desk.touch({ ...WEB, name: 'api' }, 20 * 60_000);
    desk.closeIdle(31 * 60_000, () => true);
    expect(desk.takeRequests()).toEqual([]);
    desk.closeIdle(31 * 60_000, () => false);
    expect(desk.takeRequests().map(({ action, ref }) => `${action} ${ref.name}`)).toEqual(['close web']);
    expect(desk.get(WEB)).toBeUndefined();
  });
});

describe('an object that heals name and no write explains', () => {
  const flags = { group: '', kind: 'ConfigMap', namespace: '', name: 'flags' };
  const app: ApplicationFact = applicationFact({ resources: ['/ConfigMap:shop/flags OutOfSync'] });
  const due = (objects: HealedObjects, now: number, explained = false) =>
    objects
      .due(now, () => explained)
      .map(({ object }) => `${object.ref.kind} ${object.ref.namespace}/${object.ref.name} ${object.count}`);

  it('is told once its writes had the time to come', () => {
    const objects = new HealedObjects();
    objects.ended(healOf({ resources: [flags] }), app, 11_000);
    expect(due(objects, 15_000)).toEqual([]);
    expect(due(objects, 16_000)).toEqual(['ConfigMap shop/flags 1']);
    expect(due(objects, 99_000)).toEqual([]);
  });

  it('is not told where a write explains it, or a fight does', () => {
    const objects = new HealedObjects();
    const heal = healOf({ resources: [flags] });
    objects.explain(heal, { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'flags' });
    objects.ended(heal, app, 11_000);
    expect(due(objects, 20_000)).toEqual([]);
    objects.ended(healOf({ resources: [flags], startedAt: 20_000 }), app, 21_000);
    expect(due(objects, 30_000, true)).toEqual([]);
  });

  it.each([
    ['that failed', { phase: 'Failed' }],
    ['of somebody', { kind: 'manual' as const }],
    ['of a new revision', { kind: 'revision' as const }],
  ])('is not told of an operation %s', (_, more) => {
    const objects = new HealedObjects();
    objects.ended(healOf({ resources: [flags], ...more }), app, 11_000);
    expect(due(objects, 20_000)).toEqual([]);
  });

  it.each<[string, ApplicationFact, string]>([
    ['where status.resources says', app, 'shop'],
    [
      'cluster-scoped, where status.resources says so',
      applicationFact({ resources: ['/ConfigMap:/flags OutOfSync'] }),
      '',
    ],
    ['in the destination, where nothing says', applicationFact({ resources: [] }), 'shop'],
  ])('stands %s', (_, application, namespace) => {
    const objects = new HealedObjects();
    objects.ended(healOf({ resources: [flags] }), application, 11_000);
    expect(objects.due(20_000, () => false)[0]?.object.ref.namespace).toBe(namespace);
  });

  it('is one of twenty at most that one heal brings under suspicion', () => {
    const objects = new HealedObjects();
    const many = Array.from({ length: 5_000 }, (_, i) => ({ ...flags, name: `cm${i}` }));
    objects.ended(healOf({ resources: many }), app, 11_000);
    expect(due(objects, 20_000)).toHaveLength(20);
  });

  it('is forgotten when it has been left alone for long', () => {
    const objects = new HealedObjects();
    objects.ended(healOf({ resources: [flags] }), app, 11_000);
    const ref = objects.due(20_000, () => false)[0]?.object.ref ?? WEB;
    objects.prune(30_000);
    expect(objects.get(ref)).toBeDefined();
    objects.prune(4 * 3_600_000);
    expect(objects.get(ref)).toBeUndefined();
  });
});

describe('operations begun', () => {
  it('are counted by Application and trigger, and forgotten with it', () => {
    const counter = new SyncCounter();
    counter.add(healOf());
    counter.add(healOf());
    counter.add(healOf({ kind: 'manual' }));
    const web = { namespace: 'argocd', name: 'web' };
    expect(counter.of(web)).toEqual({ 'self-heal': 2, revision: 0, manual: 1, other: 0 });
    expect(counter.of({ ...web, namespace: 'elsewhere' })).toBeUndefined();
    counter.forget(healOf().application);
    expect(counter.of(web)).toBeUndefined();
  });
});

describe('sight', () => {
  it('begins with the first time told', () => {
    const sight = new Sight();
    sight.opened(1_000);
    sight.opened(2_000);
    expect([sight.blind(), sight.sightedSince()]).toEqual([false, 1_000]);
  });

  it('is lost while an essential kind is interrupted, and begins anew with its list', () => {
    const sight = new Sight();
    sight.interrupted('deployments');
    sight.interrupted('applications');
    sight.synced('deployments', 5_000);
    expect(sight.blind()).toBe(true);
    sight.synced('applications', 6_000);
    expect([sight.blind(), sight.sightedSince()]).toEqual([false, 6_000]);
  });

  it('is not lost with Events, and not renewed by a list of what was never interrupted', () => {
    const sight = new Sight();
    sight.interrupted('events');
    sight.synced('deployments', 5_000);
    expect([sight.blind(), sight.sightedSince()]).toEqual([false, 0]);
  });

  it('is kept by cluster, with the Applications as what all of them need', () => {
    const sight = new Sight();
    sight.opened(1_000);
    expect([sight.blind('prod-eu'), sight.blind()]).toEqual([true, false]);
    sight.synced('deployments', 2_000, 'prod-eu');
    expect([sight.blind('prod-eu'), sight.sightedSince('prod-eu')]).toEqual([false, 2_000]);
    sight.interrupted('deployments', 'prod-eu');
    expect([sight.blind('prod-eu'), sight.blind()]).toEqual([true, false]);
    sight.synced('deployments', 3_000, 'prod-eu');
    expect([sight.sightedSince('prod-eu'), sight.sightedSince()]).toEqual([3_000, 1_000]);
    sight.interrupted('applications');
    expect([sight.blind('prod-eu'), sight.blind()]).toEqual([true, true]);
    sight.synced('applications', 4_000);
    expect([sight.sightedSince('prod-eu'), sight.sightedSince()]).toEqual([4_000, 4_000]);
  });
});

describe('a checkpoint', () => {
  const record = newRecord({
    kind: 'replicas',
    ref: WEB,
    fieldClass: '/spec/replicas',
    application: null,
    writers: [writerOf('hpa:web'), writerOf('argocd:web')],
    startedAt: 1,
  });
  record.fields.set('/spec/replicas', 3);
  const stored = () =>
    JSON.parse(JSON.stringify(takeCheckpoint({ records: [record], tracks: [], heals: [], notices: [] }, 99)));

  it('loses nothing on its way through a file', () => {
    expect(readCheckpoint(stored())).toEqual({
      at: 99,
      state: { records: [record], tracks: [], heals: [], notices: [], healed: [] },
    });
  });

  it.each<[string, unknown, RegExp]>([
    ['that is no object', 'x', /no JSON object/],
    ['of something else', { schema: 'x' }, /no checkpoint of Tugwatch/],
    ['of a version from far ahead', { ...stored(), version: 9 }, /version 9/],
    ['without a version', { ...stored(), version: undefined }, /version undefined/],
    ['that is cut off', { ...stored(), records: undefined }, /incomplete/],
  ])('%s is refused in a sentence', (_, value, words) => {
    const read = readCheckpoint(value);
    expect('refused' in read ? read.refused : '').toMatch(words);
  });

  it('keeps what is whole in it, and drops what is not', () => {
    const read = readCheckpoint({
      ...stored(),
      records: [null, {}, { id: 'x' }, ...stored().records],
      tracks: 7,
      heals: null,
      notices: 'x',
    });
    expect(read).toEqual({ at: 99, state: { records: [record], tracks: [], heals: [], notices: [], healed: [] } });
  });
});

describe('the longest pause between two heals', () => {
  it.each([
    ['is 300 s', {}, 300_000],
    ['is what argocd-cmd-params-cm says', { 'controller.self.heal.backoff.cap.seconds': '600' }, 600_000],
  ])('%s', (_, data, cap) => {
    const params = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'argocd-cmd-params-cm', namespace: 'argocd', uid: 'p' },
      data,
    };
    expect(backoffCapMs(clusterOf(params))).toBe(cap);
  });
});
