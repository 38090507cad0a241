/** Digests: they show that two values differ and never what the values are. */
import { hash } from 'node:crypto';
import type { Json } from '../../model/facts.ts';
import { asObject, type JsonObject, MAX_DEPTH } from './read-json.ts';

/** 'sha256:' and 16 hex digits. Stands in for a value that must not be kept in clear. */
export function digestOf(value: Json): string {
  return `sha256:${shortHash(typeof value === 'string' ? value : canonicalJson(value))}`;
}

/** On an object of which only parts were kept: the stableHash of the whole. */
const OF_WHOLE = Symbol('stableHash of the whole');

/** Says what the stableHash of an object is of which only parts are kept. */
export function setDigest(value: JsonObject, digest: string): void {
  (value as { [OF_WHOLE]?: string })[OF_WHOLE] = digest;
}

/** 16 hex digits that are equal for equal values, whatever the order of keys. '' for an absent value. */
export function stableHash(value: Json | undefined): string {
  const ofWhole = (asObject(value) as { [OF_WHOLE]?: string } | undefined)?.[OF_WHOLE];
  if (ofWhole !== undefined) return ofWhole;
  return value === undefined || value === null ? '' : shortHash(canonicalJson(value));
}

function shortHash(text: string): string {
  // Through Buffer: a slice of a text keeps the whole text.
  return Buffer.from(hash('sha256', text, 'buffer').subarray(0, 8)).toString('hex');
}

function canonicalJson(value: Json, depth = 0): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (depth >= MAX_DEPTH) return '"…"';
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item, depth + 1)).join(',')}]`;
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null, depth + 1)}`);
  return `{${members.join(',')}}`;
}
