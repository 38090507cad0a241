/** The incident report: one self-contained file for the post-mortem. No script, nothing from elsewhere; it prints well. */
import { createHash } from 'node:crypto';
import { needsRemedy } from '../../report/conflict-text.ts';
import { endingOf, storyOf } from '../../report/narrative.ts';
import type { ConflictDocument, Report } from '../../report/schema.ts';
import { conflictCount } from '../../report/text.ts';
import {
  applicationLabel,
  counted,
  dateTimeLabel,
  durationLabel,
  secondsBetween,
  workloadLabel,
} from '../../report/words.ts';
import { VERSION } from '../../version.ts';
import { STYLE } from '../assets/style.ts';
import type { Html } from '../html.ts';
import { html, Html as Markup } from '../html.ts';
import { timelineFigure } from '../picture/svg.ts';
import { concerning } from './concerning.ts';
import { caveats } from './conflict.ts';
import { evidenceTable } from './evidence.ts';
import { figuresView } from './figures.ts';
import { noticeRow, section } from './lists.ts';
import { remedyView } from './remedy.ts';
import { countLabel, RISKS_TITLE, risksByRule, ruleHeading } from './risks.ts';

/** More than these are counted and left to the JSON report. */
const MOST_CONFLICTS = 50;
const MOST_NOTICES = 200;
const MOST_OF_RULE = 40;

/** Nothing may run or be loaded in the file, wherever it is opened. */
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;

/** The whole window: every conflict, notice and risk. Ends in a line feed. */
export function renderIncidentReport(report: Report): string {
  const { conflicts } = report;
  const [only] = conflicts;
  const title =
    conflicts.length === 1 && only !== undefined ? titleOf(only) : `Incident report: ${conflictCount(conflicts)}`;
  return file(title, report, conflicts);
}

/** One conflict and what belongs to it. */
export function renderConflictReport(conflict: ConflictDocument, report: Report): string {
  return file(titleOf(conflict), { ...report, ...concerning(conflict, report) }, [conflict]);
}

/** A name for the file that any file system takes: 'tugwatch-shop-web-7f3a1c9e2b40.html'. */
export function incidentFileName({ workload, id }: ConflictDocument): string {
  const parts = [workload.namespace, workload.name, id].map((part) =>
    part.replace(/[^A-Za-z0-9.-]+/g, '-').slice(0, 63),
  );
  return `tugwatch-${parts.filter((part) => part !== '').join('-')}.html`;
}

function titleOf(conflict: ConflictDocument): string {
  return `Incident report: ${workloadLabel(conflict.workload)}`;
}

