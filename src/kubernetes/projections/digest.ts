/** Digests: they show that two values differ and never what the values are. */
import { hash } from 'node:crypto';
import type { Json } from '../../model/facts.ts';
import { MAX_DEPTH } from './read-json.ts';

/** 'sha256:' and 16 hex digits. Stands in for a value that must not be kept in clear. */
export function digestOf(value: Json): string {
  return `sha256:${shortHash(typeof value === 'string' ? value : canonicalJson(value))}`;
}

/** 16 hex digits that are equal for equal values, whatever the order of keys. '' for an absent value. */
export function stableHash(value: Json | undefined): string {
  return value === undefined || value === null ? '' : shortHash(canonicalJson(value));
}

function shortHash(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 16);
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
