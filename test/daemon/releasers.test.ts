import { describe, expect, it } from 'vitest';
import { logReleaseFailure, Releasers } from '../../src/daemon/releasers.ts';
import { KubeRequestError } from '../../src/kubernetes/errors.ts';
import { createLogger } from '../../src/telemetry/logger.ts';

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

  it('says in one calm sentence what hung or was refused, and shows the stack of a defect alone', async () => {
    const lines: Record<string, unknown>[] = [];
    const logger = createLogger({ format: 'json', destination: { write: (line) => lines.push(JSON.parse(line)) } });
    const releasers = new Releasers();
    let overdue: AbortSignal | undefined;
    releasers.add('checkpoint', (signal) => {
      overdue = signal;
      return new Promise(() => {});
    });
    releasers.add('events', () => {
      throw new KubeRequestError({ kind: 'network', message: 'cannot reach the API server' });
    });
    releasers.add('ticker', () => {
      throw new TypeError('not a function');
    });
    await releasers.releaseAll(50, logReleaseFailure(logger));
    expect(overdue?.aborted).toBe(true);
    expect(lines.map(({ level, msg, err }) => [level, msg, typeof err])).toEqual([
      ['error', 'ticker did not shut down cleanly: not a function', 'object'],
      ['error', 'events did not shut down cleanly: cannot reach the API server', 'undefined'],
      ['warn', 'checkpoint: no answer within 0.05 s, so the shutdown goes on without it', 'undefined'],
    ]);
  });
});
