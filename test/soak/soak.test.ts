import { beforeAll, describe, expect, it } from 'vitest';
import { runShift } from '../../scripts/soak/day.ts';
import { drawFaults } from '../../scripts/soak/faults.ts';
import { SoakWorld } from '../../scripts/soak/world.ts';
import { createEmbeddedCluster } from '../../src/embedded/cluster.ts';
import { Random } from '../../src/embedded/random.ts';
import { VirtualScheduler } from '../../src/embedded/scheduler.ts';
import { LazyJqEngine } from '../../src/kubernetes/jq-engine.ts';

const START = Date.parse('2026-01-05T00:00:00Z');
const jq = new LazyJqEngine();
beforeAll(() => jq.load());

function worldOf(seed: number): SoakWorld {
  const scheduler = new VirtualScheduler(START);
  return new SoakWorld(createEmbeddedCluster({ scheduler, argocd: null }).store, scheduler, new Random(seed), jq);
}

describe('a soak', { timeout: 180_000 }, () => {
  it.each([1, 2])('finds what there is to find, and nothing else, under the faults of seed %d', async (seed) => {
    const world = worldOf(seed);
    const outcomes = [];
    for (const shift of [0, 1]) {
      const shape = { minutes: 100, cases: 2, versions: ['2.14', '3.5'] as const };
      outcomes.push(await runShift(world, seed * 10 + shift, shape, new Random(seed + shift)));
    }
    await world.daemon.stop();
    for (const outcome of outcomes) {
      expect(outcome, outcome.description).toMatchObject({
        missed: [],
        misnamed: [],
        invented: [],
        falselyResolved: [],
      });
    }
    expect(outcomes.reduce((sum, { faults }) => sum + faults, 0)).toBeGreaterThan(1);
    expect(outcomes.reduce((sum, { fights }) => sum + fights, 0)).toBeGreaterThan(0);
    expect(world.corrections).toBe(0);
  });

  it('says what a daemon missed that could not see', async () => {
    const world = worldOf(4);
    world.blind();
    const { missed, fights } = await runShift(world, 14, { minutes: 30, cases: 3, versions: ['3.5'] }, new Random(1));
    await world.daemon.stop();
    expect(fights).toBeGreaterThan(0);
    expect(missed).toHaveLength(fights);
    expect(missed[0]).toContain('not seen');
  });

  it('is the same for the same seed', async () => {
    const live = async () => {
      const world = worldOf(5);
      const outcome = await runShift(world, 51, { minutes: 60, cases: 3, versions: ['3.5'] }, new Random(5));
      await world.daemon.stop();
      return { ...outcome, requests: world.requests, restarts: world.restarts };
    };
    expect(await live()).toEqual(await live());
  });

  it('brings every kind of fault in the end', () => {
    const kinds = new Set(drawFaults(new Random(1), START, START + 20 * 86_400_000).map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual([
      'compact',
      'cut',
      'end',
      'failing',
      'kill',
      'outage',
      'silence',
      'skew',
      'throttling',
    ]);
  });
});
