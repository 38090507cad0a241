/**
 * Typed reads of JSON that nobody vouches for: a wrong type anywhere reads as the empty value, and nothing throws.
 * Only own properties count, so that a key named 'constructor' finds nothing.
 */
import type { Json, Millis } from '../../model/facts.ts';

export type JsonObject = { [key: string]: Json };

/** Texts that people write freely are cut to this length before they are kept. */
export const MAX_TEXT = 300;

/** Deeper structures are not walked: the API server refuses them, and recursion must not overflow the stack. */
export const MAX_DEPTH = 100;

const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/;

export function asObject(value: Json | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

/** The value at a path of keys; undefined where any step is not an object or lacks the key. */
export function pick(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  let current = value;
  for (let step = 0; step < path.length; step += 1) {
    if (typeof current !== 'object' || current === null || Array.isArray(current)) return undefined;
    const next: Json | undefined = current[path[step] as string];
    // What an object inherits is a function or the prototype itself, and neither comes out of JSON.
    if (next === undefined || typeof next === 'function' || (next as unknown) === Object.prototype) return undefined;
    current = next;
  }
  return current;
}

export function objectAt(value: Json | undefined, ...path: readonly string[]): JsonObject | undefined {
  return asObject(pick(value, ...path));
}

export function textAt(value: Json | undefined, ...path: readonly string[]): string {
  const found = pick(value, ...path);
  return typeof found === 'string' ? found : '';
}

export function textOrNullAt(value: Json | undefined, ...path: readonly string[]): string | null {
  const found = pick(value, ...path);
  return typeof found === 'string' ? found : null;
}

/** A whole number, else null. */
export function countAt(value: Json | undefined, ...path: readonly string[]): number | null {
  const found = pick(value, ...path);
  return Number.isSafeInteger(found) ? (found as number) : null;
}

export function flagAt(value: Json | undefined, ...path: readonly string[]): boolean {
  return pick(value, ...path) === true;
}

export function listAt(value: Json | undefined, ...path: readonly string[]): readonly Json[] {
  const found = pick(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** The strings of a list; anything else in it is left out. */
export function textsAt(value: Json | undefined, ...path: readonly string[]): readonly string[] {
  return listAt(value, ...path).filter((item) => typeof item === 'string');
}

/** An RFC 3339 time in milliseconds, else null. */
export function timeAt(value: Json | undefined, ...path: readonly string[]): Millis | null {
  const text = textAt(value, ...path);
  if (text === '') return null;
  let at = TIMES.get(text);
  if (at === undefined) {
    at = readTime(text);
    if (text.length > LONGEST_TIME) return at;
    if (TIMES.size >= REMEMBERED_TIMES) TIMES.clear();
    TIMES.set(text, at);
  }
  return at;
}

/** Every version of an object tells again when its managers wrote; to read a time takes longer than to look it up. */
const TIMES = new Map<string, Millis | null>();
const REMEMBERED_TIMES = 1_024;
/** '2026-01-01T00:00:00.123456789+00:00' */
const LONGEST_TIME = 35;

function readTime(text: string): Millis | null {
  if (!RFC_3339.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : at;
}

/** A text cut to MAX_TEXT characters. */
export function shortTextAt(value: Json | undefined, ...path: readonly string[]): string {
  const text = textAt(value, ...path);
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 1)}…` : text;
}

/** 'a, b' → ['a', 'b']: how Argo CD's list-valued annotations are written. */
export function splitAtCommas(text: string): readonly string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** Text parsed as a JSON object; undefined when it is none. */
export function parseObject(text: string): JsonObject | undefined {
  try {
    return asObject(JSON.parse(text) as Json);
  } catch {
    return undefined;
  }
}
