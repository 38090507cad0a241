/**
 * While the mandatory kinds are listed, all others let them go first. There is one thread, and dividing it evenly would make
 * everything late: readiness waits for those kinds alone, and they are the smaller part of most estates. Requests are under way
 * all the same: a server takes its time to answer.
 */
import { setImmediate } from 'node:timers/promises';

/** So many turns of the event loop without anything of theirs: one of them may be their own pause (turns.ts). */
const QUIET_TURNS = 2;

export class Precedence {
  readonly #allListed: () => boolean;
  readonly #nextTurn: () => Promise<void>;
  #went = 0;
  #over = false;

  /** @param allListed every mandatory kind; never asked again once it is so */
  constructor(allListed: () => boolean, nextTurn: () => Promise<void> = setImmediate) {
    this.#allListed = allListed;
    this.#nextTurn = nextTurn;
  }

  /** Something of the list of a mandatory kind was dealt with. */
  went(): void {
    this.#went += 1;
  }

  /** What another kind waits for; undefined where nobody goes before it. Whoever waits for the server keeps nobody. */
  mayGo(): Promise<void> | undefined {
    return this.#isOver() ? undefined : this.#letThemGo();
  }

  #isOver(): boolean {
    this.#over ||= this.#allListed();
    return this.#over;
  }

  async #letThemGo(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS && !this.#isOver(); quiet += 1) {
      const seen = this.#went;
      await this.#nextTurn();
      if (seen !== this.#went) quiet = -1;
    }
  }
}
