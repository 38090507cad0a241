import { drained, type Sliced } from '../audit/slices.ts';
import { inSlices, type Made } from './in-slices.ts';

/** What is dear to make is made again only when a twentieth of the time pays for it. */
const SHARE = 20;

export interface Paced<T> {
  /** What was made last, or made anew when that is old enough. */
  recent(): T;
  /** Made anew, whatever it costs. */
  anew(): T;
  /** Something has happened that nobody should have to wait for: whoever asks next gets it. */
  outdate(): void;
}

export interface Upkept<T> {
  /** What was made last, however long ago: whoever asks does not wait. Made at once only the first time. */
  last(): T;
  /** Made anew, whatever it costs, a turn at a time. Who asks meanwhile gets the same. Rejects with what the making throws. */
  anew(): Promise<T>;
  /** To be called again and again: makes it anew when it is old enough and somebody has asked lately. Rejects as `anew`. */
  upkeep(): Promise<void>;
}

/** Nobody has asked for so long: it is not kept up any more. */
const UNASKED_MS = 10 * 60_000;

/**
 * What took 300 ms is good for six seconds, however many ask; what takes a millisecond is as good as always new.
 * `leastMs`: good for so long in any case. `monotonic` in milliseconds.
 */
export function createPaced<T>(make: () => T, monotonic: () => number, leastMs = 0): Paced<T> {
  let last: { readonly made: T; readonly until: number } | null = null;
  const anew = () => {
    const began = monotonic();
    const made = make();
    const ended = monotonic();
    last = { made, until: ended + Math.max(leastMs, SHARE * (ended - began)) };
    return made;
  };
  return {
    anew,
    outdate: () => {
      last = null;
    },
    recent: () => (last !== null && monotonic() < last.until ? last.made : anew()),
  };
}

/** As `createPaced`, but made in slices beside those who ask: by `upkeep`, and never sooner than `leastMs` after the last time. */
export function createUpkept<T>(
  make: () => Sliced<T>,
  monotonic: () => number,
  leastMs: number,
  nextTurn?: () => Promise<void>,
): Upkept<T> {
  let last: { readonly made: T; readonly until: number } | null = null;
  let underWay: Promise<T> | null = null;
  let askedAt = Number.NEGATIVE_INFINITY;
  const keep = ({ made, ms }: Made<T>) => {
    last = { made, until: monotonic() + Math.max(leastMs, SHARE * ms) };
    return made;
  };
  const anew = () => {
    underWay ??= inSlices(make(), monotonic, nextTurn)
      .then(keep)
      .finally(() => {
        underWay = null;
      });
    return underWay;
  };
  return {
    anew,
    last: () => {
      askedAt = monotonic();
      return last === null ? keep({ made: drained(make()), ms: monotonic() - askedAt }) : last.made;
    },
    upkeep: async () => {
      if (last !== null && monotonic() >= last.until && monotonic() - askedAt < UNASKED_MS) await anew();
    },
  };
}
