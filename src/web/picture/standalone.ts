/** The timeline of a conflict as an SVG file of its own: readable in a document on a light and on a dark ground. */
import type { ConflictDocument } from '../../report/schema.ts';
import { durationLabel, workloadLabel } from '../../report/words.ts';
import { Html, html } from '../html.ts';
import { legendMark } from './marks.ts';
import { layoutRhythm } from './rhythm.ts';
import { PICTURE_COLOURS, PICTURE_STYLE } from './style.ts';
import { legendOf, rhythmParts, timelineParts } from './svg.ts';
import { layoutTimeline, shortened } from './timeline.ts';

const WIDTH = 760;
const TIMELINE = { width: WIDTH, height: 240 };
const STRIP = { width: WIDTH, height: 84 };
const TITLE = 34;
const LINE = 20;
/** Width of a letter of the legend, roughly. */
const LETTER = 7.2;
/** Letters that fit into the picture. */
const MOST_OF_TITLE = 78;
const MOST_OF_NAME = 60;

const STYLE = `
svg { --soft: #545c66; --line: #d6dae0; --card: #ffffff; --text: #16191d; --bad: #b42318; ${PICTURE_COLOURS.light} }
@media (prefers-color-scheme: dark) {
  svg { --soft: #a3acb8; --line: #333b46; --card: #181c22; --text: #e7eaee; --bad: #ff8a7d; ${PICTURE_COLOURS.dark} }
}
.ground { fill: var(--card); stroke: var(--line); }
.title { font-weight: 600; font-size: 14px; fill: var(--text); }
${PICTURE_STYLE}`;

/** `now` is the end of the report's window, RFC 3339. Ends in a line feed; null where there is no write to draw. */
export function renderPicture(conflict: ConflictDocument, now: string): string | null {
  const timeline = layoutTimeline(conflict, now, TIMELINE);
  if (timeline === null) return null;
  const rhythm = layoutRhythm(conflict, now, timeline.from, STRIP);
  const legend = rowsOf(
    legendOf(conflict, timeline).map(({ entry, name: whole }) => {
      const name = shortened(whole, MOST_OF_NAME);
      return { entry, name, width: 30 + LETTER * name.length };
    }),
  );
  const legendTop = TITLE + TIMELINE.height + 4;
  const stripTop = legendTop + legend.length * LINE + 12;
  const height = rhythm === null ? stripTop : stripTop + LINE + STRIP.height;
  const title = shortened(`${conflict.field ?? 'The field'} of ${workloadLabel(conflict.workload)}`, MOST_OF_TITLE);
  const every =
    rhythm === null
      ? ''
      : `The whole fight: reversals per ${durationLabel(rhythm.slotSeconds)}; the shaded part is drawn above`;
  const picture = html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title">
<title id="title">${title}, ${timeline.from.slice(11, 19)} to ${timeline.to.slice(11, 19)} UTC</title>
<style>${new Html(STYLE)}</style>
<rect class="ground" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="8"/>
<text class="title" x="16" y="23">${title}</text>
<g transform="translate(0 ${TITLE})">${timelineParts(timeline)}</g>
${legend.map((row, line) =>
  row.map(
    ({ x, entry, name }) =>
      html`${legendMark(entry, x, legendTop + line * LINE)}<text x="${x + 26}" y="${legendTop + line * LINE + 10}">${name}</text>
`,
  ),
)}
${rhythm !== null && html`<text x="16" y="${stripTop + 8}">${every}</text><g transform="translate(0 ${stripTop + 12})">${rhythmParts(rhythm)}</g>`}
</svg>
`;
  return picture.markup;
}

/** Puts what is to stand side by side into rows that fit. */
function rowsOf<T extends { readonly width: number }>(entries: readonly T[]): (T & { readonly x: number })[][] {
  const rows: (T & { readonly x: number })[][] = [];
  let x = WIDTH;
  for (const entry of entries) {
    if (x + entry.width > WIDTH) {
      x = 16;
      rows.push([]);
    }
    rows.at(-1)?.push({ ...entry, x });
    x += entry.width;
  }
  return rows;
}
