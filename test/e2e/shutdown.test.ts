/** The end of a daemon whose API server has gone dead: in time, and without a fuss. */
import { describe, expect, it } from 'vitest';
import { stageTextbook, startApiCluster } from '../support/api-cluster.ts';
import { BentTimers, startDaemonHere } from '../support/daemon-in-process.ts';
import { eventually } from '../support/eventually.ts';
import { startRelay } from '../support/relay.ts';

describe('a daemon that is told to stop while the API server gives no answer', () => {
  it('stops within ten seconds, and says at most one sentence about each thing that is left', async () => {
    await using rig = await startApiCluster();
    stageTextbook(rig);
    await using relay = await startRelay(rig.server.port);
    await using watching = await startDaemonHere(`http://127.0.0.1:${relay.port}`, new BentTimers(), {
      checkpointConfigMap: 'tugwatch/checkpoint',
      leaderElection: 'always',
      leaseNamespace: 'tugwatch',
      events: 'verdicts',
    });
    await eventually('it leads', () => watching.logged('leader').length > 0);
    const before = watching.log().length;
    relay.hang();
    const from = performance.now();
    await watching.daemon.stop();
    expect(performance.now() - from).toBeLessThan(10_000);
    const last = watching.log().slice(before);
    expect(last.filter(({ level }) => level === 'error')).toEqual([]);
    expect(last.filter((line) => 'err' in line)).toEqual([]);
    expect(watching.logged('shutdown').map(({ msg }) => msg)).toEqual([
      'checkpoint: no answer within 2.5 s, so the shutdown goes on without it',
    ]);
  }, 60_000);
});
