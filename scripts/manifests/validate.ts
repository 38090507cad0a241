/**
 * An object against Kubernetes' own schemas, offline: kubernetes-models carries the OpenAPI schemas of Kubernetes,
 * @kubernetes-models/prometheus-operator those of its CRDs. They let unknown fields pass, so what the typed client of
 * @kubernetes/client-node does not know, and drops, is looked for as well.
 */
import { isDeepStrictEqual } from 'node:util';
import { dumpYaml, loadYaml } from '@kubernetes/client-node';
import { parse, stringify } from 'yaml';

type Model = new (data: object) => { validate(): void };

const MODELS: Readonly<Record<string, () => Promise<object>>> = {
  v1: () => import('kubernetes-models/v1'),
  'apps/v1': () => import('kubernetes-models/apps/v1'),
  'coordination.k8s.io/v1': () => import('kubernetes-models/coordination.k8s.io/v1'),
  'networking.k8s.io/v1': () => import('kubernetes-models/networking.k8s.io/v1'),
  'policy/v1': () => import('kubernetes-models/policy/v1'),
  'rbac.authorization.k8s.io/v1': () => import('kubernetes-models/rbac.authorization.k8s.io/v1'),
  'monitoring.coreos.com/v1': () => import('@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1'),
};

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
}

/** What is wrong with it, in the schema's words; empty when it is valid. */
export async function violationsOf(object: KubernetesObject): Promise<string[]> {
  const models = await MODELS[object.apiVersion]?.();
  const Model = (models as Record<string, Model> | undefined)?.[object.kind];
  if (Model === undefined) return [`no schema of ${object.apiVersion} ${object.kind} is at hand: add its package`];
  try {
    new Model(object).validate();
  } catch (error) {
    return (error as Error).message.split('\n');
  }
  // Of custom resources the client knows no field.
  const isOwn = object.apiVersion === 'monitoring.coreos.com/v1';
  if (isOwn || isDeepStrictEqual(parse(dumpYaml(loadYaml(stringify(object)))), object)) return [];
  return ['it has a field, or a value, that Kubernetes does not know'];
}
