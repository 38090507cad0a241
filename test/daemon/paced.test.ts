import { expect, it } from 'vitest';
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

it('never makes whoever asks wait for what is kept up, and keeps up nothing that nobody asks for', () => {
  let now = 0;
  let made = 0;
  const kept = createUpkept(
    () => {
      now += 200;
      return ++made;
    },
    () => now,
    15_000,
  );
  kept.upkeep();
  expect(made).toBe(0);
  expect(kept.last()).toBe(1);
  now += 3_600_000;
  // Old as it is, it is there at once; the next upkeep makes another, and no more than one in 15 s.
  expect(kept.last()).toBe(1);
  kept.upkeep();
  expect([kept.last(), made]).toEqual([2, 2]);
  now += 14_999;
  kept.upkeep();
  expect(made).toBe(2);
  now += 1;
  kept.upkeep();
  expect([kept.last(), made]).toEqual([3, 3]);
  now += 600_000;
  kept.upkeep();
  expect(made).toBe(3);
  expect(kept.anew()).toBe(4);
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
