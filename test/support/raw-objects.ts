/** Raw objects as an API server lists them, as small as a watch needs them. */

type RawObject = { readonly [key: string]: unknown };

interface Meta {
  readonly name: string;
  readonly namespace?: string;
  readonly resourceVersion?: string;
  readonly uid?: string;
  readonly labels?: { readonly [key: string]: string };
  readonly annotations?: { readonly [key: string]: string };
}

function metadata({ name, namespace = 'shop', resourceVersion = '1', uid = `uid-${name}`, ...rest }: Meta): RawObject {
  return { name, namespace, uid, resourceVersion, generation: Number(resourceVersion), ...rest };
}

export function rawDeployment(meta: Meta, replicas: number, container: RawObject = {}): RawObject {
  const template = { spec: { containers: [{ name: 'main', image: 'shop:1', ...container }] } };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: metadata(meta), spec: { replicas, template } };
}

export function rawHpa(meta: Meta, scaleTargetRef: { apiVersion: string; kind: string; name: string }): RawObject {
  const spec = { scaleTargetRef, minReplicas: 1, maxReplicas: 9 };
  return { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: metadata(meta), spec };
}

export function rawConfigMap(meta: Meta, data: { readonly [key: string]: string }): RawObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata(meta), data };
}

export function rawScalable(apiVersion: string, kind: string, meta: Meta, replicas: number): RawObject {
  return { apiVersion, kind, metadata: metadata(meta), spec: { replicas } };
}
