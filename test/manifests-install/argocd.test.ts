/** The component for the kustomization of Argo CD, rendered by kubectl over the objects that Argo CD installs. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { buildExtension, EXTENSION_FILE } from '../../scripts/build/extension.ts';
import {
  findObject,
  HAS_KUBECTL,
  MANIFESTS,
  type ManifestObject,
  renderKustomization,
} from '../support/install-manifests.ts';

const folder = mkdtempSync(join(tmpdir(), 'tugwatch-argocd-'));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

const settings = (name: string, data: object) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });
const container = {
  name: 'argocd-server',
  image: 'argocd',
  volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
};
/** What the patches meet, as Argo CD's own manifests have it. */
const ARGO_CD = [
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'argocd-server' },
    spec: {
      selector: { matchLabels: { 'app.kubernetes.io/name': 'argocd-server' } },
      template: {
        metadata: { labels: { 'app.kubernetes.io/name': 'argocd-server' } },
        spec: { containers: [container], volumes: [{ name: 'tmp', emptyDir: {} }] },
      },
    },
  },
  settings('argocd-cm', { 'extension.config.other': 'services: []\n' }),
  settings('argocd-cmd-params-cm', {}),
  settings('argocd-rbac-cm', { 'policy.csv': 'g, ops, role:admin\n' }),
];

type Data = { readonly data: Readonly<Record<string, string>> };

describe.skipIf(!HAS_KUBECTL)('Argo CD with the panel (skipped where there is no kubectl on the PATH)', () => {
  let objects: readonly ManifestObject[] = [];
  beforeAll(async () => {
    cpSync(join(MANIFESTS, 'argocd'), join(folder, 'tugwatch'), { recursive: true });
    await buildExtension(join(folder, 'tugwatch', EXTENSION_FILE));
    mkdirSync(join(folder, 'argocd'));
    writeFileSync(join(folder, 'argocd', 'install.yaml'), ARGO_CD.map((object) => stringify(object)).join('---\n'));
    const kustomization = {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      namespace: 'argocd',
      resources: ['install.yaml'],
      components: ['../tugwatch'],
    };
    writeFileSync(join(folder, 'argocd', 'kustomization.yaml'), stringify(kustomization));
    objects = renderKustomization(join(folder, 'argocd'));
  }, 60_000);

  it('serves the script from where argocd-server looks for it', () => {
    const script = findObject(objects, 'ConfigMap', 'tugwatch-argocd-extension') as unknown as Data;
    expect(Object.keys(script.data)).toEqual([EXTENSION_FILE]);
    expect(EXTENSION_FILE).toMatch(/^extension(.*)\.js$/);
    expect(script.data[EXTENSION_FILE]).toContain('extensionsAPI');
    const { spec } = findObject(objects, 'Deployment', 'argocd-server') as unknown as {
      spec: { template: { spec: { containers: { volumeMounts: object[] }[]; volumes: object[] } } };
    };
    expect(spec.template.spec.containers[0]?.volumeMounts).toContainEqual({
      name: 'tugwatch-extension',
      mountPath: '/tmp/extensions/tugwatch',
      readOnly: true,
    });
    expect(spec.template.spec.volumes).toEqual(
      expect.arrayContaining([
        { name: 'tmp', emptyDir: {} },
        { name: 'tugwatch-extension', configMap: { name: 'tugwatch-argocd-extension' } },
      ]),
    );
  });

  it('adds to the settings of Argo CD, and changes none that were there', () => {
    const data = (name: string) => (findObject(objects, 'ConfigMap', name) as unknown as Data).data;
    expect(parse(data('argocd-cm')['extension.config.tugwatch'] ?? '')).toEqual({
      services: [{ url: 'http://tugwatch.tugwatch.svc:8080' }],
    });
    expect(data('argocd-cm')['extension.config.other']).toBe('services: []\n');
    expect(data('argocd-cmd-params-cm')).toEqual({ 'server.enable.proxy.extension': 'true' });
    expect(data('argocd-rbac-cm')).toEqual({
      'policy.csv': 'g, ops, role:admin\n',
      'policy.tugwatch.csv': 'p, role:readonly, extensions, invoke, tugwatch, allow',
    });
  });
});
