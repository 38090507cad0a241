/** The timeline as an SVG picture. The table of evidence beside it says the same in words. */
import type { ConflictDocument } from '../../report/schema.ts';
import type { Html } from '../html.ts';
import { html } from '../html.ts';
import type { Mark, Timeline, TimelineSize } from '../timeline.ts';
import { layoutTimeline } from '../timeline.ts';

const WIDE: TimelineSize = { width: 760, height: 190 };
const NARROW: TimelineSize = { width: 350, height: 190 };

/** Kinds of writers that have a colour and a mark of their own in the style sheet. */
const KINDS = new Set(['argocd', 'hpa', 'keda', 'human', 'rollouts', 'controller', 'unknown', 'second']);

/** Two drawings of the same, one for wide and one for narrow screens; the style sheet shows the one that fits. */
export function timelineFigure(conflict: ConflictDocument, now: string): Html | null {
  const wide = layoutTimeline(conflict, now, WIDE);
  const narrow = layoutTimeline(conflict, now, NARROW);
  if (wide === null || narrow === null) return null;
  const field = conflict.field ?? 'the field';
  // The detector keeps the newest writes as evidence, so the picture may begin later than the conflict.
  const begins = conflict.evidence[0]?.at ?? conflict.startedAt;
  const older = wide.leftOut > 0 || begins > conflict.startedAt ? '; older writes are not drawn' : '';
  return html`<figure class="timeline">
${picture(wide, WIDE, 'wide', field)}${picture(narrow, NARROW, 'narrow', field)}
<figcaption>${field} over time (UTC)${older}</figcaption>
</figure>
`;
}

/** The mark of a kind of writer, as in the picture. */
export function keyMark(kind: string): Html {
  return html`<svg class="mark" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">${markShape({ x: 6, y: 6, kind, title: '' })}</svg>`;
}

function picture(timeline: Timeline, size: TimelineSize, shape: 'wide' | 'narrow', field: string): Html {
  const { plot } = timeline;
  return html`<svg class="${shape}" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${label(timeline, field)}">
<g class="axis">${timeline.yTicks.map(
    ({ y, label: text }) =>
      html`<line x1="${plot.left}" x2="${plot.right}" y1="${y}" y2="${y}"/><text x="${plot.left - 6}" y="${y + 4}" text-anchor="end">${text}</text>`,
  )}${timeline.xTicks.map(
    ({ x, label: text, anchor }) => html`<text x="${x}" y="${size.height - 6}" text-anchor="${anchor}">${text}</text>`,
  )}</g>
${timeline.levels.map(
  ({ y, label: text, role }) =>
    html`<g class="level ${role}"><line x1="${plot.left}" x2="${plot.right}" y1="${y}" y2="${y}"/><text x="${plot.right + 6}" y="${y + 4}">${text}</text></g>`,
)}
<g class="steps">${timeline.stretches.map(
    ({ x1, x2, y, fromY, kind }) => html`<path class="${kindClass(kind)}" d="M${x1} ${fromY}V${y}H${x2}"/>`,
  )}</g>
<g class="marks">${timeline.marks.map(markShape)}</g>
</svg>
`;
}

function label(timeline: Timeline, field: string): string {
  const span = `${timeline.xTicks[0]?.label ?? ''} to ${timeline.xTicks.at(-1)?.label ?? ''}`;
  return `${field} from ${span}, ${timeline.marks.length} writes. The evidence below lists them.`;
}

/** Argo CD is a square, a person a triangle, a second of a kind a diamond, everything else a circle: the colours alone would not do for everybody. */
function markShape({ x, y, kind, title }: Mark): Html {
  const tooltip = title === '' ? null : html`<title>${title}</title>`;
  const name = kindClass(kind);
  if (kind === 'argocd') {
    return html`<rect class="${name}" x="${x - 4}" y="${y - 4}" width="8" height="8">${tooltip}</rect>`;
  }
  if (kind === 'human') {
    return html`<path class="${name}" d="M${x} ${y - 5}l5 9h-10z">${tooltip}</path>`;
  }
  if (kind === 'second') {
    return html`<path class="${name}" d="M${x} ${y - 5.5}l5.5 5.5l-5.5 5.5l-5.5 -5.5z">${tooltip}</path>`;
  }
  return html`<circle class="${name}" cx="${x}" cy="${y}" r="4">${tooltip}</circle>`;
}

function kindClass(kind: string): string {
  return KINDS.has(kind) ? `w-${kind}` : 'w-unknown';
}
