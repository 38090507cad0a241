/** Whichever way somebody installs, the same objects arrive: `helm template` against `kubectl kustomize`. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { comparable, NO_HELM, renderChart } from '../support/helm.ts';
import { HAS_KUBECTL, MANIFESTS, type ManifestObject, renderKustomization } from '../support/install-manifests.ts';

const absent = NO_HELM ?? (HAS_KUBECTL ? null : 'kubectl is not on the PATH: it renders the kustomize base');

/** The base with components, named from manifests/. */
function kustomize(...components: readonly string[]): ManifestObject[] {
  const folder = mkdtempSync(join(tmpdir(), 'tugwatch-same-'));
  const path = (name: string) => relative(folder, join(MANIFESTS, name));
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: [path('base')],
    components: components.map(path),
  };
  try {
    writeFileSync(join(folder, 'kustomization.yaml'), stringify(kustomization));
    return renderKustomization(folder);
  } finally {
    rmSync(folder, { recursive: true, maxRetries: 10 });
  }
}

const withNamespace = { namespace: { create: true } };

/** Components that change what another one adds. */
const NEEDS: Readonly<Record<string, readonly string[]>> = {
  'components/secure-metrics': ['components/servicemonitor'],
};

describe('the chart makes what kustomize makes', () => {
  it('by default: the base, and leaves its Namespace to helm install --create-namespace', ({ skip }) => {
    if (absent !== null) skip(absent);
    expect(comparable(renderChart())).toEqual(comparable(kustomize().filter(({ kind }) => kind !== 'Namespace')));
  });

  it('with the Namespace: the whole base', ({ skip }) => {
    if (absent !== null) skip(absent);
    expect(comparable(renderChart({ values: withNamespace }))).toEqual(comparable(kustomize()));
  });

  it.for([
    ['components/servicemonitor', { serviceMonitor: { enabled: true } }],
    ['components/lens-all-kinds', { rbac: { lensAllKinds: true } }],
    ['components/remediation', { remediation: { enabled: true } }],
    ['components/secure-metrics', { serviceMonitor: { enabled: true }, secureMetrics: { enabled: true } }],
    ['components/argocd-extension', { argocdExtension: { enabled: true } }],
    ['prometheus', { prometheusRule: { enabled: true } }],
    ['../grafana', { dashboards: { enabled: true } }],
  ] as const)('with %s', ([component, values], { skip }) => {
    if (absent !== null) skip(absent);
    expect(comparable(renderChart({ values: { ...withNamespace, ...values } }))).toEqual(
      comparable(kustomize(...(NEEDS[component] ?? []), component)),
    );
  });

  it('for a tenant: the overlay single-namespace', ({ skip }) => {
    if (absent !== null) skip(absent);
    const values = { ...withNamespace, scope: { namespace: 'shop', argocdNamespace: 'argocd' } };
    const overlay = renderKustomization(`${MANIFESTS}overlays/single-namespace`);
    expect(comparable(renderChart({ values }))).toEqual(comparable(overlay));
  });
});
