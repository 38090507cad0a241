import type { ClusterModel } from '../model/cluster-model.ts';
import type { ApplicationFact, ManagedResource, ObjectRef } from '../model/facts.ts';
import { displayRef, inCluster, keyOfParts } from '../model/refs.ts';
import { applicationIgnores } from './finding.ts';
import type { Finding, Rule } from './rule.ts';
import { compare } from './subject.ts';

export const twoOwners: Rule = {
  id: 'TW109',
  name: 'two-owners',
  severity: 'warning',
  summary: 'Two Applications declare one object of one cluster.',
  why: 'Each sync of one applies its own manifest and takes the tracking mark from the other, which then is OutOfSync; with self-heal on both sides they take turns without end, under one and the same field manager.',
  sources: ['argo-cd controller/state.go:808 (SharedResourceWarning)', 'argo-cd util/argo/resource_tracking.go'],
  checks: { cluster: check },
};

interface Claim {
  readonly resource: ManagedResource;
  readonly claimants: ApplicationFact[];
}

function check(model: ClusterModel): Finding[] {
  const claims = new Map<string, Claim>();
  // Nearly every object has one claimant, and there may be hundreds of thousands: the model knows who shares.
  for (const application of model.applicationsSharing()) {
    const { server, name } = application.destination;
    const cluster = model.clusterOf(application);
    for (const resource of application.resources) {
      // What waits for pruning is no longer declared, only still marked.
      if (resource.requiresPruning) continue;
      const object = keyOfParts(resource.group, resource.kind, resource.namespace, resource.name);
      const key = cluster === null || cluster === '' ? `${server} ${name} ${object}` : `${cluster} ${object}`;
      const claim = claims.get(key);
      if (claim === undefined) claims.set(key, { resource, claimants: [application] });
      else if (!claim.claimants.includes(application)) claim.claimants.push(application);
    }
  }
  return [...claims]
    .filter(([, { claimants }]) => claimants.length > 1)
    .sort(([a], [b]) => compare(a, b))
    .map(([, claim]) => findingOf(claim, model));
}

function findingOf({ resource, claimants }: Claim, model: ClusterModel): Finding {
  const apps = claimants.toSorted((a, b) => compare(displayRef(a.ref), displayRef(b.ref)));
  const ref = refOf(resource, model.clusterOf(claimants[0] as ApplicationFact) ?? '', model);
  const fight = apps.filter((app) => app.automated.enabled && app.automated.selfHeal).length > 1;
  const known = model.workload(ref);
  const ignores = known === undefined || known.ignore === null ? [] : [{ on: ref, text: known.ignore }];
  return {
    workload: ref,
    application: apps[0] ?? null,
    when: fight ? 'now' : 'on-next-sync',
    field: '',
    message: `${displayRef(ref)} is declared by ${apps.map((app) => `${app.ref.namespace}/${app.ref.name}`).join(' and ')}: ${fight ? 'both heal themselves, so they write over each other without end' : 'each sync of one writes over what the other declares'}.`,
    ignores: [...ignores, ...apps.flatMap(applicationIgnores)],
  };
}

function refOf(resource: ManagedResource, cluster: string, model: ClusterModel): ObjectRef {
  const { group, kind, namespace, name } = resource;
  const bare = inCluster({ apiVersion: group === '' ? 'v1' : `${group}/`, kind, namespace, name }, cluster);
  return model.workload(bare)?.ref ?? { ...bare, apiVersion: group === '' ? 'v1' : `${group}/${versionOf(group)}` };
}

/** status.resources as kept has no version: the one that is served for the groups that matter. */
function versionOf(group: string): string {
  return group === 'argoproj.io' || group === 'keda.sh' ? 'v1alpha1' : group === 'autoscaling' ? 'v2' : 'v1';
}
