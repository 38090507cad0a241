/** Clocks that jump and a process that stood still: neither is silence, and neither ends a fight. */
import { describe, expect, it } from 'vitest';
import { demoScenario } from '../../src/embedded/demo-scenario.ts';
import { startApiServer } from '../../src/embedded/http/api-server.ts';
import { type DaemonRig, startDaemonHere } from '../support/daemon-in-process.ts';
import { eventually } from '../support/eventually.ts';

const HOUR = 3_600_000;

/** The demo's cluster behind its server. */
async function startDemo(): Promise<{ readonly url: string } & AsyncDisposable> {
  const demo = demoScenario();
  const server = await startApiServer({ store: demo.cluster.store, now: demo.now });
  return {
    url: server.url,
    async [Symbol.asyncDispose]() {
      demo.stop();
      await server.close();
    },
  };
}

/** A fight that no configuration proves: only the writes show it, and only silence can end it. */
const checkout = ({ daemon }: DaemonRig) => daemon.report().conflicts.find((one) => one.workload.name === 'checkout');

async function confirmed(rig: DaemonRig): Promise<number> {
  const found = await eventually(
    'the fight over checkout',
    () => checkout(rig)?.state === 'confirmed' && checkout(rig),
    40_000,
  );
  return found.reversals;
}

describe.concurrent('the daemon', () => {
  it('ends nothing by the silence of hours in which it stood still, and goes on counting', async () => {
    await using demo = await startDemo();
    await using rig = await startDaemonHere(demo.url);
    const before = await confirmed(rig);
    // As after SIGSTOP: both clocks went on, and nothing was heard.
    rig.timers.monotonicAhead += 6 * HOUR;
    rig.timers.wallAhead += 6 * HOUR;
    await eventually('it notices', () => rig.logged('standstill').length === 1);
    expect(checkout(rig)).toMatchObject({ state: 'confirmed', resolution: null });
    await eventually('it goes on counting', () => (checkout(rig)?.reversals ?? 0) > before);
    expect(rig.logged('conflict-resolved')).toEqual([]);
    const corrections = rig.daemon.report().health?.watches.map((one) => one.corrections);
    expect(new Set(corrections)).toEqual(new Set([0]));
  }, 55_000);

  it.each([
    ['ahead', 6 * HOUR],
    ['back', -6 * HOUR],
  ])(
    'goes on through a wall clock that is set six hours %s',
    async (_way, jump) => {
      await using demo = await startDemo();
      await using rig = await startDaemonHere(demo.url);
      const before = await confirmed(rig);
      rig.timers.wallAhead += jump;
      await eventually('it goes on counting', () => (checkout(rig)?.reversals ?? 0) > before);
      const { startedAt, lastReversalAt, state } = checkout(rig) ?? {};
      expect(state).toBe('confirmed');
      expect(Date.parse(lastReversalAt ?? '')).toBeGreaterThan(Date.parse(startedAt ?? ''));
      expect(Date.parse(lastReversalAt ?? '') - Date.parse(startedAt ?? '')).toBeLessThan(120_000);
      expect(rig.logged('conflict-resolved')).toEqual([]);
      expect(rig.logged('standstill')).toEqual([]);
    },
    55_000,
  );
});
