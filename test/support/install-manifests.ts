/** The manifests that people apply, read as they stand: every object of the base, the components and the overlays. */
import { execFileSync, spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';

export const MANIFESTS = new URL('../../manifests/', import.meta.url).pathname;

/** The folders this is about; the rules and dashboards beside them have checks of their own. */
const FOLDERS = [
  'base',
  'components/argocd-extension',
  'components/lens-all-kinds',
  'components/remediation',
  'components/secure-metrics',
  'components/servicemonitor',
  'components/single-namespace',
  'overlays/single-namespace',
];

export interface ManifestObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly rules?: readonly PolicyRule[];
  readonly spec?: unknown;
}

export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

export interface ManifestFile {
  /** 'base/deployment.yaml', relative to manifests/. */
  readonly file: string;
  readonly objects: readonly ManifestObject[];
}

/** Every file of objects; a kustomization is none. @throws Error naming the file that is no valid YAML */
export function readManifests(): ManifestFile[] {
  return FOLDERS.flatMap((folder) => globSync(`${folder}/*.yaml`, { cwd: MANIFESTS }))
    .filter((file) => !file.endsWith('kustomization.yaml'))
    .sort()
    .map((file) => ({ file, objects: parseObjects(readFileSync(MANIFESTS + file, 'utf8'), file) }));
}

export function findObject(objects: readonly ManifestObject[], kind: string, name: string): ManifestObject {
  const found = objects.filter((object) => object.kind === kind && object.metadata.name === name);
  if (found.length !== 1) throw new Error(`${found.length} objects ${kind} ${name}, not one`);
  return found[0] as ManifestObject;
}

export const HAS_KUBECTL = spawnSync('kubectl', ['version', '--client']).status === 0;

/** What `kubectl apply -k` would apply. `folder` is a path. @throws Error with what kustomize says */
export function renderKustomization(folder: string): ManifestObject[] {
  return parseObjects(execFileSync('kubectl', ['kustomize', folder], { encoding: 'utf8' }), folder);
}

/** Every document of a YAML text. @throws Error naming `from` where it is no valid YAML */
export function parseObjects(text: string, from: string): ManifestObject[] {
  return parseAllDocuments(text).map((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw new Error(`${from}: ${error.message}`);
    return document.toJS() as ManifestObject;
  });
}
