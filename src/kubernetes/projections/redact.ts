/**
 * What must never be kept or written down: data of Secrets, values of env entries, Helm values. Each is replaced by a
 * digest, in the object and in the manifests that its annotations carry, so that two values can still be told apart.
 */
import type { Json } from '../../model/facts.ts';
import { madeOnce } from '../../model/made-once.ts';
import { digestOf } from './digest.ts';
import { LAST_APPLIED } from './metadata.ts';
import { asObject, type JsonObject, MAX_DEPTH, parseObject, textAt } from './read-json.ts';

/** Down to this depth what was made of a part is kept with it; deeper parts are parts of those. */
const NEAR = 8;

/** A copy of an object without its secrets. What lies deeper than the API server would accept is cut off. */
export function redact(raw: JsonObject): JsonObject {
  const secret = textAt(raw, 'kind') === 'Secret';
  const copy: JsonObject = {};
  for (const [key, value] of Object.entries(raw)) {
    const hidden = secret && (key === 'data' || key === 'stringData');
    setOwn(copy, key, hidden ? digestLeaves(value, 1) : redactMember(key, value, 1));
  }
  return copy;
}

/** Plain assignment to a key named '__proto__' would set the prototype instead. */
function setOwn(target: JsonObject, key: string, value: Json): void {
  if (key !== '__proto__') target[key] = value;
  else Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
}

function redactMember(key: string, value: Json, depth: number): Json {
  if (depth >= MAX_DEPTH) return '…';
  if (key === 'env') return redactEnv(value, depth);
  if (key === 'helm') return redactHelm(value, depth);
  if (key === 'annotations') return redactAnnotations(value, depth);
  return redactInside(value, depth);
}

function redactInside(value: Json, depth: number): Json {
  if (typeof value !== 'object' || value === null) return value;
  const once = NEAR_THE_ROOT[depth];
  return once === undefined ? redactParts(value, depth) : once(value);
}

function redactParts(value: Json[] | JsonObject, depth: number): Json {
  if (depth >= MAX_DEPTH) return '…';
  if (Array.isArray(value)) return value.map((item) => redactInside(item, depth + 1));
  return mapMembers(value, (key, member) => redactMember(key, member, depth + 1));
}

const NEAR_THE_ROOT = Array.from({ length: NEAR }, (_, depth) =>
  madeOnce((value: Json[] | JsonObject) => redactParts(value, depth)),
);

/** A list of {name, value}, as in a pod or a plugin, or a map of name to value, as some custom resources have it. */
function redactEnv(value: Json, depth: number): Json {
  if (Array.isArray(value)) return value.map((item) => redactValues(item, ['value'], depth + 1));
  const object = asObject(value);
  if (object === undefined) return value;
  return mapMembers(object, (key, member) =>
    typeof member === 'object' && member !== null ? redactMember(key, member, depth + 1) : digestOf(member),
  );
}

/** spec.source.helm of an Application: values and parameters carry credentials more often than one would wish. */
function redactHelm(value: Json, depth: number): Json {
  const object = asObject(value);
  if (object === undefined) return redactInside(value, depth);
  return mapMembers(object, (key, member) => {
    if (key === 'values' || key === 'valuesObject') return digestLeaves(member, depth + 1);
    if (key === 'parameters' && Array.isArray(member)) {
      return member.map((item) => redactValues(item, ['value'], depth + 2));
    }
    return redactMember(key, member, depth + 1);
  });
}

/** Digests the named members of one object and redacts the others as usual. */
function redactValues(value: Json, names: readonly string[], depth: number): Json {
  const object = asObject(value);
  if (object === undefined) return redactInside(value, depth);
  return mapMembers(object, (key, member) =>
    names.includes(key) ? digestLeaves(member, depth + 1) : redactMember(key, member, depth + 1),
  );
}
function redactAnnotations(value: Json, depth: number): Json {
  const object = asObject(value);
  if (object === undefined) return redactInside(value, depth);
  const once = ANNOTATIONS_NEAR_THE_ROOT[depth];
  return once === undefined ? redactManifests(object, depth) : once(object);
}

/** An annotation that carries a manifest (last-applied, and those of other deployers) is redacted as one. */
function redactManifests(annotations: JsonObject, depth: number): JsonObject {
  return mapMembers(annotations, (key, member) => {
    if (typeof member !== 'string') return redactMember(key, member, depth + 1);
    const manifest = member.trimStart().startsWith('{') ? parseObject(member) : undefined;
    if (manifest === undefined) return key === LAST_APPLIED ? digestOf(member) : member;
    return JSON.stringify(redact(manifest));
  });
}

const ANNOTATIONS_NEAR_THE_ROOT = Array.from({ length: NEAR }, (_, depth) =>
  madeOnce((annotations: JsonObject) => redactManifests(annotations, depth)),
);

function digestLeaves(value: Json, depth: number): Json {
  if (depth >= MAX_DEPTH) return '…';
  if (Array.isArray(value)) return value.map((item) => digestLeaves(item, depth + 1));
  const object = asObject(value);
  if (object === undefined) return value === null ? null : digestOf(value);
  return mapMembers(object, (_, member) => digestLeaves(member, depth + 1));
}

function mapMembers(object: JsonObject, map: (key: string, member: Json) => Json): JsonObject {
  const copy: JsonObject = {};
  for (const [key, member] of Object.entries(object)) setOwn(copy, key, map(key, member));
  return copy;
}
