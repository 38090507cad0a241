/** What `kubectl apply -k` would apply, rendered by kubectl itself. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { VERSION } from '../../src/version.ts';
import { NO_HELM, template } from '../support/helm.ts';
import {
  findObject,
  HAS_KUBECTL,
  MANIFESTS,
  type ManifestObject,
  readManifests,
  renderKustomization,
} from '../support/install-manifests.ts';

const folder = mkdtempSync(join(tmpdir(), 'tugwatch-overlay-'));
beforeAll(() => cpSync(MANIFESTS, join(folder, 'manifests'), { recursive: true }));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

/** An overlay of the base, as people write one. */
function overlay(name: string, kustomization: object): ManifestObject[] {
  const path = join(folder, 'manifests', 'overlays', name);
  mkdirSync(path, { recursive: true });
  const document = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', ...kustomization };
  writeFileSync(join(path, 'kustomization.yaml'), stringify(document));
  return renderKustomization(path);
}

const names = (objects: readonly ManifestObject[]) =>
  objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`).sort();

interface Container {
  readonly image: string;
  readonly env: readonly { readonly name: string; readonly value: string }[];
}

function containerOf(objects: readonly ManifestObject[]): Container {
  const { spec } = findObject(objects, 'Deployment', 'tugwatch') as unknown as {
    spec: { template: { spec: { containers: [Container] } } };
  };
  return spec.template.spec.containers[0];
}

describe.skipIf(!HAS_KUBECTL)('kubectl kustomize (skipped where there is no kubectl on the PATH)', () => {
  it('makes one object of each in the base, in their namespace, with the version of the package', () => {
    const objects = renderKustomization(`${MANIFESTS}base`);
    expect(names(objects)).toEqual([
      'ClusterRole /tugwatch',
      'ClusterRoleBinding /tugwatch',
      'Deployment tugwatch/tugwatch',
      'Namespace /tugwatch',
      'NetworkPolicy tugwatch/tugwatch',
      'PodDisruptionBudget tugwatch/tugwatch',
      'Role tugwatch/tugwatch',
      'RoleBinding tugwatch/tugwatch',
      'Service tugwatch/tugwatch',
      'ServiceAccount tugwatch/tugwatch',
    ]);
    expect(containerOf(objects).image).toBe(`tugwatch:${VERSION}`);
    for (const { metadata } of objects) expect(metadata.labels).toMatchObject({ 'app.kubernetes.io/name': 'tugwatch' });
  });

  it('adds every component to it, and the image that somebody pushed', () => {
    const components = ['servicemonitor', 'lens-all-kinds', 'remediation'];
    const objects = overlay('everything', {
      resources: ['../../base'],
      components: components.map((name) => `../../components/${name}`),
      images: [{ name: 'tugwatch', newName: 'registry.example/tools/tugwatch', newTag: '1.2.3' }],
    });
    const added = readManifests()
      .filter(({ file }) => components.some((name) => file.startsWith(`components/${name}/`)))
      .flatMap((file) => file.objects);
    expect(names(objects)).toEqual(expect.arrayContaining(names(added)));
    expect(containerOf(objects).image).toBe('registry.example/tools/tugwatch:1.2.3');
  });

  it('serves HTTPS and asks for tokens with the component that keeps the metrics for some', () => {
    const components = ['servicemonitor', 'secure-metrics'].map((name) => `../../components/${name}`);
    const objects = overlay('secured', { resources: ['../../base'], components });
    expect(containerOf(objects)).toMatchObject({
      env: expect.arrayContaining([
        { name: 'TUGWATCH_METRICS_AUTH', value: 'token-review' },
        { name: 'TUGWATCH_PAGE_AUTH', value: 'loopback' },
      ]),
      startupProbe: { httpGet: { path: '/livez', port: 'http', scheme: 'HTTPS' } },
      livenessProbe: { httpGet: { path: '/livez', port: 'http', scheme: 'HTTPS' } },
      readinessProbe: { httpGet: { path: '/readyz', port: 'http', scheme: 'HTTPS' } },
      volumeMounts: expect.arrayContaining([{ name: 'tls', mountPath: '/etc/tugwatch/tls', readOnly: true }]),
    });
    expect(findObject(objects, 'ServiceMonitor', 'tugwatch').spec).toMatchObject({
      endpoints: [
        {
          scheme: 'https',
          path: '/metrics',
          bearerTokenFile: '/var/run/secrets/kubernetes.io/serviceaccount/token',
          tlsConfig: { ca: { secret: { name: 'tugwatch-tls', key: 'ca.crt' } }, serverName: 'tugwatch.tugwatch.svc' },
        },
      ],
    });
    // Without a ServiceMonitor there is none to change.
    expect(() =>
      overlay('secured-alone', { resources: ['../../base'], components: components.slice(1) }),
    ).not.toThrow();
  });

  it('leaves no ClusterRole to a tenant, and puts Roles and settings in the two namespaces it is told', () => {
    const objects = renderKustomization(`${MANIFESTS}overlays/single-namespace`);
    expect(objects.filter(({ kind }) => kind.startsWith('Cluster') || kind === 'ConfigMap')).toEqual([]);
    expect(names(objects)).toEqual(
      expect.arrayContaining([
        'Role argocd/tugwatch-argo-cd',
        'Role shop/tugwatch-workloads',
        'RoleBinding argocd/tugwatch-argo-cd',
        'RoleBinding shop/tugwatch-workloads',
      ]),
    );
    expect(containerOf(objects).env).toEqual(
      expect.arrayContaining([
        { name: 'TUGWATCH_NAMESPACE', value: 'shop' },
        { name: 'TUGWATCH_ARGOCD_NAMESPACE', value: 'argocd' },
      ]),
    );
  });

  it('moves to another namespace as a whole', () => {
    const components = ['servicemonitor', 'lens-all-kinds', 'remediation'].map((name) => `../../components/${name}`);
    const objects = overlay('elsewhere', { namespace: 'ops', resources: ['../../base'], components });
    expect(names(objects)).toEqual(
      expect.arrayContaining(['Namespace /ops', 'Deployment ops/tugwatch', 'ServiceMonitor ops/tugwatch']),
    );
    const bindings = objects.filter(({ kind }) => kind === 'ClusterRoleBinding');
    expect(bindings).toHaveLength(3);
    for (const binding of bindings) expect(binding).toMatchObject({ subjects: [{ namespace: 'ops' }] });
    expect(JSON.stringify(objects)).not.toContain('"namespace":"tugwatch"');
  });
});

describe('tugwatch audit of what is installed', () => {
  const audit = (path: string, input = '') => {
    const args = ['bin/tugwatch.js', 'audit', path, '--strict', '--fail-on', 'risk', '--output', 'json'];
    return spawnSync(process.execPath, args, { cwd: `${MANIFESTS}..`, encoding: 'utf8', input });
  };

  it('finds no risk, and leaves out nothing but the templates of the chart', () => {
    const { status, stdout, stderr } = audit('manifests');
    expect(status).toBe(0);
    expect(stderr).toMatch(/^note: \d+ documents are Helm templates and could not be read: .*\n$/);
    expect(JSON.parse(stdout)).toMatchObject({ risks: [] });
  });

  it('finds none in what the chart makes', ({ skip }) => {
    if (NO_HELM !== null) skip(NO_HELM);
    const { status, stdout, stderr } = audit('-', template().stdout);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ risks: [] });
  });
});
