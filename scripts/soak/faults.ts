/** What befalls a cluster and its watcher in a day, drawn from a seed. */
import type { Random } from '../../src/embedded/random.ts';

/**
 * cut: watches break in the middle of a line. end: watches end in order. silence: half-open connections. compact: every
 * watch breaks, and what it missed is forgotten. outage: the server is away. failing, throttling: it answers 500 or 429.
 * skew: the clock on the daemon's wall is set. kill: the daemon dies and starts from its last checkpoint.
 */
export type FaultKind = 'cut' | 'end' | 'silence' | 'compact' | 'outage' | 'failing' | 'throttling' | 'skew' | 'kill';

export interface Fault {
  readonly kind: FaultKind;
  /** ms since the epoch. */
  readonly at: number;
  /** How long it lasts; 0 where it is over at once. */
  readonly lastsMs: number;
}

const KINDS: readonly FaultKind[] = [
  'cut',
  'cut',
  'end',
  'silence',
  'silence',
  'compact',
  'outage',
  'failing',
  'throttling',
  'skew',
  'kill',
];
const LASTING: ReadonlySet<FaultKind> = new Set(['outage', 'failing', 'throttling', 'kill']);

/** Faults between `from` and `to`, in order, never two at a time. */
export function drawFaults(random: Random, from: number, to: number): Fault[] {
  const faults: Fault[] = [];
  for (let at = from; ; ) {
    at += random.between(4, 60) * 60_000;
    if (at > to - 10 * 60_000) return faults;
    const kind = random.pick(KINDS);
    const lastsMs = LASTING.has(kind) ? random.between(1, 150) * 1000 : 0;
    faults.push({ kind, at, lastsMs });
    at += lastsMs;
  }
}

/** A watcher that starts or lists anew is in the picture again after this long. */
const CATCH_UP_MS = 60_000;

/**
 * When the watcher may have missed something for good, or null: what a watch takes up where it broke comes late and
 * comes all.
 */
export function gapOf({ kind, at, lastsMs }: Fault): { readonly from: number; readonly to: number } | null {
  if (kind !== 'compact' && kind !== 'kill') return null;
  return { from: at, to: at + lastsMs + CATCH_UP_MS };
}
