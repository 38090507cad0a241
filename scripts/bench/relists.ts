/** A daemon lists everything anew at each full, twentieth and fortieth minute (src/daemon/daemon.ts): what is measured meanwhile is that. */
import { pause } from './processes.ts';

const EVERY_MS = 20 * 60_000;
/** By then a daemon beside 100,000 workloads is done with it. */
const DONE_MS = 60_000;

/** Resolves when no relist is under way or due within `seconds`: mostly at once. */
export async function clearOfRelists(seconds: number): Promise<void> {
  const since = Date.now() % EVERY_MS;
  if (since < DONE_MS) await pause(DONE_MS - since);
  else if (since + seconds * 1000 > EVERY_MS) await pause(EVERY_MS - since + DONE_MS);
}
