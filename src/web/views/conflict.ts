/** One conflict: who against whom, since when, at what cost, how to end it, and the proof. */
import { needsRemedy } from '../../report/conflict-text.ts';
import type { ConflictDocument } from '../../report/schema.ts';
import {
  activityLabel,
  applicationLabel,
  clockLabel,
  contenderLabel,
  costLabel,
  counted,
  dateTimeLabel,
  durationLabel,
  numberLabel,
  paceLabel,
  resolutionLabel,
  secondsBetween,
  valueLabel,
  workloadLabel,
  writerName,
} from '../../report/words.ts';
import type { Html } from '../html.ts';
import { html } from '../html.ts';
import { keyMark, timelineFigure } from '../picture/svg.ts';
import { markKinds } from '../picture/timeline.ts';
import { remedyView } from './remedy.ts';

export interface ConflictViewOptions {
  /** End of the report's window, RFC 3339. */
  readonly now: string;
  /** Where the page's root is, seen from this page: './' or '../'. */
  readonly root: string;
  /** All evidence, unfolded: the conflict's own page. */
  readonly whole: boolean;
}

/** Rows of evidence on the overview, the newest. */
const OVERVIEW_ROWS = 12;

export function conflictView(conflict: ConflictDocument, options: ConflictViewOptions): Html {
  const key = `conflict-${conflict.id}`;
  const href = `${options.root}conflicts/${encodeURIComponent(conflict.id)}`;
  return html`<article class="card ${conflict.state}" data-key="${key}" id="${key}" aria-labelledby="${key}-title">
<p class="badges"><span class="badge ${conflict.state}">${conflict.state}</span> ${statusLine(conflict)}${conflict.application !== null && html` · <span>${applicationLabel(conflict.application)}</span>`}</p>
<h2 id="${key}-title"><a href="${href}">${workloadLabel(conflict.workload)}</a> <code>${conflict.field ?? 'field not known yet'}</code></h2>
<p class="verdict">${conflict.summary}</p>
${versus(conflict)}
${tiles(conflict, options.now)}
${timelineFigure(conflict, options.now)}
${conflict.failingRules.map(
  ({ place, message }) =>
    html`<p class="careful"><strong>A rule that does not help:</strong> <code>${place}</code>: ${message}</p>`,
)}
${conflict.insufficientHistory && html`<p class="careful">Too little history since a restart or a gap to conclude anything from silence.</p>`}
${needsRemedy(conflict) && html`<section class="remedy"><h3>How to end it</h3>${remedyView(conflict.remedy, key)}</section>`}
${evidence(conflict, key, options)}
</article>
`;
}

/** A conflict that is over, in one line; its page has the rest. */
export function resolvedRow(conflict: ConflictDocument, root: string): Html {
  const href = `${root}conflicts/${encodeURIComponent(conflict.id)}`;
  const resolvedAt = conflict.resolvedAt ?? conflict.lastReversalAt;
  const why = resolutionLabel(conflict) || 'over';
  return html`<li><a href="${href}">${workloadLabel(conflict.workload)}</a> <code>${conflict.field ?? ''}</code>
<span class="note">over at ${dateTimeLabel(resolvedAt)} after ${durationLabel(secondsBetween(conflict.startedAt, resolvedAt))}: ${why}; ${counted(conflict.reversals, 'reversal')}, cost: ${costLabel(conflict)}</span></li>
`;
}

function statusLine(conflict: ConflictDocument): string {
  if (conflict.state !== 'resolved') return activityLabel(conflict.activity);
  return resolutionLabel(conflict);
}

function tiles(conflict: ConflictDocument, now: string): Html {
  const { impact } = conflict;
  const end = conflict.resolvedAt ?? now;
  const lowest = levels(conflict);
  const facts: [title: string, value: string, more: string][] = [
    [
      conflict.resolvedAt === null ? 'Going for' : 'Lasted',
      durationLabel(secondsBetween(conflict.startedAt, end)),
      `since ${dateTimeLabel(conflict.startedAt).slice(sameDay(conflict.startedAt, now) ? 11 : 0)} UTC`,
    ],
    ['Reversals', numberLabel(conflict.reversals), paceLabel(conflict)],
  ];
  if (impact.replicaSecondsShort > 0) {
    facts.push([
      'Short by',
      numberLabel(Math.round(impact.replicaSecondsShort)),
      `replica-seconds${lowest === '' ? '' : `, ${lowest}`}`,
    ]);
  } else if (lowest !== '') facts.push(['Short by', '0', `replica-seconds, ${lowest}`]);
  if (impact.podsCreated + impact.podsDeleted > 0) {
    facts.push(['Pods created', numberLabel(impact.podsCreated), `${numberLabel(impact.podsDeleted)} deleted`]);
  }
  if (impact.templateHashes > 0) facts.push(['New pod templates', numberLabel(impact.templateHashes), '']);
  return html`<dl class="tiles">${facts.map(
    ([title, value, more]) =>
      html`<div><dt>${title}</dt><dd>${value}${more !== '' && html` <small>${more}</small>`}</dd></div>`,
  )}</dl>`;
}

function sameDay(a: string, b: string): boolean {
  return a.slice(0, 10) === b.slice(0, 10);
}

function levels({ impact }: ConflictDocument): string {
  if (impact.lowest === null || impact.wanted === null) return '';
  return `down to ${impact.lowest} of ${impact.wanted} wanted`;
}

/** Who against whom, each with the values it wrote; the marks are those of the picture. */
function versus(conflict: ConflictDocument): Html {
  const kinds = markKinds(conflict);
  return html`<ul class="versus">${conflict.contenders.map((each) => {
    const mark = keyMark(kinds.get(writerName(each)) ?? each.kind);
    const values = each.values.map(valueLabel).join(', ');
    return html`<li>${mark} ${contenderLabel(each)} <span class="note">writes</span> <strong>${values}</strong></li>
`;
  })}</ul>`;
}

function evidence(conflict: ConflictDocument, key: string, { root, whole }: ConflictViewOptions): Html | null {
  if (conflict.evidence.length === 0) return null;
  const rows = whole ? conflict.evidence : conflict.evidence.slice(-OVERVIEW_ROWS);
  const title =
    rows.length === conflict.evidence.length
      ? 'Evidence'
      : `Evidence: the last ${rows.length} of ${conflict.evidence.length} writes`;
  const oneDay = new Set(rows.map((row) => row.at.slice(0, 10))).size === 1;
  return html`<details id="${key}-evidence"${whole && html` open`}><summary>${title}, newest last</summary>
<div class="scroll" tabindex="0" role="group" aria-label="Writes of ${conflict.field ?? 'the field'}"><table>
<thead><tr><th scope="col">Time (UTC)</th><th scope="col">Writer</th><th scope="col">From</th><th scope="col">To</th><th scope="col">Seen in</th></tr></thead>
<tbody>${rows.map(
    (
      row,
    ) => html`<tr><td>${oneDay ? clockLabel(row.at) : `${row.at.slice(0, 10)} ${clockLabel(row.at)}`}</td><td>${row.writer}</td><td>${valueLabel(row.from)}</td><td>${valueLabel(row.to)}</td><td>${row.source}</td></tr>
`,
  )}</tbody></table></div>
<p class="note">Contenders: ${conflict.contenders.map((each) => contenderLabel(each) + (each.manager === null || each.name === null ? '' : ` (field manager ${each.manager})`)).join(' against ')}. <a href="${root}api/v1/conflicts/${encodeURIComponent(conflict.id)}">All of it as JSON</a></p>
</details>
`;
}
