/**
 * What a kustomization.yaml takes in, as far as it matters to scaling: which objects, under which namespace and name,
 * with which replicas. Nothing else is rendered; a patch that cannot be read makes the result uncertain.
 */
import { posix } from 'node:path';
import { countAt, type JsonObject, listAt, objectAt, textAt, textsAt } from '../kubernetes/projections/read-json.ts';
import type { Json } from '../model/facts.ts';
import { roleOf } from './classify.ts';
import type { Folders } from './folders.ts';
import { folderOf } from './folders.ts';
import { type PatchedReplicas, patchedReplicas, patchesOf } from './kustomize-patches.ts';
import type { ManifestObject } from './parse-text.ts';

/** An object as a kustomization delivers it. */
export interface Delivered {
  readonly object: ManifestObject;
  readonly raw: JsonObject;
  /** A patch on the way could not be read: it may change replicas. */
  readonly uncertain: boolean;
}

/** The objects that the folder's kustomization delivers; null when the folder has none. */
export function kustomize(folder: string, folders: Folders, seen: ReadonlySet<string> = new Set()): Delivered[] | null {
  const kustomization = kustomizationIn(folder, folders);
  if (kustomization === undefined || seen.has(folder)) return null;
  const inner = new Set([...seen, folder]);
  const components = textsAt(kustomization, 'components').map((entry) => posix.join(folder, entry));
  const entries = [...textsAt(kustomization, 'resources'), ...textsAt(kustomization, 'bases')];
  const paths = [...entries.map((entry) => posix.join(folder, entry)), ...components];
  // A component patches what it is added to.
  const patches = [...components, folder].flatMap((each) => {
    const own = kustomizationIn(each, folders);
    return own === undefined ? [] : patchesOf(own, each, folders);
  });
  return paths.flatMap((path) => taken(path, folders, inner)).map((each) => transformed(each, kustomization, patches));
}

function kustomizationIn(folder: string, folders: Folders): JsonObject | undefined {
  return folders.objectsIn(folder).find((object) => roleOf(object.raw) === 'kustomization')?.raw;
}

function taken(path: string, folders: Folders, seen: ReadonlySet<string>): Delivered[] {
  const below = kustomize(path, folders, seen);
  if (below !== null) return below;
  return folders
    .objectsIn(folderOf(path))
    .filter((object) => object.path?.split('\\').join('/') === path)
    .map((object) => ({ object, raw: object.raw, uncertain: false }));
}

function transformed(each: Delivered, kustomization: JsonObject, patches: ReturnType<typeof patchesOf>): Delivered {
  const name = textAt(each.raw, 'metadata', 'name');
  const rename = (text: string) =>
    `${textAt(kustomization, 'namePrefix')}${text}${textAt(kustomization, 'nameSuffix')}`;
  const namespace = textAt(kustomization, 'namespace');
  const metadata = {
    ...objectAt(each.raw, 'metadata'),
    name: rename(name),
    ...(namespace === '' ? {} : { namespace }),
  };
  const replicas = replicasOf(each, kustomization, patches);
  return {
    object: each.object,
    raw: { ...each.raw, metadata, ...specOf(each.raw, replicas, rename) },
    uncertain: each.uncertain || replicas === 'unknown',
  };
}

/** Patches come first, then the field `replicas` (kustomize api/internal/target, order of the transformers). */
function replicasOf(
  { object, raw }: Delivered,
  kustomization: JsonObject,
  patches: ReturnType<typeof patchesOf>,
): PatchedReplicas {
  if (roleOf(raw) !== 'workload') return undefined;
  const names = [textAt(raw, 'metadata', 'name'), textAt(object.raw, 'metadata', 'name')];
  const count = listAt(kustomization, 'replicas').find((entry) => names.includes(textAt(entry, 'name')));
  const set = count === undefined ? null : countAt(count, 'count');
  return set ?? patchedReplicas(patches, textAt(raw, 'kind'), names);
}

function specOf(raw: JsonObject, replicas: PatchedReplicas, rename: (text: string) => string): { spec?: Json } {
  const spec = objectAt(raw, 'spec');
  const target = objectAt(spec, 'scaleTargetRef');
  if (spec === undefined) return {};
  if (target !== undefined) {
    return { spec: { ...spec, scaleTargetRef: { ...target, name: rename(textAt(target, 'name')) } } };
  }
  if (replicas === undefined || replicas === 'unknown') return { spec };
  const { replicas: _replaced, ...rest } = spec;
  return { spec: replicas === null ? rest : { ...rest, replicas } };
}
