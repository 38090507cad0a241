/** Every object that is installed, by kustomize or by the chart, against Kubernetes' own schemas. */
import { describe, expect, it } from 'vitest';
import { violationsOf } from '../../scripts/manifests/validate.ts';
import { NO_HELM, renderChart } from '../support/helm.ts';
import { readManifests } from '../support/install-manifests.ts';

const all = readManifests().flatMap(({ file, objects }) =>
  objects.map((object) => ({ title: `${file}: ${object.kind} ${object.metadata.name}`, object })),
);

/** With every object that the chart can make, and every part of the pod. */
const EVERYTHING = {
  namespace: { create: true },
  settings: { logLevel: 'debug' },
  remediation: { enabled: true },
  rbac: { lensAllKinds: true },
  serviceMonitor: { enabled: true, namespace: 'monitoring', relabelings: [{ action: 'labeldrop', regex: 'pod' }] },
  secureMetrics: { enabled: true },
  dashboards: { enabled: true },
  prometheusRule: { enabled: true, alertLabels: { team: 'platform' } },
  networkPolicy: { apiServerCidrs: ['10.0.0.1/32'], egress: [{ ports: [{ port: 53, protocol: 'UDP' }] }] },
  image: { pullSecrets: ['registry'] },
  stateVolume: { persistentVolumeClaim: { claimName: 'tugwatch' } },
  tolerations: [{ key: 'dedicated', operator: 'Exists' }],
  nodeSelector: { 'kubernetes.io/os': 'linux' },
  topologySpreadConstraints: [
    { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway', labelSelector: {} },
  ],
  extraEnv: [{ name: 'HTTPS_PROXY', value: 'http://proxy.example:3128' }],
  extraVolumes: [{ name: 'more', secret: { secretName: 'more' } }],
  extraVolumeMounts: [{ name: 'more', mountPath: '/more' }],
};

describe('what is installed', () => {
  it('is looked at as a whole', () => {
    expect(all.length).toBeGreaterThanOrEqual(15);
  });

  it.each(all)('is valid by Kubernetes’ schema, field by field: $title', async ({ object }) => {
    expect(await violationsOf(object)).toEqual([]);
  });

  it('is valid as the chart makes it, too', async ({ skip }) => {
    if (NO_HELM !== null) skip(NO_HELM);
    const objects = renderChart({ values: EVERYTHING });
    expect(objects.length).toBeGreaterThanOrEqual(18);
    for (const object of objects) expect(await violationsOf(object), object.kind).toEqual([]);
  });

  it('would be found wrong if it were', async () => {
    const { object } = all.find((entry) => entry.object.kind === 'Deployment') as (typeof all)[number];
    const deployment = (more: object) =>
      violationsOf({ ...object, spec: { ...(object.spec as object), ...more } } as typeof object);
    expect((await deployment({ replicas: 'one' })).join()).toMatch(/replicas/);
    expect(await deployment({ replica: 1 })).toHaveLength(1);
    expect((await violationsOf({ apiVersion: 'v2', kind: 'Pod' })).join()).toMatch(/no schema of v2 Pod/);
  });
});
