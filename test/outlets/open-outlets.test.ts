/** How the ways out work together: what one finds out, the others tell, whoever leads. */
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { Interregnum } from '../../src/daemon/interregnum.ts';
import type { OutletContext } from '../../src/daemon/outlet.ts';
import { ClusterModel } from '../../src/model/cluster-model.ts';
import type { Transition } from '../../src/model/observations.ts';
import type { EscalationWatch } from '../../src/outlets/escalation-watch.ts';
import { openOutlets } from '../../src/outlets/open-outlets.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { eventually } from '../support/eventually.ts';
import { FakeTimers } from '../support/fake-timers.ts';
import { aConflict, aRemedy, T0 } from '../support/report-fixtures.ts';

async function outletsOf(leads: boolean) {
  const timers = new FakeTimers(1, T0);
  const reasons: string[] = [];
  const listeners: ((leads: boolean) => void)[] = [];
  const leadership = { leads: () => leads, onChange: (listener: (leads: boolean) => void) => listeners.push(listener) };
  const conflict = aConflict({ state: 'confirmed' });
  let now = T0;
  const detector = {
    get now() {
      return now;
    },
    conflicts: () => [conflict],
    contestedCounts: () => [
      // Half of ten replicas are missing, always.
      {
        conflictId: conflict.id,
        state: 'confirmed',
        replicaSecondsShort: ((now - T0) / 1000) * 5,
        replicas: { wanted: 10 },
      },
    ],
    recentWrites: () => [{ uid: 'uid-web' }],
  };
  const pipeline = { detector, model: new ClusterModel(), remedyFor: () => aRemedy() };
  const context = {
    config: loadConfig({ env: {}, flags: { events: 'verdicts' } }),
    client: {
      cluster: 'test',
      server: 'http://test',
      send: async (_method: string, _path: string, { body }: { body: { reason: string } }) => {
        reasons.push(body.reason);
        return { metadata: { name: 'x', namespace: 'shop' } };
      },
    },
    logger: createLogger({ format: 'json', destination: { write: () => {} } }),
    engine: { pipeline },
    now: () => timers.now(),
    timers,
    leadership,
    untold: (tell: () => void) => interregnum.keep(tell),
    persist: async () => true,
  } as unknown as OutletContext;
  const { outlets } = await openOutlets(context);
  const interregnum = new Interregnum({
    leadership,
    lastSign: () => Number.NEGATIVE_INFINITY,
    monotonic: () => timers.monotonic(),
    isTold: () => false,
    hand: (observation) => {
      for (const outlet of outlets) outlet.observe(observation);
    },
  });
  const observe = (transition: Transition) => {
    const observation = { type: 'transition' as const, transition };
    for (const outlet of outlets) outlet.observe(observation);
    interregnum.observe(observation);
  };
  const watch = outlets.find((outlet): outlet is EscalationWatch => outlet.name === 'escalations');
  return {
    reasons,
    begins: () => observe({ at: now, from: 'suspected', to: 'confirmed', conflict }),
    pass(minutes: number) {
      const until = now + minutes * 60_000;
      for (; now < until; now += 15_000) watch?.look();
    },
    lead() {
      leads = true;
      for (const listener of listeners) listener(true);
    },
    async [Symbol.asyncDispose]() {
      for (const outlet of outlets) await outlet.stop();
    },
  };
}

const BOTH = ['SyncConflictConfirmed', 'SyncConflictEscalated'];

describe('a fight that becomes a matter of capacity', () => {
  it('is told of once by an Event, behind the one about its beginning', async () => {
    await using rig = await outletsOf(true);
    rig.begins();
    rig.pass(30);
    await eventually('both Events', () => rig.reasons.length >= 2);
    rig.lead();
    expect(rig.reasons).toEqual(BOTH);
  });

  it('while nobody leads is told of by whoever leads next', async () => {
    await using rig = await outletsOf(false);
    rig.begins();
    rig.pass(30);
    expect(rig.reasons).toEqual([]);
    rig.lead();
    await eventually('both Events', () => rig.reasons.length >= 2);
    rig.pass(30);
    expect(rig.reasons).toEqual(BOTH);
  });
});
