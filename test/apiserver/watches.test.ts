/** The watch on a real API server: its pages, its versions, and what it says when it was away. */
import { describe, expect, it } from 'vitest';
import { textAt } from '../../src/kubernetes/projections/read-json.ts';
import { openWatch, readWatch, type WatchLine } from '../../src/kubernetes/watch-stream.ts';
import { correctionsOf, type RealRollouts, ROLLOUTS, watchRollouts } from '../support/real-rollouts.ts';
import { RealSuite } from '../support/real-suite.ts';
import { startRelay } from '../support/relay.ts';

const real = new RealSuite();

/** All lines of one watch, which the server ends by itself; `meanwhile` happens once it has accepted it. */
async function linesFrom(
  rollouts: RealRollouts,
  resourceVersion: string,
  meanwhile: () => Promise<void> = async () => {},
): Promise<WatchLine[]> {
  const lines: WatchLine[] = [];
  const target = { resource: ROLLOUTS, namespace: rollouts.namespace };
  const { signal } = new AbortController();
  const stream = await openWatch(real.client, target, { resourceVersion, timeoutSeconds: 6, signal });
  await meanwhile();
  await readWatch(
    stream,
    'watch',
    () => {},
    (line) => void lines.push(line),
    () => undefined,
  );
  return lines;
}

describe('a watch on a real API server', () => {
  it('lists in pages, then tells every version in order, with its writer', async () => {
    const rollouts = await real.fill('pages', 12);
    await using watch = await watchRollouts(real.cluster, rollouts, { pageLimit: 5 });
    await watch.journal.untilEvent('connected');
    expect(watch.journal.events[0]).toMatchObject({ type: 'listed', objects: 12, pages: 3 });
    for (const replicas of [4, 5, 6]) await rollouts.scale('web-1', replicas);
    await rollouts.declare('web-1', 3);
    await rollouts.remove('web-2');
    await watch.untilTrue();
    expect(watch.replicasOf('web-1')).toEqual([3, 4, 5, 6, 3]);
    expect(await correctionsOf(watch)).toBe(0);
    expect(watch.reflector.health()).toMatchObject({ corrections: 0, gaps: 0 });
  });

  it('resumes where it was when its connection breaks, and no version between is lost', async () => {
    const rollouts = await real.fill('cut', 2);
    await using relay = await startRelay(real.cluster.port);
    await using watch = await watchRollouts(real.cluster, rollouts, { server: `https://127.0.0.1:${relay.port}` });
    await watch.journal.untilEvent('connected');
    relay.cut();
    await watch.journal.until(() => watch.journal.story().includes('interrupted'));
    for (const replicas of [7, 8, 9]) await rollouts.scale('web-0', replicas);
    await rollouts.remove('web-1');
    relay.mend();
    await watch.untilTrue();
    expect(watch.replicasOf('web-0')).toEqual([3, 7, 8, 9]);
    expect(watch.journal.count('listed')).toBe(1);
    expect(await correctionsOf(watch)).toBe(0);
  });

  it('gets a bookmark before the server ends it in order, and can resume from it', async () => {
    const rollouts = await real.fill('bookmarks', 1);
    const [version = ''] = (await rollouts.truth()).values();
    // Of another namespace: the watch learns of it by a bookmark only.
    const elsewhere = await real.fill('elsewhere', 1);
    const bookmark = (await linesFrom(rollouts, version, () => elsewhere.scale('web-0', 4))).at(-1);
    expect(bookmark?.type).toBe('BOOKMARK');
    const reached = textAt(bookmark?.object, 'metadata', 'resourceVersion');
    expect(Number(reached)).toBeGreaterThan(Number(version));
    await rollouts.scale('web-0', 8);
    const [first] = await linesFrom(rollouts, reached);
    expect(first?.type).toBe('MODIFIED');
  });

  it('tells a lens-like watch of one object nothing of the others', async () => {
    const rollouts = await real.fill('one', 3);
    const resource = { ...ROLLOUTS, fieldSelector: 'metadata.name=web-1' };
    await using watch = await watchRollouts(real.cluster, rollouts, { target: { resource, namespace: 'one' } });
    await watch.journal.untilEvent('connected');
    await rollouts.scale('web-0', 9);
    await rollouts.scale('web-1', 5);
    await watch.journal.until(() => watch.replicasOf('web-1').length === 2);
    expect([...watch.journal.versions().keys()]).toEqual(['one/web-1']);
  });
});
