/** Argo CD AppProject: only its sync windows matter, because in one nobody heals. */
import type { AppProjectFact, FactBase } from '../../model/facts.ts';
import { flagAt, type JsonObject, listAt, textAt, textsAt } from './read-json.ts';

export function projectAppProject(raw: JsonObject, base: FactBase): AppProjectFact {
  return {
    fact: 'appproject',
    ref: base.ref,
    uid: base.uid,
    resourceVersion: base.resourceVersion,
    generation: base.generation,
    createdAt: base.createdAt,
    syncWindows: listAt(raw, 'spec', 'syncWindows').map((window) => ({
      kind: textAt(window, 'kind'),
      schedule: textAt(window, 'schedule'),
      duration: textAt(window, 'duration'),
      timeZone: textAt(window, 'timeZone'),
      applications: textsAt(window, 'applications'),
      namespaces: textsAt(window, 'namespaces'),
      clusters: textsAt(window, 'clusters'),
      manualSync: flagAt(window, 'manualSync'),
    })),
  };
}
