/** Everything that somebody can install from here, as YAML: by kustomize with each component, by the chart with each value. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { stringify } from 'yaml';
import { CHART } from '../chart/render.ts';
import { findTool } from '../tools/find.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const MANIFESTS = join(ROOT, 'manifests');

export interface Rendering {
  /** 'kustomize base + remediation'. */
  readonly title: string;
  readonly yaml: string;
}

/** A component that needs what only an overlay can say is looked at in that overlay. */
const ONLY_IN_OVERLAY = ['single-namespace'];

/** Components that change what another one adds. */
const NEEDS: Readonly<Record<string, readonly string[]>> = { 'secure-metrics': ['servicemonitor'] };

/** Values with which the chart makes each object that it can make, once. */
const CHART_VALUES: readonly (readonly [title: string, values: object])[] = [
  ['defaults', {}],
  [
    'everything',
    {
      namespace: { create: true },
      settings: { logLevel: 'debug' },
      rbac: { lensAllKinds: true },
      remediation: { enabled: true },
      secureMetrics: { enabled: true },
      serviceMonitor: { enabled: true },
      prometheusRule: { enabled: true },
      dashboards: { enabled: true },
    },
  ],
  ['a tenant', { scope: { namespace: 'shop', argocdNamespace: 'argocd' }, remediation: { enabled: true } }],
];

/** @throws Error with what kubectl says */
export function kustomizeRenderings(): Rendering[] {
  const overlays = readdirSync(join(MANIFESTS, 'overlays')).map((name) => join(MANIFESTS, 'overlays', name));
  const components = readdirSync(join(MANIFESTS, 'components'))
    .filter((name) => !ONLY_IN_OVERLAY.includes(name))
    .map((name) => join(MANIFESTS, 'components', name));
  const withRules = [join(MANIFESTS, 'prometheus'), join(ROOT, 'grafana')];
  return [
    { title: 'kustomize base', yaml: kustomize([]) },
    ...[...components, ...withRules]
      .filter((path) => existsSync(join(path, 'kustomization.yaml')))
      .map((path) => ({ title: `kustomize base + ${relative(ROOT, path)}`, yaml: kustomize(withNeeds(path)) })),
    ...overlays.map((path) => ({
      title: `kustomize ${relative(ROOT, path)}`,
      yaml: run('kubectl', 'kustomize', path),
    })),
  ];
}

/** @throws Error with what helm says */
export function chartRenderings(): Rendering[] {
  const helm = findTool('helm');
  if (helm === null) return [];
  return CHART_VALUES.map(([title, values]) => ({
    title: `chart with ${title}`,
    yaml: inFolder((folder) => {
      const file = join(folder, 'values.yaml');
      writeFileSync(file, stringify(values));
      return run(helm, 'template', 'tugwatch', CHART, '--namespace', 'tugwatch', '-f', file);
    }),
  }));
}

function kustomize(components: readonly string[]): string {
  return inFolder((folder) => {
    const kustomization = {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: [relative(folder, join(MANIFESTS, 'base'))],
      components: components.map((path) => relative(folder, path)),
    };
    writeFileSync(join(folder, 'kustomization.yaml'), stringify(kustomization));
    return run('kubectl', 'kustomize', folder);
  });
}

function withNeeds(component: string): string[] {
  const needs = NEEDS[basename(component)] ?? [];
  return [...needs.map((name) => join(MANIFESTS, 'components', name)), component];
}

function inFolder(use: (folder: string) => string): string {
  const folder = mkdtempSync(join(tmpdir(), 'tugwatch-rendering-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run(command: string, ...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr.trim()}`);
  return stdout;
}
