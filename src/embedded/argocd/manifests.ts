/** Manifests on their way from Git to the cluster: tracking marks, last-applied, and the three-way merge of an apply. */
import { elementOf } from '../field-sets.ts';
import { isList, isObject, type JsonObject, type JsonValue, sameJson, stableText } from '../json.ts';
import { findKind, type KindInfo } from '../kinds.ts';
import type { KubeObject } from '../objects.ts';
import { type FieldSchema, schemaOfField } from '../schema.ts';

export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
export const TRACKING_ID = 'argocd.argoproj.io/tracking-id';

export interface TrackingMethod {
  readonly method: 'annotation' | 'label' | 'annotation+label';
  readonly label: string;
}

/** application.resourceTrackingMethod and application.instanceLabelKey of argocd-cm (util/settings/settings.go:904). */
export function readTracking(settings: JsonObject): TrackingMethod {
  const method = settings['application.resourceTrackingMethod'];
  return {
    method: method === 'label' || method === 'annotation+label' ? method : 'annotation',
    label: String(settings['application.instanceLabelKey'] ?? 'app.kubernetes.io/instance'),
  };
}

/** The manifest in the namespace it goes to, with the mark of its application (util/argo/resource_tracking.go). */
export function markManifest(
  manifest: KubeObject,
  instance: string,
  namespace: string,
  tracking: TrackingMethod,
): KubeObject {
  const info = findKind(manifest.apiVersion, manifest.kind);
  const home = info?.namespaced === false ? undefined : (manifest.metadata.namespace ?? namespace);
  const metadata: Record<string, JsonValue> = { ...manifest.metadata };
  if (home !== undefined) metadata['namespace'] = home;
  if (tracking.method !== 'label') {
    const id = `${instance}:${info?.group ?? ''}/${manifest.kind}:${home ?? namespace}/${manifest.metadata.name}`;
    metadata['annotations'] = { ...manifest.metadata.annotations, [TRACKING_ID]: id };
  }
  if (tracking.method !== 'annotation') {
    metadata['labels'] = { ...manifest.metadata.labels, [tracking.label]: instance };
  }
  return { ...manifest, metadata: metadata as KubeObject['metadata'] };
}

/** The application instance that marked an object, or undefined. */
export function instanceOf(object: KubeObject, tracking: TrackingMethod): string | undefined {
  if (tracking.method === 'label') return object.metadata.labels?.[tracking.label];
  const id = object.metadata.annotations?.[TRACKING_ID];
  if (id === undefined) return undefined;
  const [instance, , place] = id.split(':');
  // A mark that was copied to another object, as to ReplicaSets, counts for nothing.
  return place?.endsWith(`/${object.metadata.name}`) === true && id.includes(`/${object.kind}:`) ? instance : undefined;
}

const texts = new WeakMap<KubeObject, string>();

/** The text a client-side apply leaves in last-applied-configuration. */
export function lastAppliedText(manifest: KubeObject): string {
  let text = texts.get(manifest);
  if (text === undefined) {
    text = `${stableText(manifest)}\n`;
    texts.set(manifest, text);
  }
  return text;
}

/** Reads last-applied; the same text stands in every version of an object and is parsed once. */
export class LastAppliedReader {
  readonly #parsed = new Map<string, JsonObject>();

  read(object: KubeObject): JsonObject | undefined {
    const text = object.metadata.annotations?.[LAST_APPLIED];
    if (text === undefined) return undefined;
    let value = this.#parsed.get(text);
    if (value === undefined) {
      if (this.#parsed.size > 500) this.#parsed.clear();
      value = JSON.parse(text) as JsonObject;
      this.#parsed.set(text, value);
    }
    return value;
  }
}

/**
 * What a client-side apply makes of `live`: everything the manifest says, minus what was applied before and is said no
 * more (kubectl apply's three-way merge). The very same parts where nothing changes.
 */
export function mergeManifest(live: KubeObject, manifest: KubeObject, applied: JsonObject | undefined): KubeObject {
  const info = findKind(live.apiVersion, live.kind);
  const { status: _status, ...said } = manifest as KubeObject & JsonObject;
  return threeWay(live, said, applied, info?.schema) as KubeObject;
}

function threeWay(
  live: JsonValue | undefined,
  manifest: JsonValue,
  applied: JsonValue | undefined,
  schema: FieldSchema | undefined,
): JsonValue {
  if (live === undefined) return manifest;
  if (isObject(live) && isObject(manifest) && schema?.atomic !== true) {
    return threeWayMap(live, manifest, isObject(applied) ? applied : {}, schema);
  }
  if (isList(live) && isList(manifest) && schema?.keys !== undefined) {
    return threeWayList(live, manifest, isList(applied) ? applied : [], schema);
  }
  return sameJson(live, manifest) ? live : manifest;
}

function threeWayMap(
  live: JsonObject,
  manifest: JsonObject,
  applied: JsonObject,
  schema: FieldSchema | undefined,
): JsonValue {
  let merged: Record<string, JsonValue> | undefined;
  for (const key in manifest) {
    const value = manifest[key];
    if (value === undefined) continue;
    const next = threeWay(live[key], value, applied[key], schemaOfField(schema, key));
    if (next === live[key]) continue;
    merged ??= { ...live };
    merged[key] = next;
  }
  for (const key in applied) {
    if (manifest[key] !== undefined || live[key] === undefined) continue;
    merged ??= { ...live };
    delete merged[key];
  }
  return merged ?? live;
}

function threeWayList(
  live: readonly JsonValue[],
  manifest: readonly JsonValue[],
  applied: readonly JsonValue[],
  schema: FieldSchema,
): JsonValue {
  const key = (item: JsonValue, index: number) => elementOf(item, schema, index);
  const said = new Map(manifest.map((item, index) => [key(item, index), item]));
  const before = new Map(applied.map((item, index) => [key(item, index), item]));
  const merged: JsonValue[] = [];
  live.forEach((item, index) => {
    const element = key(item, index);
    const wanted = said.get(element);
    said.delete(element);
    if (wanted !== undefined) merged.push(threeWay(item, wanted, before.get(element), schema.items));
    else if (!before.has(element)) merged.push(item);
  });
  merged.push(...said.values());
  return merged.length === live.length && merged.every((item, index) => item === live[index]) ? live : merged;
}

/** The kind of a manifest; undefined when the cluster does not serve it. */
export function kindOfManifest(manifest: KubeObject): KindInfo | undefined {
  return findKind(manifest.apiVersion, manifest.kind);
}
