/** What the daemon may change by itself: named namespaces, labels, or an annotation on the object. */
import { displayRef } from '../model/refs.ts';
import { matchesGlob } from '../rules/glob.ts';
import type { Attempt, LiveView } from './attempt.ts';
import { matchesSelector } from './label-selector.ts';

/** 'true' permits the daemon to change the object, 'false' forbids it whatever the settings say. */
export const REMEDIATE_ANNOTATION = 'tugwatch.dev/remediate';

/** A person who asks for one change has given the permission with it. */
export function isNotAllowed(attempt: Attempt): string | null {
  const { application, target, allowed } = attempt.context;
  if (allowed === null || target === null) return null;
  const forbidding = [target, application].find((view) => saysOf(view) === 'false');
  if (forbidding !== undefined && forbidding !== null) {
    return `the annotation ${REMEDIATE_ANNOTATION}: "false" on ${displayRef(forbidding.ref)} forbids it`;
  }
  if (saysOf(target) === 'true') return null;
  const way = `permit it with remediationNamespaces, remediationSelector or the annotation ${REMEDIATE_ANNOTATION}: "true" on ${displayRef(target.ref)}`;
  if (allowed.namespaces.length === 0 && allowed.labels.length === 0) return `nothing permits it: ${way}`;
  if (allowed.namespaces.length > 0) {
    const outside = namespacesOf(attempt).find((name) => !allowed.namespaces.some((glob) => matchesGlob(glob, name)));
    if (outside !== undefined) return `namespace ${outside} is not permitted: ${way}`;
  }
  if (!matchesSelector(allowed.labels, target.labels)) {
    return `the labels of ${displayRef(target.ref)} do not match remediationSelector: ${way}`;
  }
  return null;
}

/** The workload's; for an ApplicationSet those of every Application it makes, since the change reaches them all. */
function namespacesOf({ subject, step, context }: Attempt): string[] {
  const { target } = step;
  if (target.kind !== 'ApplicationSet') return [subject.workload.namespace];
  const made = [...context.model.applications.values()].filter(
    (app) => app.ref.namespace === target.namespace && app.applicationSet === target.name,
  );
  return [subject.workload.namespace, ...made.map((app) => app.destination.namespace)];
}

function saysOf(view: LiveView | null): string | undefined {
  return view?.annotations[REMEDIATE_ANNOTATION];
}
