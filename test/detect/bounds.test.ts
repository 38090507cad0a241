import { describe, expect, it } from 'vitest';
import { Ledger } from '../../src/detect/ledger.ts';
import { countReversal, newRecord } from '../../src/detect/record.ts';
import { TrackStore } from '../../src/detect/track-store.ts';
import type { Write, Writer } from '../../src/model/verdicts.ts';
import { WEB } from '../support/report-fixtures.ts';

const writer = (name: string): Writer => ({ kind: 'controller', name, manager: name, source: `managedFields ${name}` });
const pair = (name: string): [Writer, Writer] => [writer('a'), writer(name)];

function write(field: string, at: number): Write {
  return { at, ref: WEB, uid: 'u', field, from: 'x', to: 'y', writer: writer('a'), gap: false } as Write;
}

describe('what one object can make the detector remember', () => {
  it('ends with the fields that were written last', () => {
    const tracks = new TrackStore();
    for (let each = 0; each < 1_000; each += 1) {
      const field = `/metadata/annotations/key-${each}`;
      tracks.obtain(WEB, 'u', field, () => {}).take(write(field, each));
    }
    expect(tracks.all()).toHaveLength(256);
    expect(tracks.dropped).toBe(744);
    expect(tracks.find(WEB, '/metadata/annotations/key-999')?.writes).toHaveLength(1);
    expect(tracks.find(WEB, '/metadata/annotations/key-0')).toBeUndefined();
  });

  it('is not lessened by going on with the same fields', () => {
    const tracks = new TrackStore();
    for (let each = 0; each < 1_000; each += 1) tracks.obtain(WEB, `uid-${each}`, '/data/a', () => {});
    expect(tracks.all()).toHaveLength(1);
    expect(tracks.dropped).toBe(0);
  });

  it('has room for so many pairs of writers that have come to nothing, and never loses a conflict to them', () => {
    const ledger = new Ledger(
      () => ({}) as never,
      () => {},
    );
    const { record: fight } = ledger.obtain({
      ref: WEB,
      field: '/spec/replicas',
      writers: pair('b'),
      application: null,
      startedAt: 0,
    });
    ledger.confirm(fight, 1);
    for (let each = 0; each < 100; each += 1)
      ledger.obtain({ ref: WEB, field: '/data/a', writers: pair(`w${each}`), application: null, startedAt: each });
    expect([...ledger.all()]).toHaveLength(1 + 32);
    expect(ledger.dropped).toBe(68);
    expect(ledger.byId(fight.id)).toBe(fight);
    expect(ledger.find(WEB, '/data/a', pair('w99'))).toBeDefined();
  });

  it('names a bounded number of fields in one conflict, and counts every reversal', () => {
    const record = newRecord({
      kind: 'field',
      ref: WEB,
      fieldClass: '/data',
      application: null,
      writers: pair('b'),
      startedAt: 0,
    });
    for (let each = 0; each < 500; each += 1) countReversal(record, each, `/data/key-${each}`);
    expect(record.fields.size).toBe(64);
    expect(record.reversals).toBe(500);
  });
});
