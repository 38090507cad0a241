import { describe, expect, it } from 'vitest';
import { conflictOf } from '../../src/detect/conflict-view.ts';
import { fieldClassOf, Ledger } from '../../src/detect/ledger.ts';
import { ClusterModel } from '../../src/model/cluster-model.ts';
import type { Transition } from '../../src/model/observations.ts';
import type { Heal } from '../../src/model/verdicts.ts';
import { WEB, writeOf, writerOf } from '../support/facts.ts';

function book() {
  const told: Transition[] = [];
  const model = new ClusterModel();
  const ledger = new Ledger(
    (record, now) => conflictOf(record, now, model),
    (observation) => {
      if (observation.type === 'transition') told.push(observation.transition);
    },
  );
  const open = (name = 'web', field = '/spec/replicas') =>
    ledger.obtain({
      ref: { ...WEB, name },
      field,
      writers: [writerOf('human:kubectl'), writerOf('argocd:web')],
      application: null,
      startedAt: 1_000,
    }).record;
  const revert = (record: ReturnType<typeof open>, at: number) => {
    const write = writeOf('argocd:web', 7, 3, at);
    const undone = {
      key: 'human',
      writer: writerOf('human:kubectl'),
      from: 3,
      to: 7,
      startedAt: at,
      lastAt: at,
      gap: false,
    };
    ledger.addReversal(record, { at, write, undone, restores: true });
    ledger.weigh(record, at);
  };
  return { ledger, told, open, revert };
}

describe('the book of conflicts', () => {
  it('tells of each step once', () => {
    const { ledger, told, open, revert } = book();
    const record = open();
    for (let i = 1; i <= 6; i++) revert(record, i * 60_000);
    ledger.resolve(record, 'quiet', 9_000_000);
    expect(told.map(({ from, to }) => `${from} ${to}`)).toEqual([
      'null suspected',
      'suspected confirmed',
      'confirmed resolved',
    ]);
    expect(record).toMatchObject({ detectedAt: 180_000, resolvedAt: 9_000_000, resolution: 'quiet' });
  });

  it('opens what was resolved again under its old id, and only when it is a fight again', () => {
    const { ledger, told, open, revert } = book();
    const record = open();
    for (let i = 1; i <= 3; i++) revert(record, i * 60_000);
    ledger.resolve(record, 'quiet', 9_000_000);
    revert(record, 9_060_000);
    expect(record.state).toBe('resolved');
    revert(record, 9_120_000);
    expect(record).toMatchObject({ state: 'suspected', resolution: null, resolvedAt: null });
    expect(new Set(told.map(({ conflict }) => conflict.id)).size).toBe(1);
  });

  it('finds one record for one object, part and pair of contenders, whoever is named first', () => {
    const { ledger, open } = book();
    const record = open();
    expect(ledger.find(WEB, '/spec/replicas', [writerOf('argocd:web'), writerOf('human:k9s')])).toBe(record);
    expect(open()).toBe(record);
    expect(open('api')).not.toBe(record);
    expect(ledger.byId(record.id)).toBe(record);
  });

  it('forgets a single revert when it has faded, and of what is over the oldest', () => {
    const { ledger, open, revert } = book();
    revert(open(), 60_000);
    ledger.prune(120_000);
    expect([...ledger.all()]).toHaveLength(1);
    ledger.prune(120_000 + 4 * 3_600_000);
    expect([...ledger.all()]).toHaveLength(0);
    for (let i = 0; i < 250; i++) {
      const record = open(`web-${i}`);
      ledger.confirm(record, i);
      ledger.resolve(record, 'quiet', 1_000 + i);
    }
    ledger.prune(2_000);
    expect([...ledger.all()].map(({ ref }) => ref.name)).toEqual(
      Array.from({ length: 200 }, (_, i) => `web-${i + 50}`),
    );
    expect(ledger.unresolvedOf({ ...WEB, name: 'web-0' })).toEqual([]);
  });

  it('takes evidence only for what is not over', () => {
    const { ledger, open } = book();
    const record = open();
    ledger.confirm(record, 1);
    ledger.witness(writeOf('human:kubectl', 3, 7, 2));
    ledger.resolve(record, 'quiet', 3);
    ledger.witness(writeOf('human:kubectl', 3, 7, 4));
    expect(record.evidence).toHaveLength(1);
  });
});

describe('fields that are one fight', () => {
  it.each([
    ['/spec/replicas', '/spec/replicas'],
    ['/spec/template', '/spec/template'],
    ['/spec/template/spec/containers/0/image', '/spec/template'],
    ['/spec/templates/0', '/spec/templates'],
    ['/data/checkout', '/data'],
    ['/webhooks/2/clientConfig/caBundle', '/webhooks'],
    ['/metadata/annotations/example.com~1a', '/metadata/annotations'],
    ['/metadata/labels/a', '/metadata/labels'],
    ['/spec', '/spec'],
    ['', ''],
  ])('"%s" belongs to "%s"', (field, fieldClass) => {
    expect(fieldClassOf(field)).toBe(fieldClass);
  });
});

describe('a reversal that waited for its operation', () => {
  it('weighs what it weighed when it was made', () => {
    const { ledger, open } = book();
    const record = open();
    record.score = { value: 2.3, at: 60_000 };
    ledger.weigh(record, 65_000);
    expect(record.state).toBe('confirmed');
  });

  it('knows which fights an Application has to do with, at home or as the other owner', () => {
    const { ledger } = book();
    const obtain = (name: string, other: string, home: string | null) =>
      ledger.obtain({
        ref: { ...WEB, name },
        field: '/spec/replicas',
        writers: [writerOf(other), writerOf(`argocd:${home ?? name}`)],
        application: home === null ? null : { namespace: 'argocd', name: home },
        startedAt: 1_000,
      }).record;
    const own = obtain('a', 'hpa:a', 'a');
    const shared = obtain('shared', 'argocd:a', 'b');
    const homeless = obtain('c', 'hpa:c', null);
    for (const record of [own, shared, homeless]) ledger.confirm(record, 2_000);
    expect(ledger.openOf({ namespace: 'argocd', name: 'a' })).toEqual([own]);
    expect(ledger.openOf({ namespace: 'argocd', name: 'b' })).toEqual([shared]);
    expect(ledger.openOf({ namespace: 'elsewhere', name: 'a' })).toEqual([]);
    const heal: Heal = {
      application: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', namespace: 'argocd', name: 'a' },
      applicationUid: 'uid-a',
      kind: 'self-heal',
      startedAt: 3_000,
      seenAt: 3_000,
      finishedAt: null,
      endSeenAt: null,
      phase: 'Running',
      resources: [],
      attempts: 1,
      revision: '',
      newRevision: false,
      message: '',
    };
    ledger.healed(heal);
    expect([own, shared, homeless].map(({ course }) => course.heals.length)).toEqual([1, 1, 0]);
    ledger.resolve(own, 'quiet', 4_000);
    expect(ledger.openOf({ namespace: 'argocd', name: 'a' })).toEqual([]);
  });
});
