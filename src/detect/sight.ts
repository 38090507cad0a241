/** Whether silence proves anything now: a watch that is interrupted shows nothing, and so does the time before it came back. */
import type { Millis } from '../model/facts.ts';

/** Kinds without which silence proves nothing: those that show writes, heals and rules. */
const ESSENTIAL = new Set(['deployments', 'statefulsets', 'rollouts', 'applications', 'horizontalpodautoscalers']);

export class Sight {
  readonly #blind = new Set<string>();
  #since: Millis | null = null;

  /** Time is told; what was before the first of it was not seen. */
  opened(at: Millis): void {
    this.#since ??= at;
  }

  interrupted(resource: string): void {
    if (ESSENTIAL.has(resource)) this.#blind.add(resource);
  }

  synced(resource: string, at: Millis): void {
    if (this.#blind.delete(resource)) this.#since = Math.max(this.#since ?? at, at);
  }

  get blind(): boolean {
    return this.#blind.size > 0;
  }

  /** From here on every essential kind was seen without a break. */
  get sightedSince(): Millis {
    return this.#since ?? 0;
  }
}
