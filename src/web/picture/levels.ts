/** Values over time as stretches between two ends: what was wanted, declared and ready. */
import type { ConflictDocument, CourseDocument } from '../../report/schema.ts';

export interface Span {
  readonly from: number;
  readonly to: number;
  readonly value: number;
}

/** One line across the picture. */
export interface LevelLine {
  readonly role: 'declared' | 'wanted';
  readonly name: string;
  readonly spans: readonly Span[];
}

type Levels = CourseDocument['wanted'];

/** The part of `levels` between two times, in milliseconds; `since`: the first value held before it was seen, too. */
export function spansOf(levels: Levels, start: number, end: number, since = false): Span[] {
  const spans: Span[] = [];
  levels.forEach(({ at, value }, index) => {
    if (value === null) return;
    const next = levels[index + 1];
    const from = since && index === 0 ? start : Math.max(start, Date.parse(at));
    const to = Math.min(end, next === undefined ? end : Date.parse(next.at));
    if (to > from) spans.push({ from, to, value });
  });
  return spans;
}

/** What Git declares and what the autoscaler wants, of a conflict over replicas. */
export function levelLines(conflict: ConflictDocument, start: number, end: number): LevelLine[] {
  const lines = declaredLines(conflict, start, end);
  const wanted = spansOf(conflict.course?.wanted ?? [], start, end);
  const last = conflict.impact.wanted;
  if (wanted.length > 0) lines.push({ role: 'wanted', name: 'wanted', spans: wanted });
  else if (last !== null)
    lines.push({ role: 'wanted', name: 'wanted', spans: [{ from: start, to: end, value: last }] });
  return lines;
}

/** Two Applications on one object declare each their own; the object shows only whose turn it was. */
function declaredLines(conflict: ConflictDocument, start: number, end: number): LevelLine[] {
  const owners = conflict.contenders.filter(({ kind }) => kind === 'argocd');
  const seen = spansOf(conflict.course?.declared ?? [], start, end, true);
  if (owners.length === 1 && seen.length > 0) return [{ role: 'declared', name: 'Git', spans: seen }];
  return owners.flatMap(({ name, values }) => {
    const value = values.at(-1);
    if (typeof value !== 'number') return [];
    const who = owners.length > 1 && name !== null ? name : 'Git';
    return [{ role: 'declared' as const, name: who, spans: [{ from: start, to: end, value }] }];
  });
}
