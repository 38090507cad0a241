import { Given } from './given.ts';

/**
 * Adds a member `name` to an object, which is looked up in its source whenever it is read. It is own and enumerable as any
 * other, so that JSON and copies have it. With a getter of its own, in a literal, each object would have a shape of its own
 * as well, which takes a kilobyte and ten times as long: here all of them share one function.
 */
export function lookedUp<Name extends string, Source extends object, Value>(
  name: Name,
  look: (source: Source) => Value,
): <T extends object>(of: T, source: Source) => T & { readonly [member in Name]: Value } {
  class Member extends Given {
    readonly #source: Source;

    constructor(of: object, source: Source) {
      super(of);
      this.#source = source;
    }

    static readonly descriptor: PropertyDescriptor = {
      enumerable: true,
      configurable: true,
      get(this: Member) {
        return look(this.#source);
      },
    };
  }
  return (of, source) => {
    Object.defineProperty(of, name, Member.descriptor);
    return new Member(of, source) as object as typeof of & { readonly [member in Name]: Value };
  };
}
