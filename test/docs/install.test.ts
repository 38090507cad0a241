/** What docs/install.md and SECURITY.md tell people to do and to trust, held against what is in the repository. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { REMEDIATE_ANNOTATION } from '../../src/remedy/permission.ts';
import { VERSION } from '../../src/version.ts';
import { helm, NO_HELM, renderChart } from '../support/helm.ts';
import {
  findObject,
  HAS_KUBECTL,
  MANIFESTS,
  readManifests,
  renderKustomization,
} from '../support/install-manifests.ts';

const ROOT = join(MANIFESTS, '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const install = read('docs/install.md');
const blocks = (language: string) =>
  [...install.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, text = '']) => text);

const defaults = parse(read('manifests/helm/tugwatch/values.yaml')) as object;

const folder = mkdtempSync(join(tmpdir(), 'tugwatch-install-'));
beforeAll(() => cpSync(MANIFESTS, join(folder, 'manifests'), { recursive: true }));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

function renderOverlay(kustomization: string) {
  const deploy = join(folder, 'deploy');
  mkdirSync(deploy, { recursive: true });
  writeFileSync(join(deploy, 'kustomization.yaml'), kustomization);
  return renderKustomization(deploy);
}

describe('docs/install.md', () => {
  it('names folders that are there, and every component that there is', () => {
    const folders = blocks('sh').flatMap((text) =>
      [...text.matchAll(/(?:-k|kustomize) (\S+)/g)].map(([, path]) => path),
    );
    expect(folders).toContain('deploy');
    for (const path of folders.filter((one) => one !== 'deploy')) expect(existsSync(join(ROOT, path ?? ''))).toBe(true);
    for (const { file } of readManifests()) {
      const component = /^components\/([^/]+)\//.exec(file)?.[1];
      if (component !== undefined) expect(install).toContain(`| \`${component}\` |`);
    }
    expect(install).toContain(`${REMEDIATE_ANNOTATION}=true`);
  });

  it('speaks of objects by the names they have', () => {
    const objects = readManifests().flatMap((file) => file.objects);
    for (const [, kind = '', name = ''] of install.matchAll(/(deployment|service)\/(\w+)/g)) {
      const proper = kind === 'service' ? 'Service' : 'Deployment';
      expect(findObject(objects, proper, name).metadata.namespace).toBe('tugwatch');
    }
    const account = /system:serviceaccount:(\w+):(\w+)/.exec(install) ?? [];
    expect(findObject(objects, 'ServiceAccount', account[2] ?? '').metadata.namespace).toBe(account[1]);
  });

  it.skipIf(!HAS_KUBECTL)('shows overlays that render (skipped where there is no kubectl on the PATH)', () => {
    const overlays = blocks('yaml').filter((text) => text.includes('kind: Kustomization'));
    expect(overlays).toHaveLength(3);
    const [first = '', shard = '', openShift = ''] = overlays;
    const sharded = renderOverlay(shard);
    expect(JSON.stringify(findObject(sharded, 'Deployment', 'tugwatch-shard-0'))).toContain(
      '{"name":"TUGWATCH_SHARD","value":"0/3"}',
    );
    expect(findObject(sharded, 'ClusterRoleBinding', 'tugwatch-shard-0')).toMatchObject({
      subjects: [{ name: 'tugwatch-shard-0', namespace: 'tugwatch' }],
    });
    expect(findObject(sharded, 'Service', 'tugwatch-shard-0').spec).toMatchObject({
      selector: { 'tugwatch.dev/shard': '0' },
    });
    expect(JSON.stringify(renderOverlay(first))).toContain(`registry.example/tools/tugwatch:${VERSION}`);
    expect(findObject(renderOverlay(first), 'ServiceMonitor', 'tugwatch')).toBeDefined();
    const { spec } = findObject(renderOverlay(openShift), 'Deployment', 'tugwatch') as unknown as {
      spec: { template: { spec: { securityContext: object } } };
    };
    expect(Object.keys(spec.template.spec.securityContext).sort()).toEqual(['runAsNonRoot', 'seccompProfile']);
  });

  it('shows helm commands and values that the chart takes', ({ skip }) => {
    if (NO_HELM !== null) skip(NO_HELM);
    const commands = blocks('sh').filter((text) => text.startsWith('helm '));
    expect(commands).toHaveLength(1);
    for (const command of commands) {
      const [, ...args] = command.replaceAll('\\\n', ' ').trim().split(/\s+/);
      const { code, stderr, stdout } = helm(...args, '--dry-run=client');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('registry.example/tools/tugwatch');
      expect(stdout).toContain('kind: ServiceMonitor');
    }
    const values = blocks('yaml').filter((text) => text.includes('\n  alerts:'));
    expect(values).toHaveLength(1);
    for (const text of values) expect(renderChart({ values: parse(text) as object })).not.toEqual([]);
    for (const [, path = ''] of install.matchAll(/\| `([a-z]\w+\.\w+)`/g)) {
      const value = path.split('.').reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], defaults);
      expect(value, path).toBeDefined();
    }
  });

  it.each(['docs/install.md', 'docs/configuration.md', 'docs/upgrade.md', 'SECURITY.md'])(
    '%s links only to what is there',
    (page) => {
      for (const [, link = ''] of read(page).matchAll(/\]\(([^)]+)\)/g)) {
        if (/^https?:/.test(link)) continue;
        const [path = '', anchor] = link.split('#');
        const target = path === '' ? page : join(page, '..', path);
        expect(existsSync(join(ROOT, target)), link).toBe(true);
        if (anchor === undefined) continue;
        const anchors = [...read(target).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
          heading
            .toLowerCase()
            .replace(/[^\w -]/g, '')
            .replaceAll(' ', '-'),
        );
        expect(anchors).toContain(anchor);
      }
    },
  );
});

/** What the threat model calls each resource that may be written. */
const WRITTEN: Readonly<Record<string, string>> = {
  events: 'Events',
  leases: 'Leases',
  configmaps: 'ConfigMaps',
  tokenreviews: 'TokenReviews',
  subjectaccessreviews: 'SubjectAccessReviews',
  applications: 'Applications',
  applicationsets: 'ApplicationSets',
};

describe('SECURITY.md', () => {
  it('says of each right to write what it is worth to an attacker', () => {
    const rows = read('SECURITY.md')
      .split('\n')
      .filter((line) => /^\| `(create|patch)/.test(line));
    const rules = readManifests().flatMap(({ objects }) => objects.flatMap((object) => object.rules ?? []));
    const writes = rules.flatMap(({ resources, verbs }) =>
      // A rule on paths, not on objects, has no resources.
      (resources ?? []).flatMap((resource) =>
        verbs.filter((verb) => !['get', 'list', 'watch'].includes(verb)).map((verb) => ({ resource, verb })),
      ),
    );
    expect(writes.length).toBeGreaterThan(6);
    for (const { resource, verb } of writes) {
      const row = rows.find((line) =>
        line.includes(WRITTEN[resource] ?? `${resource}, which SECURITY.md does not name`),
      );
      expect(row, `${verb} ${resource}`).toContain(`\`${verb}\``);
    }
  });

  it('says what the token is worth with each component that grants rights', () => {
    const security = read('SECURITY.md');
    for (const { file, objects } of readManifests()) {
      const component = /^components\/([^/]+)\//.exec(file)?.[1];
      const grants = objects.some(({ rules }) => rules !== undefined);
      if (component !== undefined && grants) expect(security).toContain(`| + \`${component}\` |`);
    }
  });
});
