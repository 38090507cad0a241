/**
 * What survives a restart: the conflicts with their scores, the recent writes of contested fields, the last operations,
 * what they healed without an explanation, the notices. Plain JSON with a version; an older or newer one that is not understood is refused, not guessed at.
 */
import type { Millis } from '../model/facts.ts';
import type { Heal, Notice } from '../model/verdicts.ts';
import { type CourseRecord, newCourse } from './course.ts';
import type { HealedObject } from './healed-objects.ts';
import type { ConflictRecord } from './record.ts';
import type { FieldTrack } from './tracks.ts';

/** Raised when a field changes its meaning. New optional fields do not raise it: version N−1 reads N. */
export const CHECKPOINT_VERSION = 1;

export interface DetectorState {
  readonly records: readonly ConflictRecord[];
  readonly tracks: readonly FieldTrack[];
  readonly heals: readonly (readonly [applicationUid: string, heals: readonly Heal[]])[];
  /** Objects that heals name and no write explains, with how often; absent where an older version wrote it. */
  readonly healed?: readonly HealedObject[];
  readonly notices: readonly Notice[];
}

type StoredRecord = Omit<ConflictRecord, 'fields' | 'course'> & {
  readonly fields: readonly (readonly [string, number])[];
  readonly course?: CourseRecord;
};

export interface Checkpoint {
  readonly schema: 'tugwatch.checkpoint';
  readonly version: number;
  /** When it was taken. */
  readonly at: Millis;
  readonly records: readonly StoredRecord[];
  readonly tracks: readonly FieldTrack[];
  readonly heals: DetectorState['heals'];
  readonly healed?: readonly HealedObject[];
  readonly notices: readonly Notice[];
}

/** The state as JSON; `JSON.stringify` of it loses nothing. */
export function takeCheckpoint(state: DetectorState, at: Millis): Checkpoint {
  return {
    schema: 'tugwatch.checkpoint',
    version: CHECKPOINT_VERSION,
    at,
    records: state.records.map((record) => ({ ...record, fields: [...record.fields] })),
    tracks: state.tracks,
    heals: state.heals,
    healed: state.healed ?? [],
    notices: state.notices,
  };
}

/** The state back, or one sentence why not. What is read is data from outside: nothing of it is trusted to be there. */
export function readCheckpoint(
  value: unknown,
): { readonly state: DetectorState; readonly at: Millis } | { readonly refused: string } {
  if (typeof value !== 'object' || value === null) return { refused: 'the checkpoint is no JSON object' };
  const stored = value as Partial<Checkpoint>;
  if (stored.schema !== 'tugwatch.checkpoint') return { refused: 'the file is no checkpoint of Tugwatch' };
  if (
    typeof stored.version !== 'number' ||
    stored.version > CHECKPOINT_VERSION + 1 ||
    stored.version < CHECKPOINT_VERSION
  ) {
    return {
      refused: `the checkpoint has version ${String(stored.version)}, and this is version ${CHECKPOINT_VERSION}`,
    };
  }
  if (!Array.isArray(stored.records) || typeof stored.at !== 'number')
    return { refused: 'the checkpoint is incomplete' };
  const records = stored.records.filter(isRecord).map(wholeRecord);
  return {
    at: stored.at,
    state: {
      records,
      tracks: Array.isArray(stored.tracks) ? stored.tracks : [],
      heals: Array.isArray(stored.heals) ? stored.heals : [],
      healed: Array.isArray(stored.healed) ? stored.healed : [],
      notices: Array.isArray(stored.notices) ? stored.notices : [],
    },
  };
}

/** An older version kept no course. */
function wholeRecord(record: StoredRecord): ConflictRecord {
  return { ...record, course: record.course ?? newCourse(record.startedAt), fields: new Map(record.fields) };
}

function isRecord(record: StoredRecord): boolean {
  return (
    typeof record === 'object' &&
    record !== null &&
    typeof record.id === 'string' &&
    typeof record.ref === 'object' &&
    Array.isArray(record.contenders) &&
    Array.isArray(record.fields)
  );
}
