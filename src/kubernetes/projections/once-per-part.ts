/** A class that adds its fields to the object it is given: what is returned from a constructor is what is constructed. */
class Given {
  constructor(given: object) {
    // biome-ignore lint/correctness/noConstructorReturn: the very purpose.
    return given;
  }
}

/**
 * `derive`, carried out once for each part of an object: a part that is as it was in the version before is the very value it
 * was then (decode/decoder.ts), and what was made of it stays with it. In a private field, since that is found in a
 * thirtieth of the time a WeakMap takes to be told, goes when the part goes, and is in no copy of it.
 */
export function oncePerPart<Part extends object, Made>(derive: (part: Part) => Made): (part: Part) => Made {
  class Derived extends Given {
    readonly #made: Made;

    constructor(part: Part) {
      super(part);
      this.#made = derive(part);
    }

    static of(part: object): Made {
      return #made in part ? part.#made : new Derived(part as Part).#made;
    }
  }
  return Derived.of;
}
