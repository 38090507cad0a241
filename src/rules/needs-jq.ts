import type { Change, IgnoreRule } from '../model/facts.ts';

/** True when a change brings jq expressions with it, so that jq must be loaded before verdicts are drawn from it. */
export function needsJq(change: Change): boolean {
  if (change.type !== 'upsert') return false;
  const { fact } = change;
  switch (fact.fact) {
    case 'application':
      return hasJq(fact.ignoreDifferences) || hasJq(fact.sync.comparedRules);
    case 'applicationset':
      return hasJq(fact.templateRules) || fact.ignoredApplicationJq.length > 0;
    case 'argosettings':
      return hasJq(fact.systemRules);
    default:
      return false;
  }
}

function hasJq(rules: readonly IgnoreRule[] | null): boolean {
  return (rules ?? []).some((rule) => rule.jqPathExpressions.length > 0);
}
