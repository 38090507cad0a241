import { describe, expect, it } from 'vitest';
import { project } from '../../src/kubernetes/projections/project.ts';
import { CAUGHT_UP_MS, INACTIVITY_MS, PAGE_DEADLINE_MS } from '../../src/kubernetes/reflector.ts';
import { DEPLOYMENTS, watchDeployments } from '../support/live.ts';

function fill(server: { put(name: string, replicas: number): void }, count: number): void {
  for (let index = 0; index < count; index += 1) server.put(`web-${index}`, 1);
}

describe('a watch on one kind', () => {
  it('lists in pages, then follows every version in order', async () => {
    await using rig = await watchDeployments((server) => fill(server, 7), { pageLimit: 3 });
    const { server, journal, agrees } = rig;
    await journal.untilEvent('connected');
    expect(journal.events[0]).toMatchObject({ type: 'listed', objects: 7, pages: 3 });
    server.put('web-0', 5);
    server.put('web-0', 6);
    server.remove('web-1');
    await journal.until(agrees);
    expect(journal.story()).toEqual([
      ...Array(7).fill('upsert:list'),
      'synced',
      'upsert:watch',
      'upsert:watch',
      'delete:watch',
    ]);
    const [list, watch] = [server.requests[0], server.requests.find(({ kind }) => kind === 'watch')];
    expect(Object.fromEntries(list?.query ?? [])).toEqual({ limit: '3' });
    expect(Object.fromEntries(watch?.query ?? [])).toMatchObject({
      watch: '1',
      allowWatchBookmarks: 'true',
      resourceVersion: '17',
    });
    const seconds = Number(watch?.query.get('timeoutSeconds'));
    expect(seconds).toBeGreaterThanOrEqual(240);
    expect(seconds).toBeLessThan(300);
  });

  it('takes no page for late while others are let go before the next one', async () => {
    const [paused, others] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const pace = () => {
      paused.resolve();
      return others.promise;
    };
    await using rig = await watchDeployments((server) => fill(server, 7), { pageLimit: 3, pace });
    await paused.promise;
    rig.timers.expire(PAGE_DEADLINE_MS);
    others.resolve();
    await rig.journal.untilEvent('listed');
    expect(rig.server.requests.filter(({ kind }) => kind === 'list')).toHaveLength(3);
    expect(rig.journal.count('failed')).toBe(0);
  });

  it('gives the items of a list the kind that the API server leaves out', async () => {
    await using rig = await watchDeployments((server) => server.put('web', 3));
    await rig.journal.untilEvent('listed');
    expect(rig.journal.upserts()[0]?.fact.ref).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      namespace: 'shop',
      name: 'web',
    });
  });

  it('resumes from the last bookmark when the server ends the watch, and nobody is told of a gap', async () => {
    await using rig = await watchDeployments((server) => server.put('web', 3));
    const { server, timers, journal } = rig;
    await journal.untilEvent('connected');
    server.put('web', 4);
    server.bookmark();
    await journal.untilEvent('bookmark');
    timers.advance(250_000);
    server.endWatches();
    await journal.untilEvent('connected', 2);
    expect(server.requests.map(({ kind }) => kind)).toEqual(['list', 'watch', 'watch']);
    expect(server.requests.at(-1)?.query.get('resourceVersion')).toBe('12');
    expect(journal.story()).not.toContain('interrupted');
    expect(timers.slept.every((ms) => ms <= 1000)).toBe(true);
  });

  it('lists anew when its resourceVersion is gone, tells the gap, and tells what is gone', async () => {
    await using rig = await watchDeployments((server) => fill(server, 3));
    const { server, journal, reflector, agrees } = rig;
    await journal.untilEvent('connected');
    const { port } = server;
    await server.close();
    server.remove('web-1');
    server.put('web-2', 9);
    server.store.compact();
    await server.listen(port);
    await journal.until(() => agrees() && journal.count('listed') === 2 && journal.story().at(-1) === 'synced');
    expect(journal.story().slice(3)).toEqual(['synced', 'interrupted', 'upsert:list', 'delete:list', 'synced']);
    expect(journal.changes.find(({ type }) => type === 'delete')).toMatchObject({
      ref: { name: 'web-1' },
      uid: 'uid-2',
    });
    expect(reflector.health()).toMatchObject({ state: 'watching', gaps: 1, listed: true, message: '' });
  });

  it('survives a restart of the API server without losing a version', async () => {
    await using rig = await watchDeployments((server) => server.put('web', 3));
    const { server, journal, agrees } = rig;
    await journal.untilEvent('connected');
    const { port } = server;
    await server.close();
    await journal.until(() => journal.story().includes('interrupted'));
    expect(rig.reflector.health().state).toBe('interrupted');
    server.put('web', 4);
    server.put('web', 5);
    await server.listen(port);
    await journal.until(agrees);
    const replicas = journal.upserts().map(({ fact }) => (fact.fact === 'workload' ? fact.replicas : null));
    expect(replicas).toEqual([3, 4, 5]);
  });

  it('starts a list over that was compacted in the middle, and never takes a part for the whole', async () => {
    await using rig = await watchDeployments(
      (server) => {
        fill(server, 5);
        server.faults.push({ on: 'list', do: 'gone-on-page-2' });
      },
      { pageLimit: 2 },
    );
    const { server, journal, agrees } = rig;
    await journal.untilEvent('listed');
    expect(agrees()).toBe(true);
    expect(journal.events[0]).toMatchObject({ type: 'failed', error: { kind: 'gone' }, next: { action: 'relist' } });
    expect(journal.story().filter((kind) => kind === 'synced')).toHaveLength(1);
    expect(server.requests.filter(({ query }) => !query.has('continue') && !query.has('watch'))).toHaveLength(2);
  });

  it('takes back what only a list showed that broke off', async () => {
    await using rig = await watchDeployments(
      (server) => {
        fill(server, 4);
        server.faults.push({ on: 'list', do: 'gone-on-page-2' });
        server.onFault = () => server.remove('web-0');
      },
      { pageLimit: 2 },
    );
    await rig.journal.untilEvent('listed');
    expect(rig.agrees()).toBe(true);
    expect(rig.journal.changes.find(({ type }) => type === 'delete')).toMatchObject({
      origin: 'list',
      ref: { name: 'web-0' },
    });
  });

  it('gives up on a list that never ends, and tells so', async () => {
    await using rig = await watchDeployments(
      (server) => {
        fill(server, 2);
        server.faults.push({ on: 'list', do: 'endless' });
      },
      { maxPages: 5 },
    );
    const { server, journal, agrees } = rig;
    await journal.untilEvent('failed');
    expect(journal.events[0]).toMatchObject({ error: { kind: 'badResponse', reason: 'endless' } });
    server.faults.length = 0;
    await journal.until(() => agrees() && journal.count('listed') === 1);
  });

  it('asks at once for smaller pages where objects are larger than a page of so many can carry', async () => {
    await using rig = await watchDeployments(
      (server) => {
        for (let index = 0; index < 20; index += 1) server.put(`large-${index}`, 1, 4000);
      },
      { pageLimit: 20, maxPageBytes: 50_000 },
    );
    await rig.journal.untilEvent('listed');
    expect(rig.agrees()).toBe(true);
    expect(rig.journal.events[0]).toMatchObject({ type: 'listed', objects: 20, pages: 5 });
    expect(rig.timers.slept).toEqual([]);
    expect(rig.server.requests.map(({ query }) => query.get('limit'))).toEqual(['20', '4', '4', '4', '4', '4']);
  });

  it('hangs up on a peer that has vanished, and loses nothing by it', async () => {
    await using rig = await watchDeployments((server) => {
      server.put('web', 3);
      server.faults.push({ on: 'watch', do: 'half-open' });
      server.onHang = () => {};
    });
    const { server, timers, journal, agrees } = rig;
    await journal.untilEvent('connected');
    server.put('web', 4);
    timers.advance(90_000);
    timers.expire();
    await journal.untilEvent('silent');
    await journal.until(agrees);
    expect(journal.story()).toEqual(['upsert:list', 'synced', 'upsert:watch']);
  });

  it('tells of no gap where a kind is quiet and its server sends no bookmarks', async () => {
    await using rig = await watchDeployments((server) => server.put('web', 3));
    const { timers, journal, reflector } = rig;
    for (let times = 1; times <= 3; times += 1) {
      await journal.untilEvent('connected', times);
      timers.advance(INACTIVITY_MS);
      timers.expire(INACTIVITY_MS);
      await journal.untilEvent('silent', times);
    }
    expect(reflector.health()).toMatchObject({ state: 'watching', gaps: 0 });
    expect(journal.story()).toEqual(['upsert:list', 'synced']);
  });

  it('says that it does not see when a stream fell silent and no other one comes about', async () => {
    await using rig = await watchDeployments((server) => server.put('web', 3));
    const { server, timers, journal } = rig;
    await journal.untilEvent('connected');
    server.faults.push({ on: 'watch', do: 'reset' });
    timers.advance(INACTIVITY_MS);
    timers.expire(INACTIVITY_MS);
    await journal.until(() => journal.story().includes('interrupted'));
  });

  it('sees again when a server owes nothing to a watch that it has accepted', async () => {
    await using rig = await watchDeployments((server) => {
      server.put('web', 3);
      server.faults.push({ on: 'watch', do: 'error-500' });
    });
    const { timers, journal, reflector } = rig;
    await journal.untilEvent('connected', 2);
    expect(reflector.health().state).toBe('interrupted');
    timers.expire(CAUGHT_UP_MS);
    expect(reflector.health().state).toBe('watching');
    expect(journal.story()).toEqual(['upsert:list', 'synced', 'interrupted', 'synced']);
  });

  it('waits for a request that gets no answer only so long', async () => {
    await using rig = await watchDeployments((server) => {
      server.put('web', 3);
      server.faults.push({ on: 'list', do: 'hang' });
    });
    await rig.journal.untilEvent('listed');
    expect(rig.journal.events[0]).toMatchObject({ type: 'failed', error: { kind: 'network' } });
  });

  it.each(['list', 'watch'] as const)('lets no %s be dripped out for ever', async (on) => {
    await using rig = await watchDeployments((server) => {
      server.put('web', 3);
      server.faults.push({ on, do: 'drip' });
    });
    const { server, journal } = rig;
    await journal.until(() => journal.count('listed') === 1 && server.requests.at(-1)?.kind === 'watch');
    server.put('web', 4);
    await journal.until(rig.agrees);
    expect(journal.count('failed') + journal.count('silent')).toBe(1);
  });

  it.each([1, 2, 3, 4, 5, 6, 7])('ends with the truth when request %i of it is answered with 410', async (nth) => {
    let left = nth;
    await using rig = await watchDeployments(
      (server) => {
        fill(server, 5);
        server.faults.push({ on: 'list', do: 'gone-on-page-2' });
        server.onRequest = (kind) => {
          left -= 1;
          if (left === 0) server.faults.unshift({ on: kind, do: 'status', code: 410 });
        };
      },
      { pageLimit: 2 },
    );
    const { server, journal } = rig;
    await journal.untilEvent('connected');
    server.put('web-1', 7);
    await journal.until(rig.agrees);
    server.endWatches();
    await journal.untilEvent('connected', 2);
    server.remove('web-2');
    await journal.until(() => rig.agrees() && left <= 0);
    expect(journal.events.some((event) => event.type === 'failed' && event.error.kind === 'gone')).toBe(true);
  });

  it('weathers a storm of 500s on everything, without asking more often than it may', async () => {
    await using rig = await watchDeployments((server) => {
      server.put('web', 3);
      for (const on of ['list', 'watch'] as const) {
        server.faults.push(...Array(15).fill({ on, do: 'status', code: 500 }));
      }
    });
    await rig.journal.until(() => rig.journal.count('connected') === 1);
    expect(rig.agrees()).toBe(true);
    expect(rig.timers.slept.every((ms) => ms >= 500 && ms <= 30_000)).toBe(true);
    expect(Math.max(...rig.timers.slept)).toBeGreaterThan(10_000);
  });

  it('goes neither back nor astray when two events come in the wrong order', async () => {
    await using rig = await watchDeployments((server) => {
      server.put('web', 3);
      server.faults.push({ on: 'watch', do: 'reorder' });
    });
    const { server, journal } = rig;
    await journal.untilEvent('connected');
    server.put('web', 4);
    server.put('web', 5);
    await journal.until(() => rig.agrees() && journal.count('skipped') === 1);
    const replicas = journal.upserts().map(({ fact }) => (fact.fact === 'workload' ? fact.replicas : null));
    expect(replicas).toEqual([3, 5]);
  });

  it('comes back when a busy server said, and asks for the same watch again', async () => {
    await using rig = await watchDeployments((server) => {
      server.put('web', 3);
      server.faults.push({ on: 'watch', do: 'status', code: 429, retryAfter: '17' });
    });
    const { server, timers, journal } = rig;
    await journal.untilEvent('connected');
    expect(timers.slept[0]).toBeGreaterThanOrEqual(17_000);
    expect(timers.slept[0]).toBeLessThan(18_001);
    expect(server.requests.map(({ kind }) => kind)).toEqual(['list', 'watch', 'watch']);
  });

  it('says which kind RBAC denies, keeps asking, and is well when it is granted', async () => {
    await using rig = await watchDeployments((server) => {
      server.put('web', 3);
      server.faults.push(...Array(3).fill({ on: 'list', do: 'status', code: 403 }));
    });
    const { timers, journal, reflector } = rig;
    await journal.untilEvent('unavailable');
    expect(reflector.health()).toMatchObject({ state: 'forbidden', listed: false });
    expect(reflector.health().message).toMatch(/^RBAC denies deployments\.apps: grant get, list and watch/);
    await journal.untilEvent('connected');
    // Told once, though it was denied three times.
    expect(journal.count('unavailable')).toBe(1);
    const [first = 0, ...later] = timers.slept;
    expect(first).toBeLessThan(40_000);
    expect(later.filter((ms) => ms > 240_000)).toHaveLength(2);
    expect(reflector.health()).toMatchObject({ state: 'watching', message: '' });
  });

  it('lists anew after five failures in a row, since the resourceVersion itself may be what fails', async () => {
    await using rig = await watchDeployments((server) => {
      server.put('web', 3);
      server.faults.push(...Array(5).fill({ on: 'watch', do: 'error-500' }));
    });
    await rig.journal.untilEvent('listed', 2);
    expect(rig.server.requests.map(({ kind }) => kind)).toEqual(['list', ...Array(5).fill('watch'), 'list']);
  });

  it.each(['garbage', 'end-in-line', 'reset-in-line'] as const)(
    'takes a stream for broken when a line in it is (%s), and reads that version from the next one',
    async (fault) => {
      await using rig = await watchDeployments((server) => {
        server.put('web', 3);
        server.faults.push({ on: 'watch', do: fault });
      });
      const { server, journal } = rig;
      await journal.untilEvent('connected');
      server.put('web', 4);
      server.put('web', 5);
      await journal.until(rig.agrees);
      const replicas = journal.upserts().map(({ fact }) => (fact.fact === 'workload' ? fact.replicas : null));
      expect(replicas).toEqual([3, 4, 5]);
      expect(journal.count('failed')).toBe(1);
    },
  );

  it('reads objects of 1.5 MB, and lines that come byte by byte', async () => {
    await using rig = await watchDeployments((server) => server.faults.push({ on: 'watch', do: 'bytewise' }));
    const { server, journal } = rig;
    await journal.untilEvent('connected');
    server.put('small', 1);
    await journal.until(rig.agrees);
    server.endWatches();
    await journal.untilEvent('connected', 2);
    server.put('large', 2, 1_500_000);
    await journal.until(rig.agrees);
    expect(journal.count('failed')).toBe(0);
  });

  it('refuses a line without an end instead of filling its memory', async () => {
    await using rig = await watchDeployments((server) => {
      server.put('web', 3);
      server.faults.push({ on: 'watch', do: 'endless-line' });
    });
    await rig.journal.untilEvent('connected', 2);
    expect(rig.journal.events.find(({ type }) => type === 'failed')).toMatchObject({
      error: { kind: 'badResponse', reason: 'size' },
    });
  });

  it('invents no write out of events that come twice or from the past', async () => {
    await using rig = await watchDeployments((server) => {
      server.put('web', 3);
      server.faults.push({ on: 'watch', do: 'duplicate' }, { on: 'watch', do: 'replay' });
    });
    const { server, journal } = rig;
    await journal.untilEvent('connected');
    server.put('web', 4);
    await journal.until(rig.agrees);
    server.endWatches();
    await journal.untilEvent('connected', 2);
    server.put('web', 5);
    server.put('web', 6);
    await journal.untilEvent('skipped');
    const replicas = journal.upserts().map(({ fact }) => (fact.fact === 'workload' ? fact.replicas : null));
    expect(replicas).toEqual([3, 4, 5, 6]);
    expect(journal.events.find(({ type }) => type === 'skipped')).toMatchObject({
      key: 'shop/web',
      reason: 'older-version',
    });
    // A replay is no progress: the next watch goes on after the latest version.
    server.endWatches();
    await journal.untilEvent('connected', 3);
    expect(server.requests.at(-1)?.query.get('resourceVersion')).toBe(String(server.store.version));
  });

  it('tells the end of an object before the beginning of its namesake', async () => {
    await using rig = await watchDeployments((server) => server.put('web', 3));
    const { server, journal } = rig;
    await journal.untilEvent('connected');
    const { port } = server;
    await server.close();
    server.remove('web');
    server.put('web', 8);
    server.store.compact();
    await server.listen(port);
    await journal.until(rig.agrees);
    expect(journal.changes.filter(({ type }) => type === 'delete' || type === 'upsert')).toMatchObject([
      { type: 'upsert', fact: { uid: 'uid-1' } },
      { type: 'delete', uid: 'uid-1' },
      { type: 'upsert', fact: { uid: 'uid-2' } },
    ]);
  });

  it('goes on when one object cannot be read, and tells which', async () => {
    await using rig = await watchDeployments((server) => fill(server, 3), {
      decode: (raw) => {
        if (JSON.stringify(raw).includes('web-1')) throw new Error('odd');
        return project(raw, DEPLOYMENTS);
      },
    });
    await rig.journal.untilEvent('listed');
    expect(rig.journal.versions().size).toBe(2);
    expect(rig.journal.events.find(({ type }) => type === 'skipped')).toMatchObject({
      key: 'shop/web-1',
      reason: 'unreadable',
    });
  });

  it('stops in the middle of the first list, and leaves nothing running', async () => {
    const rig = await watchDeployments((server) => {
      server.onHang = () => {};
      server.faults.push({ on: 'list', do: 'hang' });
    });
    await rig.reflector.stop();
    expect(rig.timers.pending).toBe(0);
    await rig[Symbol.asyncDispose]();
    expect(rig.journal.changes).toEqual([]);
  });
});
