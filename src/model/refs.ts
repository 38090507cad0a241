import type { ObjectRef, ScaleTarget } from './facts.ts';

/** Group of an apiVersion: 'apps/v1' → 'apps', 'v1' → ''. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** The key of an object in every index. Versions of one group are one object, so the version is left out. */
export function keyOf(ref: ObjectRef): string {
  // One change asks for the key of one ref again and again.
  if (ref === lastRef) return lastKey;
  lastKey = keyOfParts(groupOf(ref.apiVersion), ref.kind, ref.namespace, ref.name, ref.cluster);
  lastRef = ref;
  return lastKey;
}

let lastRef: ObjectRef | null = null;
let lastKey = '';

/** `cluster`: '' or absent is the cluster that Argo CD runs in. */
export function keyOfParts(group: string, kind: string, namespace: string, name: string, cluster = ''): string {
  // Joined, not concatenated: a concatenation stays a tree of its parts beside the text that an index makes of it.
  const parts = [group, kind, namespace, name];
  // No group has a '#': objects of one cluster are never taken for those of another.
  return (cluster === '' ? parts : [`${cluster}#${group}`, kind, namespace, name]).join('/');
}

/** The key of what the scaler `beside` targets. An empty apiVersion means apps/v1 (KEDA's default). */
export function keyOfTarget(target: ScaleTarget, beside: Pick<ObjectRef, 'namespace' | 'cluster'>): string {
  return keyOfParts(
    target.apiVersion === '' ? 'apps' : groupOf(target.apiVersion),
    target.kind,
    beside.namespace,
    target.name,
    beside.cluster,
  );
}

/** 'Deployment shop/web', as messages name an object; 'Deployment shop/web in prod-eu' where it is in a workload cluster. */
export function displayRef(ref: ObjectRef): string {
  const name = ref.namespace === '' ? `${ref.kind} ${ref.name}` : `${ref.kind} ${ref.namespace}/${ref.name}`;
  return ref.cluster === undefined ? name : `${name} in ${ref.cluster}`;
}

/** The same ref in a cluster; '' and absent are the one that Argo CD runs in. */
export function inCluster(ref: ObjectRef, cluster: string | undefined): ObjectRef {
  return cluster === undefined || cluster === '' ? ref : { ...ref, cluster };
}

/** The argument that kubectl takes: 'deployment.apps/web', 'applications.argoproj.io/web'. */
export function kubectlName(ref: ObjectRef): string {
  const group = groupOf(ref.apiVersion);
  const kind = ref.kind.toLowerCase();
  return group === '' ? `${kind}/${ref.name}` : `${kind}.${group}/${ref.name}`;
}
