/** The pages: what fights now, and one conflict. Readable without script, without style and on a phone. */
import type { ConflictDocument, Report } from '../../report/schema.ts';
import { counted } from '../../report/words.ts';
import type { Probe } from '../../telemetry/health.ts';
import { STYLE } from '../assets/style.ts';
import type { Html } from '../html.ts';
import { html, Html as Markup } from '../html.ts';
import { conflictView } from './conflict.ts';
import { noticeList, resolvedList, riskList, watchList } from './lists.ts';

export interface PageInput {
  readonly report: Report;
  readonly readiness: Probe;
  /** What the event stream calls the present state, so that the script knows whether it is behind. */
  readonly digest: string;
}

/** Conflicts shown in full; more would make the page useless and heavy. */
const MOST_CONFLICTS = 20;

export function renderOverview({ report, readiness, digest }: PageInput): string {
  const active = report.conflicts.filter(({ state }) => state !== 'resolved');
  const now = report.window.to;
  const sight = sightOf(report, readiness);
  const content = html`${banner(sight)}
${active.slice(0, MOST_CONFLICTS).map((each) => conflictView(each, { now, root: './', whole: false }))}
${active.length > MOST_CONFLICTS && rest(active.length - MOST_CONFLICTS)}
${active.length === 0 && sight.length === 0 && peace(report)}
${resolvedList(
  report.conflicts.filter(({ state }) => state === 'resolved'),
  './',
)}
${riskList(report.risks, './')}
${noticeList(report.notices, './')}
${report.health !== undefined && watchList(report.health, now)}`;
  const mood = active.length === 0 && sight.length > 0 ? 'suspected' : moodOf(active);
  return layout({ headline: headline(report, sight.length === 0), mood, now, digest, root: './' }, content);
}

export function renderConflictPage({ report, readiness, digest }: PageInput, conflict: ConflictDocument): string {
  const now = report.window.to;
  const content = html`${banner(sightOf(report, readiness))}<nav aria-label="Back"><a href="../">All conflicts</a></nav>
${conflictView(conflict, { now, root: '../', whole: true })}`;
  const verdict = `${conflict.workload.name}: conflict ${conflict.state}`;
  return layout({ headline: verdict, mood: moodOf([conflict]), now, digest, root: '../' }, content);
}

export function renderNoSuchConflict({ report, readiness, digest }: PageInput): string {
  const content = html`${banner(sightOf(report, readiness))}<section class="card" data-key="missing"><p>There is no such conflict. It may have been
forgotten since it was over, or Tugwatch was restarted and has not seen it again. <a href="../">All conflicts</a></p></section>`;
  return layout({ headline: 'No such conflict', mood: 'none', now: report.window.to, digest, root: '../' }, content);
}

/** '2 fights now, 1 suspected', 'Nothing fights'; silence proves nothing while Tugwatch does not see everything. */
export function headline(report: Report, seesAll: boolean): string {
  const count = (state: ConflictDocument['state']) => report.conflicts.filter((each) => each.state === state).length;
  const parts = [
    ...(count('confirmed') > 0 ? [`${counted(count('confirmed'), 'fight')} now`] : []),
    ...(count('suspected') > 0 ? [`${count('suspected')} suspected`] : []),
  ];
  if (parts.length > 0) return parts.join(', ');
  return seesAll ? 'Nothing fights' : 'No fight seen, but not everything is seen';
}

type Mood = 'confirmed' | 'suspected' | 'none';

function moodOf(conflicts: readonly ConflictDocument[]): Mood {
  if (conflicts.some(({ state }) => state === 'confirmed')) return 'confirmed';
  return conflicts.some(({ state }) => state === 'suspected') ? 'suspected' : 'none';
}

function peace(report: Report): Html {
  const risks = report.risks.filter(({ suppressed }) => suppressed === null).length;
  const next =
    risks === 0 ? 'Nothing known would start a fight either.' : `${counted(risks, 'risk')} may start one; see below.`;
  return html`<section class="card peace" data-key="peace"><p>No writers undo each other's writes. ${next}</p></section>`;
}

function rest(count: number): Html {
  return html`<p class="note" data-key="rest">${counted(count, 'more conflict')} in the <a href="./api/v1/report">JSON report</a>.</p>`;
}

/** What keeps Tugwatch from seeing everything that verdicts need; empty when nothing does. */
function sightOf(report: Report, readiness: Probe): readonly string[] {
  if (!readiness.ok) return readiness.reasons;
  return (report.health?.watches ?? [])
    .filter((watch) => watch.mandatory && watch.state !== 'watching')
    .map((watch) => `the watch of ${watch.resource} is ${watch.state}`);
}

function banner(sight: readonly string[]): Html | null {
  if (sight.length === 0) return null;
  return html`<section class="card careful" data-key="sight"><p><strong>Tugwatch does not see everything:</strong> ${sight.join('; ')}.</p></section>
`;
}

interface Frame {
  readonly headline: string;
  readonly mood: Mood;
  readonly now: string;
  readonly digest: string;
  readonly root: string;
}

function layout({ headline: title, mood, now, digest, root }: Frame, content: Html): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Tugwatch</title>
<noscript><meta http-equiv="refresh" content="15"></noscript>
<link rel="icon" href="${root}assets/icon.svg" type="image/svg+xml">
<style>${new Markup(STYLE)}</style>
<script src="${root}assets/page.js" defer></script>
</head>
<body data-root="${root}" data-digest="${digest}">
<header class="${mood}"><div class="bar"><a class="brand" href="${root}">Tugwatch</a>
<h1>${title}</h1>
<p id="live">as of <time datetime="${now}">${now.slice(11, 19)}</time> UTC</p></div></header>
<p id="announce" class="unseen" role="status"></p>
<main>
${content}
</main>
<footer><a href="${root}api/v1/report">Report as JSON</a> · <a href="${root}metrics">Metrics</a></footer>
</body>
</html>
`;
  return page.markup;
}
