/**
 * Work in slices: whoever drives it may do something else in between. Nothing here knows of time; how long a turn is
 * decides whoever drives it.
 */

/** Yields nothing, again and again, and returns the result. */
export type Sliced<T> = Generator<undefined, T, undefined>;

/** Subjects between two yields. Holding one against all rules takes some tens of microseconds. */
const SUBJECTS_A_SLICE = 32;

/** All at once. */
export function drained<T>(work: Sliced<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

/** What is there already needs no slices. */
export function* inSlices<T>(work: T[] | Sliced<T[]>): Sliced<T[]> {
  return Array.isArray(work) ? work : yield* work;
}

/** As `items.map(each)`. */
export function* mapped<T, R>(items: readonly T[], each: (item: T) => R): Sliced<R[]> {
  const results: R[] = [];
  for (const item of items) {
    results.push(each(item));
    if (results.length % SUBJECTS_A_SLICE === 0) yield;
  }
  return results;
}

/** As `items.flatMap(each)`. */
export function* flatMapped<T, R>(items: readonly T[], each: (item: T) => readonly R[]): Sliced<R[]> {
  const results: R[] = [];
  let seen = 0;
  for (const item of items) {
    for (const result of each(item)) results.push(result);
    seen += 1;
    if (seen % SUBJECTS_A_SLICE === 0) yield;
  }
  return results;
}
