/** What the detector remembers, taken down, put back at a start, and merged with what another replica remembers. */
import type { Millis } from '../model/facts.ts';
import { type Checkpoint, readCheckpoint, takeCheckpoint } from './checkpoint.ts';
import type { HealedObjects } from './healed-objects.ts';
import type { HealLog } from './heals.ts';
import type { Ledger } from './ledger.ts';
import type { LensDesk } from './lens-desk.ts';
import type { NoticeBoard } from './notices.ts';
import type { ConflictRecord } from './record.ts';
import { scoreAt } from './score.ts';
import type { TrackStore } from './track-store.ts';
import { REPLICAS } from './writes.ts';

export interface Memory {
  readonly ledger: Ledger;
  readonly tracks: TrackStore;
  readonly heals: HealLog;
  readonly healed: HealedObjects;
  readonly board: NoticeBoard;
  readonly desk: LensDesk;
}

export function takeMemory({ ledger, tracks, heals, healed, board }: Memory, now: Millis): Checkpoint {
  const records = [...ledger.all()];
  const state = { records, tracks: tracks.all(), heals: heals.all(), healed: healed.all(), notices: board.all() };
  return takeCheckpoint(state, now);
}

/** Before the first change. Why it was refused, or null. */
export function restoreMemory(memory: Memory, checkpoint: unknown): string | null {
  const read = readCheckpoint(checkpoint);
  if ('refused' in read) return read.refused;
  const { records, tracks, heals, healed, notices } = read.state;
  for (const record of records) admit(memory, record, read.at);
  memory.tracks.restore(tracks);
  memory.heals.restore(heals);
  memory.healed.restore(healed ?? []);
  memory.board.restore(notices);
  return null;
}

/**
 * While changes are taken in: what was seen here stays as it was seen, and what only the other has seen is added. Tells
 * nothing: the other has told it. Returns how many open conflicts were unknown here, or why it was refused.
 */
export function mergeMemory(memory: Memory, checkpoint: unknown, now: Millis): number | string {
  const read = readCheckpoint(checkpoint);
  if ('refused' in read) return read.refused;
  let unknown = 0;
  for (const stored of read.state.records) {
    const own = memory.ledger.byId(stored.id);
    if (own !== undefined) mergeRecord(own, stored, now);
    else {
      admit(memory, stored, read.at);
      if (stored.state === 'suspected' || stored.state === 'confirmed') unknown += 1;
    }
  }
  memory.healed.restore((read.state.healed ?? []).filter(({ ref }) => memory.healed.get(ref) === undefined));
  memory.board.restore([...read.state.notices, ...memory.board.all()]);
  return unknown;
}

function admit({ ledger, desk }: Memory, record: ConflictRecord, at: Millis): void {
  ledger.restore(record);
  record.insufficientHistory ||= record.state !== 'resolved';
  if (record.fieldClass !== REPLICAS && record.state !== 'resolved')
    desk.open(record.ref, 'contested before the restart', at);
}

/** The same conflict, seen by two: it began when the first saw it, and is as certain as the surer of them says. */
export function mergeRecord(own: ConflictRecord, stored: ConflictRecord, now: Millis): void {
  // An end was seen with its reason, here or there; what is still on in the other's eyes will show itself.
  if (own.state === 'resolved' || stored.state === 'resolved') return;
  own.startedAt = Math.min(own.startedAt, stored.startedAt);
  if (stored.detectedAt !== null) own.detectedAt = Math.min(own.detectedAt ?? stored.detectedAt, stored.detectedAt);
  if (certainty(stored) > certainty(own)) {
    own.state = stored.state;
    own.proven ||= stored.proven;
  }
  if (scoreAt(stored.score, now) > scoreAt(own.score, now)) own.score = { ...stored.score };
  own.reversals = Math.max(own.reversals, stored.reversals);
  const { impact } = own;
  impact.replicaSecondsShort = Math.max(impact.replicaSecondsShort, stored.impact.replicaSecondsShort);
  impact.podsCreated = Math.max(impact.podsCreated, stored.impact.podsCreated);
  impact.podsDeleted = Math.max(impact.podsDeleted, stored.impact.podsDeleted);
  for (const [field, count] of stored.fields) own.fields.set(field, Math.max(own.fields.get(field) ?? 0, count));
}

function certainty({ state }: ConflictRecord): number {
  return ['candidate', 'suspected', 'confirmed'].indexOf(state);
}
