/** From a verdict to the message document: what on-call asks first, in words. Pure. */
import type { Millis } from '../model/facts.ts';
import type { Conflict, Notice, Remedy, Severity } from '../model/verdicts.ts';
import { conflictDocument, noticeDocument, rfc3339 } from '../report/build-report.ts';
import type { ConflictDocument } from '../report/schema.ts';
import { visible } from '../report/visible.ts';
import {
  applicationLabel,
  contenderLabel,
  costLabel,
  dateTimeLabel,
  durationLabel,
  resolutionLabel,
  valueLabel,
  withoutFullStop,
  workloadLabel,
} from '../report/words.ts';
import { MESSAGE_SCHEMA, type MessageDocument } from './message.ts';
import type { OccasionKind } from './occasion.ts';
import { whyCommand } from './why-command.ts';

/** Where the pages of docs/runbooks are served, as the alerts name them. */
export const RUNBOOKS = 'https://tugwatch.dev/runbooks/';

const TITLES: Readonly<Record<OccasionKind, string>> = {
  confirmed: 'Conflict confirmed',
  escalated: 'Conflict costs capacity',
  'half-fixed': 'Conflict ended by half',
  resolved: 'Conflict resolved',
};
const RUNBOOK_OF: Readonly<Record<OccasionKind, string | null>> = {
  confirmed: 'TugwatchConflictConfirmed',
  escalated: 'TugwatchCapacityShort',
  'half-fixed': 'TugwatchConflictHalfFixed',
  resolved: null,
};

export interface Told {
  readonly kind: OccasionKind;
  readonly at: Millis;
  readonly severity: Severity;
  readonly conflict: Conflict;
  readonly remedy: Remedy;
}

/** `externalUrl` '' leaves the link to the page out. */
export function conflictMessage({ kind, at, severity, conflict, remedy }: Told, externalUrl: string): MessageDocument {
  const document = conflictDocument({ conflict, remedy });
  const runbook = RUNBOOK_OF[kind];
  const over = kind === 'resolved' || kind === 'half-fixed';
  return {
    schema: MESSAGE_SCHEMA,
    key: `${conflict.id}/${kind}/${rfc3339(at)}`,
    occasion: kind,
    severity,
    at: rfc3339(at),
    title: `${TITLES[kind]}: ${workloadLabel(document.workload)}${document.field === null ? '' : `, ${visible(document.field)}`}`,
    text: textOf(kind, document),
    facts: over ? endFacts(kind, document) : fightFacts(document, at),
    firstStep: kind === 'resolved' ? null : firstStepOf(remedy),
    explain: whyCommand(document.workload, externalUrl),
    links: {
      page: externalUrl === '' ? null : `${externalUrl}/conflicts/${encodeURIComponent(conflict.id)}`,
      runbook: runbook === null ? null : RUNBOOKS + runbook,
    },
    conflict: document,
    notice: null,
  };
}

/** A notice: nobody fights, and still somebody asked to be told. */
export function noticeMessage(notice: Notice, externalUrl: string): MessageDocument {
  const document = noticeDocument(notice);
  const { workload, application } = document;
  const subject =
    workload !== null ? workloadLabel(workload) : application === null ? '' : applicationLabel(application);
  const about = [workload?.kind, workload?.namespace, workload?.name, application?.namespace, application?.name];
  return {
    schema: MESSAGE_SCHEMA,
    key: visible(['notice', notice.kind, ...about.filter((part) => part !== undefined), document.at].join('/')),
    occasion: 'notice',
    severity: notice.kind === 'half-fixed' ? 'warning' : 'info',
    at: document.at,
    title: visible(`Notice ${notice.kind}${subject === '' ? '' : `: ${subject}`}`),
    text: visible(notice.message),
    facts: [
      ...(workload === null ? [] : [{ name: 'Workload', value: workloadLabel(workload) }]),
      ...(application === null ? [] : [{ name: 'Application', value: applicationLabel(application) }]),
    ],
    firstStep: null,
    explain: workload === null ? 'tugwatch audit' : whyCommand(workload, externalUrl),
    links: { page: externalUrl === '' ? null : `${externalUrl}/`, runbook: null },
    conflict: null,
    notice: document,
  };
}

function textOf(kind: OccasionKind, document: ConflictDocument): string {
  const summary = visible(withoutFullStop(document.summary));
  switch (kind) {
    case 'confirmed':
      return `${summary}.`;
    case 'escalated':
      return `A quarter of the replicas or more is missing, on average over ten minutes. ${summary}.`;
    case 'half-fixed':
      return `${summary}. It is over ${visible(resolutionLabel(document))}.`;
    case 'resolved':
      return `${summary}. It is over: ${visible(resolutionLabel(document))}.`;
  }
}

function fightFacts(document: ConflictDocument, at: Millis): MessageDocument['facts'] {
  const lasts = durationLabel((at - Date.parse(document.startedAt)) / 1000);
  return [
    ...subjectFacts(document),
    { name: 'Change it at', value: ownerLabel(document) },
    { name: 'Since', value: `${dateTimeLabel(document.startedAt)} UTC, for ${lasts}` },
    { name: 'Cost so far', value: costLabel(document) },
  ];
}

function endFacts(kind: OccasionKind, document: ConflictDocument): MessageDocument['facts'] {
  const end = document.resolvedAt ?? document.lastReversalAt;
  const lasted = durationLabel((Date.parse(end) - Date.parse(document.startedAt)) / 1000);
  return [
    ...subjectFacts(document),
    ...(kind === 'half-fixed' ? [{ name: 'Change it at', value: ownerLabel(document) }] : []),
    { name: 'Ended by', value: visible(resolutionLabel(document)) },
    { name: 'Lasted', value: `${lasted}, since ${dateTimeLabel(document.startedAt)} UTC` },
    { name: 'Cost', value: costLabel(document) },
  ];
}

function subjectFacts(document: ConflictDocument): MessageDocument['facts'] {
  const writers = document.contenders.map((contender) => {
    const values = contender.values.slice(-3).map(valueLabel).join(', ');
    return `${contenderLabel(contender)}${values === '' ? '' : ` (sets ${values})`}`;
  });
  return [
    { name: 'Field', value: document.field === null ? 'not known yet' : visible(document.field) },
    { name: 'Writers', value: writers.join(' against ') },
    ...(document.application === null
      ? []
      : [{ name: 'Application', value: visible(`${document.application.namespace}/${document.application.name}`) }]),
  ];
}

function ownerLabel({ remedy }: ConflictDocument): string {
  const { kind, namespace, name } = remedy.owner;
  return visible(`${kind} ${namespace === '' ? name : `${namespace}/${name}`}`);
}

function firstStepOf({ steps }: Remedy): MessageDocument['firstStep'] {
  const [step] = steps;
  if (step === undefined) return null;
  // Of one line: what has several is for a shell script, and Git's text stands in `yaml`.
  const command = step.commands.find((each) => !each.includes('\n')) ?? null;
  return {
    why: visible(step.why),
    where: step.where,
    command: command === null ? null : visible(command),
    yaml: step.yaml,
  };
}
