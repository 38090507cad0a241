/** How often something may happen: so many at once, and then one every so often. Time is given, none is kept running. */
import type { Millis } from '../model/facts.ts';

export interface Rate {
  readonly burst: number;
  /** One more after this long. */
  readonly everyMs: Millis;
}

/** One bucket a key, and one for all of them together. */
export class TokenBuckets {
  readonly #perKey: Rate;
  readonly #inAll: Bucket;
  readonly #most: number;
  readonly #buckets = new Map<string, Bucket>();

  /** `most` keys are remembered; the one that was used least recently is forgotten first, and is full again by that. */
  constructor(perKey: Rate, inAll: Rate, most: number) {
    this.#perKey = perKey;
    this.#inAll = new Bucket(inAll);
    this.#most = most;
  }

  /** Takes a token where both buckets have one. `now` on a clock that never goes back. */
  take(key: string, now: Millis): boolean {
    const bucket = this.#buckets.get(key) ?? new Bucket(this.#perKey);
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > this.#most) this.#buckets.delete(this.#buckets.keys().next().value ?? '');
    if (!bucket.has(now) || !this.#inAll.has(now)) return false;
    bucket.take();
    this.#inAll.take();
    return true;
  }
}

class Bucket {
  readonly #rate: Rate;
  #tokens: number;
  #filledAt: Millis | null = null;

  constructor(rate: Rate) {
    this.#rate = rate;
    this.#tokens = rate.burst;
  }

  has(now: Millis): boolean {
    const passed = Math.max(0, now - (this.#filledAt ?? now));
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + passed / this.#rate.everyMs);
    this.#filledAt = now;
    return this.#tokens >= 1;
  }

  take(): void {
    this.#tokens -= 1;
  }
}
