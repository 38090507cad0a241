/** Digests: they show that two values differ and never what the values are. */
import { hash } from 'node:crypto';
import type { Json } from '../../model/facts.ts';
import { asObject, type JsonObject, MAX_DEPTH } from './read-json.ts';

/** 'sha256:' and 16 hex digits. Stands in for a value that must not be kept in clear. */
export function digestOf(value: Json): string {
  return `sha256:${shortHash(typeof value === 'string' ? value : canonicalJson(value))}`;
}

const HASH_BYTES = 8;
/** What JSON spells as it is. */
const PLAIN = /^[ !#-[\]-~]*$/;

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
  // From bytes: a slice of a text keeps the whole text.
  return (hash('sha256', text, 'buffer') as Buffer).toString('hex', 0, HASH_BYTES);
}

/** JSON with the members of each object by name, built up in one text. */
function canonicalJson(value: Json, depth = 0): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (depth >= MAX_DEPTH) return '"…"';
  let text = '';
  if (Array.isArray(value)) {
    for (const item of value) text += `${text === '' ? '' : ','}${canonicalJson(item, depth + 1)}`;
    return `[${text}]`;
  }
  for (const name of Object.keys(value).sort())
    text += `${text === '' ? '' : ','}${quoted(name)}:${canonicalJson(value[name] ?? null, depth + 1)}`;
  return `{${text}}`;
}

function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}
