/** Watches that have much to tell at once let everything else have its turn: requests are answered in between. */
import { setImmediate } from 'node:timers/promises';

/** A few milliseconds of work, from the bytes of the wire to verdicts. */
const TURN_BYTES = 256 * 1024;

export class Turns {
  readonly #nextTurn: () => Promise<void>;
  #bytes = 0;
  #waiting: Promise<void> | null = null;

  constructor(nextTurn: () => Promise<void> = setImmediate) {
    this.#nextTurn = nextTurn;
  }

  /** So much was read and dealt with. What to wait for before more is; undefined when it is too little to make others wait. */
  took(bytes: number): Promise<void> | undefined {
    this.#bytes += bytes;
    if (this.#bytes < TURN_BYTES) return undefined;
    this.#waiting ??= this.#nextTurn().then(() => {
      this.#bytes = 0;
      this.#waiting = null;
    });
    return this.#waiting;
  }
}

/** One for all watches: there is one thread. */
export const TURNS = new Turns();
