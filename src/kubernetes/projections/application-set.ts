/** Argo CD ApplicationSet: what it stamps on the Applications it makes, and what it lets be edited. */
import type { ApplicationSetFact, FactBase } from '../../model/facts.ts';
import { rawList, readRules, textsOrNull } from './ignore-rules.ts';
import { fieldPath, ownersOf, readManagedFields } from './managed-fields.ts';
import { type ProjectionSettings, readTracking } from './metadata.ts';
import { type JsonObject, listAt, objectAt, textAt, textsAt } from './read-json.ts';

const OWN_TEMPLATE = fieldPath('spec', 'template');

export function projectApplicationSet(
  raw: JsonObject,
  base: FactBase,
  settings: ProjectionSettings,
): ApplicationSetFact {
  const entries = readManagedFields(raw);
  const template = objectAt(raw, 'spec', 'template');
  // Entries with a name speak of one Application only (argo-cd applicationset_types.go, ApplicationSetResourceIgnoreDifferences).
  const ignored = listAt(raw, 'spec', 'ignoreApplicationDifferences').filter((item) => textAt(item, 'name') === '');
  return {
    fact: 'applicationset',
    ref: base.ref,
    uid: base.uid,
    resourceVersion: base.resourceVersion,
    generation: base.generation,
    createdAt: base.createdAt,
    tracking: readTracking(raw, base, entries, settings),
    templateRules: readRules(template, 'spec.template.spec.ignoreDifferences', 'spec', 'ignoreDifferences'),
    templateRulesRaw: rawList(template, 'spec', 'ignoreDifferences'),
    templateSyncOptions: textsOrNull(template, 'spec', 'syncPolicy', 'syncOptions'),
    templateHasSyncPolicy: objectAt(template, 'spec', 'syncPolicy') !== undefined,
    templatePatch: textAt(raw, 'spec', 'templatePatch'),
    ignoredApplicationPointers: ignored.flatMap((item) => textsAt(item, 'jsonPointers')),
    ignoredApplicationJq: ignored.flatMap((item) => textsAt(item, 'jqPathExpressions')),
    applicationsSync: textAt(raw, 'spec', 'syncPolicy', 'applicationsSync'),
    rollingSync: textAt(raw, 'spec', 'strategy', 'type') === 'RollingSync',
    specManagers: ownersOf(entries, OWN_TEMPLATE),
  };
}
