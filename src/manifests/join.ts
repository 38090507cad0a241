/**
 * Which Application manages which object of the input. By, in this order: the tracking mark on the object; the source
 * path of the Application, through kustomizations; the instance label; the same file; the destination namespace, where
 * it leaves one answer only.
 */
import {
  asObject,
  flagAt,
  type JsonObject,
  listAt,
  objectAt,
  pick,
  textAt,
} from '../kubernetes/projections/read-json.ts';
import { applicationsOf } from './application-sets.ts';
import { isLive, roleOf } from './classify.ts';
import { Folders } from './folders.ts';
import { kustomize } from './kustomizations.ts';
import type { ManifestObject } from './parse-text.ts';

/** An Application of the input, or one that an ApplicationSet of the input would make. */
export interface JoinedApplication {
  /** With its namespace filled in. */
  readonly raw: JsonObject;
  /** The manifest it comes from. */
  readonly object: ManifestObject;
  /** True when a folder of the input is its source. */
  sourceFound: boolean;
  /** The Application whose source folder this one lies in (app of apps). */
  parent: JoinedApplication | null;
}

/** One object as it would stand in a cluster. A base that two overlays take in gives two. */
export interface Instance {
  readonly object: ManifestObject;
  /** With its namespace filled in. */
  readonly raw: JsonObject;
  readonly application: JoinedApplication | null;
  readonly live: boolean;
  /** Something that is not rendered here may change its replicas. */
  readonly uncertain: boolean;
}

export interface Joined {
  readonly applications: readonly JoinedApplication[];
  readonly instances: readonly Instance[];
}

/** Where Argo CD lives unless the manifests say otherwise. */
export const ARGO_NAMESPACE = 'argocd';

export function joinObjects(objects: readonly ManifestObject[]): Joined {
  const folders = new Folders(objects);
  const applications = objects.flatMap((object) => applicationsIn(object, folders));
  const made = Map.groupBy(applications, (application) => application.object);
  const instances: Instance[] = [];
  const taken = new Set<ManifestObject>();
  for (const application of applications) {
    for (const delivered of sourceObjects(application, folders)) {
      for (const child of made.get(delivered.object) ?? []) if (child !== application) child.parent = application;
      if (!isAudited(delivered.object) || isLive(delivered.raw)) continue;
      taken.add(delivered.object);
      instances.push(instanceOf(delivered.object, delivered.raw, application, delivered.uncertain));
    }
  }
  const finder = new ApplicationFinder(applications);
  const left = objects.filter((object) => isAudited(object) && !taken.has(object));
  const namespaces = explicitNamespaces(left);
  for (const object of left) {
    const application = finder.find(object);
    const fallback = application === null ? namespaces.get(object.file) : undefined;
    instances.push(instanceOf(object, withNamespace(object.raw, fallback ?? ''), application, false));
  }
  return { applications, instances };
}

function applicationsIn(object: ManifestObject, folders: Folders): JoinedApplication[] {
  const role = roleOf(object.raw);
  const raws =
    role === 'application' ? [object.raw] : role === 'application-set' ? applicationsOf(object.raw, folders) : [];
  return raws.map((raw) => ({ raw: withNamespace(raw, ARGO_NAMESPACE), object, sourceFound: false, parent: null }));
}

function sourceObjects(
  application: JoinedApplication,
  folders: Folders,
): { readonly object: ManifestObject; readonly raw: JsonObject; readonly uncertain: boolean }[] {
  return sourcesOf(application.raw).flatMap((source) => {
    if (textAt(source, 'chart') !== '') return [];
    const folder = folders.meantBy(textAt(source, 'path'));
    if (folder === null) return [];
    const delivered = kustomize(folder, folders);
    const below = flagAt(source, 'directory', 'recurse') ? folders.objectsBelow(folder) : folders.objectsIn(folder);
    const objects = delivered ?? below.map((object) => ({ object, raw: object.raw, uncertain: false }));
    if (objects.length > 0) application.sourceFound = true;
    return objects;
  });
}

