/** One world of manifests → a cluster model, as if Argo CD had applied it: the engine behind is the same. */

import { DEFAULT_SETTINGS, type ProjectionSettings } from '../kubernetes/projections/metadata.ts';
import { project } from '../kubernetes/projections/project.ts';
import type { JsonObject } from '../kubernetes/projections/read-json.ts';
import { textAt } from '../kubernetes/projections/read-json.ts';
import { ClusterModel } from '../model/cluster-model.ts';
import type { ApplicationFact, Fact, HpaFact, ManagedResource, Tracking, WorkloadFact } from '../model/facts.ts';
import { groupOf, keyOf } from '../model/refs.ts';
import { folderOf } from './folders.ts';
import { ARGO_NAMESPACE, type Instance, type JoinedApplication, withNamespace } from './join.ts';
import type { ManifestObject } from './parse-text.ts';
import { keyOfRaw, type World } from './worlds.ts';

export interface WorldModel {
  readonly model: ClusterModel;
  /** Key of an object → where it stands. */
  readonly places: ReadonlyMap<string, ManifestObject>;
  /** Keys of workloads whose replicas something not rendered may change. */
  readonly uncertain: ReadonlySet<string>;
  /** Keys of the Applications that are at home in this world, and not only here as somebody's parent; null: all. */
  readonly home: ReadonlySet<string> | null;
}

/** `common` are the objects that speak for every world: argocd-cm, AppProjects, ApplicationSets. */
export function modelOf(world: World, common: readonly ManifestObject[]): WorldModel {
  const model = new ClusterModel(() => '');
  const places = new Map<string, ManifestObject>();
  const uncertain = new Set<string>();
  const settings = projectionSettings(common);
  const put = (fact: Fact | null, object: ManifestObject) => {
    if (fact === null) return;
    model.apply({ type: 'upsert', at: 0, origin: 'list', fact });
    if (!places.has(keyOf(fact.ref))) places.set(keyOf(fact.ref), object);
  };
  for (const object of common) put(factOf(withNamespace(object.raw, ARGO_NAMESPACE), settings), object);
  const managed = Map.groupBy(world.instances, (instance) => instance.application);
  for (const application of withAncestors(world.applications)) {
    put(applicationFact(application, managed.get(application) ?? [], settings), application.object);
  }
  const { installationId } = model.trackingSettings();
  // Git's text first, so that it is the place that findings name; the live object then lends it what Git cannot show.
  for (const instance of world.instances.toSorted((a, b) => Number(a.live) - Number(b.live))) {
    const fact = factOf(instance.raw, settings);
    if (fact === null) continue;
    put(instanceFact(fact, instance, installationId, model.workload(fact.ref)), instance.object);
    if (instance.uncertain) uncertain.add(keyOf(fact.ref));
  }
  const home = new Set([...world.applications].map((application) => keyOfRaw(application.raw)));
  return { model, places, uncertain, home };
}

/**
 * Models of Applications alone, over all worlds: two that declare one object are found there. Only those are held against
 * each other that one Argo CD surely knows both of: manifests of one folder, or children of one parent. A repository
 * often has one Argo CD for each stage, each calling its own cluster https://kubernetes.default.svc.
 */
export function claimModels(worlds: readonly World[]): WorldModel[] {
  const instances = worlds.flatMap((world) => world.instances).filter((instance) => instance.application !== null);
  return [...Map.groupBy(instances, neighbourhoodOf).values()].map((neighbours) => {
    const model = new ClusterModel(() => '');
    for (const [application, managed] of Map.groupBy(neighbours, (instance) => instance.application)) {
      const fact = application === null ? null : applicationFact(application, managed, DEFAULT_SETTINGS);
      if (fact !== null) model.apply({ type: 'upsert', at: 0, origin: 'list', fact });
    }
    const places = new Map(neighbours.map((instance) => [keyOfRaw(instance.raw), instance.object]));
    return { model, places, uncertain: new Set(), home: null };
  });
}

function neighbourhoodOf({ application }: Instance): JoinedApplication | string {
  if (application === null) return '';
  if (application.parent !== null) return application.parent;
  const { path, file } = application.object;
  return path === null ? file : folderOf(path);
}

function withAncestors(applications: ReadonlySet<JoinedApplication>): Set<JoinedApplication> {
  const all = new Set(applications);
  for (const application of all) if (application.parent !== null) all.add(application.parent);
  return all;
}

function applicationFact(
  application: JoinedApplication,
  instances: readonly Instance[],
  settings: ProjectionSettings,
): ApplicationFact | null {
  const fact = factOf(application.raw, settings);
  if (fact?.fact !== 'application') return null;
  if (fact.resources.length > 0 && fact.uid !== '') return fact;
  const { parent } = application;
  return {
    ...fact,
    resources: instances.map(resourceOf),
    tracking: parent === null ? fact.tracking : trackedBy(parent, fact.tracking.installationId),
  };
}

function resourceOf({ raw }: Instance): ManagedResource {
  return {
    group: groupOf(textAt(raw, 'apiVersion')),
    kind: textAt(raw, 'kind'),
    namespace: textAt(raw, 'metadata', 'namespace'),
    name: textAt(raw, 'metadata', 'name'),
    status: '',
    requiresPruning: false,
  };
}

function instanceFact(fact: Fact, instance: Instance, installationId: string, known: WorkloadFact | undefined): Fact {
  const { application, live } = instance;
  const marked = live && 'tracking' in fact && fact.tracking.annotation !== null;
  const tracking =
    application === null || marked ? null : trackedBy(application, installationId === '' ? null : installationId);
  switch (fact.fact) {
    case 'workload':
      if (!live)
        return { ...fact, declared: { value: fact.replicas, source: 'manifest' }, tracking: tracking ?? fact.tracking };
      // Of the two, Git's text knows what is declared, and the live object all else.
      return {
        ...fact,
        declared: known?.declared.source === 'manifest' ? known.declared : fact.declared,
        tracking: known?.declared.source === 'manifest' ? known.tracking : (tracking ?? fact.tracking),
      };
    case 'hpa':
      return withManager(tracking === null ? fact : { ...fact, tracking });
    case 'scaledobject':
      return tracking === null ? fact : { ...fact, tracking };
    default:
      return fact;
  }
}

/** A manifest does not show under which name the platform's HPA controller writes: the usual one is taken. */
function withManager(hpa: HpaFact): HpaFact {
  return hpa.statusManagers.length > 0 ? hpa : { ...hpa, statusManagers: ['kube-controller-manager'] };
}

/** The mark that Argo CD would leave, in its form with a namespace, under every tracking method. */
function trackedBy(application: JoinedApplication, installationId: string | null): Tracking {
  const instance = `${textAt(application.raw, 'metadata', 'namespace')}_${textAt(application.raw, 'metadata', 'name')}`;
  return { annotation: instance, label: instance, installationId, managers: [] };
}

/** The label that marks an Application's objects is a setting of argocd-cm. */
function projectionSettings(common: readonly ManifestObject[]): ProjectionSettings {
  for (const { raw } of common) {
    const key = textAt(raw, 'data', 'application.instanceLabelKey');
    if (key !== '' && textAt(raw, 'metadata', 'name') === 'argocd-cm') return { instanceLabelKey: key };
  }
  return DEFAULT_SETTINGS;
}

function factOf(raw: JsonObject, settings: ProjectionSettings): Fact | null {
  return project(raw, { apiVersion: textAt(raw, 'apiVersion'), resource: '', kind: textAt(raw, 'kind') }, settings);
}
