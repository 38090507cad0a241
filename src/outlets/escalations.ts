/**
 * When a fight becomes a matter of capacity: the workload lacked a quarter of the replicas its autoscaler wants, on
 * average over ten minutes, for two minutes on end. The same rule as the alert TugwatchCapacityShort, so that a message
 * and the alert do not disagree.
 */
import type { Millis } from '../model/facts.ts';
import type { ContestedCounts } from '../model/observations.ts';

export const CAPACITY_SHARE = 0.25;
const WINDOW_MS = 10 * 60_000;
const FOR_MS = 2 * 60_000;

interface Sample {
  readonly at: Millis;
  readonly replicaSecondsShort: number;
  readonly wanted: number;
}

interface Watched {
  samples: Sample[];
  shortSince: Millis | null;
}

export class Escalations {
  readonly #watched = new Map<string, Watched>();
  readonly #escalated = new Set<string>();

  /** Looks at all conflicts. Returns the ids of those that escalate now; each does once, until it is over. */
  look(now: Millis, contested: readonly ContestedCounts[]): string[] {
    const fresh: string[] = [];
    const open = new Set<string>();
    for (const { conflictId, state, replicaSecondsShort, replicas } of contested) {
      if (state !== 'confirmed') continue;
      open.add(conflictId);
      const wanted = replicas?.wanted ?? null;
      if (this.#escalated.has(conflictId) || wanted === null || wanted <= 0) continue;
      if (!this.#isShort(conflictId, { at: now, replicaSecondsShort, wanted })) continue;
      this.#escalated.add(conflictId);
      this.#watched.delete(conflictId);
      fresh.push(conflictId);
    }
    for (const id of this.#watched.keys()) if (!open.has(id)) this.#watched.delete(id);
    return fresh;
  }

  has(conflictId: string): boolean {
    return this.#escalated.has(conflictId);
  }

  /** The fight is over, and that was told: the next one may escalate again. */
  forget(conflictId: string): void {
    this.#escalated.delete(conflictId);
  }

  all(): string[] {
    return [...this.#escalated];
  }

  restore(ids: readonly string[]): void {
    for (const id of ids) this.#escalated.add(id);
  }

  #isShort(id: string, sample: Sample): boolean {
    const watched = this.#watched.get(id) ?? { samples: [], shortSince: null };
    this.#watched.set(id, watched);
    watched.samples.push(sample);
    const from = sample.at - WINDOW_MS;
    // The newest one before the window stays: from it the window is measured.
    const first = watched.samples.findLastIndex(({ at }) => at <= from);
    if (first > 0) watched.samples = watched.samples.slice(first);
    const [oldest = sample] = watched.samples;
    const short = Math.max(0, sample.replicaSecondsShort - oldest.replicaSecondsShort);
    const wanted = watched.samples.reduce((sum, each) => sum + each.wanted, 0) / watched.samples.length;
    // Time that was not watched counts as without loss: a fight escalates late rather than on its first minute.
    const seconds = Math.max(WINDOW_MS, sample.at - oldest.at) / 1000;
    if (short / seconds / wanted <= CAPACITY_SHARE) watched.shortSince = null;
    else watched.shortSince ??= sample.at;
    return watched.shortSince !== null && sample.at - watched.shortSince >= FOR_MS;
  }
}
