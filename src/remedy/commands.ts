/** Commands that work when pasted into a POSIX shell, whatever the names and values in them are. */
import type { ObjectRef } from '../model/facts.ts';
import { groupOf } from '../model/refs.ts';
import type { JsonPatchOperation } from '../model/verdicts.ts';
import { survivesGoTypes } from './patch.ts';

/** One word of a command line (POSIX shell, 2.2.2): nothing in it is expanded, split or ended early. */
export function quoteWord(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A command of the given words. */
export function commandOf(...words: readonly string[]): string {
  return words.map(quoteWord).join(' ');
}

/** 'applications.argoproj.io/web': with the group, since other CRDs are called applications too. */
export function resourceName(ref: ObjectRef): string {
  const group = groupOf(ref.apiVersion);
  const kind = ref.kind.toLowerCase();
  const plural = PLURALS[kind] ?? kind;
  return group === '' ? `${plural}/${ref.name}` : `${plural}.${group}/${ref.name}`;
}

/** Where kubectl must be given the plural: it maps a kind in the singular as well, but people search for the plural. */
const PLURALS: { readonly [kind: string]: string } = {
  application: 'applications',
  applicationset: 'applicationsets',
  appproject: 'appprojects',
};

function inNamespace(ref: ObjectRef): string[] {
  return ref.namespace === '' ? [] : ['-n', ref.namespace];
}

/** A workload cluster by its name, which people give their context too; Argo CD's own is the current one. */
function inContext(ref: ObjectRef): string[] {
  return ref.cluster === undefined ? [] : ['--context', ref.cluster];
}

/** kubectl with a verb on one object. */
export function kubectl(verb: readonly string[], ref: ObjectRef, ...rest: readonly string[]): string {
  return commandOf('kubectl', ...inContext(ref), ...verb, resourceName(ref), ...inNamespace(ref), ...rest);
}

/**
 * The commands that apply a JSON patch to an object: kubectl, and for an Application the same through Argo CD's API,
 * where that reads the tested lists as they stand. `argocd app set` has no flag for ignore rules, and `argocd appset`
 * has no patch at all.
 */
export function patchCommands(ref: ObjectRef, patch: readonly JsonPatchOperation[]): string[] {
  const json = JSON.stringify(guardAbsence(patch));
  const commands = [kubectl(['patch'], ref, '--type', 'json', '-p', json)];
  if (ref.kind === 'Application' && survivesGoTypes(patch)) {
    commands.push(
      commandOf('argocd', 'app', 'patch', ref.name, '-N', ref.namespace, '--type', 'json', '--patch', json),
    );
  }
  return commands;
}

/**
 * The patch as commands send it: before a key is added, that it is still absent is tested. RFC 6902 has no such test, but
 * the server's and Argo CD's library takes a `test` for null as one (evanphx/json-patch v4, Patch.test), so whoever has
 * added the list in between loses nothing. Other libraries refuse it, hence not in the patch of the report.
 */
export function guardAbsence(patch: readonly JsonPatchOperation[]): JsonPatchOperation[] {
  return patch.flatMap((operation) =>
    operation.op === 'add' && !/\/(-|\d+)$/.test(operation.path)
      ? [{ op: 'test', path: operation.path, value: null }, operation]
      : [operation],
  );
}

/** Makes Argo CD look at Git and the cluster now, in place of within three minutes. */
export function refreshCommand(app: ObjectRef): string {
  return kubectl(['annotate'], app, 'argocd.argoproj.io/refresh=normal', '--overwrite');
}

/** Reads one field of an object. */
export function readCommand(ref: ObjectRef, jsonpath: string): string {
  return kubectl(['get'], ref, '-o', `jsonpath=${jsonpath}`);
}
