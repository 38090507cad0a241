/** The objects that a conflict is about, as an Event names them: by uid too, which kubectl and Argo CD select by. */
import type { EventSubject } from '../kubernetes/event-recorder.ts';
import type { ClusterModel } from '../model/cluster-model.ts';
import type { ApplicationFact } from '../model/facts.ts';
import { keyOf } from '../model/refs.ts';
import type { Conflict } from '../model/verdicts.ts';
import type { Pipeline } from '../pipeline.ts';

export function workloadSubject(
  conflict: Conflict,
  { model, detector }: Pick<Pipeline, 'model' | 'detector'>,
): EventSubject {
  const ref = conflict.workload;
  // Other objects than workloads are known from their writes under the lens only.
  const uid = model.workload(ref)?.uid ?? detector.recentWrites(ref).at(-1)?.uid ?? '';
  return { ref, uid };
}

/** The Application of the conflict first; where several fight over one object, all of them. */
export function applicationSubjects(conflict: Conflict, model: ClusterModel): EventSubject[] {
  const { application, contenders } = conflict;
  const own = application === null ? undefined : model.application(application.namespace, application.name);
  const others = contenders.flatMap(({ kind, name }) => {
    const app = kind === 'argocd' && name !== null ? applicationBy(name, conflict, model) : undefined;
    return app === undefined ? [] : [app];
  });
  const all = own === undefined ? others : [own, ...others];
  const unique = new Map(all.map((app) => [keyOf(app.ref), { ref: app.ref, uid: app.uid }]));
  return [...unique.values()];
}

function applicationBy(name: string, { workload }: Conflict, model: ClusterModel): ApplicationFact | undefined {
  const listed = model.applicationsListing(workload).find((app) => app.ref.name === name);
  return listed ?? model.applicationNamed(name);
}
