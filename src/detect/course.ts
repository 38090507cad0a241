/**
 * How a fight went, for whoever draws it: what was wanted, declared and ready over time, the operations of Argo CD, and
 * the rhythm of the whole fight. All of it is bounded: the newest push out the oldest, and the rhythm gets coarser.
 */
import type { Millis } from '../model/facts.ts';
import type { Course, CourseHeal, Heal, LevelAt } from '../model/verdicts.ts';

const HEALS = 40;
const LEVELS = 60;
/** Pods come up one by one: several changes a write. */
const READY_LEVELS = 160;
const RHYTHM_SLOTS = 90;
const FIRST_SLOT_MS = 5_000;

export interface CourseRecord {
  readonly heals: (CourseHeal & { readonly startedAt: Millis })[];
  readonly wanted: LevelAt[];
  readonly declared: LevelAt[];
  readonly ready: LevelAt[];
  readonly rhythm: { readonly from: Millis; slotMs: number; counts: number[] };
}

/** The three values beside spec.replicas; null where the cluster does not show one. */
export interface Levels {
  readonly wanted: number | null;
  readonly declared: number | null;
  readonly ready: number | null;
}

export function newCourse(from: Millis): CourseRecord {
  return { heals: [], wanted: [], declared: [], ready: [], rhythm: { from, slotMs: FIRST_SLOT_MS, counts: [] } };
}

/** Takes one operation in, or what is newly known of it. */
export function noteHeal(course: CourseRecord, heal: Heal): void {
  // Over when first seen (a list): only the controller's own time says when it was.
  const at = heal.endSeenAt === heal.seenAt ? heal.startedAt : heal.seenAt;
  const known = course.heals.findIndex((one) => one.startedAt === heal.startedAt);
  const entry = { at, endedAt: heal.endSeenAt, startedAt: heal.startedAt, kind: heal.kind, phase: heal.phase };
  if (known >= 0) course.heals[known] = entry;
  else keep(course.heals, entry, HEALS);
}

/** Remembers the levels that have changed. */
export function noteLevels(course: CourseRecord, at: Millis, levels: Levels): void {
  noteLevel(course.wanted, at, levels.wanted, LEVELS);
  noteLevel(course.declared, at, levels.declared, LEVELS);
  noteLevel(course.ready, at, levels.ready, READY_LEVELS);
}

/** Counts one reversal in its slot; the slots double when the fight outgrows them. */
export function noteRound(course: CourseRecord, at: Millis): void {
  const { rhythm } = course;
  const slotAt = () => Math.max(0, Math.floor((at - rhythm.from) / rhythm.slotMs));
  while (slotAt() >= RHYTHM_SLOTS) {
    const { counts } = rhythm;
    rhythm.slotMs *= 2;
    rhythm.counts = Array.from(
      { length: Math.ceil(counts.length / 2) },
      (_, slot) => (counts[2 * slot] ?? 0) + (counts[2 * slot + 1] ?? 0),
    );
  }
  const slot = slotAt();
  while (rhythm.counts.length <= slot) rhythm.counts.push(0);
  rhythm.counts[slot] = (rhythm.counts[slot] ?? 0) + 1;
}

/** A copy that the record's going on does not change. */
export function courseOf({ heals, wanted, declared, ready, rhythm }: CourseRecord): Course {
  return {
    heals: heals.map(({ at, endedAt, kind, phase }) => ({ at, endedAt, kind, phase })),
    wanted: [...wanted],
    declared: [...declared],
    ready: [...ready],
    rhythm: { ...rhythm, counts: [...rhythm.counts] },
  };
}

function noteLevel(levels: LevelAt[], at: Millis, value: number | null, most: number): void {
  const last = levels.at(-1);
  if (last?.value === value || (last === undefined && value === null)) return;
  if (last?.at === at) levels.pop();
  keep(levels, { at, value }, most);
}

function keep<T>(list: T[], entry: T, most: number): void {
  list.push(entry);
  if (list.length > most) list.shift();
}
