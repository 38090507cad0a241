/** Where each kind is watched, and how watches of one kind add up to its health. */
import type { WatchHealth, WatchState } from '../model/health.ts';
import type { WatchedResource } from './resources.ts';

/** Argo CD's own objects live where Argo CD lives, not beside the workloads that they declare. */
const ARGO_CD_KINDS: ReadonlySet<string> = new Set(['Application', 'ApplicationSet', 'AppProject', 'ConfigMap']);

/**
 * The namespace in which a kind is watched when only the workloads of `namespace`, and the Argo CD in `argocdNamespace`,
 * matter; '' is everywhere.
 */
export function restrictTo(resource: WatchedResource, namespace: string, argocdNamespace: string): string {
  if (!resource.namespaced) return '';
  return ARGO_CD_KINDS.has(resource.kind) ? argocdNamespace : namespace;
}

/** From well to ill: a kind that takes several watches is as well as the worst of them. */
const SEVERITY: readonly WatchState[] = ['watching', 'listing', 'interrupted', 'absent', 'forbidden'];

/** One entry a kind: watches with different selectors on one kind count as one. */
export function mergeHealth(healths: readonly WatchHealth[]): WatchHealth[] {
  const byResource = new Map<string, WatchHealth>();
  for (const health of healths) {
    const other = byResource.get(health.resource);
    byResource.set(health.resource, other === undefined ? health : worseOf(other, health));
  }
  return [...byResource.values()];
}

function worseOf(a: WatchHealth, b: WatchHealth): WatchHealth {
  const worse = SEVERITY.indexOf(b.state) > SEVERITY.indexOf(a.state) ? b : a;
  return {
    ...worse,
    mandatory: a.mandatory || b.mandatory,
    listed: a.listed && b.listed,
    lastContactAt:
      a.lastContactAt === null || b.lastContactAt === null ? null : Math.min(a.lastContactAt, b.lastContactAt),
    corrections: a.corrections + b.corrections,
    gaps: a.gaps + b.gaps,
  };
}
