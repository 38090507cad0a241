/**
 * V8 looks through the heap with four threads, however few processors there are: on two of them the thread that reads, judges
 * and answers would stand in line behind its own helpers, for as long again as an answer takes (docs/decisions/0015-lean.md).
 * Linux keeps a nice value for each thread, and anybody may raise that of their own.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { constants, getPriority, setPriority } from 'node:os';

/** As Node has named them since version 24; in an older one nothing is found. */
const HELPERS = 'V8Worker';
/** To a tenth of the weight: they still get on when all processors are busy, so that the heap does not outgrow them. */
const STEPS = 10;

/** Lets V8's helper threads of this process give way to the thread that calls; where there is no /proc it does nothing. */
export function letHelpersGiveWay(): void {
  const nice = Math.min(getPriority() + STEPS, constants.priority.PRIORITY_LOW);
  for (const thread of threads()) if (nameOf(thread) === HELPERS) giveWay(thread, nice);
}

function threads(): readonly number[] {
  try {
    return readdirSync('/proc/self/task').map(Number);
  } catch {
    return [];
  }
}

function nameOf(thread: number): string {
  try {
    return readFileSync(`/proc/self/task/${thread}/comm`, 'utf8').trim();
  } catch {
    // It has ended since.
    return '';
  }
}

/** setpriority(2): on Linux PRIO_PROCESS takes a thread, too. A sandbox may forbid it, and nothing is lost then but time. */
function giveWay(thread: number, nice: number): void {
  try {
    setPriority(thread, nice);
  } catch {
    // As it was, then.
  }
}
