import { describe, expect, it } from 'vitest';
import { Releasers } from '../../src/daemon/releasers.ts';

describe('shutting down', () => {
  it('releases in the reverse order of making', async () => {
    const order: string[] = [];
    const releasers = new Releasers();
    for (const name of ['watches', 'ticker', 'web server']) releasers.add(name, () => void order.push(name));
    await releasers.releaseAll(1_000, () => {});
    expect(order).toEqual(['web server', 'ticker', 'watches']);
  });

  it('goes on past a part that fails, and past one that hangs', async () => {
    const failed: string[] = [];
    const releasers = new Releasers();
    let released = false;
    releasers.add('first', () => {
      released = true;
    });
    releasers.add('hangs', () => new Promise<void>(() => {}));
    releasers.add('fails', () => {
      throw new Error('no');
    });
    await releasers.releaseAll(10, (name) => failed.push(name));
    expect(failed).toEqual(['fails', 'hangs']);
    expect(released).toBe(true);
  });

  it('runs once, however often it is asked', async () => {
    let runs = 0;
    const releasers = new Releasers();
    releasers.add('part', () => void runs++);
    await Promise.all([releasers.releaseAll(100, () => {}), releasers.releaseAll(100, () => {})]);
    expect(runs).toBe(1);
  });
});
