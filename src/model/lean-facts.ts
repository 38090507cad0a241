/**
 * Facts of quiet objects are alike: the same managers, the same empty lists, the same sync policy. What is equal is held
 * once: by inheriting from the version before, and in a first version through a pool of what was met lately. Facts are
 * never written to, so nobody can tell the difference but by the memory.
 */
import type { Fact } from './facts.ts';
import { isDeep, type Members, sameValue } from './same-value.ts';

const EMPTY: readonly never[] = Object.freeze([]);
const SLOTS = 4_096;
/** Values of more parts rarely come again. */
const MOST_PARTS = 48;

/** Bounded: what falls out is merely held twice. */
export class FactPool {
  readonly #values: unknown[] = new Array<unknown>(SLOTS).fill(undefined);
  readonly #sums = new Int32Array(SLOTS);
  /** Of the value that was shared last: a number that equal values have in common, and how many parts it has. */
  #sum = 0;
  #parts = 0;

  /** The same fact, sharing what it has in common with others. */
  share(fact: Fact): Fact {
    if (Object.isFrozen(fact)) return fact;
    const members = fact as unknown as Members;
    for (const key in members) {
      const value = members[key];
      // No two objects have one name.
      if (key !== 'ref' && isDeep(value)) members[key] = this.#shared(value);
    }
    return fact;
  }

  #shared(value: object): object {
    let sum: number;
    let parts = 1;
    if (Array.isArray(value)) {
      if (value.length === 0) {
        this.#sum = 0;
        this.#parts = 1;
        return EMPTY;
      }
      sum = value.length;
      for (let index = 0; index < value.length; index += 1) {
        const item: unknown = value[index];
        const held = this.#part(item);
        if (held !== item && !Object.isFrozen(value)) value[index] = held;
        parts += this.#parts;
        sum = mixed(sum, this.#sum);
      }
    } else {
      const members = value as Members;
      sum = -1;
      for (const key in members) {
        const member = members[key];
        const held = this.#part(member);
        if (held !== member && !Object.isFrozen(members)) members[key] = held;
        parts += this.#parts;
        sum = mixed(mixed(sum, key.length), this.#sum);
      }
    }
    this.#sum = sum;
    this.#parts = parts;
    return parts > MOST_PARTS ? value : this.#met(value, sum);
  }

  /** The part as it is to be held. */
  #part(part: unknown): unknown {
    if (isDeep(part)) return this.#shared(part);
    this.#sum = sumOf(part);
    this.#parts = 1;
    return part;
  }

  /** An equal value that was met before, or else this one, which is remembered. */
  #met(value: object, sum: number): object {
    const slot = (sum ^ (sum >>> 15)) & (SLOTS - 1);
    const known = this.#values[slot];
    if (known !== undefined && this.#sums[slot] === sum && sameValue(known, value)) return known as object;
    this.#values[slot] = value;
    this.#sums[slot] = sum;
    return value;
  }
}

function mixed(sum: number, next: number): number {
  return (Math.imul(sum, 31) + next) | 0;
}

/** Of a text only a few characters are looked at: who is told apart by others alone takes turns in one place. */
function sumOf(value: unknown): number {
  if (typeof value === 'string') {
    const last = value.length - 1;
    if (last < 0) return 1;
    const middle = value.charCodeAt(last >> 1) + Math.imul(value.charCodeAt(last >> 2), 7);
    return Math.imul(value.charCodeAt(0) + Math.imul(value.charCodeAt(last), 131), 17) + Math.imul(middle, 31) + last;
  }
  // Milliseconds since the epoch have more digits than an Int32.
  if (typeof value === 'number') return (value | 0) + Math.trunc(value / 0x1_0000_0000);
  return value === true ? 2 : value === false ? 3 : 4;
}
