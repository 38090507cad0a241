import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { assessLiveness, assessReadiness, createLagMeter } from '../../src/telemetry/health.ts';
import * as given from '../support/report-fixtures.ts';

describe('readiness', () => {
  it('waits for the first list of every mandatory kind, and names what is missing', () => {
    const watches = [
      given.aWatch(),
      given.aWatch({ resource: 'applications.argoproj.io', listed: false, state: 'listing' }),
      given.aWatch({
        cluster: '',
        resource: 'replicasets.apps',
        listed: false,
        state: 'forbidden',
        message: 'grant list and watch',
      }),
    ];
    expect(assessReadiness(watches)).toEqual({
      ok: false,
      reasons: [
        'applications.argoproj.io of cluster demo not listed yet (listing)',
        'replicasets.apps not listed yet (forbidden): grant list and watch',
      ],
    });
  });

  it('does not wait for a kind that may be absent', () => {
    const rollouts = given.aWatch({ mandatory: false, listed: false, state: 'absent' });
    expect(assessReadiness([given.aWatch(), rollouts])).toEqual({ ok: true, reasons: [] });
  });

  it('stays when a watch breaks, so that the metrics that tell of it can still be read', () => {
    expect(assessReadiness([given.aWatch({ state: 'interrupted' })]).ok).toBe(true);
  });

  it('is refused before any watch was started', () => {
    expect(assessReadiness([])).toEqual({ ok: false, reasons: ['no watch has been started yet'] });
  });
});

describe('liveness', () => {
  it('ends when the event loop lags too far behind', () => {
    expect(assessLiveness(40).ok).toBe(true);
    expect(assessLiveness(2_001)).toEqual({
      ok: false,
      reasons: ['the event loop lags 2001 ms behind (limit 2000 ms): too little CPU, or stuck'],
    });
  });

  it('is measured: a blocked loop shows, and is forgotten once it was told', async () => {
    const meter = createLagMeter(10);
    try {
      let lag = 0;
      // The first turn of the loop only sets the mark from which the next is measured.
      for (let attempt = 0; lag === 0 && attempt < 10; attempt += 1) {
        const until = performance.now() + 40;
        while (performance.now() < until);
        await setImmediate();
        lag = meter.read();
      }
      expect(lag).toBeGreaterThan(20);
      expect(meter.read()).toBe(0);
    } finally {
      meter.close();
    }
  });
});
