import type { ObjectRef, ScaleTarget } from './facts.ts';

/** Group of an apiVersion: 'apps/v1' → 'apps', 'v1' → ''. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** The key of an object in every index. Versions of one group are one object, so the version is left out. */
export function keyOf(ref: ObjectRef): string {
  return keyOfParts(groupOf(ref.apiVersion), ref.kind, ref.namespace, ref.name);
}

export function keyOfParts(group: string, kind: string, namespace: string, name: string): string {
  // Joined, not concatenated: a concatenation stays a tree of its parts beside the text that an index makes of it.
  return [group, kind, namespace, name].join('/');
}

/** The key of what a scaler in `namespace` targets. An empty apiVersion means apps/v1 (KEDA's default). */
export function keyOfTarget(target: ScaleTarget, namespace: string): string {
  return keyOfParts(
    target.apiVersion === '' ? 'apps' : groupOf(target.apiVersion),
    target.kind,
    namespace,
    target.name,
  );
}

/** 'Deployment shop/web', as messages name an object. */
export function displayRef(ref: ObjectRef): string {
  return ref.namespace === '' ? `${ref.kind} ${ref.name}` : `${ref.kind} ${ref.namespace}/${ref.name}`;
}

/** The argument that kubectl takes: 'deployment.apps/web', 'applications.argoproj.io/web'. */
export function kubectlName(ref: ObjectRef): string {
  const group = groupOf(ref.apiVersion);
  const kind = ref.kind.toLowerCase();
  return group === '' ? `${kind}/${ref.name}` : `${kind}.${group}/${ref.name}`;
}
