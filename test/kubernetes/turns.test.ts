/** A backlog is worked off in turns, counted in bytes and shared by all watches. */
import { expect, it } from 'vitest';
import { Turns } from '../../src/kubernetes/turns.ts';
import { readWatch } from '../../src/kubernetes/watch-stream.ts';

const KB = 1024;

it('lets others have their turn after a quarter of a megabyte, whoever read it', async () => {
  let begun = 0;
  let go = () => {};
  const turns = new Turns(() => {
    begun += 1;
    return new Promise((resolve) => {
      go = resolve;
    });
  });
  expect(turns.took(100 * KB)).toBeUndefined();
  expect(turns.took(100 * KB)).toBeUndefined();
  const [one, other] = [turns.took(100 * KB), turns.took(KB)];
  // Both wait for the same turn.
  expect([one, other]).toEqual([expect.any(Promise), expect.any(Promise)]);
  expect(begun).toBe(1);
  go();
  await Promise.all([one, other]);
  expect(turns.took(200 * KB)).toBeUndefined();
});

it('answers what else comes while a watch has megabytes to tell', async () => {
  const line = `${JSON.stringify({ type: 'ADDED', object: { metadata: { name: 'x' }, text: 'x'.repeat(60 * KB) } })}\n`;
  async function* backlog(): AsyncGenerator<Buffer> {
    for (let index = 0; index < 40; index += 1) yield Buffer.from(line);
  }
  let told = 0;
  const toldAt: number[] = [];
  const ask = () => {
    toldAt.push(told);
    if (told < 40) setImmediate(ask);
  };
  setImmediate(ask);
  await readWatch(
    backlog(),
    'watch',
    () => {},
    () => {
      told += 1;
    },
    () => undefined,
  );
  // Without turns it is asked when everything was told.
  expect(told).toBe(40);
  expect(toldAt.filter((at) => at < 40).length).toBeGreaterThan(5);
});
