/** The pages: what fights now, one conflict, the risks of one rule. Readable without script, without style and on a phone. */
import type { ConflictDocument, Report, RiskDocument } from '../../report/schema.ts';
import { counted, secondsBetween } from '../../report/words.ts';
import type { Probe } from '../../telemetry/health.ts';
import type { Html } from '../html.ts';
import { html } from '../html.ts';
import { concerning } from './concerning.ts';
import { conflictCard, conflictHref, conflictRow, conflictView } from './conflict.ts';
import { framed, type Mood } from './frame.ts';
import { noticeList, resolvedList, section, staleWatches, watchList } from './lists.ts';
import { riskList, riskPage } from './risks.ts';
import { agoView } from './times.ts';

export interface PageInput {
  readonly report: Report;
  readonly readiness: Probe;
  /** What the event stream calls the present state, so that the script knows whether it is behind. */
  readonly digest: string;
}

/** Conflicts shown with their picture; of more there is a line each. */
const MOST_CARDS = 10;
const MOST_ROWS = 300;

export function renderOverview({ report, readiness, digest }: PageInput): string {
  const active = report.conflicts.filter(({ state }) => state !== 'resolved');
  const resolved = report.conflicts.filter(({ state }) => state === 'resolved');
  const now = report.window.to;
  const sight = sightOf(report, readiness);
  const content = html`${banner(sight, readiness)}
${active.length === 0 && sight.length === 0 && peace(report)}
${active.slice(0, MOST_CARDS).map((each) => conflictCard(each, now, './', active.length === 1))}
${active.length > MOST_CARDS && furtherList(active.slice(MOST_CARDS), now)}
${(active.length > 0 || sight.length > 0) && watchedLine(report)}
${resolvedList(resolved, now, './')}
${riskList(report.risks, './')}
${noticeList(report.notices, now, './')}
${report.health !== undefined && watchList(report.health, now)}`;
  const mood = active.length === 0 && sight.length > 0 ? 'suspected' : moodOf(active);
  return framed({ headline: headline(report, sight.length === 0), mood, now, digest, root: './' }, content);
}

export function renderConflictPage({ report, readiness, digest }: PageInput, conflict: ConflictDocument): string {
  const now = report.window.to;
  const { notices, risks } = concerning(conflict, report);
  const content = html`${banner(sightOf(report, readiness), readiness)}<nav class="tools" data-key="tools" aria-label="This conflict"><a class="more back" href="../">All conflicts</a>
<a class="button" href="${conflictHref(conflict, '../')}/report.html" download>Download incident report</a></nav>
${conflictView(conflict, now, '../')}
${noticeList(notices, now, '../')}
${riskList(risks, '../')}`;
  const headline = `${conflict.workload.name}: conflict ${conflict.state}`;
  return framed({ headline, mood: moodOf([conflict]), now, digest, root: '../' }, content);
}

export function renderNoSuchConflict({ report, readiness, digest }: PageInput): string {
  const active = report.conflicts.filter(({ state }) => state !== 'resolved');
  const content = html`${banner(sightOf(report, readiness), readiness)}<section class="card" data-key="missing" aria-label="No such conflict"><p>There is no conflict with this id. It may have been over for long and
forgotten since (the last 200 that are over are kept), or Tugwatch was restarted without a checkpoint and has not seen it again: it would come back
under the same address.</p>
<p><a class="more" href="../">${active.length === 0 ? 'All conflicts' : `All conflicts: ${active.length} now`}</a></p></section>`;
  return framed(
    { headline: 'No such conflict', mood: moodOf(active), now: report.window.to, digest, root: '../' },
    content,
  );
}

/** The risks of one rule, `page` from 1 on; null where there is no such page. */
export function renderRisks(
  { report, readiness, digest }: PageInput,
  group: readonly [RiskDocument, ...RiskDocument[]],
  page: number,
): string | null {
  const { content, pages } = riskPage(group, page);
  if (!Number.isInteger(page) || page < 1 || page > pages) return null;
  const all = html`${banner(sightOf(report, readiness), readiness)}<nav class="tools" data-key="tools" aria-label="Back"><a class="more back" href="../">Overview</a></nav>
${content}`;
  const [first] = group;
  const headline = `${counted(group.length, 'risk')} ${first.rule}`;
  return framed({ headline, mood: 'none', now: report.window.to, digest, root: '../' }, all);
}

