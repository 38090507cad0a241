/** The timeline of a conflict as a picture, for the page and for files. The table of evidence beside it says the same in words. */
import type { ConflictDocument } from '../../report/schema.ts';
import { contenderLabel, counted, durationLabel, writerName } from '../../report/words.ts';
import type { Html } from '../html.ts';
import { html } from '../html.ts';
import { healMark, kindClass, type LegendEntry, legendMark, writeMark } from './marks.ts';
import { layoutRhythm, type Rhythm } from './rhythm.ts';
import type { TimeTick } from './time-axis.ts';
import type { Level, Timeline, TimelineSize } from './timeline.ts';
import { layoutTimeline, markKinds } from './timeline.ts';

const WIDE: TimelineSize = { width: 760, height: 240 };
const NARROW: TimelineSize = { width: 350, height: 230 };
const STRIP = 84;

/** Two drawings of the same, one for wide and one for narrow screens; the style sheet shows the one that fits. */
export function timelineFigure(conflict: ConflictDocument, now: string): Html | null {
  const wide = layoutTimeline(conflict, now, WIDE);
  const narrow = layoutTimeline(conflict, now, NARROW);
  if (wide === null || narrow === null) return null;
  // The detector keeps the newest writes as evidence, so the picture may begin later than the conflict.
  const begins = conflict.evidence[0]?.at ?? conflict.startedAt;
  const older = wide.leftOut > 0 || begins > conflict.startedAt;
  return html`<figure class="timeline">
${svg('wide', WIDE, describe(conflict, wide), timelineParts(wide))}${svg('narrow', NARROW, describe(conflict, narrow), timelineParts(narrow))}
<figcaption>${legend(conflict, wide)}${conflict.field ?? 'The field'} over time (UTC)${older && `; the last ${counted(wide.marks.length, 'write')}`}</figcaption>
${rhythmFigure(conflict, now, wide.from)}</figure>
`;
}

function keyOf(entry: LegendEntry): Html {
  return html`<svg class="key" viewBox="0 0 22 12" width="22" height="12" aria-hidden="true">${legendMark(entry, 0, 0)}</svg>`;
}

/** What is in the picture, each with its mark. */
export function legendOf(conflict: ConflictDocument, timeline: Timeline): { entry: LegendEntry; name: string }[] {
  const kinds = markKinds(conflict);
  const names = conflict.contenders.map((each) => ({
    entry: { mark: 'write' as const, kind: kinds.get(writerName(each)) ?? each.kind },
    name: contenderLabel(each),
  }));
  const has = (role: Level['role']) => timeline.levels.some((level) => level.role === role);
  return [
    ...names,
    ...(timeline.heals.some(({ failed }) => !failed)
      ? [{ entry: { mark: 'heal' as const }, name: 'heal by Argo CD' }]
      : []),
    ...(timeline.heals.some(({ failed }) => failed)
      ? [{ entry: { mark: 'failed' as const }, name: 'heal that failed' }]
      : []),
    ...(has('declared') ? [{ entry: { mark: 'declared' as const }, name: 'declared in Git' }] : []),
    ...(has('wanted') ? [{ entry: { mark: 'wanted' as const }, name: 'wanted by autoscaler' }] : []),
    ...(timeline.ready.length > 0 ? [{ entry: { mark: 'ready' as const }, name: 'ready pods' }] : []),
  ];
}

function legend(conflict: ConflictDocument, timeline: Timeline): Html {
  return html`<span class="legend">${legendOf(conflict, timeline).map(
    ({ entry, name }) => html`<span>${keyOf(entry)} ${name}</span>
`,
  )}</span>`;
}

function svg(shape: string, size: TimelineSize, label: string, content: Html): Html {
  return html`<svg class="picture ${shape}" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${label}">
${content}</svg>
`;
}

