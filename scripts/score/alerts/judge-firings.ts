/** Whether an alert that fired is about a fight that took place. */
import type { Millis } from '../../../src/model/facts.ts';
import type { Expectation, ExpectedConflict } from '../expectation.ts';
import type { Labels } from '../promql/series.ts';
import type { ScaleTarget } from '../scrape/scrape-recording.ts';
import type { Firing } from './fire.ts';

export interface Judgement {
  /** Fights for whose workload or application the rule fired. */
  readonly found: readonly {
    readonly conflict: ExpectedConflict;
    /** From the first revert until it fired; null where the first revert is not known. */
    readonly delayMs: Millis | null;
  }[];
  /** It fired for something that is in no fight. */
  readonly criedWolf: boolean;
}

type Targets = ReadonlyMap<string, ScaleTarget>;

/** `targets`: what each HPA scales, by its 'namespace/name'. */
export function judgeFirings(firings: readonly Firing[], expectation: Expectation, targets: Targets): Judgement {
  const found = expectation.conflicts.flatMap((conflict) => {
    const firstRevert = conflict.firstRevertAt === undefined ? null : Date.parse(conflict.firstRevertAt);
    const starts = firings
      .filter(({ until }) => firstRevert === null || until === null || until > firstRevert)
      .filter(({ labels }) => isAbout(labels, conflict, targets))
      .map(({ from }) => from);
    if (starts.length === 0) return [];
    // An alert that was on already when the fight began costs no time.
    return [{ conflict, delayMs: firstRevert === null ? null : Math.max(0, Math.min(...starts) - firstRevert) }];
  });
  const criedWolf = firings.some(
    ({ labels }) => !expectation.conflicts.some((conflict) => isAbout(labels, conflict, targets)),
  );
  return { found, criedWolf };
}

function isAbout(labels: Labels, conflict: ExpectedConflict, targets: Targets): boolean {
  return isAboutApplication(labels, conflict) || isAboutWorkload(labels, conflict, targets);
}

function isAboutApplication({ name, namespace }: Labels, { application, contenders }: ExpectedConflict): boolean {
  if (name === undefined) return false;
  if (application === undefined) return contenders.some((one) => one.kind === 'argocd' && one.name === name);
  return application.name === name && (namespace === undefined || namespace === application.namespace);
}

function isAboutWorkload(labels: Labels, { workload }: ExpectedConflict, targets: Targets): boolean {
  const { namespace, deployment, statefulset, horizontalpodautoscaler } = labels;
  if (namespace !== workload.namespace) return false;
  if (deployment !== undefined) return workload.kind === 'Deployment' && workload.name === deployment;
  if (statefulset !== undefined) return workload.kind === 'StatefulSet' && workload.name === statefulset;
  const target = targets.get(`${namespace}/${horizontalpodautoscaler}`);
  return target !== undefined && target.kind === workload.kind && target.name === workload.name;
}
