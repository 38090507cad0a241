/** How well one kind is seen: what the health of its watch shows, and when the stream of changes must say so. */
import type { Change, Millis } from '../model/facts.ts';
import type { WatchHealth, WatchState } from '../model/health.ts';
import type { KubeError } from './errors.ts';
import { resourceName, unavailableMessage } from './reflector-events.ts';
import type { WatchedResource } from './resources.ts';
import type { Timers } from './timers.ts';

export class WatchSight {
  readonly #resource: WatchedResource;
  readonly #timers: Timers;
  readonly #emit: (change: Change) => void;
  #state: WatchState = 'listing';
  #listed = false;
  #lastContactAt: Millis | null = null;
  #corrections = 0;
  #gaps = 0;
  #message = '';

  constructor(resource: WatchedResource, timers: Timers, emit: (change: Change) => void) {
    this.#resource = resource;
    this.#timers = timers;
    this.#emit = emit;
  }

  health(): Omit<WatchHealth, 'cluster'> {
    return {
      resource: resourceName(this.#resource),
      mandatory: this.#resource.mandatory,
      state: this.#state,
      listed: this.#listed,
      lastContactAt: this.#lastContactAt,
      corrections: this.#corrections,
      gaps: this.#gaps,
      message: this.#message,
    };
  }

  /** A byte came from the API server. */
  contact(): void {
    this.#lastContactAt = this.#timers.now();
  }

  /** A list begins. A second one means that versions may have been missed. */
  listing(): void {
    if (this.#listed) this.#gaps += 1;
    if (this.#state === 'interrupted') this.#state = 'listing';
  }

  listed(): void {
    this.#listed = true;
    this.watching();
  }

  /** The watch has told everything up to now: silence proves something again. */
  watching(): void {
    if (this.#state === 'watching') return;
    this.#state = 'watching';
    this.#message = '';
    this.#emit({ type: 'synced', at: this.#timers.now(), resource: this.#resource.resource });
  }

  /** The watch broke: silence proves nothing. */
  interrupted(reason: string): void {
    const wasWatching = this.#state === 'watching';
    this.#state = 'interrupted';
    this.#message = reason;
    if (!wasWatching) return;
    this.#emit({ type: 'interrupted', at: this.#timers.now(), resource: this.#resource.resource, reason });
  }

  /** The kind is denied or not served. Returns the sentence to tell, or null when it was told already. */
  unavailable(error: KubeError): string | null {
    const state = error.kind === 'forbidden' ? 'forbidden' : 'absent';
    const known = this.#state === state;
    const message = unavailableMessage(resourceName(this.#resource), error);
    this.interrupted(message);
    this.#state = state;
    return known ? null : message;
  }

  corrected(count: number): void {
    this.#corrections += count;
  }
}
