/** Which objects are under the lens, their last version in full, and the queue of requests to the source. */
import type { LensFact, Millis, ObjectRef } from '../model/facts.ts';
import type { LensRequest } from '../model/ports.ts';
import { keyOf } from '../model/refs.ts';

/** A lens stays open this long after the last sign of trouble. */
const IDLE_MS = 30 * 60_000;
/** Lenses open at once: a watch each on a live cluster. */
const MOST = 50;

export interface Lens {
  readonly ref: ObjectRef;
  readonly reason: string;
  /** The field manager that gave rise to the suspicion; null when heals did. */
  readonly suspect: string | null;
  /** When the object was last known to change before the lens saw it. */
  changedAt: Millis;
  previous: LensFact | null;
  lastTroubleAt: Millis;
}

export class LensDesk {
  readonly #lenses = new Map<string, Lens>();
  #requests: LensRequest[] = [];
  /** Requests refused because too many lenses were open. */
  refused = 0;

  open(ref: ObjectRef, reason: string, changedAt: Millis, suspect: string | null = null): void {
    const key = keyOf(ref);
    const known = this.#lenses.get(key);
    if (known !== undefined) {
      known.lastTroubleAt = Math.max(known.lastTroubleAt, changedAt);
      return;
    }
    if (this.#lenses.size >= MOST) {
      this.refused += 1;
      return;
    }
    this.#lenses.set(key, { ref, reason, suspect, changedAt, previous: null, lastTroubleAt: changedAt });
    this.#requests.push({ action: 'open', ref, reason });
  }

  get(ref: ObjectRef): Lens | undefined {
    return this.#lenses.get(keyOf(ref));
  }

  touch(ref: ObjectRef, at: Millis): void {
    const lens = this.#lenses.get(keyOf(ref));
    if (lens !== undefined) lens.lastTroubleAt = Math.max(lens.lastTroubleAt, at);
  }

  /** Closes what has been quiet and is not part of an open conflict. */
  closeIdle(now: Millis, contested: (ref: ObjectRef) => boolean): void {
    for (const [key, lens] of this.#lenses) {
      if (now - lens.lastTroubleAt <= IDLE_MS || contested(lens.ref)) continue;
      this.#lenses.delete(key);
      this.#requests.push({ action: 'close', ref: lens.ref, reason: 'quiet' });
    }
  }

  takeRequests(): LensRequest[] {
    const requests = this.#requests;
    this.#requests = [];
    return requests;
  }
}