function file(title: string, report: Report, conflicts: readonly ConflictDocument[]): string {
  const { from, to } = report.window;
  const span = html`<time datetime="${from}">${dateTimeLabel(from)}</time> to <time datetime="${to}">${dateTimeLabel(to)}</time> UTC`;
  const shown = conflicts.slice(0, MOST_CONFLICTS);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body class="incident">
<header class="none"><div class="bar"><h1>${title}</h1></div></header>
<main>
<p>Seen from ${span} (${durationLabel(secondsBetween(from, to))}). ${watchedSentence(report)} All times are UTC.</p>
${conflicts.length === 0 && html`<section class="card peace" aria-label="No fight"><p><strong>No fight.</strong> No writers undid each other's writes in this time.</p></section>`}
${shown.length > 1 && contents(shown)}
${shown.map((conflict) => chapter(conflict, to))}
${conflicts.length > shown.length && html`<p class="note">${counted(conflicts.length - shown.length, 'more conflict')} in the JSON report.</p>`}
${noticesSection(report)}
${risksSection(report)}
${sightSection(report)}
</main>
<footer>Tugwatch ${VERSION}</footer>
</body>
</html>
`;
  return page.markup;
}

function watchedSentence({ watched }: Report): string {
  if (watched === undefined) return '';
  const { workloads, applications, autoscalers } = watched;
  return `${counted(workloads, 'workload')}, ${counted(applications, 'Application')} and ${counted(autoscalers, 'autoscaler')} were watched.`;
}

function contents(conflicts: readonly ConflictDocument[]): Html {
  return html`<nav class="card" aria-label="Conflicts"><ol class="entries">${conflicts.map(
    (each) =>
      html`<li><span class="badge ${each.state}">${each.state}</span> <a href="#conflict-${each.id}">${workloadLabel(each.workload)}</a> <code>${each.field ?? ''}</code></li>
`,
  )}</ol></nav>`;
}

function chapter(conflict: ConflictDocument, now: string): Html {
  const key = `conflict-${conflict.id}`;
  const part = (name: string, title: string, content: Html) =>
    html`<div class="remedy"><h3 id="${key}-${name}">${title}</h3>
${content}</div>
`;
  const paragraph = (sentences: readonly string[]) => html`<p>${sentences.join(' ')}</p>`;
  return html`<article class="card ${conflict.state}" id="${key}" aria-labelledby="${key}-title">
<p class="badges"><span class="badge ${conflict.state}">${conflict.state}</span>${conflict.application !== null && html` ${applicationLabel(conflict.application)}`}</p>
<h2 id="${key}-title">${workloadLabel(conflict.workload)} <code>${conflict.field ?? 'field not known'}</code></h2>
<p class="verdict">${conflict.summary}</p>
${part('story', 'What happened', html`${paragraph(storyOf(conflict))}${timelineFigure(conflict, now)}`)}
${part('cost', 'What it cost', figuresView(conflict, now))}
${part('end', 'What ended it', html`${paragraph(endingOf(conflict, now))}${caveats(conflict)}`)}
${part('remedy', needsRemedy(conflict) ? 'How to end it for good' : 'What is left to do', remedyView(conflict.remedy, key, false))}
${conflict.evidence.length > 0 && part('evidence', 'Evidence', evidenceTable(conflict))}
<p class="note">Conflict ${conflict.id}</p>
</article>
`;
}

function noticesSection({ notices, window }: Report): Html | null {
  if (notices.length === 0) return null;
  const shown = notices.slice(-MOST_NOTICES);
  const left = notices.length - shown.length;
  return section(
    'notices',
    'What else came up: no fight, but worth knowing',
    html`<ul class="entries">${shown.map((each) => noticeRow(each, html`<time datetime="${each.at}">${clock(each.at, window)}</time>`))}</ul>
${left > 0 && html`<p class="note">${counted(left, 'earlier notice')} in the JSON report.</p>`}`,
  );
}

function clock(at: string, { from, to }: Report['window']): string {
  const label = dateTimeLabel(at);
  return from.slice(0, 10) === to.slice(0, 10) ? label.slice(11) : label;
}

function risksSection({ risks }: Report): Html | null {
  if (risks.length === 0) return null;
  return section(
    'risks',
    `What else is at risk. ${RISKS_TITLE}`,
    html`${risksByRule(risks).map((group) => {
      const left = group.length - MOST_OF_RULE;
      return html`<h3>${ruleHeading(group[0])} <span class="note">${countLabel(group)}</span></h3>
<ul class="entries">${group.slice(0, MOST_OF_RULE).map(
        ({ workload, message, remedy, suppressed }) => html`<li><strong>${workloadLabel(workload)}</strong> ${message}
<span class="note">${suppressed === null ? remedy.summary : `Silenced: ${suppressed}`}</span></li>
`,
      )}</ul>${left > 0 && html`<p class="note">${counted(left, 'more workload')} in the JSON report.</p>`}`;
    })}`,
  );
}

/** Only what was wrong: where Tugwatch saw well, nobody needs to read about it. */
function sightSection({ health }: Report): Html | null {
  if (health === undefined) return null;
  const gaps = health.watches.reduce((sum, watch) => sum + watch.gaps, 0);
  const sentences = [
    ...health.watches
      .filter(({ state, message }) => state !== 'watching' || message !== '')
      .map(({ resource, state, message }) => `${resource} is ${state}${message === '' ? '.' : `: ${message}`}`),
    ...(gaps > 0 ? [`${counted(gaps, 'gap')} in the watches: writes in between may be missing.`] : []),
    ...(health.skippedLines > 0
      ? [`${counted(health.skippedLines, 'line')} of the recording could not be read and were skipped.`]
      : []),
  ];
  if (sentences.length === 0) return null;
  return section(
    'sight',
    'What Tugwatch could not see',
    html`<ul class="entries">${sentences.map((each) => html`<li>${each}</li>`)}</ul>`,
  );
}
