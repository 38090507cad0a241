/** What may bite next: grouped by rule on the overview, page by page for one rule. */
import type { RiskDocument } from '../../report/schema.ts';
import { applicationLabel, counted, workloadLabel } from '../../report/words.ts';
import type { Html } from '../html.ts';
import { html } from '../html.ts';
import { section } from './lists.ts';
import { remedyView } from './remedy.ts';

/** Of one rule on the overview. */
const MOST_OF_RULE = 3;
/** Of one rule on a page of its own. */
export const RISKS_A_PAGE = 50;

const URGENCY = { critical: 0, warning: 1, info: 2 } as const;

export const RISKS_TITLE = 'Risks: what the next scale, sync or deploy would start';

/** Most urgent rule first. */
export function risksByRule(risks: readonly RiskDocument[]): (readonly [RiskDocument, ...RiskDocument[]])[] {
  return [...Map.groupBy(risks, (risk) => risk.rule).values()]
    .flatMap(([first, ...rest]) => (first === undefined ? [] : [[first, ...rest] as const]))
    .sort(([a], [b]) => URGENCY[a.severity] - URGENCY[b.severity]);
}

export function riskList(risks: readonly RiskDocument[], root: string): Html | null {
  if (risks.length === 0) return null;
  return section('risks', RISKS_TITLE, html`${risksByRule(risks).map((group) => riskGroup(group, root))}`);
}

function riskGroup(group: readonly [RiskDocument, ...RiskDocument[]], root: string): Html {
  const [first] = group;
  const rest = group.length - MOST_OF_RULE;
  return html`<h3>${ruleHeading(first)} <span class="note">${countLabel(group)}</span></h3>
<ul class="entries">${group.slice(0, MOST_OF_RULE).map((risk, index) => riskRow(risk, `risk-${risk.rule}-${index}`))}</ul>
${rest > 0 && html`<p><a class="more" href="${root}risks/${encodeURIComponent(first.rule)}">All ${counted(group.length, 'workload')} with ${first.rule}</a></p>`}`;
}

/** '60 workloads, 1 silenced' */
export function countLabel(group: readonly RiskDocument[]): string {
  const silenced = group.filter(({ suppressed }) => suppressed !== null).length;
  return `${counted(group.length, 'workload')}${silenced === 0 ? '' : `, ${silenced} silenced`}`;
}

export function ruleHeading(risk: RiskDocument): Html {
  return html`<span class="badge ${risk.severity}">${risk.severity}</span> ${risk.rule} ${risk.name}`;
}

/** `key`: unique on the page. */
export function riskRow(risk: RiskDocument, key: string): Html {
  return html`<li><strong>${workloadLabel(risk.workload)}</strong>${risk.application !== null && html` <span class="in">${applicationLabel(risk.application)}</span>`} ${risk.message}
${risk.suppressed !== null && html`<span class="note">Silenced: ${risk.suppressed}</span>`}
<details id="${key}"><summary>Remedy</summary>${remedyView(risk.remedy, key)}</details></li>
`;
}

/** `page` begins with 1. */
export function riskPage(
  group: readonly [RiskDocument, ...RiskDocument[]],
  page: number,
): { readonly content: Html; readonly pages: number } {
  const pages = Math.ceil(group.length / RISKS_A_PAGE);
  const from = (page - 1) * RISKS_A_PAGE;
  const shown = group.slice(from, from + RISKS_A_PAGE);
  const [first] = group;
  const content = section(
    'risks',
    `${first.rule} ${first.name}: ${counted(group.length, 'workload')}`,
    html`<ul class="entries">${shown.map((risk, index) => riskRow(risk, `risk-${from + index}`))}</ul>
${
  pages > 1 &&
  html`<nav class="pages" aria-label="Pages">${page > 1 && html`<a class="more" rel="prev" href="?page=${page - 1}">Previous</a>`}
<span>Page ${page} of ${pages}</span>
${page < pages && html`<a class="more" rel="next" href="?page=${page + 1}">Next</a>`}</nav>`
}`,
  );
  return { content, pages };
}
