import { describe, expect, it } from 'vitest';
import { systemTimers } from '../../src/kubernetes/timers.ts';

describe('the timers of the system', () => {
  it('wake a wait of a minute at once when it is aborted, before or meanwhile', async () => {
    const abort = new AbortController();
    const waiting = systemTimers.sleep(60_000, abort.signal);
    abort.abort();
    await waiting;
    await systemTimers.sleep(60_000, abort.signal);
  });

  it('wait when nothing aborts them', async () => {
    const before = systemTimers.monotonic();
    await systemTimers.sleep(2, new AbortController().signal);
    expect(systemTimers.monotonic()).toBeGreaterThan(before);
  });

  it('let a deadline pass that nobody extends, and none that is cancelled', async () => {
    let fired = '';
    const cancelled = systemTimers.deadline(1, () => {
      fired += 'cancelled';
    });
    cancelled.extend();
    cancelled.cancel();
    await new Promise<void>((resolve) => {
      systemTimers.deadline(2, () => {
        fired += 'passed';
        resolve();
      });
    });
    expect(fired).toBe('passed');
  });

  it('start a deadline anew that was cancelled, when it is extended', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const deadline = systemTimers.deadline(1, resolve);
    deadline.cancel();
    deadline.extend();
    await promise;
  });
});