export function sourcesOf(raw: JsonObject): JsonObject[] {
  const dry = objectAt(raw, 'spec', 'sourceHydrator', 'drySource');
  if (dry !== undefined) return [dry];
  const several = listAt(raw, 'spec', 'sources').map(asObject);
  const all = several.length > 0 ? several : [objectAt(raw, 'spec', 'source')];
  return all.filter((source) => source !== undefined);
}

function isAudited(object: ManifestObject): boolean {
  const role = roleOf(object.raw);
  return role === 'workload' || role === 'scaler';
}

function instanceOf(
  object: ManifestObject,
  raw: JsonObject,
  application: JoinedApplication | null,
  uncertain: boolean,
): Instance {
  return {
    object,
    raw: withNamespace(raw, destinationNamespace(application)),
    application,
    live: isLive(raw),
    uncertain,
  };
}

function destinationNamespace(application: JoinedApplication | null): string {
  return (application === null ? '' : textAt(application.raw, 'spec', 'destination', 'namespace')) || 'default';
}

/** The object in `namespace`, unless it names one itself. */
export function withNamespace(raw: JsonObject, namespace: string): JsonObject {
  if (namespace === '' || textAt(raw, 'metadata', 'namespace') !== '') return raw;
  return { ...raw, metadata: { ...objectAt(raw, 'metadata'), namespace } };
}

/** The namespace of a file's objects that leave it out: the one that the others in the file name, if they agree. */
function explicitNamespaces(objects: readonly ManifestObject[]): Map<string, string> {
  const named = new Map<string, Set<string>>();
  for (const object of objects) {
    const namespace = textAt(object.raw, 'metadata', 'namespace');
    if (namespace === '') continue;
    const set = named.get(object.file);
    if (set === undefined) named.set(object.file, new Set([namespace]));
    else set.add(namespace);
  }
  return new Map([...named].flatMap(([file, set]) => (set.size === 1 ? [[file, [...set][0] ?? ''] as const] : [])));
}

/** Finds the Application of an object that lies in nobody's source folder. */
class ApplicationFinder {
  readonly #byInstance = new Map<string, JoinedApplication>();
  readonly #byFile: Map<string, JoinedApplication[]>;
  /** Those whose source is not in the input: what they manage may lie anywhere. */
  readonly #sourceless: readonly JoinedApplication[];

  constructor(applications: readonly JoinedApplication[]) {
    for (const application of applications) {
      const name = textAt(application.raw, 'metadata', 'name');
      this.#byInstance.set(`${textAt(application.raw, 'metadata', 'namespace')}_${name}`, application);
      if (!this.#byInstance.has(name)) this.#byInstance.set(name, application);
    }
    this.#sourceless = applications.filter((application) => !application.sourceFound);
    this.#byFile = Map.groupBy(this.#sourceless, (application) => application.object.file);
  }

  find(object: ManifestObject): JoinedApplication | null {
    const marked = pick(object.raw, 'metadata', 'annotations', 'argocd.argoproj.io/tracking-id');
    if (typeof marked === 'string') return this.#byInstance.get(marked.split(':')[0] ?? '') ?? null;
    const label = pick(object.raw, 'metadata', 'labels', 'app.kubernetes.io/instance');
    const labelled = typeof label === 'string' ? this.#byInstance.get(label) : undefined;
    if (labelled !== undefined && accepts(labelled, object)) return labelled;
    return (
      onlyOne((this.#byFile.get(object.file) ?? []).filter((application) => accepts(application, object))) ??
      onlyOne(this.#sourceless.filter((application) => accepts(application, object)))
    );
  }
}

/** The object says nothing against being deployed where the Application deploys. */
function accepts(application: JoinedApplication, object: ManifestObject): boolean {
  const own = textAt(object.raw, 'metadata', 'namespace');
  const destination = textAt(application.raw, 'spec', 'destination', 'namespace');
  return own === '' || destination === '' || own === destination;
}

function onlyOne<T>(items: readonly T[]): T | null {
  return items.length === 1 ? (items[0] ?? null) : null;
}
