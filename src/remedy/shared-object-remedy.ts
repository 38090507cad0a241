/** Two Applications declare one object: which one should let go, and how without losing the object. */
import type { ApplicationFact, ObjectRef } from '../model/facts.ts';
import { displayRef, keyOf } from '../model/refs.ts';
import type { JsonPatchOperation, Remedy, RemedyStep } from '../model/verdicts.ts';
import { commandOf, patchCommands, readCommand } from './commands.ts';
import { sourcesOf } from './git-home.ts';
import { fateOfField, type OwnerLink, ownersOf } from './ownership.ts';
import { ownerOf } from './protect-remedy.ts';
import { sentence } from './protect-steps.ts';
import type { Situation } from './situation.ts';
import { verifyValue } from './verify.ts';

export function remedyForSharedObject(situation: Situation, names: readonly string[]): Remedy {
  const ranked = rankClaimants(situation, names);
  const [keeper, ...losers] = ranked;
  if (keeper === undefined || losers.length === 0) return withTooFewInSight(situation, names);
  const kept = labelOf(keeper.app);
  const released = losers.map(({ app }) => labelOf(app)).join(' and ');
  const sure = keeper.reasons.length > 0 && keeper.score > (losers[0]?.score ?? 0);
  const reason = sure
    ? keeper.reasons.join(', ')
    : 'nothing in the cluster tells which, so swap them if you know better';
  const [first] = losers;
  return {
    summary: `${displayRef(situation.ref)} can belong to one Application only: keep it in ${kept} (${reason}) and take it out of ${released}.`,
    owner: first === undefined ? ownerOf(situation) : ownerOfLoser(first.app, situation),
    steps: losers.flatMap(({ app }) => [...stopHealing(app, situation), letGo(app, keeper.app, situation)]),
    warnings: [
      ...losers.flatMap(({ app }) => pruneWarning(app, keeper.app, situation)),
      ...losers.flatMap(({ app }) => alertWarning(app)),
    ],
    verify: {
      ...verifyValue(situation),
      message: `The tracking mark of ${displayRef(situation.ref)} goes on naming ${keeper.app.ref.name}, and the condition SharedResourceWarning is gone from ${kept}.`,
      command: readCommand(situation.ref, '{.metadata.annotations.argocd\\.argoproj\\.io/tracking-id}'),
    },
  };
}

interface Claimant {
  readonly app: ApplicationFact;
  readonly score: number;
  readonly reasons: readonly string[];
}

/** The Applications that claim the object, the one that should keep it first. */
function rankClaimants(situation: Situation, names: readonly string[]): Claimant[] {
  const { model } = situation.context;
  const claimants = new Map<string, ApplicationFact>();
  for (const app of model.applicationsListing(situation.ref)) claimants.set(keyOf(app.ref), app);
  for (const name of names) {
    const app = model.applicationByInstance(name);
    if (app !== undefined) claimants.set(keyOf(app.ref), app);
  }
  if (situation.app !== null) claimants.set(keyOf(situation.app.ref), situation.app);
  const all = [...claimants.values()];
  return all
    .map((app) => judge(app, all, situation))
    .sort((a, b) => b.score - a.score || (keyOf(a.app.ref) < keyOf(b.app.ref) ? -1 : 1));
}

/** Names and destination say what was meant; who holds the mark or is Synced changes with every turn of the fight. */
function judge(app: ApplicationFact, all: readonly ApplicationFact[], situation: Situation): Claimant {
  const { ref, scalers, context } = situation;
  const reasons: string[] = [];
  let score = 0;
  const give = (points: number, reason: string): void => {
    score += points;
    reasons.push(reason);
  };
  if (app.ref.name === ref.name) give(4, 'it has the name of the object');
  else if (app.ref.name === ref.namespace) give(3, 'it has the name of the namespace');
  const here = all.filter((other) => other.destination.namespace === ref.namespace);
  if (here.length < all.length && here.includes(app)) give(4, 'its destination is this namespace');
  const scalerApps = scalers.map((scaler) => context.model.applicationOf(scaler));
  if (scalerApps.includes(app)) give(2, 'it declares the scaler as well');
  if (score > 0) return { app, score, reasons };
  const tracked = situation.workload === null ? undefined : context.model.applicationOf(situation.workload);
  if (tracked === app) give(1, 'the object carries its tracking mark now');
  if (app.sync.status === 'Synced') give(1, 'it is Synced now');
  return { app, score: score / 10, reasons };
}