/** What is drawn, from the back to the front. */
export function timelineParts(timeline: Timeline): Html {
  const { plot } = timeline;
  return html`<g class="axis">${timeline.xTicks.map(({ x }) => html`<path class="grid" d="M${x} ${plot.top}V${plot.bottom}"/>`)}${timeline.yTicks.map(
    ({ y, label }) =>
      html`<path d="M${plot.left} ${y}H${plot.right}"/><text x="${plot.left - 6}" y="${y + 4}" text-anchor="end">${label}</text>`,
  )}${tickTexts(timeline.xTicks, plot.bottom + 18)}</g>
<g>${timeline.ready.map(({ x1, x2, y }) => html`<path class="ready" d="M${x1} ${plot.bottom}V${y}H${x2}V${plot.bottom}z"/>`)}</g>
<g class="heals">${timeline.heals.map(
    (heal) => html`<path class="fall" d="M${heal.x} ${plot.top - 4}V${plot.bottom}"/>${healMark(heal, plot.top - 4)}`,
  )}</g>
${timeline.levels.map(
  (level) =>
    html`<path class="level ${level.role}" d="${stepsOf(level.pieces)}"/><text class="level ${level.role}" x="${plot.right + 6}" y="${level.labelY + 4}">${level.label}</text>`,
)}
<g class="steps">${timeline.stretches.map(
    ({ x1, x2, y, fromY, kind }) => html`<path class="${kindClass(kind)}" d="M${x1} ${fromY}V${y}H${x2}"/>`,
  )}</g>
<g class="marks">${timeline.marks.map(writeMark)}</g>
`;
}

function stepsOf(pieces: Level['pieces']): string {
  return pieces
    .map(({ x1, x2, y }, index) => (pieces[index - 1]?.x2 === x1 ? `V${y}H${x2}` : `M${x1} ${y}H${x2}`))
    .join('');
}

function tickTexts(ticks: readonly TimeTick[], y: number): Html {
  return html`${ticks.map(({ x, label, anchor }) => html`<text x="${x}" y="${y}" text-anchor="${anchor}">${label}</text>`)}`;
}

function describe(conflict: ConflictDocument, timeline: Timeline): string {
  const field = conflict.field ?? 'the field';
  const who = conflict.contenders.map(contenderLabel).join(' and ');
  const heals = timeline.heals.length === 0 ? '' : `, ${counted(timeline.heals.length, 'heal')} by Argo CD`;
  const span = `from ${timeline.from.slice(11, 19)} to ${timeline.to.slice(11, 19)} UTC`;
  return `${field} ${span}: ${counted(timeline.marks.length, 'write')} by ${who}${heals}. The evidence lists them.`;
}

function rhythmFigure(conflict: ConflictDocument, now: string, shownFrom: string): Html | null {
  const drawn = [WIDE, NARROW].map(({ width }) => {
    const size = { width, height: STRIP };
    return { size, rhythm: layoutRhythm(conflict, now, shownFrom, size) };
  });
  const [wide, narrow] = drawn;
  if (wide?.rhythm == null || narrow?.rhythm == null) return null;
  const every = `reversals per ${durationLabel(wide.rhythm.slotSeconds)}`;
  const label = `The whole fight: ${every}, ${wide.rhythm.most} at most.`;
  return html`${svg('wide', wide.size, label, rhythmParts(wide.rhythm))}${svg('narrow', narrow.size, label, rhythmParts(narrow.rhythm))}
<p class="note">The whole fight: ${every}. The shaded part is drawn above.</p>
`;
}

export function rhythmParts({ bars, shown, most, xTicks, plot }: Rhythm): Html {
  return html`${shown !== null && html`<path class="shown" d="M${shown.x1} ${plot.top}H${shown.x2}V${plot.bottom}H${shown.x1}z"/>`}
<g class="axis"><path d="M${plot.left} ${plot.bottom}H${plot.right}"/><text x="${plot.left - 6}" y="${plot.top + 8}" text-anchor="end">${most}</text><text x="${plot.left - 6}" y="${plot.bottom + 4}" text-anchor="end">0</text>${tickTexts(xTicks, plot.bottom + 16)}</g>
<g class="bars">${bars.map(({ x, y, width, height }) => html`<rect x="${x}" y="${y}" width="${width}" height="${height}"/>`)}</g>
`;
}
