/** A conflict as people read it: one sentence, what it costs, and what goes on now. */
import { describe, expect, it } from 'vitest';
import { conflictOf } from '../../src/detect/conflict-view.ts';
import { addValue, countReversal, newRecord } from '../../src/detect/record.ts';
import { loadJqEngine } from '../../src/kubernetes/jq-engine.ts';
import { ClusterModel } from '../../src/model/cluster-model.ts';
import type { Json } from '../../src/model/facts.ts';
import { clusterOf, type RawObject, rawApplication } from '../support/cluster.ts';
import { WEB, writerOf } from '../support/facts.ts';
import { Story } from '../support/story.ts';

const jq = await loadJqEngine();

function record(
  by: string,
  values: readonly Json[],
  reversals: readonly number[],
  field: string | null = '/spec/replicas',
) {
  const one = newRecord({
    kind: 'replicas',
    ref: WEB,
    fieldClass: '/spec/replicas',
    application: { namespace: 'argocd', name: 'web' },
    writers: [writerOf(by), writerOf('argocd:web')],
    startedAt: 0,
  });
  one.state = 'confirmed';
  const [other, argocd] = one.contenders;
  for (const value of values) if (other !== undefined) addValue(other, value);
  if (argocd !== undefined) addValue(argocd, 3);
  for (const at of reversals) countReversal(one, at, field);
  return one;
}

describe('the sentence', () => {
  it.each<[string, string, readonly Json[], readonly number[], string | null]>([
    [
      'HPA web (sets 6, 9) and Argo CD Application web (sets 3) fight over /spec/replicas of Deployment shop/web: 2 reversals, one every 15 s.',
      'hpa:web',
      [6, 9],
      [0, 15_000],
      '/spec/replicas',
    ],
    [
      'KEDA ScaledObject queue (sets 0) and Argo CD Application web (sets 3) fight over /spec/replicas of Deployment shop/web: reverted once.',
      'keda:queue',
      [0],
      [0],
      '/spec/replicas',
    ],
    [
      'a person (kubectl) (sets 7) and Argo CD Application web (sets 3) fight over /spec/replicas of Deployment shop/web: reverted once.',
      'human:kubectl',
      [7],
      [0],
      '/spec/replicas',
    ],
    [
      'controller pykube-ng (sets 0) and Argo CD Application web (sets 3) fight over a field not known yet of Deployment shop/web: reverted once.',
      'controller:pykube-ng',
      [0],
      [0],
      null,
    ],
    [
      'controller x (sets 3, 4, 5) and Argo CD Application web (sets 3) fight over /spec/replicas of Deployment shop/web: reverted once.',
      'controller:x',
      [1, 2, 3, 4, 5],
      [0],
      '/spec/replicas',
    ],
  ])('reads: %s', (sentence, by, values, reversals, field) => {
    expect(conflictOf(record(by, values, reversals, field), 20_000, new ClusterModel()).summary).toBe(sentence);
  });

  it('cuts long values', () => {
    const { summary } = conflictOf(record('controller:x', ['y'.repeat(500)], [0]), 0, new ClusterModel());
    expect(summary.length).toBeLessThan(200);
  });

  it('says of what is over that they fought', () => {
    const one = record('hpa:web', [6], [0]);
    one.state = 'resolved';
    expect(conflictOf(one, 0, new ClusterModel()).summary).toContain(' fought over ');
  });
});

describe('a zero that nobody signed', () => {
  const synced = (...resources: readonly string[]) => {
    const model = new ClusterModel();
    for (const resource of resources) model.apply({ type: 'synced', at: 0, resource });
    return model;
  };

  it.each<[string, string, readonly Json[], readonly number[], ClusterModel]>([
    ["is KEDA's way, again and again", 'keda', [0], [0, 30_000], synced('deployments')],
    ['once is anybody', 'unknown', [0], [0], synced('deployments')],
    ['is not KEDA where other values came unsigned, too', 'unknown', [0, 4], [0, 30_000], synced('deployments')],
  ])('%s', (_, kind, values, reversals, model) => {
    expect(conflictOf(record('unknown:', values, reversals), 40_000, model).contenders[0]?.kind).toBe(kind);
  });
});

describe('what goes on', () => {
  const MINUTE = 60_000;
  const app = (status: 'Synced' | 'OutOfSync', phase = 'Succeeded'): RawObject =>
    rawApplication({
      syncStatus: status,
      resources: [`apps/Deployment:shop/web${status === 'Synced' ? '' : ' OutOfSync'}`],
      operationState: {
        phase,
        startedAt: '2026-11-21T05:00:00Z',
        finishedAt: '2026-11-21T05:00:01Z',
        operation: { sync: {} },
      },
    });
  const project: RawObject = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name: 'default', namespace: 'argocd', uid: 'p' },
    spec: { syncWindows: [{ kind: 'deny', schedule: '0 0 * * *', duration: '1h' }] },
  };

  it.each<[string, string, number, readonly RawObject[]]>([
    ['it goes on within the backoff', 'fighting', 5 * MINUTE, [app('OutOfSync')]],
    ['it stands still, and nothing differs', 'dormant', 7 * MINUTE, [app('Synced')]],
    ['it stands still though it differs', 'blocked', 7 * MINUTE, [app('OutOfSync')]],
    ['the last sync failed', 'blocked', 1, [app('OutOfSync', 'Failed')]],
    ['the project has windows, and a minute has passed', 'blocked', 2 * MINUTE, [app('OutOfSync'), project]],
    ['the project has windows, but it goes on', 'fighting', 1, [app('OutOfSync'), project]],
  ])('%s: %s', (_, activity, quietFor, objects) => {
    expect(conflictOf(record('hpa:web', [6], [0]), quietFor, clusterOf(...objects)).activity).toBe(activity);
  });
});

describe('what it costs', () => {
  it('is what was missing while Argo CD held it down', () => {
    const story = new Story();
    story.hpaWants(9);
    story.hpaScales(9).argoHeals().after(30).hpaScales(9).after(30);
    // 6 missing for the 30.2 s between the revert and the next write of the HPA.
    const { impact } = story.watchedBy(jq).conflict();
    expect(impact).toMatchObject({ lowest: 3, wanted: 9 });
    expect(impact.replicaSecondsShort).toBeGreaterThanOrEqual(180);
    expect(impact.replicaSecondsShort).toBeLessThanOrEqual(183);
  });

  it('grows while it lasts, and not after it is over', () => {
    const story = new Story();
    story.hpaScales(9).argoHeals().after(30);
    const early = story.watchedBy(jq).conflict().impact.replicaSecondsShort;
    story.after(30);
    const later = story.watchedBy(jq).conflict().impact.replicaSecondsShort;
    expect(later - early).toBe(180);
    story.ruleComes().after(60);
    const over = story.watchedBy(jq).conflict().impact.replicaSecondsShort;
    expect(story.after(3600).watchedBy(jq).conflict().impact.replicaSecondsShort).toBe(over);
  });

  it('is nothing where Argo CD holds it up', () => {
    const story = new Story({ git: 8 });
    story.hpaWants(2);
    expect(
      story
        .fight(3, 15, (one) => one.hpaScales(2))
        .watchedBy(jq)
        .conflict().impact.replicaSecondsShort,
    ).toBe(0);
  });

  it('of a StatefulSet counts its own pods', () => {
    const story = new Story({ kind: 'StatefulSet' });
    const { impact } = story.fight(3, 15).watchedBy(jq).conflict();
    expect([impact.podsCreated, impact.podsDeleted]).toEqual([9, 9]);
  });
});
