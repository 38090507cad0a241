/** Lists in the stream of a watch on a real API server: served, or refused where its etcd is too old, it ends the same. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RealCluster } from '../support/real-cluster.ts';
import { correctionsOf, RealRollouts, watchRollouts } from '../support/real-rollouts.ts';

let cluster: RealCluster;

beforeAll(async () => {
  cluster = await RealCluster.start();
});

afterAll(() => cluster?.[Symbol.asyncDispose]());

describe('a list in the stream of a watch on a real API server', () => {
  it('tells every object once, and every version after it; in pages where etcd cannot say how far it is', async () => {
    const rollouts = new RealRollouts(await cluster.client(), 'streamed');
    for (let index = 0; index < 8; index += 1) await rollouts.create(`web-${index}`, 3);
    await using watch = await watchRollouts(cluster, rollouts, { streamLists: true, pageLimit: 3 });
    await watch.journal.untilEvent('listed');
    const streams = await cluster.streamsLists();
    const listed = watch.journal.events.find(({ type }) => type === 'listed');
    expect(listed).toMatchObject({ objects: 8, pages: streams ? 0 : 3 });
    expect(watch.journal.count('failed')).toBe(0);
    for (const replicas of [4, 5]) await rollouts.scale('web-1', replicas);
    await rollouts.remove('web-2');
    await watch.untilTrue();
    expect(watch.replicasOf('web-1')).toEqual([3, 4, 5]);
    expect(await correctionsOf(watch)).toBe(0);

    await cluster.compact();
    await cluster.restartServer();
    await rollouts.scale('web-3', 7);
    await watch.untilTrue();
    expect(watch.replicasOf('web-3')).toEqual([3, 7]);
    expect(await correctionsOf(watch)).toBe(0);
    expect(watch.reflector.health().corrections).toBe(0);
  });
});
