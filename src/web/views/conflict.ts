/** One conflict: who against whom, since when, at what cost, how to end it, and the proof. */
import { needsRemedy } from '../../report/conflict-text.ts';
import type { ConflictDocument } from '../../report/schema.ts';
import {
  activityLabel,
  applicationLabel,
  costLabel,
  counted,
  durationLabel,
  resolutionLabel,
  secondsBetween,
  workloadLabel,
} from '../../report/words.ts';
import type { Html } from '../html.ts';
import { html } from '../html.ts';
import { timelineFigure } from '../picture/svg.ts';
import { evidenceTable } from './evidence.ts';
import { figuresView } from './figures.ts';
import { firstStepView, remedyView } from './remedy.ts';
import { agoView } from './times.ts';

/** Where a conflict's own page is, seen from a page whose root is `root` ('./' or '../'). */
export function conflictHref(conflict: ConflictDocument, root: string): string {
  return `${root}conflicts/${encodeURIComponent(conflict.id)}`;
}

/** For the script: what has become of which conflict is told aloud. */
function stateMarks(conflict: ConflictDocument): Html {
  return html`data-conflict="${conflict.id}" data-state="${conflict.state}" data-name="${workloadLabel(conflict.workload)}"`;
}

/** On the overview: the verdict, the cost, the picture and what to do first. `now` as in the report's window; `alone`: there is no other. */
export function conflictCard(conflict: ConflictDocument, now: string, root: string, alone: boolean): Html {
  const key = `conflict-${conflict.id}`;
  const href = conflictHref(conflict, root);
  return html`<article class="card ${conflict.state}" data-key="${key}" id="${key}" aria-labelledby="${key}-title" ${stateMarks(conflict)}>
${badges(conflict)}
<h2 id="${key}-title"><a href="${href}">${workloadLabel(conflict.workload)}</a> <code>${conflict.field ?? 'field not known yet'}</code></h2>
<p class="verdict">${conflict.summary}</p>
${figuresView(conflict, now)}
${timelineFigure(conflict, now)}
${caveats(conflict)}
${needsRemedy(conflict) && html`<div class="remedy"><h3>How to end it</h3>${firstStepView(conflict.remedy, key, alone)}</div>`}
<p><a class="more" href="${href}">Every step, the YAML and the evidence</a></p>
</article>
`;
}

/** On its own page and in the incident report: all of it. `anchor`: of the element, unique on the page. */
export function conflictView(conflict: ConflictDocument, now: string, root: string): Html {
  const key = `conflict-${conflict.id}`;
  return html`<article class="card ${conflict.state}" data-key="${key}" id="${key}" aria-labelledby="${key}-title" ${stateMarks(conflict)}>
${badges(conflict)}
<h2 id="${key}-title">${workloadLabel(conflict.workload)} <code>${conflict.field ?? 'field not known yet'}</code></h2>
<p class="verdict">${conflict.summary}</p>
${conflict.otherFields.length > 0 && html`<p>Also contested: ${conflict.otherFields.map((field, index) => html`${index > 0 && ', '}<code>${field}</code>`)}</p>`}
${figuresView(conflict, now)}
${timelineFigure(conflict, now)}
${caveats(conflict)}
${needsRemedy(conflict) && html`<section class="remedy" aria-labelledby="${key}-remedy"><h3 id="${key}-remedy">How to end it</h3>${remedyView(conflict.remedy, key)}</section>`}
${
  conflict.evidence.length > 0 &&
  html`<section class="remedy" aria-labelledby="${key}-evidence"><h3 id="${key}-evidence">Evidence</h3>
${evidenceTable(conflict)}<p class="note"><a href="${root}api/v1/conflicts/${encodeURIComponent(conflict.id)}">All of it as JSON</a></p></section>`
}
</article>
`;
}

function badges(conflict: ConflictDocument): Html {
  return html`<p class="badges"><span class="badge ${conflict.state}">${conflict.state}</span> ${statusLine(conflict)}${conflict.application !== null && html` · <span>${applicationLabel(conflict.application)}</span>`}</p>`;
}

export function caveats(conflict: ConflictDocument): Html {
  return html`${conflict.failingRules.map(
    ({ place, message }) =>
      html`<p class="careful"><strong>A rule that does not help:</strong> <code>${place}</code>: ${message}</p>`,
  )}
${conflict.insufficientHistory && html`<p class="careful">Too little history since a restart or a gap to conclude anything from silence.</p>`}`;
}

/** One that there is no room for in full. */
export function conflictRow(conflict: ConflictDocument, now: string, root: string): Html {
  return html`<li ${stateMarks(conflict)}><span class="badge ${conflict.state}">${conflict.state}</span> <a href="${conflictHref(conflict, root)}">${workloadLabel(conflict.workload)}</a> <code>${conflict.field ?? ''}</code>
<span class="note">began ${agoView(conflict.startedAt, now)}: ${counted(conflict.reversals, 'reversal')}, cost: ${costLabel(conflict)}</span></li>
`;
}

/** A conflict that is over, in one line; its page has the rest. */
export function resolvedRow(conflict: ConflictDocument, now: string, root: string): Html {
  const resolvedAt = conflict.resolvedAt ?? conflict.lastReversalAt;
  const why = resolutionLabel(conflict) || 'over';
  return html`<li ${stateMarks(conflict)}><a href="${conflictHref(conflict, root)}">${workloadLabel(conflict.workload)}</a> <code>${conflict.field ?? ''}</code>
<span class="note">over ${agoView(resolvedAt, now)}, after ${durationLabel(secondsBetween(conflict.startedAt, resolvedAt))}: ${why}; ${counted(conflict.reversals, 'reversal')}, cost: ${costLabel(conflict)}</span></li>
`;
}

function statusLine(conflict: ConflictDocument): string {
  return conflict.state === 'resolved' ? resolutionLabel(conflict) : activityLabel(conflict.activity);
}
