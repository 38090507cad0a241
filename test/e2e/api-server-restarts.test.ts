/** `tugwatch run` beside an API server that goes away and comes back in the middle of a fight. */
import { describe, expect, it } from 'vitest';
import type { ConflictDocument } from '../../src/report/schema.ts';
import { eventually } from '../support/eventually.ts';
import { startLiveFight } from '../support/live-cluster.ts';
import {
  addressOf,
  metricOf,
  reportOf,
  startDaemonProcess,
  type TugwatchProcess,
} from '../support/tugwatch-process.ts';

async function fightOver(address: string, holds: (conflict: ConflictDocument) => boolean): Promise<ConflictDocument> {
  return eventually('a fight over shop/web', async () => (await reportOf(address)).conflicts.find(holds));
}

const blind = async (address: string) =>
  (await reportOf(address)).health?.watches.some(
    (one) => one.resource === 'deployments.apps' && one.state !== 'watching',
  );

async function expectNoFalseWord(daemon: TugwatchProcess, address: string): Promise<void> {
  expect(daemon.logged('conflict-resolved')).toEqual([]);
  expect(daemon.logged('conflict-confirmed')).toHaveLength(1);
  const { health } = await reportOf(address);
  expect(health?.watches.map(({ corrections }) => corrections)).toEqual(health?.watches.map(() => 0));
}

describe.concurrent('tugwatch run', () => {
  it('survives a restart of the API server in the middle of a fight, and goes on counting', async () => {
    await using live = await startLiveFight();
    await using daemon = startDaemonProcess(live.kubeconfig);
    const address = await addressOf(daemon);
    const before = await fightOver(address, (one) => one.state === 'confirmed' && one.reversals >= 2);
    await live.down();
    await eventually('the daemon notices', () => blind(address));
    expect((await reportOf(address)).conflicts).toMatchObject([{ id: before.id, state: 'confirmed' }]);
    await live.up();
    const after = await fightOver(address, (one) => one.reversals >= before.reversals + 3);
    expect(after).toMatchObject({ id: before.id, startedAt: before.startedAt, state: 'confirmed' });
    expect(await metricOf(address, 'tugwatch_conflict_reversals_total', { workload: 'web' })).toBeGreaterThanOrEqual(
      after.reversals,
    );
    await expectNoFalseWord(daemon, address);
    expect(daemon.logged('watch-failed')).toHaveLength(1);
    expect(daemon.logged('watch-recovered')).toHaveLength(1);
    daemon.kill('SIGTERM');
    expect(await daemon.exited).toEqual({ code: 0, signal: null });
  });

  it('lists anew where the history was compacted meanwhile, and neither ends nor doubles the fight', async () => {
    await using live = await startLiveFight();
    await using daemon = startDaemonProcess(live.kubeconfig, '--log-level', 'debug');
    const address = await addressOf(daemon);
    const before = await fightOver(address, (one) => one.state === 'confirmed' && one.reversals >= 2);
    await live.down();
    await eventually('the daemon notices', () => blind(address));
    const listed = daemon.logged('watch-listed').length;
    live.cluster.store.compact();
    await live.up();
    const after = await fightOver(address, (one) => one.reversals >= before.reversals + 3);
    expect(daemon.logged('watch-listed').length).toBeGreaterThan(listed);
    expect(after).toMatchObject({ id: before.id, startedAt: before.startedAt, state: 'confirmed' });
    await expectNoFalseWord(daemon, address);
  });
});
