import { expect, it } from 'vitest';
import { BentTimers, startDaemonHere } from '../support/daemon-in-process.ts';

const NOBODY = 'http://127.0.0.1:9';

/** Its clock breaks when it is told to: a defect that only the passing of time shows. */
class BrokenClock extends BentTimers {
  broken = false;
  override now(): number {
    if (this.broken) throw new Error('the clock is broken');
    return super.now();
  }
}

it('tells whoever runs it of a defect that a tick shows, and can still be taken down in order', async () => {
  const clock = new BrokenClock();
  const rig = await startDaemonHere(NOBODY, clock);
  clock.broken = true;
  await expect(rig.daemon.ended).rejects.toThrow('the clock is broken');
  clock.broken = false;
  await rig[Symbol.asyncDispose]();
  await expect(fetch(rig.daemon.address)).rejects.toThrow();
});
