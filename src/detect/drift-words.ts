/** What a finding about drift says: what differs, who did it, and what to do, with the command where there is one. */
import type { ApplicationFact, Json, Millis, ObjectRef } from '../model/facts.ts';
import { displayRef, groupOf } from '../model/refs.ts';
import { commandOf, kubectl } from '../remedy/commands.ts';
import { tokensOf } from '../rules/pointer.ts';
import { type DriftFinding, onlyCategoryOf } from './drift-findings.ts';
import type { NoticeInput } from './notices.ts';

/** Fields named in one sentence; the diff command shows all. */
const MOST_NAMED = 3;
const SERVER_SIDE_DIFF = 'ServerSideDiff=true';

/** One or more sentences. `alone`: no other finding about the same object. */
export function describeDrift(finding: DriftFinding, ref: ObjectRef, app: ApplicationFact, alone: boolean): string {
  const object = displayRef(ref);
  const revert = `revert: \`${syncCommand(ref, app)}\``;
  const hand = `by hand (${finding.manager ?? 'unsigned'})`;
  const names = namesOf(finding.fields.map(({ field }) => field));
  const look = lookCommand(ref, app);
  switch (finding.category) {
    case 'manual-scale': {
      const [field] = finding.fields;
      const git = field?.declared === undefined ? 'Git has it otherwise' : `Git says ${valueText(field.declared)}`;
      return `${object} stands at ${valueText(field?.live)} replicas and ${git}: scaled ${hand}, and nothing puts it back until the next sync does. Commit the number if it shall last, or ${revert}.`;
    }
    case 'image-by-hand': {
      const [field] = finding.fields;
      const git = field?.declared === undefined ? 'not what Git says' : `Git says ${valueText(field.declared)}`;
      return `${object} runs image ${valueText(field?.live)}, ${git}: set ${hand}; the next sync rolls it back. Commit the image if it shall last, or ${revert}.`;
    }
    case 'config-hotfix':
      return `${object} differs from Git in ${names}, changed ${hand}.${addedText(finding, ref)} ${look}Commit it if it shall last, or ${revert}.`;
    case 'annotation-noise':
      return `${object} differs from Git ${alone ? 'only ' : ''}in ${names}, changed ${hand}; nothing that runs changes by it. Let Argo CD ignore it for good (spec.ignoreDifferences, jsonPointers ${JSON.stringify(pointersOf(finding))}), or ${revert}.`;
    case 'controller-edit':
      return `${object} differs from Git in ${names}, written by ${finding.manager ?? 'a controller'}, which will write it again after every sync. Let Argo CD ignore what it owns (spec.ignoreDifferences, managedFieldsManagers ${JSON.stringify([finding.manager])}, with RespectIgnoreDifferences=true in syncOptions), or take the field out of Git.`;
    case 'server-noise':
      return `${object} is OutOfSync although the last sync applied this very revision and nobody has written to it since: ${serverCause(finding, names)} ${serverAdvice(app)}`;
    default:
      return `${object} differs from Git in ${names}, changed ${hand}.${addedText(finding, ref)} ${look}Commit it if it shall last, or ${revert}.`;
  }
}

/** A heal of an object in which nobody was seen to write. */
export function healedOnce(ref: ObjectRef, application: { namespace: string; name: string }, at: Millis): NoticeInput {
  const message = `Argo CD healed ${displayRef(ref)} once (Application ${application.name}): something was changed beside Git and put back to what Git says; commit it there if it shall last.`;
  return { kind: 'hotfix-reverted', ...onlyCategoryOf(ref), workload: ref, application, at, message };
}

function serverCause(finding: DriftFinding, names: string): string {
  if (finding.reordered) return `the API server keeps ${names} in another order than Git.`;
  if (finding.fields.length > 0) return `the API server, or a webhook on the way, makes something else of ${names}.`;
  return 'the API server adds defaults that the comparison does not know, or the manifests come out differently each time (a random value in a chart).';
}

function serverAdvice(app: ApplicationFact): string {
  const options = app.compareOptions.filter((option) => option !== '');
  if (options.includes(SERVER_SIDE_DIFF))
    return 'Write the form the server shows into Git, or ignore the field (spec.ignoreDifferences).';
  const annotation = `argocd.argoproj.io/compare-options=${[...options, SERVER_SIDE_DIFF].join(',')}`;
  return `Let the server compute the diff: \`${kubectl(['annotate'], app.ref, annotation, '--overwrite')}\`; if it stays, write the form the server shows into Git.`;
}

/** A full sync is more than asked for: this one writes the one object. */
function syncCommand(ref: ObjectRef, app: ApplicationFact): string {
  const name = ref.namespace === '' ? ref.name : `${ref.namespace}/${ref.name}`;
  const resource = `${groupOf(ref.apiVersion)}:${ref.kind}:${name}`;
  return commandOf('argocd', 'app', 'sync', app.ref.name, '-N', app.ref.namespace, '--resource', resource);
}

/** `argocd app diff` leaves Secrets out. */
function lookCommand(ref: ObjectRef, app: ApplicationFact): string {
  if (ref.kind === 'Secret' && groupOf(ref.apiVersion) === '') return '';
  return `See it: \`${commandOf('argocd', 'app', 'diff', app.ref.name, '-N', app.ref.namespace)}\`. `;
}

function addedText({ added }: DriftFinding, ref: ObjectRef): string {
  const [first] = added;
  if (first === undefined) return '';
  const patch = JSON.stringify(added.slice(0, MOST_NAMED).map((path) => ({ op: 'remove', path })));
  const command = kubectl(['patch'], ref, '--type', 'json', '-p', patch);
  return ` ${capitalized(namesOf(added))} ${added.length === 1 ? 'was' : 'were'} added beside Git, and no sync takes ${added.length === 1 ? 'it' : 'them'} away: \`${command}\` does.`;
}

/** 'data key A and annotation b', at most three. */
function namesOf(fields: readonly string[]): string {
  const named = fields.slice(0, MOST_NAMED).map(nameOf);
  const rest = fields.length - named.length;
  const all = rest > 0 ? [...named, `${rest} more`] : named;
  return all.length < 2 ? (all[0] ?? 'nothing') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
}

function nameOf(field: string): string {
  const [first, second, third] = tokensOf(field) ?? [];
  if ((first === 'data' || first === 'binaryData') && second !== undefined && third === undefined)
    return `key ${second}`;
  if (first === 'metadata' && third !== undefined && second === 'annotations') return `annotation ${third}`;
  if (first === 'metadata' && third !== undefined && second === 'labels') return `label ${third}`;
  return field;
}

function pointersOf({ fields }: DriftFinding): string[] {
  return fields.slice(0, MOST_NAMED).map(({ field }) => field);
}

function valueText(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
