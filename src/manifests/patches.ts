/** Parts of objects that kustomize would merge into the whole ones: they say nothing by themselves. */
import { isWhole, roleOf } from './classify.ts';
import { folderOf } from './folders.ts';
import type { ManifestObject } from './parse-text.ts';

export interface WithoutPatches {
  readonly objects: readonly ManifestObject[];
  readonly patches: readonly ManifestObject[];
}

/**
 * A patch lies in the folder of a kustomization or below it, and lacks what a whole object has. Elsewhere an object that
 * lacks something is taken as it stands: nobody would merge it into another.
 */
export function setPatchesAside(objects: readonly ManifestObject[]): WithoutPatches {
  const kustomized = new Set(
    objects.flatMap(({ raw, path }) => (path !== null && roleOf(raw) === 'kustomization' ? [folderOf(path)] : [])),
  );
  const isPatch = ({ raw, path }: ManifestObject) => path !== null && !isWhole(raw) && isAtOrBelow(path, kustomized);
  return { objects: objects.filter((object) => !isPatch(object)), patches: objects.filter(isPatch) };
}

function isAtOrBelow(path: string, folders: ReadonlySet<string>): boolean {
  for (let folder = folderOf(path); folder !== ''; folder = folder.slice(0, folder.lastIndexOf('/'))) {
    if (folders.has(folder)) return true;
  }
  return false;
}
