/** What the rules of a Role allow, as the API server decides it (kubernetes plugin/pkg/auth/authorizer/rbac/rbac.go, RuleAllows). */
import type { SeenRequest } from '../../src/embedded/http/api-server.ts';
import type { PolicyRule } from './install-manifests.ts';

export type Asked = Pick<SeenRequest, 'verb' | 'group' | 'resource' | 'name'>;

/** No stars: the installed rules have none, and a test says so. */
export function isGranted(rules: readonly PolicyRule[], { verb, group, resource, name }: Asked): boolean {
  return rules.some(
    (rule) =>
      rule.verbs.includes(verb) &&
      rule.apiGroups.includes(group) &&
      rule.resources.includes(resource) &&
      (rule.resourceNames === undefined || rule.resourceNames.includes(name)),
  );
}
