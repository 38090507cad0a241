/** What is listed below the conflicts: what is over, what may bite next, what came up, and how well Tugwatch sees. */
import type {
  ConflictDocument,
  HealthDocument,
  NoticeDocument,
  RiskDocument,
  WatchDocument,
} from '../../report/schema.ts';
import {
  counted,
  dateTimeLabel,
  durationLabel,
  noticeLabel,
  secondsBetween,
  workloadLabel,
} from '../../report/words.ts';
import type { Html } from '../html.ts';
import { html } from '../html.ts';
import { resolvedRow } from './conflict.ts';
import { remedyView } from './remedy.ts';

/** Entries of one list on the page; the JSON document has all. */
const MOST_ENTRIES = 50;

function section(key: string, title: string, content: Html): Html {
  return html`<section class="card list" data-key="${key}" aria-labelledby="${key}-title">
<h2 id="${key}-title">${title}</h2>
${content}</section>
`;
}

function more(total: number, root: string): Html | null {
  if (total <= MOST_ENTRIES) return null;
  return html`<p class="note">${total - MOST_ENTRIES} more are in the <a href="${root}api/v1/report">JSON report</a>.</p>`;
}

/** The newest first: what was over last is what somebody looks for. */
export function resolvedList(resolved: readonly ConflictDocument[], root: string): Html | null {
  if (resolved.length === 0) return null;
  const newest = resolved.toSorted((a, b) => ((a.resolvedAt ?? '') < (b.resolvedAt ?? '') ? 1 : -1));
  return section(
    'resolved',
    'Over',
    html`<ul class="entries">${newest.slice(0, MOST_ENTRIES).map((each) => resolvedRow(each, root))}</ul>${more(resolved.length, root)}`,
  );
}

export function riskList(risks: readonly RiskDocument[], root: string): Html | null {
  if (risks.length === 0) return null;
  const shown = risks.slice(0, MOST_ENTRIES);
  const groups = [...Map.groupBy(shown, (risk) => risk.rule).values()];
  return section(
    'risks',
    'Risks: what the next scale, sync or deploy would start',
    html`${groups.map(([first, ...rest]) => first !== undefined && riskGroup(first, [first, ...rest]))}${more(risks.length, root)}`,
  );
}

function riskGroup(first: RiskDocument, group: readonly RiskDocument[]): Html {
  return html`<h3><span class="badge ${first.severity}">${first.severity}</span> ${first.rule} ${first.name}</h3>
<ul class="entries">${group.map((risk, index) => {
    const key = `risk-${risk.rule}-${index}`;
    return html`<li><strong>${workloadLabel(risk.workload)}</strong> ${risk.message}
${risk.suppressed !== null && html`<span class="note">Silenced: ${risk.suppressed}</span>`}
<details id="${key}"><summary>Remedy</summary>${remedyView(risk.remedy, key)}</details></li>
`;
  })}</ul>`;
}

/** The newest first. */
export function noticeList(notices: readonly NoticeDocument[], root: string): Html | null {
  if (notices.length === 0) return null;
  return section(
    'notices',
    'Notices: no fight, but worth knowing',
    html`<ul class="entries">${notices
      .toReversed()
      .slice(0, MOST_ENTRIES)
      .map(
        (
          notice,
        ) => html`<li><span class="note">${dateTimeLabel(notice.at)} ${noticeLabel(notice)}${notice.count > 1 && ` (${notice.count} times)`}</span> ${notice.message}</li>
`,
      )}</ul>${more(notices.length, root)}`,
  );
}

/** How well Tugwatch sees: folded while all is well, open when something is wrong. */
export function watchList(health: HealthDocument, now: string): Html {
  const { watches, skippedLines } = health;
  const broken = watches.filter(({ state }) => state === 'interrupted' || state === 'forbidden').length;
  const title =
    broken > 0
      ? `Broken: ${broken} of ${watches.length} watches`
      : `${counted(watches.length, 'watch', 'watches')}, none broken`;
  const lost =
    skippedLines > 0 ? `${counted(skippedLines, 'line')} of the recording could not be read and were skipped.` : '';
  return section(
    'watches',
    'What Tugwatch sees',
    html`${watches.map(({ resource, message }) => message !== '' && html`<p class="careful">${resource}: ${message}</p>`)}
${lost !== '' && html`<p class="careful">${lost}</p>`}
<details id="watches-table"${broken > 0 && html` open`}><summary>${title}</summary>
<div class="scroll" tabindex="0" role="group" aria-label="Watches"><table>
<thead><tr><th scope="col">Resource</th><th scope="col">State</th><th scope="col">Last contact</th><th scope="col">Corrections</th><th scope="col">Gaps</th></tr></thead>
<tbody>${watches.map((watch) => watchRow(watch, now))}</tbody></table></div></details>`,
  );
}

function watchRow(watch: WatchDocument, now: string): Html {
  const name = watch.cluster === '' ? watch.resource : `${watch.cluster} ${watch.resource}`;
  const contact =
    watch.lastContactAt === null ? 'never' : `${durationLabel(secondsBetween(watch.lastContactAt, now))} ago`;
  return html`<tr><td>${name}</td><td><span class="state ${watch.state}">${watch.state}</span></td><td>${contact}</td><td>${watch.corrections}</td><td>${watch.gaps}</td></tr>
`;
}
