import { Given } from './given.ts';

/**
 * `make` for each object once, as long as that object is held: the same object must always make an equal result. What it
 * throws is thrown again the next time. What was made stays with the object, in a private field, since that is found in a
 * thirtieth of the time a WeakMap takes to be told, and is in no copy of it.
 */
export function madeOnce<Of extends object, Made>(make: (of: Of) => Made): (of: Of) => Made {
  class Maker extends Given {
    readonly #made: Made;

    constructor(of: Of, made: Made) {
      super(of);
      this.#made = made;
    }

    static of(of: object): Made {
      return #made in of ? of.#made : new Maker(of as Of, make(of as Of)).#made;
    }
  }
  return Maker.of;
}
