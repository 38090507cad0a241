/** Raw Kubernetes JSON → the fact we keep of it. Raw objects end here. */
import type { Fact, FactBase, Json } from '../../model/facts.ts';
import { groupOf } from '../../model/refs.ts';
import { kindOfResource } from '../resources.ts';
import { projectAppProject } from './app-project.ts';
import { projectApplication } from './application.ts';
import { projectApplicationSet } from './application-set.ts';
import { projectArgoSettings } from './argo-settings.ts';
import { projectEvent } from './event.ts';
import { projectHpa } from './hpa.ts';
import { DEFAULT_SETTINGS, type ProjectionSettings, readBase } from './metadata.ts';
import { asObject, countAt, type JsonObject, textAt } from './read-json.ts';
import { projectReplicaSet } from './replica-set.ts';
import { projectScaledObject } from './scaled-object.ts';
import { projectWorkload } from './workload.ts';

/** Where an object was listed. `kind` helps where an item of a list leaves its own out. */
export interface ListedUnder {
  readonly apiVersion: string;
  /** Plural, as in the URL. */
  readonly resource: string;
  readonly kind?: string;
}

/** Why nothing is kept of an object; counted, so that nothing disappears silently. */
export type SkipReason = 'not-an-object' | 'no-name' | 'other-configmap' | 'no-replicas';

type Projection = (raw: JsonObject, base: FactBase, settings: ProjectionSettings) => Fact | null;

/** Group and kind → projection. A kind that is not here is a workload if it has spec.replicas. */
const PROJECTIONS: ReadonlyMap<string, Projection> = new Map<string, Projection>([
  ['apps/Deployment', projectWorkload],
  ['apps/StatefulSet', projectWorkload],
  ['argoproj.io/Rollout', projectWorkload],
  ['apps/ReplicaSet', projectReplicaSet],
  ['autoscaling/HorizontalPodAutoscaler', projectHpa],
  ['keda.sh/ScaledObject', projectScaledObject],
  ['argoproj.io/Application', projectApplication],
  ['argoproj.io/ApplicationSet', projectApplicationSet],
  ['argoproj.io/AppProject', projectAppProject],
  ['/ConfigMap', projectArgoSettings],
  ['/Event', projectEvent],
  ['events.k8s.io/Event', projectEvent],
]);

/**
 * The fact to keep of an object, or null with a reason given to `onSkip`. Never throws: the input is whatever a
 * server, a file or an attacker sent, and a wrong type anywhere reads as the empty value.
 */
export function project(
  raw: Json,
  listedUnder: ListedUnder,
  settings: ProjectionSettings = DEFAULT_SETTINGS,
  onSkip: (reason: SkipReason) => void = () => {},
): Fact | null {
  const object = asObject(raw);
  if (object === undefined) {
    onSkip('not-an-object');
    return null;
  }
  const base = identify(object, listedUnder);
  if (base === null) {
    onSkip('no-name');
    return null;
  }
  return projectIdentified(object, base, settings, onSkip);
}

/** The same, of an object that was identified. */
export function projectIdentified(
  object: JsonObject,
  base: FactBase,
  settings: ProjectionSettings,
  onSkip: (reason: SkipReason) => void,
): Fact | null {
  const projection = PROJECTIONS.get(`${groupOf(base.ref.apiVersion)}/${base.ref.kind}`);
  if (projection === undefined) {
    if (countAt(object, 'spec', 'replicas') !== null) return projectWorkload(object, base, settings);
    onSkip('no-replicas');
    return null;
  }
  const fact = projection(object, base, settings);
  if (fact === null) onSkip('other-configmap');
  return fact;
}

/** Identity and version of an object as listed; null when it has no name. */
export function identify(object: JsonObject, listedUnder: ListedUnder): FactBase | null {
  const apiVersion = textAt(object, 'apiVersion') || listedUnder.apiVersion;
  const kind =
    textAt(object, 'kind') || listedUnder.kind || kindOfResource(groupOf(listedUnder.apiVersion), listedUnder.resource);
  return readBase(object, apiVersion, kind);
}