/** Self-heal of the one that lets go, off; where its owner undoes that, at the owner. */
function stopHealing(app: ApplicationFact, situation: Situation): RemedyStep[] {
  if (!app.automated.enabled || !app.automated.selfHeal) return [];
  const near = ownersOf(app, situation.context)[0];
  const field = '/spec/syncPolicy/automated/selfHeal';
  const fate = fateOfField(app, near, field, situation.context);
  if (fate === 'undone' && near?.fact?.fact !== 'applicationset') return [stopInGit(app, near)];
  const onSet = fate === 'undone' && near?.ref !== null && near?.ref !== undefined;
  const target: ObjectRef = onSet ? near.ref : app.ref;
  const path = onSet ? `/spec/template${field}` : field;
  const patch: JsonPatchOperation[] = [
    { op: 'test', path, value: true },
    { op: 'replace', path, value: false },
  ];
  const effect = `Switches self-heal of ${labelOf(app)} off, so that it no longer writes over the object between deploys`;
  return [
    {
      id: 'stop-now',
      where: 'live',
      why: onSet
        ? `${effect}; it goes to the ApplicationSet because ${near.how}, and reaches all its Applications.`
        : `${effect}${fate === 'until-next-sync' ? ` (${near?.how ?? ''})` : ''}.`,
      target,
      patch,
      yaml: null,
      commands: patchCommands(target, patch),
    },
  ];
}

function stopInGit(app: ApplicationFact, near: OwnerLink | undefined): RemedyStep {
  return {
    id: 'stop-now',
    where: 'git',
    why: `${sentence(near?.how ?? 'its owner puts live edits back')}, so switch self-heal of ${labelOf(app)} off in Git, or go straight to the next step.`,
    target: null,
    patch: null,
    yaml: null,
    commands: [],
  };
}

function letGo(app: ApplicationFact, keeper: ApplicationFact, situation: Situation): RemedyStep {
  const label = labelOf(app);
  return {
    id: 'choose-owner',
    where: 'git',
    why: `Remove ${displayRef(situation.ref)} from ${sourcesOf(app)}, but only while its tracking mark names ${keeper.ref.name} (sync ${labelOf(keeper)} first): what carries the mark of ${label} and is not in its Git is pruned; then switch self-heal of ${label} on again.`,
    target: null,
    patch: null,
    yaml: null,
    commands: [
      commandOf('argocd', 'app', 'sync', `${keeper.ref.namespace}/${keeper.ref.name}`),
      readCommand(situation.ref, '{.metadata.annotations.argocd\\.argoproj\\.io/tracking-id}'),
    ],
  };
}

function pruneWarning(app: ApplicationFact, keeper: ApplicationFact, situation: Situation): Remedy['warnings'] {
  if (!app.automated.prune) return [];
  return [
    {
      id: 'prune-deletes-shared',
      message: `${labelOf(app)} prunes by itself: if ${displayRef(situation.ref)} carries its tracking mark at the moment it leaves Git, it is deleted, with its pods, until ${keeper.ref.name} makes it anew.`,
    },
  ];
}

function alertWarning(app: ApplicationFact): Remedy['warnings'] {
  if (!app.automated.enabled || !app.automated.selfHeal) return [];
  return [
    {
      id: 'app-auto-sync-disabled',
      message: `Switch off self-heal only: automated sync off as a whole fires ArgoCdAppAutoSyncDisabled where the alerts of the Argo CD mixin are installed, and of self-heal nothing reminds anybody.`,
    },
  ];
}

function ownerOfLoser(app: ApplicationFact, situation: Situation): Remedy['owner'] {
  const near = ownersOf(app, situation.context)[0];
  if (near !== undefined) return { kind: near.kind, namespace: near.namespace, name: near.name };
  return { kind: 'Application', namespace: app.ref.namespace, name: app.ref.name };
}

function withTooFewInSight(situation: Situation, names: readonly string[]): Remedy {
  const known = names.length === 0 ? 'their names are not known' : `as far as is known: ${names.join(', ')}`;
  return {
    summary: `${displayRef(situation.ref)} is declared by more than one Application (${known}), and not all of them are in sight: find them, and take the object out of all but one.`,
    owner: ownerOf(situation),
    steps: [
      {
        id: 'choose-owner',
        where: 'git',
        why: 'The tracking mark names the Application that wrote last; it changes with each write, so read it a few times.',
        target: null,
        patch: null,
        yaml: null,
        commands: [readCommand(situation.ref, '{.metadata.annotations.argocd\\.argoproj\\.io/tracking-id}')],
      },
    ],
    warnings: [],
    verify: verifyValue(situation),
  };
}

function labelOf(app: ApplicationFact): string {
  return `Application ${app.ref.namespace}/${app.ref.name}`;
}
