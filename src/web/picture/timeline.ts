/** Where the marks of a conflict's timeline go: pure geometry, in the units of the picture's view box. */
import { redactedMark } from '../../model/redacted.ts';
import type { ConflictDocument, EvidenceDocument } from '../../report/schema.ts';
import { visible } from '../../report/visible.ts';
import { valueLabel, writerName } from '../../report/words.ts';
import { levelLines, type Span, spansOf } from './levels.ts';
import { round, type TimeAxis, type TimeTick, timeAxis } from './time-axis.ts';

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

export interface Level {
  readonly role: 'declared' | 'wanted';
  readonly pieces: readonly { readonly x1: number; readonly x2: number; readonly y: number }[];
  readonly label: string;
  readonly labelY: number;
}

export interface HealMark {
  readonly x: number;
  readonly failed: boolean;
  readonly title: string;
}

export interface Timeline {
  /** numbers: a number over time. values: a line each for a few other values. writers: a line each for the writers. */
  readonly shape: 'numbers' | 'values' | 'writers';
  readonly marks: readonly Mark[];
  readonly stretches: readonly Stretch[];
  /** Pods that were ready, as areas from the bottom up. */
  readonly ready: readonly { readonly x1: number; readonly x2: number; readonly y: number }[];
  readonly levels: readonly Level[];
  readonly heals: readonly HealMark[];
  readonly yTicks: readonly { readonly y: number; readonly label: string }[];
  readonly xTicks: readonly TimeTick[];
  readonly plot: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };
  /** Times at both ends of what is drawn, RFC 3339. */
  readonly from: string;
  readonly to: string;
  /** Writes of the conflict's evidence that are older than what is drawn. */
  readonly leftOut: number;
}

type Row = EvidenceDocument & { readonly time: number; readonly kind: string };

/** Width of a letter of the labels, roughly. */
const LETTER = 7.2;
/** More marks than this merge into a band. */
const MOST_WRITES = 60;
/** Values that are no numbers get a line each, up to so many. */
const MOST_VALUES = 5;
/** Labels are so far apart at least. */
const LINE = 14;
/** Room above the plot for the marks of heals. */
const TOP = 24;
/** Width of a bold letter, for the names of levels to the right of numbers, and most letters there. */
const BOLD = 7.8;
const MOST_LETTERS = 14;

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
  const rows: Row[] = conflict.evidence.slice(-MOST_WRITES).map((row) => ({
    ...row,
    time: Date.parse(row.at),
    kind: kinds.get(row.writer) ?? row.writer.split('/')[0] ?? '',
  }));
  const [first] = rows;
  const last = rows.at(-1);
  if (first === undefined || last === undefined) return null;
  const shape = shapeOf(conflict, rows);
  const names = laneNames(shape, rows);
  const widest = Math.max(1, ...names.map(({ label }) => label.length));
  const left = shape === 'numbers' ? 28 : round(Math.min(size.width / 3, 14 + LETTER * widest));
  const plot = {
    left,
    right: size.width - (shape === 'numbers' ? roomForLevels(conflict, size) : 12),
    top: TOP,
    bottom: size.height - 24,
  };

  // A little air on the left shows the value before the first write.
  const latest = Math.max(last.time, Date.parse(conflict.resolvedAt ?? now));
  const air = Math.max(1, (latest - first.time) * 0.03);
  const end = latest + (conflict.resolvedAt === null ? 0 : air);
  const axis = timeAxis(first.time - air, end, plot.left, plot.right, size.width < 500 ? 3 : 6);
  const common = {
    heals: healMarks(conflict, axis),
    xTicks: axis.ticks,
    plot,
    from: new Date(axis.start).toISOString(),
    to: new Date(axis.end).toISOString(),
    leftOut: conflict.evidence.length - rows.length,
  };
  if (shape === 'numbers') return { ...common, shape, ...numbers(conflict, rows, axis, plot, size) };

  const gap = (plot.bottom - plot.top) / names.length;
  const yOf = (key: string) => round(plot.top + gap * (names.findIndex((name) => name.key === key) + 0.5));
  const room = Math.floor((left - 8) / LETTER);
  const keyOf = (row: Row) => (shape === 'values' ? valueKey(row.to) : row.writer);
  return {
    ...common,
    shape,
    marks: rows.map((row) => ({ x: axis.xOf(row.time), y: yOf(keyOf(row)), kind: row.kind, title: titleOf(row) })),
    stretches: shape === 'values' ? stretchesOf(rows, axis, (value) => yOf(valueKey(value))) : [],
    ready: [],
    levels: [],
    yTicks: names.map(({ key, label }) => ({ y: yOf(key), label: shortened(label, room) })),
  };
}

