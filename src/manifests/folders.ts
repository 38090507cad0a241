/** The folders of the input, and which of them an Application's source path means. */
import { dirname, posix, sep } from 'node:path';
import type { ManifestObject } from './parse-text.ts';

export class Folders {
  /** Absolute folder → the objects in its files. */
  readonly #objects = new Map<string, ManifestObject[]>();

  constructor(objects: readonly ManifestObject[]) {
    for (const object of objects) {
      if (object.path === null) continue;
      const folder = folderOf(object.path);
      const list = this.#objects.get(folder);
      if (list === undefined) this.#objects.set(folder, [object]);
      else list.push(object);
    }
  }

  objectsIn(folder: string): readonly ManifestObject[] {
    return this.#objects.get(folder) ?? [];
  }

  objectsBelow(folder: string): ManifestObject[] {
    const found: ManifestObject[] = [];
    for (const [each, objects] of this.#objects) {
      if (each === folder || each.startsWith(`${folder}/`)) found.push(...objects);
    }
    return found;
  }

  /**
   * The folder that a path inside some repository means: the one whose own path ends with it, the shortest of several,
   * because where the repository begins is not known. A folder without manifests of its own counts when one below has.
   */
  meantBy(path: string): string | null {
    const wanted = normalized(path);
    if (wanted === '') return null;
    let best: string | null = null;
    for (const folder of this.#objects.keys()) {
      const at = `${folder}/`.indexOf(`/${wanted}/`);
      if (at < 0) continue;
      const candidate = folder.slice(0, at + wanted.length + 1);
      if (best === null || candidate.length < best.length) best = candidate;
    }
    return best;
  }

  /** Folders that a glob of a git directory generator means ('apps/*'), as paths inside the repository. */
  matching(glob: string): string[] {
    const wanted = normalized(glob);
    const pattern = new RegExp(`(?:^|/)(${wanted.split('/').map(segmentPattern).join('/')})(?=/|$)`);
    const found = new Set<string>();
    for (const folder of this.#objects.keys()) {
      const path = pattern.exec(folder)?.[1];
      if (path !== undefined) found.add(path);
    }
    return [...found].sort();
  }
}

/** Absolute folder of an absolute file, with forward slashes. */
export function folderOf(path: string): string {
  return dirname(path).split(sep).join('/');
}

function normalized(path: string): string {
  const clean = posix.normalize(path).replace(/^(\.?\/)+|\/+$/g, '');
  return clean === '.' ? '' : clean;
}

function segmentPattern(segment: string): string {
  if (segment === '**') return '.+';
  return segment.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*');
}
