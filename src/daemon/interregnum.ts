/**
 * What is observed while nobody leads, at a start and between two leaders, would be told by none: every replica leaves it
 * to the leader. So it is kept, and whoever leads next hands it to its outlets once more.
 */
import type { Millis } from '../model/facts.ts';
import type { Observation } from '../model/observations.ts';
import type { Leadership } from './leadership.ts';

export interface InterregnumOptions {
  readonly leadership: Leadership;
  /** When another leader was last known to live; monotonic. What came before it is that leader's to tell. */
  readonly lastSign: () => Millis;
  readonly monotonic: () => Millis;
  /** Whether the leader before has told of it, as far as it has left word. */
  readonly isTold: (observation: Observation) => boolean;
  readonly hand: (observation: Observation) => void;
}

/** A cluster in which more begins between two leaders has other worries; the oldest go first. */
const MOST = 500;

export class Interregnum {
  readonly #options: InterregnumOptions;
  #kept: { readonly at: Millis; readonly tell: () => void }[] = [];

  constructor(options: InterregnumOptions) {
    this.#options = options;
    options.leadership.onChange((leads) => {
      if (leads) this.#handOver();
    });
  }

  observe(observation: Observation): void {
    const { hand, isTold } = this.#options;
    // Heals are many, and nobody is told of one.
    if (observation.type === 'heal') return;
    this.keep(() => {
      if (!isTold(observation)) hand(observation);
    });
  }

  /** Does it in its turn when this process begins to lead; nothing while somebody leads. */
  keep(tell: () => void): void {
    const { leadership, monotonic } = this.#options;
    if (leadership.leads()) return;
    this.#forgetTold();
    this.#kept.push({ at: monotonic(), tell });
    if (this.#kept.length > MOST) this.#kept.shift();
  }

  #handOver(): void {
    this.#forgetTold();
    const kept = this.#kept;
    this.#kept = [];
    for (const { tell } of kept) tell();
  }

  #forgetTold(): void {
    const sign = this.#options.lastSign();
    this.#kept = this.#kept.filter(({ at }) => at >= sign);
  }
}
