/** Indexes of the model: from one text to the keys of objects. */

/** Most entries of an index have one key, and a set is ten times as large. */
export type Keys = string | Set<string>;

const NO_KEYS: readonly string[] = [];

/** The keys at one place of an index. */
export function keysOf(keys: Keys | undefined): Iterable<string> {
  return keys === undefined ? NO_KEYS : typeof keys === 'string' ? [keys] : keys;
}

export function addTo(index: Map<string, Keys>, at: string, key: string): void {
  const keys = index.get(at);
  if (keys === undefined) index.set(at, key);
  else if (typeof keys !== 'string') keys.add(key);
  else if (keys !== key) index.set(at, new Set([keys, key]));
}

export function removeFrom(index: Map<string, Keys>, at: string, key: string): void {
  const keys = index.get(at);
  if (keys === key) index.delete(at);
  else if (typeof keys === 'object' && keys.delete(key) && keys.size === 0) index.delete(at);
}
