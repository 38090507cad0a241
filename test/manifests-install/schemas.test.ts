/**
 * Every object against Kubernetes' own schemas, offline: kubernetes-models carries the OpenAPI schemas of Kubernetes,
 * @kubernetes-models/prometheus-operator those of its CRDs. They let unknown fields pass, so what the typed client of
 * @kubernetes/client-node does not know, and drops, is looked for as well.
 */
import { dumpYaml, loadYaml } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { type ManifestObject, readManifests } from '../support/install-manifests.ts';

type Model = new (data: object) => { validate(): void };

const MODELS: Readonly<Record<string, () => Promise<object>>> = {
  v1: () => import('kubernetes-models/v1'),
  'apps/v1': () => import('kubernetes-models/apps/v1'),
  'networking.k8s.io/v1': () => import('kubernetes-models/networking.k8s.io/v1'),
  'rbac.authorization.k8s.io/v1': () => import('kubernetes-models/rbac.authorization.k8s.io/v1'),
  'monitoring.coreos.com/v1': () => import('@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1'),
};

async function validate(object: ManifestObject): Promise<void> {
  const models = await MODELS[object.apiVersion]?.();
  const Model = (models as Record<string, Model> | undefined)?.[object.kind];
  if (Model === undefined) throw new Error(`no schema of ${object.apiVersion} ${object.kind}: add its package`);
  new Model(object).validate();
}

const all = readManifests().flatMap(({ file, objects }) =>
  objects.map((object) => ({ title: `${file}: ${object.kind} ${object.metadata.name}`, object })),
);

describe('what is installed', () => {
  it('is looked at as a whole', () => {
    expect(all.length).toBeGreaterThanOrEqual(15);
  });

  it.each(all)('is valid by Kubernetes’ schema: $title', ({ object }) => validate(object));

  it.each(all.filter(({ object }) => object.apiVersion !== 'monitoring.coreos.com/v1'))(
    'has no field that Kubernetes does not know: $title',
    ({ object }) => {
      expect(parse(dumpYaml(loadYaml(stringify(object))))).toEqual(object);
    },
  );

  it('would be found wrong if it were', async () => {
    const { object } = all.find((entry) => entry.object.kind === 'Deployment') as (typeof all)[number];
    const spec = { ...(object.spec as object), replicas: 'one' };
    await expect(validate({ ...object, spec })).rejects.toThrow(/replicas/);
    const typo = { ...object, spec: { ...(object.spec as object), replica: 1 } };
    expect(parse(dumpYaml(loadYaml(stringify(typo))))).not.toEqual(typo);
  });
});
