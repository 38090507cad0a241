/** `tugwatch run` that is killed in the middle of a fight, and starts again. */
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { numberAt } from '../../src/embedded/json.ts';
import { kindOf } from '../../src/embedded/kinds.ts';
import type { ConflictDocument } from '../../src/report/schema.ts';
import { eventually } from '../support/eventually.ts';
import { type LiveCluster, startLiveFight } from '../support/live-cluster.ts';
import { addressOf, reportOf, startDaemonProcess } from '../support/tugwatch-process.ts';

const APPLICATION = kindOf('argoproj.io/v1alpha1', 'Application');

function fightOver(address: string, holds: (conflict: ConflictDocument) => boolean): Promise<ConflictDocument> {
  return eventually('a fight over shop/web', async () => (await reportOf(address)).conflicts.find(holds));
}

/** Heals of one revision in a row, as Argo CD counts them. */
function attempts(live: LiveCluster): number {
  const app = live.cluster.store.get(APPLICATION, 'argocd', 'web');
  return numberAt(0, app?.status?.['operationState'], 'operation', 'sync', 'autoHealAttemptsCount');
}

describe.concurrent('tugwatch run with a checkpoint file', () => {
  it('still knows the fight after kill -9, before it has seen the cluster again, and goes on with it', async () => {
    await using live = await startLiveFight();
    const checkpoint = ['--checkpoint-file', live.path('checkpoint.json')];
    await using first = startDaemonProcess(live.kubeconfig, ...checkpoint);
    const before = await fightOver(await addressOf(first), (one) => one.state === 'confirmed');
    await eventually('the checkpoint is written', () => first.logged('conflict-confirmed').length === 1);
    first.kill('SIGKILL');
    await first.exited;
    await live.down();

    await using second = startDaemonProcess(live.kubeconfig, ...checkpoint);
    const address = await addressOf(second);
    const remembered = await fightOver(address, () => true);
    const { id, startedAt, detectedAt } = before;
    expect(remembered).toMatchObject({ id, startedAt, detectedAt, state: 'confirmed', resolution: null });
    await live.up();
    const after = await fightOver(address, (one) => one.reversals > before.reversals + 1);
    expect(after).toMatchObject({ id, startedAt, state: 'confirmed', resolution: null });
    expect((await reportOf(address)).conflicts).toHaveLength(1);
    expect(second.logged('conflict-resolved')).toEqual([]);
    // Nobody is told a second time of what he was told before.
    expect(second.logged('conflict-confirmed')).toEqual([]);
  });

  it.each([
    ['is cut off', '{"schema":"tugwatch.checkpoint","version":1,"at":17'],
    ['is of a version to come', '{"schema":"tugwatch.checkpoint","version":99,"at":1,"records":[]}'],
    ['is something else', '[]'],
    [
      'has records of something else',
      '{"schema":"tugwatch.checkpoint","version":1,"at":1,"records":[null,1,{"id":"x"}]}',
    ],
  ])('starts without history, and says so, where the file %s', async (_what, content) => {
    await using live = await startLiveFight();
    writeFileSync(live.path('checkpoint.json'), content);
    await using daemon = startDaemonProcess(live.kubeconfig, '--checkpoint-file', live.path('checkpoint.json'));
    await eventually('it is ready', () => daemon.logged('ready').length === 1);
    expect(daemon.logged('checkpoint')).toHaveLength(1);
    daemon.kill('SIGTERM');
    expect(await daemon.exited).toEqual({ code: 0, signal: null });
  });
});

describe.concurrent('tugwatch run without a checkpoint', () => {
  it('suspects the fight that is under way, says that it knows little, and confirms it at the next revert', async () => {
    await using live = await startLiveFight({}, '3.5');
    await eventually('Argo CD has healed three times', () => attempts(live) >= 3);
    await using daemon = startDaemonProcess(live.kubeconfig);
    const address = await addressOf(daemon);
    const suspected = await fightOver(address, () => true);
    expect(suspected).toMatchObject({ state: 'suspected', insufficientHistory: true, resolution: null });
    const confirmed = await fightOver(address, (one) => one.state === 'confirmed');
    expect(confirmed).toMatchObject({ id: suspected.id, startedAt: suspected.startedAt });
    expect(daemon.logged('conflict-resolved')).toEqual([]);
  });
});
