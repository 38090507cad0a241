/** What is dear to make is made again only when a twentieth of the time pays for it. */
const SHARE = 20;

export interface Paced<T> {
  /** What was made last, or made anew when that is old enough. */
  recent(): T;
  /** Made anew, whatever it costs. */
  anew(): T;
}

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
  return { anew, recent: () => (last !== null && monotonic() < last.until ? last.made : anew()) };
}
