/**
 * Taking replicas out of Git, in the order that costs no pod. last-applied still holds them, and the next client-side
 * apply would remove the field, which the API server defaults to 1 (kubernetes pkg/apis/apps/v1/defaults.go:40;
 * argo-cd issues 1603, 5472).
 */
import type { RemedyStep } from '../model/verdicts.ts';
import { kubectl } from './commands.ts';
import { sourcesOf } from './git-home.ts';
import type { Situation } from './situation.ts';

const REPLICAS = '/spec/replicas';

/** The steps that belong here; none where Git is known not to declare replicas and last-applied has let go of them. */
export function removeFromGit(situation: Situation): RemedyStep[] {
  const { workload, fields } = situation;
  if (workload === null || !fields.includes(REPLICAS)) return [];
  const { declared, lastAppliedReplicas } = workload;
  if (declared.value === null && declared.source !== 'unknown' && lastAppliedReplicas === null) return [];
  return [
    {
      id: 'remove-from-git',
      where: 'git',
      why: `${startOf(situation)}: ${trapOf(situation)}${endOf(situation)}.`,
      target: null,
      patch: null,
      yaml: null,
      commands: checksOf(situation),
    },
  ];
}

/** last-applied holds replicas that Git no longer declares (TW106): it must let go of them before anything else. */
export function clearLastApplied(situation: Situation): RemedyStep {
  return {
    id: 'clear-last-applied',
    where: 'live',
    why: 'Without the rule, take the line replicas out of the last-applied annotation before the next sync: then nothing is removed, and the live value stays.',
    target: null,
    patch: null,
    yaml: null,
    commands: [kubectl(['apply', 'edit-last-applied'], situation.ref)],
  };
}

function startOf(situation: Situation): string {
  const { app } = situation;
  const where = app === null ? 'its manifest in Git' : `its manifest in ${sourcesOf(app)}`;
  const dry = app?.hydrated === true ? ' (the dry source, not the hydrated branch)' : '';
  return `Only after the rule is in force and one sync has succeeded with it, remove replicas from ${where}${dry}`;
}

function trapOf(situation: Situation): string {
  const { workload } = situation;
  if (workload === null) return '';
  if (replaces(situation)) {
    return 'this object is synced with Replace=true, which sets 1 at every sync for what Git does not declare, so keep rule and RespectIgnoreDifferences=true for good, or drop Replace=true first';
  }
  if (workload.declared.source === 'server-side-apply' || serverSide(situation)) {
    return 'under server-side apply the field is removed if Argo CD alone owns it at that moment, and is 1 until the scaler acts, while with the rule in force the live value is applied in its place';
  }
  const trap = `last-applied holds replicas${workload.lastAppliedReplicas === null ? '' : ` (${workload.lastAppliedReplicas})`}, so without the rule the next sync, perhaps a later and unrelated one, would remove the field`;
  return workload.ref.kind === 'Rollout'
    ? `${trap}, and Argo Rollouts then sets 1`
    : `${trap}, and the API server then sets 1`;
}

function endOf(situation: Situation): string {
  if (replaces(situation)) return '';
  return '; keep the rule afterwards, since with it each sync writes the live value into what it last applied, and to drop it one day, take replicas out of there first';
}

/** Reads only: what last-applied holds, or who owns the field. */
function checksOf(situation: Situation): string[] {
  const { ref, workload } = situation;
  if (workload?.hasLastApplied === true) {
    return [kubectl(['apply', 'view-last-applied'], ref, '-o', 'yaml')];
  }
  return [kubectl(['get'], ref, '-o', 'yaml', '--show-managed-fields')];
}

export function replaces(situation: Situation): boolean {
  return hasOption(situation, 'Replace=true', 'Replace=false');
}

function serverSide(situation: Situation): boolean {
  return hasOption(situation, 'ServerSideApply=true', 'ServerSideApply=false');
}

/** The annotation on the object wins over the Application's list (gitops-engine sync_context.go:1281-1296). */
function hasOption(situation: Situation, on: string, off: string): boolean {
  const own = situation.workload?.syncOptions ?? [];
  if (own.includes(on)) return true;
  return !own.includes(off) && (situation.app?.syncOptions ?? []).includes(on);
}
