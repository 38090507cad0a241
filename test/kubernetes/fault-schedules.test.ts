/**
 * Random faults against the true state, from a seed: when they stop, what a consumer of the changes knows is the truth;
 * no version was invented, and none was passed over that the server still told. A seed that fails becomes a test.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { RANDOM_FAULTS } from '../support/faults.ts';
import type { FaultyServer } from '../support/faulty-server.ts';
import { type Rig, watchDeployments } from '../support/live.ts';
import { randomOf } from '../support/random.ts';

/** Lists come in pages in the first of them, in the stream of the watch in the others. */
const SEEDS = Array.from({ length: 70 }, (_, index) => ({ seed: index + 1, streamLists: index >= 40 }));
const STEPS = 150;
const NAMES = Array.from({ length: 12 }, (_, index) => `web-${index}`);

/** Lets the sockets work a little, by a number of turns and not by time. */
async function breathe(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await nextTurn();
}

async function misbehave({ server, timers }: Rig, seed: number): Promise<void> {
  const random = randomOf(seed * 7919);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  for (let step = 0; step < STEPS; step += 1) {
    const dice = random();
    if (dice < 0.5) server.put(pick(NAMES), 1 + Math.floor(random() * 9));
    else if (dice < 0.58) server.remove(pick(NAMES));
    else if (dice < 0.8) server.faults.push(pick(RANDOM_FAULTS));
    else if (dice < 0.81) server.faults.push(...Array(6).fill(pick(RANDOM_FAULTS)));
    else if (dice < 0.815) timers.wallAhead += (random() - 0.5) * 7_200_000;
    else if (dice < 0.82) server.put(pick(NAMES), 1, 1_500_000);
    else if (dice < 0.88) server.endWatches();
    else if (dice < 0.91) server.bookmark();
    else if (dice < 0.93) server.store.compact();
    else if (dice < 0.96) timers.advance(70_000);
    else if (dice < 0.98) timers.expire();
    else {
      const { port } = server;
      await server.close();
      await breathe(3);
      await server.listen(port);
    }
    await breathe(Math.floor(random() * 12));
  }
}

describe('after any schedule of faults', () => {
  it.each(SEEDS)(
    'the model is the truth, and nothing was invented or passed over (seed $seed, lists in a stream: $streamLists)',
    async ({ seed, streamLists }) => {
      const fill = (server: FaultyServer) => {
        for (const name of NAMES.slice(0, 8)) server.put(name, 2);
      };
      await using rig = await watchDeployments(fill, { seed, pageLimit: 3, streamLists });
      const { server, journal, reflector } = rig;
      await misbehave(rig, seed);
      server.faults.length = 0;
      // The last word of a stream that works: a server sends a bookmark a minute.
      const isOpen = () => ['connected', 'event', 'bookmark', 'skipped'].includes(journal.events.at(-1)?.type ?? '');
      await journal.until(() => rig.agrees() && isOpen());
      server.bookmark();
      await journal.until(() => reflector.health().state === 'watching');

      const generations = new Map<string, number>();
      for (const change of journal.changes) {
        if (change.type === 'delete') generations.set(change.uid, Number.POSITIVE_INFINITY);
        if (change.type !== 'upsert') continue;
        const { uid, resourceVersion, generation } = change.fact;
        expect(server.store.versions).toContain(`${uid}@${resourceVersion}`);
        const before = generations.get(uid);
        if (change.origin === 'list') expect(generation).toBeGreaterThan(before ?? 0);
        else expect(generation).toBe((before ?? 0) + 1);
        generations.set(uid, generation);
      }
      // Null while the last stream that a fault has hit is still being given up.
      let corrections = await reflector.requestRelist();
      for (let again = 0; corrections === null && again < 1000; again += 1) {
        await nextTurn();
        corrections = await reflector.requestRelist();
      }
      expect(corrections).toBe(0);
    },
  );
});