function shapeOf(conflict: ConflictDocument, rows: readonly Row[]): Timeline['shape'] {
  const isNumber = (value: unknown) => value === null || typeof value === 'number';
  if (rows.every(({ from, to }) => isNumber(from) && typeof to === 'number')) return 'numbers';
  // The writes of several fields of one fight stand in one list, and no line could follow them.
  const values = new Set(rows.flatMap(({ from, to }) => [valueKey(from), valueKey(to)]));
  const oneLine = rows.every((row, index) => index === 0 || valueKey(rows[index - 1]?.to) === valueKey(row.from));
  return conflict.otherFields.length === 0 && oneLine && values.size <= MOST_VALUES ? 'values' : 'writers';
}

/** One line each: the first that was there on top. */
function laneNames(shape: Timeline['shape'], rows: readonly Row[]): { key: string; label: string }[] {
  if (shape === 'numbers') return [];
  const lanes = new Map<string, string>();
  for (const { writer, from, to } of rows) {
    if (shape === 'writers') lanes.set(writer, writer);
    else for (const value of [from, to]) lanes.set(valueKey(value), shortValue(value));
  }
  return [...lanes].map(([key, label]) => ({ key, label }));
}

function numbers(
  conflict: ConflictDocument,
  rows: readonly Row[],
  axis: TimeAxis,
  plot: Timeline['plot'],
  size: TimelineSize,
): Pick<Timeline, 'marks' | 'stretches' | 'ready' | 'levels' | 'yTicks'> {
  const lines = levelLines(conflict, axis.start, axis.end);
  const ready = spansOf(conflict.course?.ready ?? [], axis.start, axis.end);
  const written = rows.flatMap(({ from, to }) => [from, to]).filter((value) => typeof value === 'number');
  const inLines = lines.flatMap(({ spans }) => spans.map(({ value }) => value));
  const highest = Math.max(1, ...written, ...inLines, ...ready.map(({ value }) => value));
  const yOf = (value: unknown) =>
    round(plot.bottom - ((typeof value === 'number' ? value : 0) / highest) * (plot.bottom - plot.top));
  const piece = ({ from, to, value }: Span) => ({ x1: axis.xOf(from), x2: axis.xOf(to), y: yOf(value) });
  const levels = lines.map(({ role, name, spans }) => ({
    role,
    pieces: spans.map(piece),
    label: levelLabel(name, spans, size),
    labelY: yOf(spans.at(-1)?.value),
  }));
  return {
    marks: rows.map((row) => ({ x: axis.xOf(row.time), y: yOf(row.to), kind: row.kind, title: titleOf(row) })),
    stretches: stretchesOf(rows, axis, yOf),
    ready: ready.map(piece),
    levels: apart(levels),
    yTicks: spaced([0, highest, ...inLines, ...written], yOf),
  };
}

