/** The rhythm of a whole fight as bars: how many reversals fell into each slot of time. */
import type { ConflictDocument } from '../../report/schema.ts';
import { round, type TimeTick, timeAxis } from './time-axis.ts';
import type { TimelineSize } from './timeline.ts';

export interface Rhythm {
  readonly bars: readonly { readonly x: number; readonly y: number; readonly width: number; readonly height: number }[];
  /** The part that the timeline shows write by write. */
  readonly shown: { readonly x1: number; readonly x2: number } | null;
  readonly most: number;
  readonly total: number;
  readonly slotSeconds: number;
  readonly xTicks: readonly TimeTick[];
  readonly plot: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };
}

/** `now` is the end of the report's window, `shownFrom` where the timeline begins. Null where no reversal is older than that. */
export function layoutRhythm(
  conflict: ConflictDocument,
  now: string,
  shownFrom: string,
  size: TimelineSize,
): Rhythm | null {
  const rhythm = conflict.course?.rhythm;
  if (rhythm === undefined) return null;
  const { counts, slotSeconds } = rhythm;
  const plot = { left: 28, right: size.width - 12, top: 8, bottom: size.height - 22 };
  const start = Date.parse(rhythm.from);
  const slotMs = slotSeconds * 1000;
  const isOlder = (slot: number) => start + (slot + 1) * slotMs <= Date.parse(shownFrom);
  if (!counts.some((count, slot) => count > 0 && isOlder(slot))) return null;
  const end = Math.max(start + counts.length * slotMs, Date.parse(conflict.resolvedAt ?? now));
  const axis = timeAxis(start, end, plot.left, plot.right, size.width < 500 ? 3 : 6);
  const most = Math.max(...counts);
  const bars = counts.flatMap((count, slot) => {
    if (count === 0) return [];
    const x = axis.xOf(start + slot * slotMs);
    const wide = axis.xOf(start + (slot + 1) * slotMs) - x;
    const height = round((count / most) * (plot.bottom - plot.top));
    return [{ x, y: round(plot.bottom - height), width: round(Math.max(1, wide - 1)), height }];
  });
  const from = Math.max(start, Date.parse(shownFrom));
  return {
    bars,
    shown: from < end ? { x1: axis.xOf(from), x2: plot.right } : null,
    most,
    total: counts.reduce((sum, count) => sum + count, 0),
    slotSeconds,
    xTicks: axis.ticks,
    plot,
  };
}