/** '2 fights now, 1 suspected', 'No fight'; silence proves nothing while Tugwatch does not see everything. */
export function headline(report: Report, seesAll: boolean): string {
  const count = (state: ConflictDocument['state']) => report.conflicts.filter((each) => each.state === state).length;
  const parts = [
    ...(count('confirmed') > 0 ? [`${counted(count('confirmed'), 'fight')} now`] : []),
    ...(count('suspected') > 0 ? [`${count('suspected')} suspected`] : []),
  ];
  if (parts.length > 0) return parts.join(', ');
  return seesAll ? 'No fight' : 'No fight seen, but not everything is seen';
}

export function moodOf(conflicts: readonly ConflictDocument[]): Mood {
  if (conflicts.some(({ state }) => state === 'confirmed')) return 'confirmed';
  return conflicts.some(({ state }) => state === 'suspected') ? 'suspected' : 'none';
}

function peace(report: Report): Html {
  const risks = openRisks(report);
  const next =
    risks === 0
      ? 'Nothing known would start a fight either.'
      : html`<a href="#risks-title">${counted(risks, 'risk')}</a> may start one.`;
  return html`<section class="card peace" data-key="peace" aria-label="No fight"><p><strong>No fight.</strong> No writers undo each other's writes. ${next}</p>
${watchedSentence(report)}</section>`;
}

function watchedLine(report: Report): Html | null {
  const sentence = watchedSentence(report);
  return sentence === null ? null : html`<div data-key="watched">${sentence}</div>`;
}

/** '1,204 workloads, 310 Applications and 88 autoscalers watched, last audit 2 min ago, risks: 3' */
function watchedSentence(report: Report): Html | null {
  const { watched } = report;
  if (watched === undefined) return null;
  const { workloads, applications, autoscalers, auditedAt } = watched;
  const what = `${counted(workloads, 'workload')}, ${counted(applications, 'Application')} and ${counted(autoscalers, 'autoscaler')} watched`;
  const shard = report.health?.shard;
  const share =
    shard === undefined
      ? ''
      : ` in shard ${shard.index}/${shard.of} (counted from 0; the rest is on the pages of the others)`;
  return html`<p class="note">${what}${share}${auditedAt !== null && html`, last audit ${agoView(auditedAt, report.window.to)}`}, risks: ${openRisks(report)}</p>`;
}

function openRisks(report: Report): number {
  return report.risks.filter(({ suppressed }) => suppressed === null).length;
}

function furtherList(conflicts: readonly ConflictDocument[], now: string): Html {
  const rest = conflicts.length - MOST_ROWS;
  return section(
    'further',
    `${counted(conflicts.length, 'further conflict')}`,
    html`<ul class="entries">${conflicts.slice(0, MOST_ROWS).map((each) => conflictRow(each, now, './'))}</ul>
${rest > 0 && html`<p class="note">${counted(rest, 'more conflict')} in the <a href="./api/v1/report">JSON report</a>.</p>`}`,
  );
}

/** What keeps Tugwatch from seeing everything that verdicts need; empty when nothing does. */
export function sightOf(report: Report, readiness: Probe): readonly string[] {
  if (!readiness.ok) return readiness.reasons;
  const stale = staleWatches(report.health, report.window.to).filter(({ mandatory }) => mandatory);
  return [
    ...(report.health?.watches ?? [])
      .filter((watch) => watch.mandatory && watch.state !== 'watching')
      .map((watch) => `the watch of ${watch.resource} is ${watch.state}`),
    ...stale.map(
      ({ resource, lastContactAt }) =>
        `nothing heard of ${resource} for ${Math.round(secondsBetween(lastContactAt ?? '', report.window.to) / 60)} min`,
    ),
  ];
}

export function banner(sight: readonly string[], readiness: Probe): Html | null {
  if (sight.length === 0) return null;
  const title = readiness.ok
    ? 'Tugwatch does not see everything:'
    : 'Tugwatch is not ready yet, not everything is listed:';
  return html`<section class="card careful" data-key="sight" aria-label="Sight"><p><strong>${title}</strong> ${sight.join('; ')}.</p></section>
`;
}
