import { describe, expect, it } from 'vitest';
import { KnownObjects, type Version } from '../../src/kubernetes/known-objects.ts';
import { INACTIVITY_MS, SETTLE_MS } from '../../src/kubernetes/reflector.ts';
import { RelistCheck } from '../../src/kubernetes/relist-check.ts';
import { watchDeployments } from '../support/live.ts';

function fill(server: { put(name: string, replicas: number): void }, count: number): void {
  for (let index = 0; index < count; index += 1) server.put(`web-${index}`, 1);
}

function version(name: string, resourceVersion: string): Version {
  return { key: `/${name}`, namespace: '', name, uid: name, resourceVersion, generation: 1 };
}

function knowing(versions: Record<string, string>): KnownObjects {
  const known = new KnownObjects();
  for (const [name, resourceVersion] of Object.entries(versions))
    known.keep(version(name, resourceVersion), 'watch', true);
  return known;
}

/** The watch brings a bookmark, and it has arrived. */
async function bookmark({ server, journal }: Awaited<ReturnType<typeof watchDeployments>>): Promise<void> {
  server.bookmark();
  await journal.untilEvent('bookmark');
}

describe('a scheduled relist', () => {
  it('counts nothing when the watch has told everything', async () => {
    await using rig = await watchDeployments((server) => fill(server, 5), { pageLimit: 2 });
    await rig.journal.untilEvent('connected');
    rig.server.put('web-3', 4);
    await rig.journal.until(rig.agrees);
    expect(await rig.reflector.requestRelist()).toBe(0);
    expect(rig.journal.events.at(-1)).toEqual({ about: '', type: 'relisted', corrections: 0 });
    expect(rig.journal.story()).not.toContain('interrupted');
  });

  it('counts what the watch had kept to itself, tells the gap and repairs it', async () => {
    await using rig = await watchDeployments((server) => fill(server, 3));
    const { server, timers, journal, reflector } = rig;
    await journal.untilEvent('connected');
    server.putSilently('web-1', 7);
    const counted = reflector.requestRelist();
    // The list is in, and the watch is given time to tell the rest, and does not, although it is alive.
    await timers.untilDeadline(SETTLE_MS);
    await bookmark(rig);
    timers.expire(SETTLE_MS);
    expect(await counted).toBe(1);
    await journal.until(rig.agrees);
    expect(reflector.health()).toMatchObject({ corrections: 1, gaps: 1 });
    await journal.until(() => journal.story().at(-1) === 'synced');
    expect(journal.story().slice(-3)).toEqual(['interrupted', 'upsert:list', 'synced']);
  });

  it('counts an object that the watch never took away', async () => {
    await using rig = await watchDeployments((server) => fill(server, 3));
    const { server, timers, journal, reflector } = rig;
    await journal.untilEvent('connected');
    server.removeSilently('web-2');
    const counted = reflector.requestRelist();
    await timers.untilDeadline(SETTLE_MS);
    await bookmark(rig);
    timers.expire(SETTLE_MS);
    expect(await counted).toBe(1);
    await journal.until(rig.agrees);
  });

  it('counts nothing against a connection that died unnoticed: what it did not bring is told after it', async () => {
    await using rig = await watchDeployments((server) => fill(server, 3));
    const { server, timers, journal, reflector } = rig;
    await journal.untilEvent('connected');
    server.putSilently('web-1', 7);
    const counted = reflector.requestRelist();
    for (const _twice of [1, 2]) {
      await timers.untilDeadline(SETTLE_MS);
      timers.expire(SETTLE_MS);
    }
    await timers.untilDeadline(SETTLE_MS);
    timers.expire(INACTIVITY_MS);
    expect(await counted).toBe(null);
    await journal.untilEvent('silent');
    expect(reflector.health().corrections).toBe(0);
  });

  it('proves nothing when the watch breaks meanwhile', async () => {
    await using rig = await watchDeployments((server) => fill(server, 3));
    const { server, timers, journal, reflector } = rig;
    await journal.untilEvent('connected');
    server.putSilently('web-1', 7);
    const counted = reflector.requestRelist();
    await timers.untilDeadline(SETTLE_MS);
    const { port } = server;
    await server.close();
    expect(await counted).toBe(null);
    await server.listen(port);
    expect(reflector.health().corrections).toBe(0);
  });

  it('asks for no more of each object than its metadata, and the first list for all of it', async () => {
    await using rig = await watchDeployments((server) => fill(server, 3), { pageLimit: 2 });
    await rig.journal.untilEvent('connected');
    await rig.reflector.requestRelist();
    const asked = rig.server.requests.filter(({ kind }) => kind === 'list').map(({ accept }) => accept);
    const metadata = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';
    expect(asked).toEqual(['application/json', 'application/json', metadata, metadata]);
  });

  it('is left for the next time while no watch runs', async () => {
    await using rig = await watchDeployments((server) => server.faults.push({ on: 'list', do: 'hang' }));
    expect(await rig.reflector.requestRelist()).toBe(null);
  });
});

describe('a list held against a watch that goes on', () => {
  it.each<[string, (check: RelistCheck, known: KnownObjects) => void, number]>([
    ['finds no difference where both show the same', (check) => check.listed('/a', '1'), 0],
    ['finds an object that the watch shows otherwise', (check) => check.listed('/a', '2'), 1],
    ['finds an object that only the watch knows', () => {}, 1],
    [
      'finds an object that the watch never told',
      (check) => {
        check.listed('/a', '1');
        check.listed('/b', '1');
      },
      1,
    ],
    [
      'excuses a list that is behind: the watch told this version and went on',
      (check, known) => {
        check.listed('/a', '1');
        check.told('/a', '1', '2');
        known.keep(version('a', '2'), 'watch', true);
      },
      0,
    ],
    [
      'excuses a list that shows an object whose end the watch told meanwhile',
      (check, known) => {
        check.listed('/a', '1');
        check.told('/a', '1', null);
        known.end('/a');
      },
      0,
    ],
    [
      'excuses a list that lacks an object whose beginning the watch told meanwhile',
      (check, known) => {
        check.listed('/a', '1');
        check.told('/b', undefined, '7');
        known.keep(version('b', '7'), 'watch', true);
      },
      0,
    ],
  ])('%s', (_title, happen, owed) => {
    const known = knowing({ a: '1' });
    const check = new RelistCheck();
    happen(check, known);
    check.compare(known);
    expect(check.owed).toBe(owed);
  });

  it('waits for a watch that is behind, and is content when it tells', async () => {
    const check = new RelistCheck();
    check.listed('/a', '3');
    check.compare(knowing({ a: '1', b: '1' }));
    const done = check.settled();
    check.told('/a', '1', '2');
    expect(check.owed).toBe(2);
    check.told('/a', '2', '3');
    check.told('/b', '1', null);
    await done;
    expect(check.owed).toBe(0);
  });
});
