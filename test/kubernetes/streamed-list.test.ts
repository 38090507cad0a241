/** A list that comes in the stream of its watch (KEP-3157), and what a server does instead that cannot do it. */
import { describe, expect, it } from 'vitest';
import { INACTIVITY_MS, LIST_SILENCE_MS } from '../../src/kubernetes/reflector.ts';
import type { WatchFault } from '../support/faults.ts';
import type { FaultyServer } from '../support/faulty-server.ts';
import { watchDeployments } from '../support/live.ts';

const STREAMED = { streamLists: true };

function fill(server: FaultyServer): void {
  for (const name of ['web', 'api', 'jobs']) server.put(name, 3);
}

describe('a list in a stream', () => {
  it('is complete at its mark, and goes on as a watch without another request', async () => {
    await using rig = await watchDeployments(fill, STREAMED);
    const { server, journal, reflector } = rig;
    await journal.untilEvent('listed');
    server.put('web', 5);
    server.remove('api');
    await journal.until(rig.agrees);
    expect(journal.story()).toEqual([...Array(3).fill('upsert:list'), 'synced', 'upsert:watch', 'delete:watch']);
    expect(journal.events.find(({ type }) => type === 'listed')).toMatchObject({ objects: 3, pages: 0 });
    expect(server.requests.map(({ query }) => Object.fromEntries(query))).toEqual([
      {
        watch: '1',
        allowWatchBookmarks: 'true',
        sendInitialEvents: 'true',
        resourceVersionMatch: 'NotOlderThan',
        // Half an hour: it must outlast the list of a large estate.
        timeoutSeconds: expect.stringMatching(/^18\d\d$/),
      },
    ]);
    expect(await reflector.requestRelist()).toBe(0);
  });

  it('of nothing is complete as well', async () => {
    await using rig = await watchDeployments(() => {}, STREAMED);
    await rig.journal.untilEvent('listed');
    expect(rig.journal.story()).toEqual(['synced']);
  });

  it('is asked for in pages at once where the server refuses it, once and for all, and that is no failure', async () => {
    await using rig = await watchDeployments((server) => {
      fill(server);
      server.streamsLists = false;
    }, STREAMED);
    const { server, timers, journal } = rig;
    await journal.untilEvent('connected');
    expect(server.requests.map(({ kind }) => kind)).toEqual(['watch', 'list', 'watch']);
    expect(timers.slept).toEqual([]);
    expect(journal.count('failed')).toBe(0);
    const { port } = server;
    await server.close();
    server.put('web', 4);
    server.store.compact();
    await server.listen(port);
    await journal.until(() => rig.agrees() && journal.count('listed') === 2);
    expect(server.requests.filter(({ query }) => query.has('sendInitialEvents'))).toHaveLength(1);
  });

  it.each(['unmarked', 'end-at-once', 'error-500'] as const)(
    'is asked for in pages where the stream does not come to its end (%s)',
    async (fault: WatchFault['do']) => {
      await using rig = await watchDeployments((server) => {
        fill(server);
        server.faults.push({ on: 'watch', do: fault } as WatchFault);
      }, STREAMED);
      await rig.journal.untilEvent('listed');
      expect(rig.agrees()).toBe(true);
      expect(rig.server.requests[1]).toMatchObject({ kind: 'list' });
      expect(rig.journal.story().filter((kind) => kind === 'synced')).toHaveLength(1);
    },
  );

  it('is asked for in pages where nothing comes of it', async () => {
    await using rig = await watchDeployments((server) => {
      fill(server);
      server.faults.push({ on: 'watch', do: 'half-open' });
    }, STREAMED);
    await rig.journal.untilEvent('listed');
    expect(rig.server.requests.map(({ kind }) => kind).slice(0, 2)).toEqual(['watch', 'list']);
  });

  it('that breaks off is never taken for the whole, and is asked for again', async () => {
    await using rig = await watchDeployments((server) => {
      fill(server);
      server.faults.push({ on: 'watch', do: 'reset-in-line' });
    }, STREAMED);
    await rig.journal.untilEvent('listed');
    expect(rig.agrees()).toBe(true);
    expect(rig.server.requests.map(({ kind }) => kind).slice(0, 2)).toEqual(['watch', 'watch']);
    expect(rig.journal.story().filter((kind) => kind === 'synced')).toHaveLength(1);
  });

  it('from a cache that is behind invents no write: nobody is told of going back', async () => {
    await using rig = await watchDeployments((server) => {
      fill(server);
      server.put('web', 4);
      server.put('web', 5);
    }, STREAMED);
    const { server, journal, reflector } = rig;
    await journal.untilEvent('listed');
    server.faults.push({ on: 'watch', do: 'behind' });
    reflector.reproject();
    await journal.untilEvent('listed', 2);
    const replicas = journal.upserts().flatMap(({ fact }) => (fact.fact === 'workload' ? [fact] : []));
    expect(replicas.filter(({ ref }) => ref.name === 'web').map(({ replicas: count }) => count)).toEqual([5, 5]);
    expect(rig.agrees()).toBe(true);
  });

  it('that stays behind what is known is not believed', async () => {
    await using rig = await watchDeployments(fill, STREAMED);
    const { server, journal, reflector } = rig;
    await journal.untilEvent('listed');
    const older = server.store.objects()[0];
    server.put('web', 9);
    await journal.until(rig.agrees);
    const { objects } = server.store;
    server.store.objects = () => {
      server.store.objects = objects;
      return older === undefined ? [] : [older, ...objects.call(server.store).slice(1)];
    };
    reflector.reproject();
    await journal.untilEvent('listed', 2);
    expect(rig.agrees()).toBe(true);
    expect(server.requests.map(({ kind }) => kind).slice(0, 3)).toEqual(['watch', 'watch', 'list']);
    const replicas = journal.upserts().flatMap(({ fact }) => (fact.fact === 'workload' ? [fact] : []));
    expect(replicas.filter(({ ref }) => ref.name === 'web').map(({ replicas: count }) => count)).toEqual([3, 9, 9]);
  });

  it('is not taken for silent while others are let go first and nothing of it is read', async () => {
    const [paused, others] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const pace = () => {
      paused.resolve();
      return others.promise;
    };
    await using rig = await watchDeployments(fill, { ...STREAMED, pace });
    const { server, timers, journal } = rig;
    await paused.promise;
    timers.expire(LIST_SILENCE_MS);
    timers.expire(INACTIVITY_MS);
    others.resolve();
    await journal.untilEvent('listed');
    server.put('web', 5);
    await journal.until(rig.agrees);
    expect(journal.count('silent')).toBe(0);
    expect(server.requests).toHaveLength(1);
    // From then on silence counts again.
    await timers.untilDeadline(INACTIVITY_MS);
    timers.expire(INACTIVITY_MS);
    await journal.untilEvent('silent');
  });
});
