/**
 * How far each receiver has been told of each fight that is going on. What is to be told follows from it and from the
 * state of the fight, so that nothing is told twice or not at all over a restart, a change of leader, or a receiver that
 * was away. Small on purpose: an entry goes when its fight is over and that was told.
 */
import type { Severity } from '../model/verdicts.ts';

/** null: nothing yet. over: its end is on the way. */
export type Phase = 'confirmed' | 'escalated' | 'over' | null;

export interface Entry {
  /** What has been told, or need not be. */
  told: Phase;
  /** What is on its way, or told. */
  queued: Phase;
  /** The gravest so far. */
  severity: Severity;
}

/** As it is stored: receiver to conflict to what was told and how grave it was. */
export type StoredTold = Record<string, Record<string, readonly [Phase, Severity]>>;

/** Fights that are followed for one receiver: nobody reads more messages than this, and a checkpoint has to stay small. */
export const MOST_FOLLOWED = 1_000;
const PHASES: readonly unknown[] = ['confirmed', 'escalated', 'over', null];
const SEVERITIES: readonly unknown[] = ['info', 'warning', 'critical'];

export class ToldLedger {
  readonly #receivers = new Map<string, Map<string, Entry>>();

  get(receiver: string, conflictId: string): Entry | undefined {
    return this.#receivers.get(receiver)?.get(conflictId);
  }

  /** null when so many are followed already: one that gave way would be told of anew. */
  open(receiver: string, conflictId: string): Entry | null {
    const entries = this.#receivers.get(receiver) ?? new Map<string, Entry>();
    this.#receivers.set(receiver, entries);
    if (entries.size >= MOST_FOLLOWED) return null;
    const entry: Entry = { told: null, queued: null, severity: 'warning' };
    entries.set(conflictId, entry);
    return entry;
  }

  /** Forgets fights that nobody knows of any more, such as those that a checkpoint had to go without. */
  keepKnown(receiver: string, isKnown: (conflictId: string) => boolean): void {
    const entries = this.#receivers.get(receiver);
    for (const id of entries?.keys() ?? []) if (!isKnown(id)) entries?.delete(id);
  }

  /** `phase` has been told, or will never be; only what is still the newest on its way counts. */
  settle(receiver: string, conflictId: string, phase: Phase): void {
    const entry = this.get(receiver, conflictId);
    if (entry === undefined) return;
    if (phase === 'over' && entry.queued === 'over') this.#receivers.get(receiver)?.delete(conflictId);
    else entry.told = phase;
  }

  /** Forgets receivers that are no more. */
  keep(receivers: readonly string[]): void {
    for (const name of this.#receivers.keys()) if (!receivers.includes(name)) this.#receivers.delete(name);
  }

  save(): StoredTold {
    return Object.fromEntries(
      [...this.#receivers].map(([name, entries]) => [
        name,
        Object.fromEntries([...entries].map(([id, { told, severity }]) => [id, [told, severity] as const])),
      ]),
    );
  }

  /** Takes the place of all that was known. @throws Error with half a sentence when it is nothing of ours */
  restore(value: unknown): void {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('it is no map');
    this.#receivers.clear();
    for (const [name, entries] of Object.entries(value as StoredTold)) {
      if (typeof entries !== 'object' || entries === null) continue;
      for (const [id, stored] of Object.entries(entries).slice(0, MOST_FOLLOWED)) {
        if (!Array.isArray(stored) || !PHASES.includes(stored[0]) || !SEVERITIES.includes(stored[1])) continue;
        const entry = this.open(name, id);
        if (entry === null) break;
        // What was on its way then is on its way no more.
        entry.told = stored[0];
        entry.queued = stored[0];
        entry.severity = stored[1];
      }
    }
  }
}
