/** A person against Argo CD: no ignore rule, a talk and a commit. */
import { isRedacted } from '../model/redacted.ts';
import type { Contender, Remedy, RemedyStep } from '../model/verdicts.ts';
import { kubectl } from './commands.ts';
import { yamlOfValue } from './desired-value.ts';
import { sourcesOf } from './git-home.ts';
import { applicationLabel, type Situation } from './situation.ts';
import { verifyValue } from './verify.ts';

export function remedyForPerson(situation: Situation, people: readonly Contender[]): Remedy {
  const managers = [...new Set(people.map((person) => person.manager ?? 'a tool that left no name'))].join(' and ');
  const value = people.flatMap((person) => person.values).at(-1);
  // A field that is absent afterwards was taken away, not set to nothing.
  const deed =
    value === undefined
      ? 'changes the field'
      : value === null
        ? 'takes the field away'
        : isRedacted(value)
          ? 'sets another value'
          : `sets ${JSON.stringify(value)}`;
  const home = situation.app === null ? 'Git' : sourcesOf(situation.app);
  const [field] = situation.fields;
  const steps: RemedyStep[] = [
    {
      id: 'talk-to-them',
      where: 'live',
      why: `Someone ${deed} by hand (${managers}) and Argo CD takes it back each time: ask why before changing anything; managedFields show the tool, the audit log of the API server shows the name.`,
      target: null,
      patch: null,
      yaml: null,
      commands: [kubectl(['get'], situation.ref, '-o', 'yaml', '--show-managed-fields')],
    },
    {
      id: 'change-git',
      where: 'git',
      why: `If the change is meant, commit it to ${home}: then Argo CD writes it itself; if it is not, stop setting it by hand. An ignore rule is for noise, not for a decision.`,
      target: null,
      patch: null,
      yaml:
        field === undefined || value === undefined || value === null ? null : yamlOfValue(situation.ref, field, value),
      commands: [],
    },
  ];
  return {
    summary: `A person and ${applicationLabel(situation)} take turns over ${situation.label}: agree on the value and put it into Git.`,
    owner: { kind: 'Git', namespace: '', name: home },
    steps,
    warnings: [],
    verify: verifyValue(situation),
  };
}
