/** A real API server that goes away, freezes or forgets while it is watched: afterwards what was told is the truth. */
import { describe, expect, it } from 'vitest';
import { INACTIVITY_MS } from '../../src/kubernetes/reflector.ts';
import { correctionsOf, RealRollouts, watchRollouts } from '../support/real-rollouts.ts';
import { RealSuite } from '../support/real-suite.ts';
import { startRelay } from '../support/relay.ts';

const real = new RealSuite();

describe('a watch on a real API server', () => {
  it('starts a list over whose token has expired in the middle, and never takes a part for the whole', async () => {
    const rollouts = await real.fill('half', 7);
    let pages = 0;
    const pace = async () => {
      pages += 1;
      if (pages !== 1) return;
      // The rest of the list is of a version that etcd forgets now, and the API server its snapshots of it.
      await rollouts.remove('web-0');
      await real.cluster.compact();
      await real.cluster.restartServer();
    };
    await using watch = await watchRollouts(real.cluster, rollouts, { pageLimit: 3, pace });
    await watch.untilTrue();
    expect(watch.journal.events[0]).toMatchObject({ type: 'failed', error: { kind: 'gone' } });
    expect(watch.journal.story().filter((kind) => kind === 'synced')).toHaveLength(1);
    expect(watch.journal.versions().has('half/web-0')).toBe(false);
  });

  it('lists anew when its version is forgotten, tells the gap, and ends with the truth', async () => {
    const rollouts = await real.fill('gone', 4);
    await using relay = await startRelay(real.cluster.port);
    await using watch = await watchRollouts(real.cluster, rollouts, { server: `https://127.0.0.1:${relay.port}` });
    await watch.journal.untilEvent('connected');
    relay.cut();
    await watch.journal.until(() => watch.journal.story().includes('interrupted'));
    for (const replicas of [5, 6, 7]) await rollouts.scale('web-1', replicas);
    await rollouts.remove('web-2');
    await rollouts.remove('web-3');
    await rollouts.create('web-3', 1);
    await real.cluster.compact();
    await real.cluster.restartServer();
    relay.mend();
    await watch.untilTrue();
    expect(watch.journal.events.some((event) => event.type === 'failed' && event.error.kind === 'gone')).toBe(true);
    expect(watch.reflector.health()).toMatchObject({ gaps: 1, corrections: 0 });
    // The list knows nothing of 5 and 6, and nobody invents them; the namesake is another object.
    expect(watch.replicasOf('web-1')).toEqual([3, 7]);
    const ends = watch.journal.changes.flatMap((change) => (change.type === 'delete' ? [change.ref.name] : []));
    expect(ends.sort()).toEqual(['web-2', 'web-3']);
    expect(await correctionsOf(watch)).toBe(0);
  });

  it('comes through a server that is killed and started again while others write', async () => {
    const rollouts = await real.fill('killed', 3);
    await using watch = await watchRollouts(real.cluster, rollouts);
    await watch.journal.untilEvent('connected');
    for (let round = 1; round <= 3; round += 1) {
      await rollouts.scale('web-0', 10 + round);
      await real.cluster.stopServer();
      await watch.until('the end is seen', () => watch.reflector.health().state !== 'watching');
      await real.cluster.startServer();
      await rollouts.scale('web-1', 20 + round);
      await watch.untilTrue();
    }
    expect(watch.replicasOf('web-0')).toEqual([3, 11, 12, 13]);
    expect(watch.replicasOf('web-1')).toEqual([3, 21, 22, 23]);
    expect(await correctionsOf(watch)).toBe(0);
  });

  it('hangs up on a server that is frozen, says that it does not see, and loses nothing by it', async () => {
    const rollouts = await real.fill('frozen', 2);
    await using watch = await watchRollouts(real.cluster, rollouts);
    await watch.journal.untilEvent('connected');
    await rollouts.scale('web-0', 5);
    await watch.untilTrue();
    real.cluster.freeze();
    try {
      watch.deadlines.expire(INACTIVITY_MS);
      await watch.journal.untilEvent('silent');
      // The machine takes connections for it, but nobody answers.
      await watch.until('it says that it does not see', () => watch.reflector.health().state === 'interrupted');
    } finally {
      real.cluster.thaw();
    }
    for (const replicas of [6, 7]) await rollouts.scale('web-0', replicas);
    await watch.untilTrue();
    expect(watch.replicasOf('web-0')).toEqual([3, 5, 6, 7]);
    expect(watch.journal.count('listed')).toBe(1);
    expect(await correctionsOf(watch)).toBe(0);
  });

  it('follows a server whose certificate comes from another authority, once the kubeconfig says so', async () => {
    const rollouts = await real.fill('authority', 1);
    const kubeconfig = real.cluster.kubeconfig();
    await using watch = await watchRollouts(real.cluster, rollouts, {
      client: await real.cluster.clientOf(kubeconfig),
    });
    await watch.journal.untilEvent('connected');
    await real.cluster.stopServer();
    real.cluster.rotateAuthority();
    await real.cluster.startServer();
    const distrusts = () =>
      watch.journal.events.some((event) => event.type === 'failed' && /is not trusted/.test(event.error.message));
    await watch.until('it distrusts the server', distrusts);
    real.cluster.kubeconfig(real.cluster.url, kubeconfig);
    await real.connect();
    const after = new RealRollouts(real.client, 'authority');
    await after.scale('web-0', 9);
    await watch.until('it sees again', () => watch.replicasOf('web-0').at(-1) === 9);
  });
});
