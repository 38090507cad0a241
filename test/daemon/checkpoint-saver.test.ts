import { describe, expect, it } from 'vitest';
import { CheckpointSaver } from '../../src/daemon/checkpoint-saver.ts';
import type { StoredCheckpoint } from '../../src/daemon/checkpoint-sections.ts';
import { takeCheckpoint } from '../../src/detect/checkpoint.ts';
import { FakeTimers } from '../support/fake-timers.ts';

const EMPTY = { records: [], tracks: [], heals: [], notices: [] };

function saver({ pace = 0, fails = false, takes = 0 } = {}) {
  const timers = new FakeTimers();
  const written: number[] = [];
  const errors: unknown[] = [];
  let taken = 0;
  const store = {
    described: 'memory',
    read: () => Promise.resolve(null),
    async write({ at }: StoredCheckpoint) {
      await new Promise((resolve) => setImmediate(resolve));
      if (fails) throw new Error('full');
      written.push(at);
    },
  };
  const made = new CheckpointSaver({
    store,
    take: () => {
      timers.advance(takes);
      return takeCheckpoint(EMPTY, ++taken);
    },
    onError: (error) => errors.push(error),
    timers,
    pace,
  });
  return { made, written, errors, timers };
}

describe('the saver of checkpoints', () => {
  it('writes the latest state when it is asked while another is being written', async () => {
    const { made, written } = saver();
    const answers = await Promise.all([made.save(), made.save(), made.save()]);
    expect([written, answers]).toEqual([
      [1, 2],
      [true, true, true],
    ]);
  });

  it('tells of one that cannot be written, and does not throw', async () => {
    const { made, errors } = saver({ fails: true });
    expect(await made.save()).toBe(false);
    expect(errors).toEqual([new Error('full')]);
  });

  it('writes once for all that ask within its pace, and the first at once', async () => {
    const { made, written, timers } = saver({ pace: 10_000 });
    made.soon();
    await made.save();
    const before = written.length;
    for (let i = 0; i < 5; i++) made.soon();
    expect(timers.slept).toHaveLength(1);
    expect(timers.slept[0]).toBeGreaterThan(9_000);
    await made.close();
    expect(written.length).toBe(before + 1);
  });

  it('gives it a twentieth of the time where it takes long, and writes the rest of the time what is small at once', async () => {
    const large = saver({ takes: 50 });
    large.made.soon();
    await large.made.save();
    for (let i = 0; i < 5; i++) large.made.soon();
    expect(large.timers.slept).toEqual([950]);
    await large.made.close();

    const small = saver();
    for (let i = 0; i < 5; i++) {
      small.made.soon();
      await small.made.save();
    }
    expect(small.timers.slept).toEqual([]);
    await small.made.close();
  });

  it('writes a last time when it is closed, and nothing after it', async () => {
    const { made, written } = saver({ pace: 10_000 });
    await made.save();
    made.soon();
    await made.close();
    const before = [...written];
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    expect(written).toEqual(before);
  });
});
