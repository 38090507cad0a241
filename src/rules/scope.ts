/** Which objects an ignore rule is for (argo-cd diff_normalizer.go:193-196, util/argo/diff/ignore.go:58). */
import type { FieldOwner, IgnoreRule, ObjectRef } from '../model/facts.ts';
import { groupOf } from '../model/refs.ts';
import { matchesGlob } from './glob.ts';

export type ScopePart = 'group' | 'kind' | 'name' | 'namespace';

/** The parts of the rule that do not match the object; empty when the rule is for it. Group and kind are globs, the rest is exact. */
export function mismatchesOf(rule: IgnoreRule, ref: ObjectRef): ScopePart[] {
  const parts: ScopePart[] = [];
  if (!matchesGlob(rule.group, groupOf(ref.apiVersion))) parts.push('group');
  if (!matchesGlob(rule.kind, ref.kind)) parts.push('kind');
  if (rule.name !== '' && rule.name !== ref.name) parts.push('name');
  if (rule.namespace !== '' && rule.namespace !== ref.namespace) parts.push('namespace');
  return parts;
}

/**
 * managedFieldsManagers of argocd-cm are looked up under exactly 'group/kind' or '*\/*' (ignore.go:44-54): a glob key
 * does not find them, nor does the key of a core kind, which has no group.
 */
export function managersApply(rule: IgnoreRule, ref: ObjectRef): boolean {
  if (rule.level === 'application') return true;
  if (rule.group === '*' && rule.kind === '*') return true;
  return rule.group !== '' && rule.group === groupOf(ref.apiVersion) && rule.kind === ref.kind;
}

/** True when a trusted manager, by its exact name, owns the field; operation and subresource do not matter (managed_fields.go:43). */
export function managersCover(rule: IgnoreRule, owners: readonly FieldOwner[]): boolean {
  return owners.some((owner) => rule.managedFieldsManagers.includes(owner.manager));
}

/** The names under which Argo CD itself writes workloads (common.go:128; the User-Agent under Replace=true). */
export function isArgoManager(manager: string): boolean {
  return manager === 'argocd-controller' || manager === 'argocd-application-controller' || manager === 'argocd';
}
