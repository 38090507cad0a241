/**
 * What the patches of a kustomization do to spec.replicas: strategic merge and JSON patches, inline or in files of the
 * input. Nothing else of a patch matters here.
 */
import { posix } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { asObject, type JsonObject, listAt, pick, textAt } from '../kubernetes/projections/read-json.ts';
import type { Json } from '../model/facts.ts';
import { type Folders, folderOf } from './folders.ts';

/** undefined: left alone. null: taken out. 'unknown': a patch for the object could not be read. */
export type PatchedReplicas = number | null | undefined | 'unknown';

interface Patch {
  /** `target` of the entry, or what a strategic merge patch names itself. */
  readonly kind: string;
  readonly name: string;
  /** A strategic merge patch, a list of JSON patch operations, or null where it could not be read. */
  readonly content: Json;
}

/** The patches of a kustomization, in their order. */
export function patchesOf(kustomization: JsonObject, folder: string, folders: Folders): Patch[] {
  const entries = [...listAt(kustomization, 'patches'), ...listAt(kustomization, 'patchesJson6902')];
  const merges = listAt(kustomization, 'patchesStrategicMerge').filter((entry) => typeof entry === 'string');
  return [
    ...entries.flatMap((entry) => {
      const [kind, name] = [textAt(entry, 'target', 'kind'), textAt(entry, 'target', 'name')];
      const inline = textAt(entry, 'patch');
      const contents = inline === '' ? contentsAt(textAt(entry, 'path'), folder, folders) : contentsIn(inline);
      return contents.map((content) => patchOf(content, kind, name));
    }),
    ...merges
      .flatMap((text) => (text.includes('\n') ? contentsIn(text) : contentsAt(text, folder, folders)))
      .map((content) => patchOf(content, '', '')),
  ];
}

/** What the patches leave of the replicas of an object under one of its names. */
export function patchedReplicas(patches: readonly Patch[], kind: string, names: readonly string[]): PatchedReplicas {
  let replicas: PatchedReplicas;
  for (const patch of patches) {
    if (patch.kind !== '' && patch.kind !== kind) continue;
    // A target's name is a regular expression: anything but a plain name may match.
    if (/^[\w.-]*$/.test(patch.name) && patch.name !== '' && !names.includes(patch.name)) continue;
    const effect = effectOf(patch.content);
    if (effect !== undefined) replicas = effect;
  }
  return replicas;
}

function effectOf(content: Json): PatchedReplicas {
  if (content === null) return 'unknown';
  if (!Array.isArray(content)) return replicasIn(pick(content, 'spec', 'replicas'));
  const last = content.findLast((operation) => textAt(operation, 'path') === '/spec/replicas');
  if (last === undefined) return undefined;
  return textAt(last, 'op') === 'remove' ? null : replicasIn(pick(last, 'value'));
}

function replicasIn(value: Json | undefined): PatchedReplicas {
  return value === undefined || value === null || typeof value === 'number' ? value : 'unknown';
}

function patchOf(content: Json, kind: string, name: string): Patch {
  const own = asObject(content);
  if (own === undefined) return { kind, name, content };
  // What an entry targets wins over what the patch calls itself.
  const named = kind === '' && name === '';
  return { kind: named ? textAt(own, 'kind') : kind, name: named ? textAt(own, 'metadata', 'name') : name, content };
}

function contentsAt(path: string, folder: string, folders: Folders): Json[] {
  const file = posix.join(folder, path);
  const found = folders
    .objectsIn(folderOf(file))
    .filter((object) => object.path?.split('\\').join('/') === file)
    .map((object) => object.raw);
  return found.length > 0 ? found : [null];
}

function contentsIn(text: string): Json[] {
  const documents = parseAllDocuments(text, { logLevel: 'silent' });
  if (!Array.isArray(documents)) return [];
  return documents.map((document) =>
    document.errors.length > 0 ? null : (document.toJS({ maxAliasCount: 100 }) as Json),
  );
}
