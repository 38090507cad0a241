import { describe, expect, it } from 'vitest';
import {
  addEvidence,
  addValue,
  type ConflictRecord,
  countReversal,
  mainField,
  newRecord,
  periodSeconds,
} from '../../src/detect/record.ts';
import { WEB, writeOf, writerOf } from '../support/facts.ts';

function record(): ConflictRecord {
  return newRecord({
    kind: 'replicas',
    ref: WEB,
    fieldClass: '/spec/replicas',
    application: { namespace: 'argocd', name: 'web' },
    writers: [writerOf('hpa:web'), writerOf('argocd:web')],
    startedAt: 1_000,
  });
}

describe('evidence', () => {
  it('says when, who, from, to and how we know, newest last', () => {
    const one = record();
    addEvidence(one, writeOf('hpa:web', 3, 6, 1_000));
    addEvidence(one, writeOf('argocd:web', 6, 3, 2_000, { gap: true }));
    expect(one.evidence).toEqual([
      { at: 1_000, writer: 'hpa/web', from: 3, to: 6, source: 'managedFields kube-controller-manager/scale' },
      {
        at: 2_000,
        writer: 'argocd/web',
        from: 6,
        to: 3,
        source: 'managedFields argocd-controller; versions before it were missed',
      },
    ]);
    expect(one.writes).toEqual({ hpa: 1, argocd: 1 });
  });

  it('is bounded, and takes one write once', () => {
    const one = record();
    for (let i = 0; i < 200; i++) {
      addEvidence(one, writeOf('hpa:web', 3, i, i));
      addEvidence(one, writeOf('hpa:web', 3, i, i));
    }
    expect([one.evidence.length, one.evidence.at(-1)?.to, one.writes.hpa]).toEqual([40, 199, 200]);
  });

  it('of a third writer is kept, though it is no contender', () => {
    const one = record();
    addEvidence(one, writeOf('human:kubectl', 6, 9, 1_000));
    expect([one.evidence.length, one.contenders.map(({ values }) => values)]).toEqual([1, [[], []]]);
  });

  it('names a contender by its manager as soon as one write is signed', () => {
    const one = newRecord({
      ...record(),
      kind: 'replicas',
      writers: [{ ...writerOf('keda:web'), manager: null }, writerOf('argocd:web')],
    });
    addEvidence(one, writeOf('keda:web', 0, 4, 1));
    expect(one.contenders[0]?.writer.manager).toBe('keda-operator');
  });
});

describe('the values of a contender', () => {
  it('are distinct, newest last, at most eight', () => {
    const [contender] = record().contenders;
    if (contender === undefined) throw new Error('no contender');
    for (const value of [1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 4]) addValue(contender, value);
    expect(contender.values).toEqual([3, 5, 6, 7, 8, 9, 1, 4]);
  });
});

describe('reversals', () => {
  it('of several fields by one write are one', () => {
    const one = record();
    expect([countReversal(one, 5_000, '/a'), countReversal(one, 5_000, '/b'), countReversal(one, 6_000, '/b')]).toEqual(
      [true, false, true],
    );
    expect([one.reversals, mainField(one)]).toEqual([2, '/b']);
  });

  it('that waited for their operation do not set the clock back', () => {
    const one = record();
    countReversal(one, 9_000, '/a');
    countReversal(one, 7_000, '/a');
    expect([one.reversals, one.lastReversalAt]).toEqual([2, 9_000]);
  });

  it('of a field that is not known count, too', () => {
    const one = record();
    countReversal(one, 9_000, null);
    expect([one.reversals, mainField(one)]).toEqual([1, null]);
  });
});

describe('the field a fight is named after', () => {
  it('is undone most often, then first in order', () => {
    const one = record();
    for (const [at, field] of [
      [1, '/b'],
      [2, '/a'],
      [3, '/c'],
      [4, '/c'],
    ] as const)
      countReversal(one, at, field);
    expect(mainField(one)).toBe('/c');
    countReversal(one, 5, '/a');
    expect(mainField(one)).toBe('/a');
  });
});

describe('the period', () => {
  it.each([
    ['is not known below two reversals', [0], null],
    ['is the distance of two', [0, 15_000], 15],
    ['is the median, which no pause and no burst moves', [0, 15_000, 30_000, 330_000, 345_000], 15],
    ['lies between the two in the middle', [0, 10_000, 30_000], 15],
    ['does not depend on the order in which they were judged', [30_000, 0, 15_000], 15],
  ])('%s', (_, times, period) => {
    const one = record();
    for (const at of times) countReversal(one, at, '/spec/replicas');
    expect(periodSeconds(one)).toBe(period);
  });
});
