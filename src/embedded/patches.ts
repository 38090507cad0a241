/** The patch types of the API: RFC 7386 merge patch, RFC 6902 JSON patch, and Kubernetes' strategic merge patch. */
import { applyPatch, type Operation, Pointer } from 'rfc6902';
import { ApiError } from './api-error.ts';
import { isList, isObject, type JsonObject, type JsonValue } from './json.ts';
import { type FieldSchema, schemaOfField } from './schema.ts';

/** RFC 7386: null removes, objects merge, everything else replaces. */
export function mergePatch(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isObject(patch)) return patch;
  const base = isObject(target) ? target : {};
  const merged: Record<string, JsonValue> = { ...base };
  for (const key in patch) {
    const value = patch[key];
    if (value === undefined) continue;
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(base[key], value);
  }
  return merged;
}

/**
 * RFC 6902, as the server understands it: a `test` for null holds where the path is absent (evanphx/json-patch v4,
 * Patch.test). Throws 422 when a `test` fails and 400 when a path does not exist, as the server does.
 */
export function jsonPatch(target: JsonObject, operations: JsonValue): JsonObject {
  if (!isList(operations)) {
    throw new ApiError(400, 'BadRequest', 'error decoding patch: a JSON patch is a list of operations');
  }
  const copy = structuredClone(target) as JsonObject;
  for (const operation of structuredClone(operations) as unknown as Operation[]) {
    if (testsAbsence(operation) && Pointer.fromJSON(operation.path).get(copy) === undefined) continue;
    const [error] = applyPatch(copy, [operation]);
    if (error === null || error === undefined) continue;
    const message = 'the server rejected our request due to an error in our request';
    throw new ApiError(422, 'Invalid', `${message}: ${error.message}`, {});
  }
  return copy;
}

function testsAbsence(operation: Operation): boolean {
  return operation.op === 'test' && operation.value === null;
}

/**
 * Strategic merge patch (apimachinery pkg/util/strategicpatch/patch.go) for the directives that kubectl and Argo CD
 * send: keyed lists merge by their first key, `$patch: delete|replace`, `$retainKeys`, `$deleteFromPrimitiveList/<f>`;
 * `$setElementOrder/<f>` orders what is there.
 */
export function strategicMergePatch(
  target: JsonValue | undefined,
  patch: JsonValue,
  schema: FieldSchema | undefined,
): JsonValue {
  if (!isObject(patch)) return patch;
  if (patch['$patch'] === 'replace') return withoutDirectives(patch);
  const base = isObject(target) ? target : {};
  const merged: Record<string, JsonValue> = { ...base };
  for (const key in patch) {
    const value = patch[key];
    if (value === undefined || key.startsWith('$')) continue;
    if (value === null) delete merged[key];
    else merged[key] = mergeValue(base[key], value, schemaOfField(schema, key));
  }
  applyListDirectives(merged, patch, schema);
  retainKeys(merged, patch);
  return merged;
}

function mergeValue(base: JsonValue | undefined, value: JsonValue, schema: FieldSchema | undefined): JsonValue {
  if (isObject(value)) return strategicMergePatch(base, value, schema);
  if (!isList(value) || schema === undefined) return value;
  if (schema.set === true) {
    const known = isList(base) ? base : [];
    return [...known, ...value.filter((item) => !known.includes(item))];
  }
  const mergeKey = schema.keys?.[0];
  if (mergeKey === undefined) return value;
  return mergeKeyedList(isList(base) ? base : [], value, mergeKey, schema);
}

function mergeKeyedList(
  base: readonly JsonValue[],
  patch: readonly JsonValue[],
  mergeKey: string,
  schema: FieldSchema,
): JsonValue {
  if (patch.some((item) => isObject(item) && item['$patch'] === 'replace')) {
    return patch.filter((item) => !(isObject(item) && item['$patch'] === 'replace'));
  }
  let merged = [...base];
  for (const item of patch) {
    if (!isObject(item)) continue;
    const key = item[mergeKey];
    const place = merged.findIndex((known) => isObject(known) && known[mergeKey] === key);
    if (item['$patch'] === 'delete') {
      merged = merged.filter((_, index) => index !== place);
    } else if (place < 0) {
      merged.push(withoutDirectives(item));
    } else {
      merged[place] = strategicMergePatch(merged[place], item, schema.items);
    }
  }
  return merged;
}

function withoutDirectives(patch: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(patch).filter(([key]) => !key.startsWith('$')));
}

function applyListDirectives(
  merged: Record<string, JsonValue>,
  patch: JsonObject,
  schema: FieldSchema | undefined,
): void {
  for (const key in patch) {
    const slash = key.indexOf('/');
    if (!key.startsWith('$') || slash < 0) continue;
    const field = key.slice(slash + 1);
    const list = merged[field];
    const named = patch[key];
    if (!isList(list) || !isList(named)) continue;
    if (key.startsWith('$deleteFromPrimitiveList')) merged[field] = list.filter((item) => !named.includes(item));
    if (key.startsWith('$setElementOrder')) merged[field] = ordered(list, named, schemaOfField(schema, field));
  }
}

/** The named items in the named order; items that are not named keep their place at the end. */
function ordered(
  list: readonly JsonValue[],
  order: readonly JsonValue[],
  schema: FieldSchema | undefined,
): readonly JsonValue[] {
  const mergeKey = schema?.keys?.[0];
  const keyOf = (item: JsonValue) => (mergeKey !== undefined && isObject(item) ? item[mergeKey] : item);
  const rank = new Map(order.map((item, index) => [keyOf(item), index]));
  const place = (item: JsonValue) => rank.get(keyOf(item)) ?? order.length;
  return [...list].sort((a, b) => place(a) - place(b));
}

function retainKeys(merged: Record<string, JsonValue>, patch: JsonObject): void {
  const retained = patch['$retainKeys'];
  if (!isList(retained)) return;
  for (const key of Object.keys(merged)) if (!retained.includes(key)) delete merged[key];
}
