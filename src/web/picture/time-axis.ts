/** Where times stand on an axis, and round times to name on it (UTC). */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 7, 14, 28, 91].map((count) => count * DAY),
];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** Labels closer to the edge of the picture than this are anchored there. */
const EDGE = 24;

export interface TimeTick {
  readonly x: number;
  readonly label: string;
  readonly anchor: 'start' | 'middle' | 'end';
}

export interface TimeAxis {
  readonly start: number;
  readonly end: number;
  readonly xOf: (time: number) => number;
  readonly ticks: readonly TimeTick[];
}

/** `most`: how many labels fit between `left` and `right`. Times in milliseconds. */
export function timeAxis(start: number, end: number, left: number, right: number, most: number): TimeAxis {
  const span = Math.max(1, end - start);
  const xOf = (time: number) => round(left + ((time - start) / span) * (right - left));
  const step = STEPS.find((each) => span / each <= most) ?? Math.ceil(span / most / DAY) * DAY;
  const times: number[] = [];
  for (let time = Math.ceil(start / step) * step; time <= end; time += step) times.push(time);
  // So short a span that no round time lies in it.
  if (times.length === 0) times.push(start);
  const severalDays = dayOf(start) !== dayOf(end);
  const ticks = times.map((time, index) => {
    const x = xOf(time);
    const withDay = severalDays && (index === 0 || dayOf(times[index - 1] ?? 0) !== dayOf(time));
    return { x, label: labelOf(time, step, withDay), anchor: anchorOf(x, left, right) };
  });
  return { start, end, xOf, ticks };
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function labelOf(time: number, step: number, withDay: boolean): string {
  const at = new Date(time).toISOString();
  const day = `${Number(at.slice(8, 10))} ${MONTHS[Number(at.slice(5, 7)) - 1]}`;
  if (step >= DAY) return day;
  const clock = at.slice(11, step < MINUTE ? 19 : 16);
  return withDay ? `${day} ${clock}` : clock;
}

function dayOf(time: number): number {
  return Math.floor(time / DAY);
}

function anchorOf(x: number, left: number, right: number): TimeTick['anchor'] {
  if (x - left < EDGE) return 'start';
  return right - x < EDGE ? 'end' : 'middle';
}
