/** What the audit of manifests left out or had to assume: said once each, never silent. */
import { textAt } from '../kubernetes/projections/read-json.ts';
import type { Risk } from '../model/verdicts.ts';
import { type Instance, type JoinedApplication, sourcesOf } from './join.ts';
import { keyOfRaw } from './worlds.ts';

export interface InputCounts {
  readonly files: number;
  /** Kubernetes objects, lists taken apart. */
  readonly objects: number;
  /** Documents that are Helm templates still. */
  readonly templates: number;
  /** Parts of objects that kustomize would merge. */
  readonly patches: number;
  /** Sets of manifests that do not stand beside each other: stages, regions. 1 is the usual case. */
  readonly worlds: number;
}

const NAMED = 5;

export function notesOn(
  counts: InputCounts,
  applications: readonly JoinedApplication[],
  instances: readonly Instance[],
  risks: readonly Risk[],
): string[] {
  return [...leftOut(counts), ...unclaimedWorkloads(risks), ...unseenSources(applications, instances)];
}

function leftOut({ templates, patches, objects }: InputCounts): string[] {
  const notes: string[] = [];
  if (templates > 0) {
    notes.push(
      `${counted(templates, 'document is a Helm template', 'documents are Helm templates')} and could not be read: render the chart first (helm template NAME CHART | tugwatch audit -).`,
    );
  }
  if (patches > 0) {
    notes.push(
      `${counted(patches, 'document is a patch', 'documents are patches')} and no whole object: render the overlay first (kustomize build DIR | tugwatch audit -).`,
    );
  }
  if (objects === 0) notes.push('No Kubernetes object was found in the input.');
  return notes;
}

function unclaimedWorkloads(risks: readonly Risk[]): string[] {
  const names = risks
    .filter((risk) => risk.certainty === 'assumed' && risk.application === null && risk.rule !== 'TW111')
    .map(({ workload }) => `${workload.namespace}/${workload.name}`);
  if (names.length === 0) return [];
  return [
    `No Application in the input claims ${list([...new Set(names)])}: judged as if one with automated sync and self-heal did (each such risk is marked as assumed).`,
  ];
}

function unseenSources(applications: readonly JoinedApplication[], instances: readonly Instance[]): string[] {
  const managing = new Set(instances.map((instance) => instance.application));
  const unseen = applications.filter((application) => !managing.has(application) && !application.sourceFound);
  if (unseen.length === 0) return [];
  const names = [...new Set(unseen.map(({ raw }) => describe(raw)))];
  return [`What these Applications deploy is not in the input: ${list(names)}.`];
}

function describe(raw: JoinedApplication['raw']): string {
  const [source] = sourcesOf(raw);
  const what =
    source === undefined ? '' : textAt(source, 'chart') || textAt(source, 'path') || textAt(source, 'repoURL');
  return `${keyOfRaw(raw).split('/').slice(2).join('/')}${what === '' ? '' : ` (${what})`}`;
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, NAMED).join(', ');
  return names.length > NAMED ? `${shown} and ${names.length - NAMED} more` : shown;
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
