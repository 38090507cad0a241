/** What is listed below the conflicts: what is over, what came up, and how well Tugwatch sees. */
import type { ConflictDocument, HealthDocument, NoticeDocument, WatchDocument } from '../../report/schema.ts';
import { counted, noticeLabel, secondsBetween } from '../../report/words.ts';
import type { Html } from '../html.ts';
import { html } from '../html.ts';
import { resolvedRow } from './conflict.ts';
import { agoView } from './times.ts';

/** Entries of one list on the page; the JSON document has all. */
export const MOST_ENTRIES = 50;
/** A watch that has heard nothing for so long, in seconds, is called stale; bookmarks come about once a minute. As in the alert. */
const STALE_SECONDS = 600;

/** A card with a heading, kept in place by its key when the page is brought up to date. */
export function section(key: string, title: string, content: Html): Html {
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
export function resolvedList(resolved: readonly ConflictDocument[], now: string, root: string): Html | null {
  if (resolved.length === 0) return null;
  const newest = resolved.toSorted((a, b) => ((a.resolvedAt ?? '') < (b.resolvedAt ?? '') ? 1 : -1));
  return section(
    'resolved',
    'Over',
    html`<ul class="entries">${newest.slice(0, MOST_ENTRIES).map((each) => resolvedRow(each, now, root))}</ul>${more(resolved.length, root)}`,
  );
}

/** The newest first. */
export function noticeList(notices: readonly NoticeDocument[], now: string, root: string): Html | null {
  if (notices.length === 0) return null;
  const shown = notices.toReversed().slice(0, MOST_ENTRIES);
  return section(
    'notices',
    'Notices: no fight, but worth knowing',
    html`<ul class="entries">${shown.map((notice) => noticeRow(notice, agoView(notice.at, now)))}</ul>${more(notices.length, root)}`,
  );
}

export function noticeRow(notice: NoticeDocument, when: Html): Html {
  const often = notice.count > 1 && ` (${notice.count} times, last at this time)`;
  return html`<li><span class="note">${when} · ${noticeLabel(notice)}${often}</span> ${notice.message}</li>
`;
}

/** Watches that say they go on, but have heard nothing for long. */
export function staleWatches(health: HealthDocument | undefined, now: string): readonly WatchDocument[] {
  return (health?.watches ?? []).filter(
    ({ state, lastContactAt }) =>
      state === 'watching' && lastContactAt !== null && secondsBetween(lastContactAt, now) > STALE_SECONDS,
  );
}

/** How well Tugwatch sees: folded while all is well, open when something is wrong. */
export function watchList(health: HealthDocument, now: string): Html {
  const { watches, skippedLines } = health;
  const broken = watches.filter(({ state }) => state === 'interrupted' || state === 'forbidden').length;
  const stale = staleWatches(health, now);
  const sum = (count: (watch: WatchDocument) => number) => watches.reduce((total, watch) => total + count(watch), 0);
  const [gaps, corrections] = [sum((watch) => watch.gaps), sum((watch) => watch.corrections)];
  const title =
    broken > 0
      ? `Broken: ${broken} of ${watches.length} watches`
      : `${counted(watches.length, 'watch', 'watches')}, none broken`;
  const careful = [
    ...watches.filter(({ message }) => message !== '').map((watch) => `${nameOf(watch)}: ${watch.message}`),
    ...stale.map((watch) => `${nameOf(watch)}: nothing heard for long; what happened since may be missing.`),
    ...(gaps > 0 ? [`${counted(gaps, 'gap')} in the watches: writes in between may be missing.`] : []),
    ...(corrections > 0
      ? [`${counted(corrections, 'correction')}: a fresh list showed what the watches had not told.`]
      : []),
    ...(skippedLines > 0
      ? [`${counted(skippedLines, 'line')} of the recording could not be read and were skipped.`]
      : []),
  ];
  return section(
    'watches',
    'What Tugwatch sees',
    html`${careful.map((sentence) => html`<p class="careful">${sentence}</p>`)}
<details id="watches-table"${(broken > 0 || stale.length > 0) && html` open`}><summary>${title}</summary>
<div class="scroll" tabindex="0" role="group" aria-label="Watches"><table>
<caption>Watches of the API server</caption>
<thead><tr><th scope="col">Resource</th><th scope="col">State</th><th scope="col">Last contact</th><th scope="col">Corrections</th><th scope="col">Gaps</th></tr></thead>
<tbody>${watches.map((watch) => watchRow(watch, now))}</tbody></table></div></details>`,
  );
}

function watchRow(watch: WatchDocument, now: string): Html {
  const contact = watch.lastContactAt === null ? 'never' : agoView(watch.lastContactAt, now);
  return html`<tr><th scope="row">${nameOf(watch)}</th><td><span class="state ${watch.state}">${watch.state}</span></td><td>${contact}</td><td>${watch.corrections}</td><td>${watch.gaps}</td></tr>
`;
}

function nameOf(watch: WatchDocument): string {
  return watch.cluster === '' ? watch.resource : `${watch.cluster} ${watch.resource}`;
}
