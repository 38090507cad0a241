/** A field of a pod template or of any other managed object, written by a controller or a webhook. */
import { isRedacted } from '../model/redacted.ts';
import type { Contender, Remedy, RemedyStep } from '../model/verdicts.ts';
import { commandOf, kubectl } from './commands.ts';
import { yamlOfValue } from './desired-value.ts';
import { sourcesOf } from './git-home.ts';
import { ownerOf, protectRemedy } from './protect-remedy.ts';
import { applicationLabel, type Situation } from './situation.ts';
import { verifyValue } from './verify.ts';
import type { Warning } from './warnings.ts';

export function remedyForField(situation: Situation, others: readonly Contender[]): Remedy {
  const writers = others.map((one) => one.name ?? one.manager).filter((name) => name !== null);
  const named =
    writers.length === 0
      ? 'a writer that left no name (a webhook, or a default of the API server)'
      : writers.join(' and ');
  if (situation.fields.length === 0) return remedyForUnknownField(situation, named);
  const after =
    writers.length === 0
      ? [...declareDefault(situation, others), ...serverSideDiff(situation)]
      : [chooseOwner(situation, named)];
  return protectRemedy(situation, { keeper: named, after, warnings: writers.length === 0 ? [serverSideLimits()] : [] });
}

/** The other way out: the writer stops, or Git says what it writes. */
function chooseOwner(situation: Situation, writer: string): RemedyStep {
  const home = situation.app === null ? 'Git' : sourcesOf(situation.app);
  return {
    id: 'choose-owner',
    where: 'git',
    why: `One of the two must own ${situation.label}: if it is not ${writer}, take the object out of that controller's configuration and drop the rule; if it is, remove the field from ${home} once the rule is in force.`,
    target: null,
    patch: null,
    yaml: null,
    commands: [kubectl(['get'], situation.ref, '-o', 'yaml', '--show-managed-fields')],
  };
}

/** A default that the server fills in is no decision: declared in Git, both say the same. */
function declareDefault(situation: Situation, others: readonly Contender[]): RemedyStep[] {
  const [field] = situation.fields;
  const value = others.flatMap((contender) => contender.values).at(-1);
  if (field === undefined || value === undefined || value === null) return [];
  const home = situation.app === null ? 'Git' : sourcesOf(situation.app);
  return [
    {
      id: 'declare-default',
      where: 'git',
      why: `In place of the rule, if ${isRedacted(value) ? 'the live value' : JSON.stringify(value)} is what the API server or a webhook fills in: declare it in ${home}, and there is no difference left to fight over.`,
      target: null,
      patch: null,
      yaml: yamlOfValue(situation.ref, field, value),
      commands: [],
    },
  ];
}

/** Compares through a dry run, so that defaults and mutations by webhooks are no difference (docs diff-strategies.md). */
function serverSideDiff(situation: Situation): RemedyStep[] {
  const { app } = situation;
  if (app === null || app.compareOptions.includes('ServerSideDiff=true')) return [];
  const options = [
    ...app.compareOptions.filter((option) => !option.startsWith('ServerSideDiff=')),
    'ServerSideDiff=true',
  ];
  return [
    {
      id: 'server-side-diff',
      where: 'live',
      why: `In place of the rule, if the field is filled in while the object is written: let Argo CD compare through a dry run of the API server, and put the same annotation on ${applicationLabel(situation)} in Git.`,
      target: app.ref,
      patch: null,
      yaml: null,
      commands: [
        kubectl(['annotate'], app.ref, `argocd.argoproj.io/compare-options=${options.join(',')}`, '--overwrite'),
      ],
    },
  ];
}

function serverSideLimits(): Warning {
  return {
    id: 'server-side-diff-limits',
    message:
      'A server-side diff does not help against a controller that writes after the object was stored, counts webhook changes again under IncludeMutationWebhook=true, and costs one dry run per object and comparison.',
  };
}

/** The field is not known yet: say how to find it, and promise nothing. */
function remedyForUnknownField(situation: Situation, writer: string): Remedy {
  const { app, ref } = situation;
  const diff = app === null ? [] : [commandOf('argocd', 'app', 'diff', `${app.ref.namespace}/${app.ref.name}`)];
  return {
    summary: `${applicationLabel(situation)} and ${writer} take turns over a field of ${ref.kind} ${ref.name} that is not known yet: find it before any rule is added.`,
    owner: ownerOf(situation),
    steps: [
      {
        id: 'find-field',
        where: 'live',
        why: 'Look which field differs and who manages it; a rule for the whole object would hide real changes.',
        target: null,
        patch: null,
        yaml: null,
        commands: [kubectl(['get'], ref, '-o', 'yaml', '--show-managed-fields'), ...diff],
      },
    ],
    warnings: [],
    verify: verifyValue(situation),
  };
}
