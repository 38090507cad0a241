/** Which manifests an Application deploys: one source, several, or a hydrated branch (T:246-296). */
import type { GitServer } from '../git.ts';
import { getAt, isObject, type JsonObject, type JsonValue, listAt, textAt } from '../json.ts';
import type { KubeObject } from '../objects.ts';

/** { revision, source } or { revisions, sources } at the HEAD of each repository. */
export function desiredSources(app: KubeObject, git: GitServer): JsonObject {
  const several = listAt(app.spec, 'sources');
  const revisionOf = (source: JsonValue) => git.repository(textAt(source, 'repoURL')).head;
  if (several.length > 0) return { revisions: several.map(revisionOf), sources: several };
  const source = hydratedSource(app) ?? (getAt(app.spec, 'source') as JsonObject | undefined) ?? {};
  return { revision: revisionOf(source), source };
}

/** The hydrator syncs a branch of the dry source's repository. */
function hydratedSource(app: KubeObject): JsonObject | undefined {
  const hydrator = getAt(app.spec, 'sourceHydrator');
  if (!isObject(hydrator)) return undefined;
  return {
    repoURL: textAt(hydrator, 'drySource', 'repoURL'),
    path: textAt(hydrator, 'syncSource', 'path'),
    targetRevision: textAt(hydrator, 'syncSource', 'targetBranch'),
  };
}

/** The manifests of { revision, source } or { revisions, sources }, unmarked. */
export function manifestsOf(desired: JsonObject, git: GitServer): readonly KubeObject[] {
  const sources = desired['source'] === undefined ? listAt(desired, 'sources') : [desired['source']];
  const revisions = desired['revision'] === undefined ? listAt(desired, 'revisions') : [desired['revision']];
  const lists = sources.map((source, index) =>
    git.repository(textAt(source, 'repoURL')).manifestsAt(String(revisions[index] ?? ''), textAt(source, 'path')),
  );
  return lists.length === 1 ? (lists[0] ?? []) : lists.flat();
}
