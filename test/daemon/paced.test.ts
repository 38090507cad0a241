import { describe, expect, it } from 'vitest';
import type { Sliced } from '../../src/audit/slices.ts';
import { createPaced, createUpkept } from '../../src/daemon/paced.ts';
import { createStandstillWatch } from '../../src/daemon/standstill.ts';

it('makes what is dear again only when a twentieth of the time pays for it', () => {
  let now = 0;
  let made = 0;
  const paced = createPaced(
    () => {
      now += 300;
      made += 1;
      return made;
    },
    () => now,
  );
  expect(paced.recent()).toBe(1);
  now += 5_999;
  expect(paced.recent()).toBe(1);
  now += 1;
  expect(paced.recent()).toBe(2);
  expect(paced.anew()).toBe(3);
  expect(paced.recent()).toBe(3);
  paced.outdate();
  expect(paced.recent()).toBe(4);
});

it('makes what costs nothing anew each time, but for the least that was asked for', () => {
  let now = 0;
  let made = 0;
  const make = () => ++made;
  const always = createPaced(make, () => now);
  expect([always.recent(), always.recent()]).toEqual([1, 2]);
  const kept = createPaced(make, () => now, 15_000);
  expect([kept.recent(), kept.recent()]).toEqual([3, 3]);
  now = 15_000;
  expect(kept.recent()).toBe(4);
});

describe('what is kept up', () => {
  function keptUp(slices: number, msASlice: number) {
    let made = 0;
    const state = { now: 0, turns: 0, made: () => made };
    function* make(): Sliced<number> {
      for (let slice = 0; slice < slices; slice += 1) {
        state.now += msASlice;
        yield;
      }
      made += 1;
      return made;
    }
    const nextTurn = async () => {
      state.turns += 1;
    };
    return { state, kept: createUpkept(make, () => state.now, 15_000, nextTurn) };
  }

  it('never makes whoever asks wait, and nothing is kept up that nobody asks for', async () => {
    const { state, kept } = keptUp(1, 200);
    await kept.upkeep();
    expect(state.made()).toBe(0);
    expect(kept.last()).toBe(1);
    state.now += 3_600_000;
    // Old as it is, it is there at once; the next upkeep makes another, and no more than one in 15 s.
    expect(kept.last()).toBe(1);
    await kept.upkeep();
    expect([kept.last(), state.made()]).toEqual([2, 2]);
    state.now += 14_999;
    await kept.upkeep();
    expect(state.made()).toBe(2);
    state.now += 1;
    await kept.upkeep();
    expect([kept.last(), state.made()]).toEqual([3, 3]);
    state.now += 600_000;
    await kept.upkeep();
    expect(state.made()).toBe(3);
    expect(await kept.anew()).toBe(4);
  });

  it('is made a turn at a time, and counts as old by the time that its turns took', async () => {
    const { state, kept } = keptUp(1_000, 1);
    const making = kept.anew();
    expect(state.turns).toBeLessThanOrEqual(1);
    expect(state.now).toBeLessThan(10);
    // Whoever asks meanwhile does not start another.
    expect(await Promise.all([making, kept.anew()])).toEqual([1, 1]);
    expect(state.turns).toBeGreaterThanOrEqual(1_000 / 5 - 1);
    kept.last();
    state.now += 19_999;
    await kept.upkeep();
    expect(state.made()).toBe(1);
    state.now += 1;
    await kept.upkeep();
    expect(state.made()).toBe(2);
  });

  it('is there as it was when making it again fails', async () => {
    let fails = false;
    // biome-ignore lint/correctness/useYield: there is one slice
    function* make(): Sliced<string> {
      if (fails) throw new Error('no jq');
      return 'made';
    }
    const kept = createUpkept(make, () => 0, 15_000);
    expect(await kept.anew()).toBe('made');
    fails = true;
    await expect(kept.anew()).rejects.toThrow('no jq');
    expect(kept.last()).toBe('made');
    fails = false;
    expect(await kept.anew()).toBe('made');
  });
});

it('tells once of a time in which the process stood still', () => {
  let now = 0;
  const told: number[] = [];
  const heed = createStandstillWatch(
    () => now,
    20_000,
    (stood) => told.push(stood),
  );
  for (const step of [1_000, 20_000, 3_600_000, 1_000]) {
    now += step;
    heed();
  }
  expect(told).toEqual([3_600_000]);
});
