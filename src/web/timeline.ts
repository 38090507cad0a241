/** Where the marks of a conflict's timeline go: pure geometry, in the units of the picture's view box. */
import type { ConflictDocument } from '../report/schema.ts';
import { valueLabel, writerName } from '../report/words.ts';

export interface TimelineSize {
  readonly width: number;
  readonly height: number;
}

export interface Mark {
  readonly x: number;
  readonly y: number;
  /** Kind of the writer: 'hpa', 'argocd'. */
  readonly kind: string;
  readonly title: string;
}

/** A stretch of time in which the field kept one value, from the write that set it; kind '' before the first write. */
export interface Stretch {
  readonly x1: number;
  readonly x2: number;
  readonly y: number;
  /** Where the value came from: the rise or fall is drawn from here. */
  readonly fromY: number;
  readonly kind: string;
}

export interface Timeline {
  /** steps: a number over time. lanes: one line a writer, for values that are no numbers. */
  readonly shape: 'steps' | 'lanes';
  readonly marks: readonly Mark[];
  readonly stretches: readonly Stretch[];
  /** Horizontal lines across: what Git declares, what the scaler wants. */
  readonly levels: readonly { readonly y: number; readonly label: string; readonly role: 'declared' | 'wanted' }[];
  readonly yTicks: readonly { readonly y: number; readonly label: string }[];
  readonly xTicks: readonly {
    readonly x: number;
    readonly label: string;
    readonly anchor: 'start' | 'middle' | 'end';
  }[];
  readonly plot: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };
  /** Writes that are older than what is drawn. */
  readonly leftOut: number;
}

/** Width of a letter of the labels, roughly. */
const LETTER = 6.5;
/** More marks than this merge into a band. */
const MOST_WRITES = 60;

/**
 * Which mark and colour each contender has, by its name in the evidence: that of its kind, or 'second' where an earlier
 * contender is of the same kind (two Applications that own one workload).
 */
export function markKinds({ contenders }: ConflictDocument): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  return new Map(
    contenders.map((contender) => {
      const kind = taken.has(contender.kind) ? 'second' : contender.kind;
      taken.add(kind);
      return [writerName(contender), kind];
    }),
  );
}

