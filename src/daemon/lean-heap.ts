/**
 * A daemon that runs for ever beside other people's workloads should not keep what it needed for a moment. V8 lets a heap
 * grow several times over before it looks for garbage, and gives back little of it (docs/decisions/0015-lean.md).
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How much may be allocated beyond what lives, in percent, before the garbage is looked for. */
const GROWING_PERCENT = 40;

/**
 * From now on. The size of the young generation can only be said when the process starts: the image does (Dockerfile). One
 * thread has looked through so small a one before others have been woken, each with memory of its own to move things to.
 */
export function keepHeapLean(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWING_PERCENT}`);
  setFlagsFromString('--no-parallel-scavenge');
}

/** Gives back what the first lists needed. Takes as long as one look over all that lives: once, and when all is listed. */
export function compactHeap(): void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('typeof gc === "function" ? gc : null');
  setFlagsFromString('--no-expose-gc');
  if (typeof collect === 'function') collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