/** The value as a line of steps, each in the colour of who set it. */
function stretchesOf(rows: readonly Row[], axis: TimeAxis, yOf: (value: EvidenceDocument['to']) => number): Stretch[] {
  const [first] = rows;
  if (first === undefined) return [];
  const stretches: Stretch[] = [];
  if (first.from !== null || typeof first.to !== 'number') {
    const y = yOf(first.from);
    stretches.push({ x1: axis.xOf(axis.start), x2: axis.xOf(first.time), y, fromY: y, kind: '' });
  }
  rows.forEach((row, index) => {
    const until = rows[index + 1]?.time ?? axis.end;
    const fromY = row.from === null && typeof row.to === 'number' ? yOf(row.to) : yOf(row.from);
    stretches.push({ x1: axis.xOf(row.time), x2: axis.xOf(until), y: yOf(row.to), fromY, kind: row.kind });
  });
  return stretches;
}

/** 'Git 3', with the name cut where it does not fit. */
function levelLabel(name: string, spans: readonly Span[], size: TimelineSize): string {
  const value = ` ${spans.at(-1)?.value ?? ''}`;
  return shortened(name, mostLetters(size) - value.length) + value;
}

function mostLetters(size: TimelineSize): number {
  return size.width < 500 ? MOST_LETTERS - 5 : MOST_LETTERS;
}

function roomForLevels(conflict: ConflictDocument, size: TimelineSize): number {
  const labels = levelLines(conflict, 0, Number.MAX_SAFE_INTEGER).map(({ name, spans }) =>
    levelLabel(name, spans, size),
  );
  return 12 + round(BOLD * Math.max(0, ...labels.map((label) => label.length)));
}

function healMarks(conflict: ConflictDocument, axis: TimeAxis): HealMark[] {
  return (conflict.course?.heals ?? []).flatMap(({ at, endedAt, kind, phase }) => {
    const time = Date.parse(at);
    if (time < axis.start || time > axis.end) return [];
    const failed = phase === 'Failed' || phase === 'Error';
    const until = endedAt === null ? 'still running' : `${phase} at ${endedAt.slice(11, 19)}`;
    return [{ x: axis.xOf(time), failed, title: `${at.slice(11, 23)} ${healName(kind)}, ${until}` }];
  });
}

const HEAL_NAMES: Readonly<Record<string, string>> = {
  'self-heal': 'self-heal',
  revision: 'sync of a new revision',
  manual: 'sync by hand',
  other: 'sync',
};

function healName(kind: string): string {
  return HEAL_NAMES[kind] ?? kind;
}

/** Names of levels that would stand on one another move apart. */
function apart(levels: readonly Level[]): Level[] {
  const sorted = levels.toSorted((a, b) => a.labelY - b.labelY);
  let above = Number.NEGATIVE_INFINITY;
  return sorted.map((level) => {
    const labelY = Math.max(level.labelY, above + LINE);
    above = labelY;
    return { ...level, labelY };
  });
}

/** Labels in order of importance, leaving out those that would touch another. */
function spaced(values: readonly number[], yOf: (value: number) => number): { y: number; label: string }[] {
  const ticks: { y: number; label: string }[] = [];
  for (const value of values) {
    const y = yOf(value);
    if (ticks.every((tick) => Math.abs(tick.y - y) >= LINE)) ticks.push({ y, label: String(value) });
  }
  return ticks;
}

function titleOf(row: Row): string {
  return `${row.at.slice(11, 23)} ${row.writer}: ${valueLabel(row.from)} → ${valueLabel(row.to)}`;
}

function valueKey(value: EvidenceDocument['to'] | undefined): string {
  return JSON.stringify(value ?? null);
}

/** A digest has no meaning beyond being another. */
function shortValue(value: EvidenceDocument['to']): string {
  const mark = redactedMark(value);
  return mark === null ? valueLabel(value) : `digest ${mark}`;
}

/** Cut to so many letters. What hides is shown before it is counted. */
export function shortened(text: string, room: number): string {
  const shown = visible(text);
  return shown.length <= room ? shown : `${shown.slice(0, Math.max(1, room - 1))}…`;
}
