/** The tracks of all fields that were written lately; a quiet workload has none. */
import type { Millis, ObjectRef } from '../model/facts.ts';
import { keyOf } from '../model/refs.ts';
import type { Write } from '../model/verdicts.ts';
import { type FieldTrack, newTrack, type Reversal, recordWrite } from './tracks.ts';

/** Fields of one object with a history of their own; who writes more of them than this is no contender over each. */
const MOST_FIELDS = 256;

export interface TrackHandle {
  take(write: Write): Reversal[];
}

export class TrackStore {
  readonly #byObject = new Map<string, Map<string, FieldTrack>>();
  /** Histories that were dropped because one object had too many. */
  dropped = 0;

  /** The track of one field; a fresh one is first told what stood there. A new object of the same name starts anew. */
  obtain(ref: ObjectRef, uid: string, field: string, open: (fresh: FieldTrack) => void): TrackHandle {
    const key = keyOf(ref);
    const fields = this.#byObject.get(key) ?? new Map<string, FieldTrack>();
    this.#byObject.set(key, fields);
    let track = fields.get(field);
    if (track === undefined || track.uid !== uid) {
      track = newTrack(ref, uid, field);
      open(track);
      if (!fields.has(field) && fields.size >= MOST_FIELDS) this.#dropStalest(fields);
      fields.set(field, track);
    }
    const found = track;
    return { take: (write) => recordWrite(found, write) };
  }

  find(ref: ObjectRef, field: string): FieldTrack | undefined {
    return this.#byObject.get(keyOf(ref))?.get(field);
  }

  writesOf(ref: ObjectRef, field?: string): Write[] {
    const fields = this.#byObject.get(keyOf(ref));
    if (fields === undefined) return [];
    if (field !== undefined) return [...(fields.get(field)?.writes ?? [])];
    return [...fields.values()].flatMap((track) => track.writes).sort((a, b) => a.at - b.at);
  }

  /** The track of an object that was made anew under its name: its history goes on under the new uid. */
  adopt(ref: ObjectRef, uid: string, field: string, open: (fresh: FieldTrack) => void): TrackHandle {
    const known = this.find(ref, field);
    if (known !== undefined) known.uid = uid;
    return this.obtain(ref, uid, field, open);
  }

  all(): FieldTrack[] {
    return [...this.#byObject.values()].flatMap((fields) => [...fields.values()]);
  }

  restore(tracks: readonly FieldTrack[]): void {
    for (const track of tracks) {
      const key = keyOf(track.ref);
      const fields = this.#byObject.get(key) ?? new Map<string, FieldTrack>();
      fields.set(track.field, track);
      this.#byObject.set(key, fields);
    }
  }

  #dropStalest(fields: Map<string, FieldTrack>): void {
    let stalest: FieldTrack | undefined;
    for (const track of fields.values()) if (stalest === undefined || lastAt(track) < lastAt(stalest)) stalest = track;
    if (stalest === undefined) return;
    fields.delete(stalest.field);
    this.dropped += 1;
  }

  forget(ref: ObjectRef): void {
    this.#byObject.delete(keyOf(ref));
  }

  prune(before: Millis, contested: (ref: ObjectRef) => boolean): void {
    for (const [key, fields] of this.#byObject) {
      for (const [field, track] of fields) {
        if ((track.writes.at(-1)?.at ?? 0) < before && !contested(track.ref)) fields.delete(field);
      }
      if (fields.size === 0) this.#byObject.delete(key);
    }
  }
}

function lastAt(track: FieldTrack): Millis {
  return track.writes.at(-1)?.at ?? track.blocks.at(-1)?.lastAt ?? 0;
}
