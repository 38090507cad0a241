/** The chart, rendered by the real helm. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTool, whyMissing } from '../../scripts/tools/find.ts';
import { type ManifestObject, parseObjects } from './install-manifests.ts';

export const CHART = new URL('../../manifests/helm/tugwatch/', import.meta.url).pathname;

const path = findTool('helm');

/** Null when helm is there at its pinned version, else one sentence. */
export const NO_HELM = path === null ? whyMissing('helm') : null;

export interface HelmRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function helm(...args: readonly string[]): HelmRun {
  const { status, stdout, stderr } = spawnSync(path ?? 'helm', args, { encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

export interface Release {
  readonly name?: string;
  readonly namespace?: string;
  /** Values as in a file of one's own, given with -f. */
  readonly values?: object;
}

/** `helm template` with values, whatever it says. */
export function template({ name = 'tugwatch', namespace = 'tugwatch', values = {} }: Release = {}): HelmRun {
  const folder = mkdtempSync(join(tmpdir(), 'tugwatch-values-'));
  try {
    // As JSON: an unquoted `off` is a boolean to helm, which reads YAML 1.1.
    writeFileSync(join(folder, 'values.yaml'), JSON.stringify(values));
    return helm('template', name, CHART, '--namespace', namespace, '-f', join(folder, 'values.yaml'));
  } finally {
    rmSync(folder, { recursive: true, maxRetries: 10 });
  }
}

/** The objects of a release. @throws Error with what helm says */
export function renderChart(release: Release = {}): ManifestObject[] {
  const { code, stdout, stderr } = template(release);
  if (code !== 0) throw new Error(stderr);
  return parseObjects(stdout, 'helm template').filter((object) => object !== null);
}

const OF_HELM = [
  'app.kubernetes.io/instance',
  'app.kubernetes.io/managed-by',
  'app.kubernetes.io/version',
  'helm.sh/chart',
];

/** Objects without the labels that only a chart has, in selectors too, in an order of their own: to be compared. */
export function comparable(objects: readonly ManifestObject[]): unknown[] {
  const key = ({ kind, metadata }: ManifestObject) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
  return objects.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)).map((object) => normalise('', object));
}

function normalise(name: string, value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => normalise('', item)) as { name: string }[];
    // Kustomize merges these in another order, and no order is meant: no variable refers to an earlier one.
    return ['env', 'volumes', 'volumeMounts'].includes(name)
      ? items.toSorted((a, b) => (a.name < b.name ? -1 : 1))
      : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => !OF_HELM.includes(key));
  return Object.fromEntries(entries.map(([key, inner]) => [key, normalise(key, inner)]));
}
