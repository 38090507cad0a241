/** ignoreDifferences as Applications, ApplicationSets and argocd-cm write them (argo-cd types.go:124). */
import type { IgnoreRule, Json } from '../../model/facts.ts';
import { asObject, pick, textAt, textsAt } from './read-json.ts';

/** A rule list at `path`; null when there is no list. Entries that are no objects are left out, indexes stay true. */
export function readRules(value: Json | undefined, place: string, ...path: readonly string[]): IgnoreRule[] | null {
  const list = pick(value, ...path);
  if (!Array.isArray(list)) return null;
  const rules: IgnoreRule[] = [];
  for (const [index, item] of list.entries()) {
    if (asObject(item) === undefined) continue;
    rules.push({
      place: `${place}[${index}]`,
      level: 'application',
      group: textAt(item, 'group'),
      kind: textAt(item, 'kind'),
      name: textAt(item, 'name'),
      namespace: textAt(item, 'namespace'),
      ...readCoverage(item),
    });
  }
  return rules;
}

/** What a rule covers, wherever it stands. */
export function readCoverage(
  item: Json,
): Pick<IgnoreRule, 'jsonPointers' | 'jqPathExpressions' | 'managedFieldsManagers'> {
  return {
    jsonPointers: textsAt(item, 'jsonPointers'),
    jqPathExpressions: textsAt(item, 'jqPathExpressions'),
    managedFieldsManagers: textsAt(item, 'managedFieldsManagers'),
  };
}

/** A list as it stands; null when there is none. */
export function rawList(value: Json | undefined, ...path: readonly string[]): readonly Json[] | null {
  const list = pick(value, ...path);
  return Array.isArray(list) ? list : null;
}

/** The strings of a list; null when there is no list. */
export function textsOrNull(value: Json | undefined, ...path: readonly string[]): readonly string[] | null {
  return Array.isArray(pick(value, ...path)) ? textsAt(value, ...path) : null;
}
