/**
 * What Kubernetes Events of both sides still tell of the last hour: partial syncs on the Application, rescales on the
 * autoscaler. They expire and may be switched off, so they only add to what a restart finds; no verdict rests on them.
 */
import type { EventFact, Millis, ObjectRef } from '../model/facts.ts';
import { keyOf } from '../model/refs.ts';

/** Events live an hour by default (kube-apiserver --event-ttl). */
const KEPT_MS = 60 * 60_000;

export interface Told {
  readonly count: number;
  readonly firstAt: Millis;
  readonly lastAt: Millis;
}

export class HealEvents {
  readonly #told = new Map<string, Told>();

  /** A self-heal completes as "Partial sync operation to … succeeded" (appcontroller.go:1721); a scale as SuccessfulRescale. */
  observe(event: EventFact): void {
    const partialSync = event.reason === 'OperationCompleted' && event.message.startsWith('Partial sync operation');
    if (!partialSync && event.reason !== 'SuccessfulRescale') return;
    const key = keyOf(event.regarding);
    const told = this.#told.get(key);
    this.#told.set(key, {
      count: (told?.count ?? 0) + Math.max(1, partialSync ? 1 : event.count),
      firstAt: Math.min(told?.firstAt ?? event.lastAt, event.lastAt),
      lastAt: Math.max(told?.lastAt ?? 0, event.lastAt),
    });
  }

  about(ref: ObjectRef, now: Millis): Told | null {
    const told = this.#told.get(keyOf(ref));
    return told === undefined || now - told.lastAt > KEPT_MS ? null : told;
  }

  prune(now: Millis): void {
    for (const [key, told] of this.#told) if (now - told.lastAt > KEPT_MS) this.#told.delete(key);
  }
}
