/** What happened, told in sentences: every one of them a fact of the document. */
import { needsRemedy } from './conflict-text.ts';
import type { ConflictDocument } from './schema.ts';
import {
  activityLabel,
  costLabel,
  counted,
  dateTimeLabel,
  durationLabel,
  resolutionLabel,
  secondsBetween,
  valueLabel,
  workloadLabel,
} from './words.ts';

/** Of the operations only the newest are kept. */
const KEPT_HEALS = 40;

/** How the fight began, was found and went on; how it ended is `endingOf`. Plain text, not escaped. */
export function storyOf(conflict: ConflictDocument): string[] {
  return [beginning(conflict), finding(conflict), rhythm(conflict), heals(conflict), cost(conflict)].filter(
    (sentence) => sentence !== '',
  );
}

/** What ended it and when, or that it went on. `now`: the end of the report's window, RFC 3339. */
export function endingOf(conflict: ConflictDocument, now: string): string[] {
  const { resolvedAt, lastReversalAt } = conflict;
  const last = `The last reversal was at ${dateTimeLabel(lastReversalAt)} UTC`;
  if (resolvedAt === null) {
    return [
      `It had not ended at ${dateTimeLabel(now)} UTC, where this report ends: ${activityLabel(conflict.activity)}.`,
      `${last}, ${durationLabel(secondsBetween(lastReversalAt, now))} before.`,
    ];
  }
  const watched = durationLabel(secondsBetween(lastReversalAt, resolvedAt));
  return [
    `It ended: ${resolutionLabel(conflict) || 'over'}.`,
    `${last}; ${watched} later, at ${dateTimeLabel(resolvedAt)} UTC, Tugwatch called it over.`,
    ...(needsRemedy(conflict) ? ['Its cause may still stand: the remedy below keeps it from coming back.'] : []),
  ];
}

function beginning(conflict: ConflictDocument): string {
  const field = `${conflict.field ?? 'a field not known'} of ${workloadLabel(conflict.workload)}`;
  const at = `${dateTimeLabel(conflict.startedAt)} UTC`;
  const [first] = conflict.evidence;
  if (first === undefined || first.at !== conflict.startedAt) return `The fight over ${field} began at ${at}.`;
  return `At ${at} ${first.writer} changed ${field} from ${valueLabel(first.from)} to ${valueLabel(first.to)}: the first contested write.`;
}

function finding({ startedAt, detectedAt, state, insufficientHistory }: ConflictDocument): string {
  const doubt = insufficientHistory ? ' A restart or a gap in what was seen lies within it.' : '';
  if (detectedAt === null)
    return state === 'resolved'
      ? `It was never more than suspected.${doubt}`
      : `It is suspected, not confirmed.${doubt}`;
  return `Tugwatch confirmed it at ${dateTimeLabel(detectedAt)} UTC, ${durationLabel(secondsBetween(startedAt, detectedAt))} after that.${doubt}`;
}

function rhythm({ reversals, periodSeconds }: ConflictDocument): string {
  if (reversals === 0) return '';
  const often = `The two sides undid each other's writes ${reversals === 1 ? 'once' : `${counted(reversals, 'time')}`}`;
  return periodSeconds === null
    ? `${often}.`
    : `${often}, one reversal every ${durationLabel(periodSeconds)} at the median of the last ones.`;
}

function heals({ course, contenders }: ConflictDocument): string {
  const all = course?.heals ?? [];
  const own = all.filter(({ kind }) => kind === 'self-heal').length;
  if (all.length === 0 || !contenders.some(({ kind }) => kind === 'argocd')) return '';
  const failed = all.filter(({ phase }) => phase === 'Failed' || phase === 'Error').length;
  const parts = [
    ...(own > 0 ? [counted(own, 'self-heal')] : []),
    ...(all.length > own ? [`${counted(all.length - own, 'other sync', 'other syncs')}`] : []),
  ];
  const least = all.length >= KEPT_HEALS ? 'at least ' : '';
  return `Argo CD ran ${least}${parts.join(' and ')} on it${failed === 0 ? '' : `; ${failed} failed`}.`;
}

function cost(conflict: ConflictDocument): string {
  const label = costLabel(conflict);
  return label === 'none measured' ? 'No cost in replicas or pods was measured.' : `The cost: ${label}.`;
}
