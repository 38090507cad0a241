/** Values that are equal, whoever made them: nobody has to look at what is the same as before. */

export type Members = Record<string, unknown>;

/** An object or a list. */
export function isDeep(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Of the same members and entries, at any depth. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (!isDeep(a) || !isDeep(b)) return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let index = 0; index < a.length; index += 1) if (!sameValue(a[index], b[index])) return false;
    return true;
  }
  if (Array.isArray(b)) return false;
  const x = a as Members;
  const y = b as Members;
  let count = 0;
  for (const key in x) {
    if (!Object.hasOwn(y, key) || !sameValue(x[key], y[key])) return false;
    count += 1;
  }
  for (const _ in y) count -= 1;
  return count === 0;
}

/** Entry by entry the very same. Of texts, too: equal ones are mostly one text, which is seen at once. */
export function sameEntries(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((each, index) => Object.is(each, b[index]));
}

/** `next`, which nobody has seen yet, holding of `previous` what is equal in both. */
export function inherit<T extends object>(previous: T, next: T): T {
  if (Object.isFrozen(next)) return next;
  const before = previous as Members;
  const now = next as Members;
  for (const key in now) {
    const value = now[key];
    const held = before[key];
    if (value !== held && isDeep(value) && isDeep(held) && sameValue(held, value)) now[key] = held;
  }
  return next;
}