/** `now` is the end of the report's window: the last value of a live conflict reaches to it. Null without evidence. */
export function layoutTimeline(conflict: ConflictDocument, now: string, size: TimelineSize): Timeline | null {
  const kinds = markKinds(conflict);
  const rows = conflict.evidence.slice(-MOST_WRITES).map((row) => ({
    ...row,
    time: Date.parse(row.at),
    kind: kinds.get(row.writer) ?? row.writer.split('/')[0] ?? '',
  }));
  const [first] = rows;
  const last = rows.at(-1);
  if (first === undefined || last === undefined) return null;
  const numeric = rows.every(
    (row) => typeof row.to === 'number' && (row.from === null || typeof row.from === 'number'),
  );
  const writers = [...new Set(rows.map((row) => row.writer))];
  const gutter = numeric ? 28 : Math.min(size.width / 3, 14 + LETTER * Math.max(...writers.map((name) => name.length)));
  const plot = { left: gutter, right: size.width - (numeric ? 56 : 12), top: 14, bottom: size.height - 24 };

  // A little air on the left shows the value before the first write.
  const latest = Math.max(last.time, Date.parse(conflict.resolvedAt ?? now));
  const air = Math.max(1, (latest - first.time) * 0.03);
  const start = first.time - air;
  const end = latest + (conflict.resolvedAt === null ? 0 : air);
  const xOf = (time: number) =>
    round(plot.left + ((time - start) / Math.max(1, end - start)) * (plot.right - plot.left));
  const leftOut = conflict.evidence.length - rows.length;
  const xTicks = timeTicks(start, end, size.width < 500 ? 3 : 5, xOf);
  const titleOf = (row: (typeof rows)[number]) =>
    `${row.at.slice(11, 23)} ${row.writer}: ${valueLabel(row.from)} → ${valueLabel(row.to)}`;

  if (!numeric) {
    const gap = (plot.bottom - plot.top) / writers.length;
    const yOf = (writer: string) => round(plot.top + gap * (writers.indexOf(writer) + 0.5));
    return {
      shape: 'lanes',
      marks: rows.map((row) => ({ x: xOf(row.time), y: yOf(row.writer), kind: row.kind, title: titleOf(row) })),
      stretches: [],
      levels: [],
      yTicks: writers.map((writer) => ({
        y: yOf(writer),
        label: shortened(writer, Math.floor((gutter - 8) / LETTER)),
      })),
      xTicks,
      plot,
      leftOut,
    };
  }

  const declared = conflict.contenders
    .filter(({ kind }) => kind === 'argocd')
    .map(({ values }) => numberOrNull(values.at(-1)))
    .filter((value) => value !== null);
  const { wanted } = conflict.impact;
  const values = rows
    .flatMap((row) => [numberOrNull(row.from), numberOrNull(row.to)])
    .filter((value) => value !== null);
  const highest = Math.max(1, ...values, ...declared, wanted ?? 0);
  const yOf = (value: number) => round(plot.bottom - (value / highest) * (plot.bottom - plot.top));
  const stretches: Stretch[] = [];
  const initial = numberOrNull(first.from);
  if (initial !== null) {
    stretches.push({ x1: plot.left, x2: xOf(first.time), y: yOf(initial), fromY: yOf(initial), kind: '' });
  }
  rows.forEach((row, index) => {
    const until = rows[index + 1]?.time ?? end;
    const y = yOf(numberOrNull(row.to) ?? 0);
    stretches.push({ x1: xOf(row.time), x2: xOf(until), y, fromY: yOf(numberOrNull(row.from) ?? 0), kind: row.kind });
  });
  return {
    shape: 'steps',
    marks: rows.map((row) => ({
      x: xOf(row.time),
      y: yOf(numberOrNull(row.to) ?? 0),
      kind: row.kind,
      title: titleOf(row),
    })),
    stretches,
    levels: levelsOf(declared, wanted, yOf),
    yTicks: spaced([0, highest, ...declared, wanted, ...values], yOf),
    xTicks,
    plot,
    leftOut,
  };
}

function levelsOf(
  declared: readonly number[],
  wanted: number | null,
  yOf: (value: number) => number,
): Timeline['levels'] {
  const levels = [...new Set(declared)].map((value) => ({ y: yOf(value), label: 'Git', role: 'declared' as const }));
  if (wanted === null || declared.includes(wanted)) return levels;
  return [...levels, { y: yOf(wanted), label: 'wanted', role: 'wanted' as const }];
}

/** Labels in order of importance, leaving out those that would touch another. */
function spaced(values: readonly (number | null)[], yOf: (value: number) => number): { y: number; label: string }[] {
  const ticks: { y: number; label: string }[] = [];
  for (const value of values) {
    if (value === null) continue;
    const y = yOf(value);
    if (ticks.every((tick) => Math.abs(tick.y - y) >= 14)) ticks.push({ y, label: String(value) });
  }
  return ticks;
}

function timeTicks(start: number, end: number, count: number, xOf: (time: number) => number): Timeline['xTicks'] {
  const long = end - start > 86_400_000;
  return Array.from({ length: count }, (_, index) => {
    const time = start + ((end - start) * index) / (count - 1);
    const text = new Date(time).toISOString();
    return {
      x: xOf(time),
      label: long ? `${text.slice(5, 10)} ${text.slice(11, 16)}` : text.slice(11, 19),
      anchor: index === 0 ? 'start' : index === count - 1 ? 'end' : 'middle',
    };
  });
}

function shortened(text: string, room: number): string {
  return text.length <= room ? text : `${text.slice(0, room - 1)}…`;
}

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
