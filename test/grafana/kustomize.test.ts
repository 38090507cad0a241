import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HAS_KUBECTL, MANIFESTS, type ManifestObject, renderKustomization } from '../support/install-manifests.ts';

const GRAFANA = new URL('../../grafana/', import.meta.url).pathname;

/** What an overlay over the base gets by naming a component. */
function renderWith(component: string): ManifestObject[] {
  const folder = mkdtempSync(join(tmpdir(), 'tugwatch-overlay-'));
  try {
    const kustomization = {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: [relative(folder, `${MANIFESTS}base`)],
      components: [relative(folder, component)],
    };
    writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization));
    return renderKustomization(folder);
  } finally {
    rmSync(folder, { recursive: true, maxRetries: 10 });
  }
}

describe.skipIf(!HAS_KUBECTL)('an overlay', () => {
  it('brings the alerts along by naming their component', () => {
    const rule = renderWith(`${MANIFESTS}prometheus`).find(({ kind }) => kind === 'PrometheusRule');
    expect(rule?.metadata).toMatchObject({ name: 'tugwatch', namespace: 'tugwatch' });
  });

  it("brings the dashboards along in a ConfigMap that Grafana's sidecar takes up", () => {
    const map = renderWith(GRAFANA).find(({ metadata }) => metadata.name === 'tugwatch-dashboards');
    expect(map).toMatchObject({
      kind: 'ConfigMap',
      metadata: { namespace: 'tugwatch', labels: { grafana_dashboard: '1' } },
      data: {
        'tugwatch-overview.json': readFileSync(`${GRAFANA}overview.json`, 'utf8'),
        'tugwatch-workload.json': readFileSync(`${GRAFANA}workload.json`, 'utf8'),
      },
    });
  });
});
