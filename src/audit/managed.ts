/**
 * Which Application manages which workloads: of the versions there are when the audit begins, and by what the model says of each
 * workload when its turn comes.
 */
import type { ClusterModel } from '../model/cluster-model.ts';
import type { ApplicationFact, WorkloadFact } from '../model/facts.ts';
import { keyOf } from '../model/refs.ts';
import type { Alike } from './rule.ts';
import { type Sliced, turnEvery } from './slices.ts';
import { byPlace } from './subject.ts';

interface Managed {
  readonly application: ApplicationFact;
  /** In the order of namespace, kind and name. */
  readonly workloads: readonly WorkloadFact[];
  readonly alike: Alike;
}

/** Every Application of the model, and every workload that is not being deleted: each once, in an order that means nothing. */
interface Management {
  readonly managed: readonly Managed[];
  readonly unmanaged: readonly WorkloadFact[];
}

interface Growing extends Managed {
  readonly workloads: WorkloadFact[];
  alike: Alike;
}

/** Finding the Application of a workload, or naming its template, takes a few microseconds. */
const ITEMS_A_SLICE = 64;
const ALONE: Alike = { count: 1, first: true };

export function* managementIn(model: ClusterModel): Sliced<Management> {
  const managed = new Map<string, Growing>();
  const unmanaged: WorkloadFact[] = [];
  for (const [key, application] of model.applications) managed.set(key, { application, workloads: [], alike: ALONE });
  yield;
  yield* markAlike([...managed.values()]);
  const isTurn = turnEvery(ITEMS_A_SLICE);
  // Copied, since the model goes on between two slices.
  for (const workload of [...model.workloads.values()]) {
    if (!workload.deleting) companionsOf(workload).push(workload);
    if (isTurn()) yield;
  }
  for (const { workloads } of managed.values()) workloads.sort((a, b) => byPlace(a.ref, b.ref));
  return { managed: [...managed.values()], unmanaged };

  function companionsOf(workload: WorkloadFact): WorkloadFact[] {
    const application = model.applicationOf(workload);
    if (application === undefined) return unmanaged;
    // By name: since the audit began it may have come, or have become another version.
    const key = keyOf(application.ref);
    const known = managed.get(key) ?? { application, workloads: [], alike: ALONE };
    managed.set(key, known);
    return known.workloads;
  }
}

/** Counts the Applications that one ApplicationSet made with the same rules and options. */
function* markAlike(all: readonly Growing[]): Sliced<void> {
  const groups = new Map<string, Growing[]>();
  const isTurn = turnEvery(ITEMS_A_SLICE);
  for (const one of all) {
    if (isTurn()) yield;
    if (one.application.applicationSet === null) continue;
    const template = templateOf(one.application);
    const group = groups.get(template);
    if (group === undefined) groups.set(template, [one]);
    else group.push(one);
  }
  for (const group of groups.values()) {
    const first = group.reduce((a, b) => (byPlace(a.application.ref, b.application.ref) <= 0 ? a : b));
    for (const one of group) one.alike = { count: group.length, first: one === first };
  }
}

function templateOf({ ref, applicationSet, ignoreDifferencesRaw, syncOptions }: ApplicationFact): string {
  return JSON.stringify([ref.namespace, applicationSet, ignoreDifferencesRaw, syncOptions]);
}
