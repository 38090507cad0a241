import { describe, expect, it } from 'vitest';
import { addChurn, ChurnLog, integrateShortfall, settleShortfall, wantedReplicas } from '../../src/detect/impact.ts';
import { newRecord } from '../../src/detect/record.ts';
import { clusterOf, type RawObject, rawHpa } from '../support/cluster.ts';
import { replicaSetFact, WEB, workloadFact, writerOf } from '../support/facts.ts';

const hpa = (desired: number | null, max = 9, name = 'web'): RawObject => {
  const raw = rawHpa({ name });
  return {
    ...raw,
    spec: { ...(raw['spec'] as RawObject), maxReplicas: max },
    status:
      desired === null
        ? {}
        : {
            desiredReplicas: desired,
            conditions: [{ type: 'ScalingActive', status: 'True', reason: 'ValidMetricFound' }],
          },
  };
};

describe('what the scaler wants', () => {
  it.each<[string, readonly RawObject[], number | null, number | null]>([
    ['is what the HPA computed', [hpa(6)], null, 6],
    ['is capped by maxReplicas', [hpa(20, 9)], null, 9],
    ['is what it wrote last, before it computed anything', [hpa(null)], 4, 4],
    ['is what it wrote last, while it stands at zero', [hpa(0)], 4, 4],
    ['is the most that any of several wants', [hpa(4, 9, 'a'), hpa(7, 9, 'b')], null, 7],
    ['is not known without an HPA', [], 4, null],
    ['is not known where nothing was computed or written', [hpa(null)], null, null],
  ])('%s', (_, objects, written, wanted) => {
    expect(wantedReplicas(workloadFact(), clusterOf(...objects), written)).toBe(wanted);
  });
});

describe('replica-seconds short', () => {
  const fresh = () =>
    newRecord({
      kind: 'replicas',
      ref: WEB,
      fieldClass: '/spec/replicas',
      application: null,
      writers: [writerOf('hpa:web'), writerOf('argocd:web')],
      startedAt: 0,
    }).impact;

  it('add up what is missing over the time it is missing, never what is too much', () => {
    const impact = fresh();
    integrateShortfall(impact, 0, 3, 9);
    integrateShortfall(impact, 10_000, 9, 9);
    integrateShortfall(impact, 20_000, 12, 9);
    integrateShortfall(impact, 30_000, 6, 9);
    settleShortfall(impact, 40_000);
    expect(impact).toMatchObject({ replicaSecondsShort: 6 * 10 + 3 * 10, lowest: 3, wanted: 9 });
  });

  it('do not shrink when the clock jumps back', () => {
    const impact = fresh();
    integrateShortfall(impact, 0, 3, 9);
    settleShortfall(impact, 10_000);
    settleShortfall(impact, 5_000);
    settleShortfall(impact, 10_000);
    expect(impact.replicaSecondsShort).toBe(60);
  });

  it('count nothing while nobody says what is wanted', () => {
    const impact = fresh();
    integrateShortfall(impact, 0, 3, null);
    settleShortfall(impact, 60_000);
    expect(impact).toMatchObject({ replicaSecondsShort: 0, lowest: 3, wanted: null });
  });
});

describe('pods that come and go', () => {
  it('are what the ReplicaSets were told, with each new template', () => {
    const log = new ChurnLog();
    const step = (before: number | null, after: number | null, origin: 'list' | 'watch' = 'watch') =>
      log.observe(
        before === null ? undefined : replicaSetFact('a', before),
        after === null ? undefined : replicaSetFact('a', after),
        5,
        origin,
      )?.step ?? null;
    expect(step(null, 3, 'list')).toBeNull();
    expect(step(3, 6)).toEqual({ at: 5, up: 3, down: 0, newHash: false });
    expect(step(6, 3)).toEqual({ at: 5, up: 0, down: 3, newHash: false });
    expect(step(3, 3)).toBeNull();
    expect(step(null, 2)).toEqual({ at: 5, up: 2, down: 0, newHash: true });
    expect(step(2, null)).toEqual({ at: 5, up: 0, down: 2, newHash: false });
  });

  it('are those of a StatefulSet itself, which has no ReplicaSets', () => {
    const log = new ChurnLog();
    log.observeOwn('uid-sts', 6, 2, 5);
    expect(log.since('uid-sts', 5)).toEqual([{ at: 5, up: 0, down: 4, newHash: false }]);
    expect(log.since('uid-sts', 6)).toEqual([]);
    log.forget('uid-sts');
    expect(log.since('uid-sts', 0)).toEqual([]);
  });

  it('are remembered for the first revert only, and dropped when they are old', () => {
    const log = new ChurnLog();
    for (let i = 0; i < 100; i++) log.observeOwn('uid-sts', 1, 2, i);
    expect(log.since('uid-sts', 0)).toHaveLength(24);
    log.prune(1_000);
    expect(log.since('uid-sts', 0)).toEqual([]);
  });

  it('without a controller belong to nobody', () => {
    const orphan = replicaSetFact('a', 3, { controllerUid: null });
    expect(new ChurnLog().observe(undefined, orphan, 0, 'watch')).toBeNull();
  });

  it('are added to the record', () => {
    const record = newRecord({
      kind: 'template',
      ref: WEB,
      fieldClass: '/spec/template',
      application: null,
      writers: [writerOf('human:kubectl'), writerOf('argocd:web')],
      startedAt: 0,
    });
    addChurn(record, { at: 0, up: 3, down: 1, newHash: true });
    addChurn(record, { at: 0, up: 0, down: 2, newHash: false });
    expect(record.impact).toMatchObject({ podsCreated: 3, podsDeleted: 3, templateHashes: 1 });
  });
});
