/**
 * JSON values that nobody changes in place. A write makes a new root that shares every untouched part with the version
 * before, so that `===` answers "is this part unchanged" and thousands of virtual clusters fit in one process.
 */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** A part of a path: a key of an object or an index of a list. */
export type PathPart = string | number;

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** The value at a path, or undefined. */
export function getAt(value: JsonValue | undefined, ...path: readonly PathPart[]): JsonValue | undefined {
  let here = value;
  for (const part of path) {
    if (here === null || typeof here !== 'object') return undefined;
    here = (here as Record<PathPart, JsonValue | undefined>)[part];
  }
  return here;
}

export function objectAt(value: JsonValue | undefined, ...path: readonly PathPart[]): JsonObject {
  const found = getAt(value, ...path);
  return isObject(found) ? found : EMPTY_OBJECT;
}

export function listAt(value: JsonValue | undefined, ...path: readonly PathPart[]): readonly JsonValue[] {
  const found = getAt(value, ...path);
  return isList(found) ? found : EMPTY_LIST;
}

export function textAt(value: JsonValue | undefined, ...path: readonly PathPart[]): string {
  const found = getAt(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** The number at a path, or `absent` where there is none. */
export function numberAt<T>(absent: T, value: JsonValue | undefined, ...path: readonly PathPart[]): number | T {
  const found = getAt(value, ...path);
  return typeof found === 'number' ? found : absent;
}

const EMPTY_OBJECT: JsonObject = Object.freeze({});
const EMPTY_LIST: readonly JsonValue[] = Object.freeze([]);

/** A copy with one value set; objects are made on the way where they are missing. */
export function setAt(root: JsonValue | undefined, path: readonly PathPart[], value: JsonValue, depth = 0): JsonValue {
  const part = path[depth];
  if (part === undefined) return value;
  if (isList(root) && typeof part === 'number') {
    const copy = root.slice();
    copy[part] = setAt(root[part], path, value, depth + 1);
    return copy;
  }
  const here: Record<string, JsonValue> = isObject(root) ? { ...root } : {};
  here[part] = setAt(here[part], path, value, depth + 1);
  return here;
}

/** A copy without the value at a path; the same root when there was none. */
export function removeAt(root: JsonValue, path: readonly PathPart[], depth = 0): JsonValue {
  const part = path[depth];
  if (part === undefined || typeof root !== 'object' || root === null) return root;
  const child = getAt(root, part);
  if (child === undefined) return root;
  const last = depth === path.length - 1;
  if (isList(root)) {
    const copy = root.slice();
    if (last) copy.splice(Number(part), 1);
    else copy[Number(part)] = removeAt(child, path, depth + 1);
    return copy;
  }
  const copy: Record<string, JsonValue> = { ...(root as JsonObject) };
  if (last) delete copy[part];
  else copy[part] = removeAt(child, path, depth + 1);
  return copy;
}

/** Equality by value; parts that are the same object cost nothing. */
export function sameJson(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  if (isList(a)) {
    if (!isList(b) || a.length !== b.length) return false;
    return a.every((item, index) => sameJson(item, b[index]));
  }
  if (isList(b)) return false;
  const left = a as JsonObject;
  const right = b as JsonObject;
  let count = 0;
  for (const key in left) {
    const other = right[key];
    if (other === undefined || !sameJson(left[key], other)) return false;
    count += 1;
  }
  return count === Object.keys(right).length;
}

/** `after` with every part that equals the same part of `before` replaced by that very part. */
export function shareUnchanged(before: JsonValue | undefined, after: JsonValue): JsonValue {
  if (before === undefined || before === after || after === null || typeof after !== 'object') return after;
  if (isList(after)) {
    if (!isList(before)) return after;
    const shared = after.map((item, index) => shareUnchanged(before[index], item));
    return shared.length === before.length && shared.every((item, index) => item === before[index]) ? before : shared;
  }
  if (!isObject(before)) return after;
  const shared: Record<string, JsonValue> = {};
  let same = true;
  let count = 0;
  for (const key in after as JsonObject) {
    const value = shareUnchanged(before[key], (after as JsonObject)[key] ?? null);
    shared[key] = value;
    if (value !== before[key]) same = false;
    count += 1;
  }
  return same && count === Object.keys(before).length ? before : shared;
}

/** JSON text with sorted keys: equal values give equal text, whatever the order they were written in. */
export function stableText(value: JsonValue): string {
  if (isList(value)) return `[${value.map(stableText).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const parts: string[] = [];
  for (const key of Object.keys(value).sort()) parts.push(`${JSON.stringify(key)}:${stableText(value[key] ?? null)}`);
  return `{${parts.join(',')}}`;
}

/** RFC 6901 pointer to the keys on its way ('/a~1b/0' → ['a/b', '0']). */
export function parsePointer(pointer: string): string[] {
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Keys to an RFC 6901 pointer. */
export function formatPointer(path: readonly PathPart[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
