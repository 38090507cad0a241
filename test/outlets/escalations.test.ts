import { describe, expect, it } from 'vitest';
import type { ContestedCounts } from '../../src/model/observations.ts';
import { Escalations } from '../../src/outlets/escalations.ts';
import { WEB, WEB_APP } from '../support/report-fixtures.ts';

const MINUTE = 60_000;

function counts(replicaSecondsShort: number, state: ContestedCounts['state'] = 'confirmed'): ContestedCounts {
  return {
    conflictId: 'a',
    workload: WEB,
    application: WEB_APP,
    field: '/spec/replicas',
    state,
    reversals: 1,
    replicaSecondsShort,
    podsUp: 0,
    podsDown: 0,
    writes: {},
    replicas: { spec: 3, wanted: 9, declared: 3 },
  };
}

/** The minute in which a fight escalates that lacks so many of nine replicas all the time; null: within an hour never. */
function escalatesAt(short: number, before = 0): number | null {
  const escalations = new Escalations();
  for (let at = 0; at <= 60 * MINUTE; at += 15_000) {
    const lacked = before + (short * at) / 1000;
    if (escalations.look(at, [counts(lacked)]).length > 0) return at / MINUTE;
  }
  return null;
}

describe('an escalation', () => {
  it('comes when a quarter of the replicas is missing over ten minutes, for two minutes on end', () => {
    // 6 of 9 missing: a quarter of ten minutes is reached after 3:45, and two minutes later it is told.
    expect(escalatesAt(6)).toBe(6);
    expect(escalatesAt(3)).toBeCloseTo(9.75, 5);
    expect(escalatesAt(2.3)).toBeCloseTo(12, 0);
    expect(escalatesAt(2)).toBe(null);
  });

  it('does not count what was lost before anybody looked', () => {
    expect(escalatesAt(2, 100_000)).toBe(null);
  });

  it('comes once, until the fight was over', () => {
    const escalations = new Escalations();
    let lost = 0;
    const run = (from: number, to: number) => {
      let times = 0;
      for (let at = from; at <= to; at += 15_000) {
        lost += 6 * 15;
        times += escalations.look(at, [counts(lost)]).length;
      }
      return times;
    };
    expect(run(0, 60 * MINUTE)).toBe(1);
    expect(escalations.has('a')).toBe(true);
    expect(escalations.look(61 * MINUTE, [counts(lost, 'resolved')])).toEqual([]);
    escalations.forget('a');
    expect(run(62 * MINUTE, 90 * MINUTE)).toBe(1);
  });

  it('does not come twice over a restart', () => {
    const escalations = new Escalations();
    escalations.restore(['a']);
    for (let at = 0; at < 30 * MINUTE; at += 15_000) expect(escalations.look(at, [counts(at)])).toEqual([]);
    expect(escalations.all()).toEqual(['a']);
  });

  it('needs to know what is wanted', () => {
    const escalations = new Escalations();
    const { replicas: _, ...unknown } = counts(0);
    for (let at = 0; at < 30 * MINUTE; at += 15_000)
      expect(escalations.look(at, [{ ...unknown, replicaSecondsShort: at }])).toEqual([]);
  });
});
