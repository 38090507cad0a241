/** What every object carries in its metadata: identity, annotations, owners, and the mark of Argo CD. */

import type { FactBase, Tracking } from '../../model/facts.ts';
import { madeOnce } from '../../model/made-once.ts';
import { groupOf } from '../../model/refs.ts';
import { fieldPath, type ManagedFields, ownersOf } from './managed-fields.ts';
import {
  countAt,
  type JsonObject,
  listAt,
  objectAt,
  parseObject,
  pick,
  textAt,
  textOrNullAt,
  timeAt,
} from './read-json.ts';

export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
export const TRACKING_ID = 'argocd.argoproj.io/tracking-id';
export const INSTALLATION_ID = 'argocd.argoproj.io/installation-id';
const IGNORE = 'tugwatch.dev/ignore';

/** What a projection must know beside the object. */
export interface ProjectionSettings {
  /** application.instanceLabelKey of argocd-cm. */
  readonly instanceLabelKey: string;
}

export const DEFAULT_SETTINGS: ProjectionSettings = { instanceLabelKey: 'app.kubernetes.io/instance' };

/** Identity and version of an object; null when it has no name. Items of a list may leave out apiVersion and kind. */
export function readBase(raw: JsonObject, apiVersion: string, kind: string): FactBase | null {
  const metadata = objectAt(raw, 'metadata');
  const name = textAt(metadata, 'name');
  if (name === '') return null;
  return {
    ref: { apiVersion, kind, namespace: textAt(metadata, 'namespace'), name },
    uid: textAt(metadata, 'uid'),
    resourceVersion: textAt(metadata, 'resourceVersion'),
    generation: countAt(metadata, 'generation') ?? 0,
    createdAt: timeAt(metadata, 'creationTimestamp'),
  };
}

export function annotationOf(raw: JsonObject, key: string): string | null {
  return textOrNullAt(raw, 'metadata', 'annotations', key);
}

export function labelOf(raw: JsonObject, key: string): string | null {
  return textOrNullAt(raw, 'metadata', 'labels', key);
}

/** Annotation tugwatch.dev/ignore. */
export function ignoreOf(raw: JsonObject): string | null {
  return annotationOf(raw, IGNORE);
}

/** The last-applied annotation: absent, unreadable, or what the client-side apply sent. */
export function readLastApplied(raw: JsonObject): LastApplied {
  const annotations = objectAt(raw, 'metadata', 'annotations');
  return annotations === undefined ? ABSENT : lastAppliedIn(annotations);
}

interface LastApplied {
  readonly present: boolean;
  readonly manifest: JsonObject | null;
}

const ABSENT: LastApplied = { present: false, manifest: null };

const lastAppliedIn = madeOnce((annotations: JsonObject): LastApplied => {
  const text = textOrNullAt(annotations, LAST_APPLIED);
  return text === null ? ABSENT : { present: true, manifest: parseObject(text) ?? null };
});

/** The owner that controls the object (metadata.ownerReferences[].controller). */
export function controllerOf(raw: JsonObject): { kind: string; name: string; uid: string } | null {
  for (const owner of listAt(raw, 'metadata', 'ownerReferences')) {
    if (pick(owner, 'controller') !== true) continue;
    return { kind: textAt(owner, 'kind'), name: textAt(owner, 'name'), uid: textAt(owner, 'uid') };
  }
  return null;
}

/** Name of the first owner of a kind, controller or not. */
export function ownerNamed(raw: JsonObject, kind: string): string | null {
  for (const owner of listAt(raw, 'metadata', 'ownerReferences')) {
    if (textAt(owner, 'kind') === kind && textAt(owner, 'name') !== '') return textAt(owner, 'name');
  }
  return null;
}

export function readTracking(
  raw: JsonObject,
  base: FactBase,
  entries: readonly ManagedFields[],
  settings: ProjectionSettings,
): Tracking {
  const id = annotationOf(raw, TRACKING_ID);
  return {
    annotation: id === null ? null : instanceOf(id, base),
    label: labelOf(raw, settings.instanceLabelKey),
    installationId: annotationOf(raw, INSTALLATION_ID),
    managers: trackingManagers(entries, settings),
  };
}

/**
 * '<app>:<group>/<kind>:<namespace>/<name>' → '<app>', if it names the object that carries it: a copied annotation
 * must not count (argo-cd util/argo/resource_tracking.go:233, controller/state.go:1288 isSelfReferencedObj).
 * Cluster-scoped objects carry the Application's destination namespace, so theirs is not compared.
 */
function instanceOf(trackingId: string, base: FactBase): string | null {
  const match = /^([^:]+):([^:/]*)\/([^:/]+):([^/]*)\/(.+)$/s.exec(trackingId);
  if (match === null) return null;
  const [, instance, group, kind, namespace, name] = match;
  const { ref } = base;
  const itself =
    group === groupOf(ref.apiVersion) &&
    kind === ref.kind &&
    name === ref.name &&
    (ref.namespace === '' || namespace === ref.namespace);
  return itself ? (instance ?? null) : null;
}

/**
 * kubectl also writes last-applied and labels, and a person who applies a manifest by hand does not become Argo CD by
 * it; only the tracking annotation itself counts whoever wrote it.
 */
function trackingManagers(
  entries: readonly ManagedFields[],
  { instanceLabelKey }: ProjectionSettings,
): readonly string[] {
  const known = lastTrackedBy(entries);
  if (known.labelKey !== instanceLabelKey) {
    known.names = managersOf(entries, instanceLabelKey);
    known.labelKey = instanceLabelKey;
  }
  return known.names;
}

const lastTrackedBy = madeOnce((): { labelKey: string | null; names: readonly string[] } => ({
  labelKey: null,
  names: [],
}));

function managersOf(entries: readonly ManagedFields[], instanceLabelKey: string): readonly string[] {
  const managers = new Set<string>();
  for (const owner of ownersOf(entries, OWN_ID)) managers.add(owner.manager);
  for (const path of [OWN_LAST_APPLIED, labelPath(instanceLabelKey)]) {
    for (const { manager } of ownersOf(entries, path)) if (!manager.startsWith('kubectl')) managers.add(manager);
  }
  return [...managers];
}

const OWN_ID = fieldPath('metadata', 'annotations', TRACKING_ID);
const OWN_LAST_APPLIED = fieldPath('metadata', 'annotations', LAST_APPLIED);

let ownLabel = fieldPath('metadata', 'labels', DEFAULT_SETTINGS.instanceLabelKey);

/** The key is a setting, and hardly ever another one than before. */
function labelPath(key: string): readonly string[] {
  if (ownLabel[2] !== `f:${key}`) ownLabel = fieldPath('metadata', 'labels', key);
  return ownLabel;
}
