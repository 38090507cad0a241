/**
 * Work in slices: whoever drives it may do something else in between. Nothing here knows of time; how long a turn is
 * decides whoever drives it.
 */

/** Yields nothing, again and again, and returns the result. */
export type Sliced<T> = Generator<undefined, T, undefined>;

/** Items between two yields, where one takes some tens of microseconds. */
const ITEMS_A_SLICE = 32;

/** All at once. */
export function drained<T>(work: Sliced<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

/** Asked after every item of a loop: true when so many were looked at that it should yield. */
export function turnEvery(items: number): () => boolean {
  let seen = 0;
  return () => {
    seen = (seen + 1) % items;
    return seen === 0;
  };
}

/** What is there already needs no slices. */
export function* inSlices<T>(work: T[] | Sliced<T[]>): Sliced<T[]> {
  return Array.isArray(work) ? work : yield* work;
}

/** As `items.map(each)`. */
export function* mapped<T, R>(items: readonly T[], each: (item: T) => R): Sliced<R[]> {
  const results: R[] = [];
  const isTurn = turnEvery(ITEMS_A_SLICE);
  for (const item of items) {
    results.push(each(item));
    if (isTurn()) yield;
  }
  return results;
}

/** As `items.flatMap(each)`. */
export function* flatMapped<T, R>(items: readonly T[], each: (item: T) => readonly R[]): Sliced<R[]> {
  const results: R[] = [];
  const isTurn = turnEvery(ITEMS_A_SLICE);
  for (const item of items) {
    for (const result of each(item)) results.push(result);
    if (isTurn()) yield;
  }
  return results;
}
