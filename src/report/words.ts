/** How the renderings put things into words: one place, so that terminal, page and log say the same. */
import { counted, durationLabel, numberLabel } from '../model/amounts.ts';
import type { Json } from '../model/facts.ts';
import type { Activity, Resolution } from '../model/verdicts.ts';
import type {
  ApplicationDocument,
  ConflictDocument,
  ContenderDocument,
  NoticeDocument,
  WorkloadDocument,
} from './schema.ts';
import { visible } from './visible.ts';

export { counted, durationLabel, numberLabel } from '../model/amounts.ts';

/** Longest value shown in a table; the JSON document has all of it. */
const VALUE_LIMIT = 60;

/** A contender as the evidence names it, raw: 'hpa/web', 'human/kubectl-edit', 'controller/mesh-injector'. */
export function writerName(contender: ContenderDocument): string {
  const name = contender.name ?? contender.manager;
  return name === null ? contender.kind : `${contender.kind}/${name}`;
}

export function contenderLabel(contender: ContenderDocument): string {
  return visible(writerName(contender));
}

/** 'Deployment shop/web', or 'Deployment shop/web in prod-eu' where it is in a workload cluster. */
export function workloadLabel(workload: WorkloadDocument): string {
  const name = workload.namespace === '' ? workload.name : `${workload.namespace}/${workload.name}`;
  return visible(`${workload.kind} ${name}${workload.cluster === undefined ? '' : ` in ${workload.cluster}`}`);
}

/** 'Application argocd/web'. */
export function applicationLabel(application: ApplicationDocument): string {
  return visible(`Application ${application.namespace}/${application.name}`);
}

/** 'rollout', and of a drift its sort: 'drift (manual-scale)'. */
export function noticeLabel({ kind, category }: NoticeDocument): string {
  return kind !== 'drift' || category === undefined ? kind : `${kind} (${category})`;
}

/** A value of a field on one line: numbers and short strings as they are, the rest as JSON, long ones cut. */
export function valueLabel(value: Json): string {
  if (value === null) return 'none';
  const text = visible(typeof value === 'string' && value !== '' ? value : JSON.stringify(value));
  return text.length <= VALUE_LIMIT ? text : `${text.slice(0, VALUE_LIMIT - 1)}…`;
}

/** Seconds between two times of the document. */
export function secondsBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 1000;
}

/** '2026-11-21 05:44:58' of an RFC 3339 time in UTC. */
export function dateTimeLabel(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 19)}`;
}

/** '05:44:58.741'. */
export function clockLabel(at: string): string {
  return at.slice(11, 23);
}

const ACTIVITIES: Record<Activity, string> = {
  fighting: 'going on',
  dormant: 'dormant: the cause stands, but both want the same value now',
  blocked: 'blocked: something keeps Argo CD from writing; it goes on when that ends',
  settling: 'settling: the cause has gone, the proof is being awaited',
  over: 'over',
};

export function activityLabel(activity: Activity): string {
  return ACTIVITIES[activity];
}

const RESOLUTIONS: Record<Resolution, string> = {
  'rule-added': 'a rule protects the field now',
  'self-heal-off': 'self-heal was switched off',
  'scaler-gone': 'the scaler is gone',
  'field-left-git': 'Git does not declare the field any more',
  quiet: 'nobody has written against the other for long enough',
};

/** Why it is over; '' while it is not. A rule that is not respected in the sync ends a fight by half, and is called that. */
export function resolutionLabel(conflict: {
  readonly resolution: Resolution | null;
  readonly failingRules: readonly { readonly reason: string }[];
}): string {
  if (conflict.resolution === null) return '';
  const half = conflict.failingRules.some(({ reason }) => reason === 'not-respected');
  if (conflict.resolution === 'rule-added' && half) {
    return 'by half: a rule hides the difference now, but full syncs still write the field';
  }
  return RESOLUTIONS[conflict.resolution];
}

/** 'one every 5 min 3 s', or '' when there is no period yet. */
export function paceLabel(conflict: ConflictDocument): string {
  return conflict.periodSeconds === null ? '' : `one every ${durationLabel(conflict.periodSeconds)}`;
}

/** The cost in one line: '8,120 replica-seconds short, down to 3 of 9 wanted, 51 pods created and 51 deleted'. */
export function costLabel(conflict: Pick<ConflictDocument, 'impact'>): string {
  const { impact } = conflict;
  const parts: string[] = [];
  if (impact.replicaSecondsShort > 0) {
    parts.push(`${counted(Math.round(impact.replicaSecondsShort), 'replica-second')} short`);
  }
  if (impact.lowest !== null && impact.wanted !== null && impact.lowest < impact.wanted) {
    parts.push(`down to ${impact.lowest} of ${impact.wanted} wanted`);
  }
  if (impact.podsCreated > 0 || impact.podsDeleted > 0) {
    parts.push(`${counted(impact.podsCreated, 'pod')} created and ${numberLabel(impact.podsDeleted)} deleted`);
  }
  if (impact.templateHashes > 0) parts.push(`${counted(impact.templateHashes, 'new pod template')} rolled out`);
  return parts.length === 0 ? 'none measured' : parts.join(', ');
}

/** The sentence without its full stop, for where something follows. */
export function withoutFullStop(sentence: string): string {
  return sentence.endsWith('.') ? sentence.slice(0, -1) : sentence;
}
