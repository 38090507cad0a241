/**
 * Facts of quiet objects are alike: the same managers, the same empty lists, the same sync policy. What is equal is held
 * once: by inheriting from the version before, and in a first version through a pool of what was met lately. Facts are
 * never written to, so nobody can tell the difference but by the memory.
 */
import type { Fact } from './facts.ts';

type Members = Record<string, unknown>;

const EMPTY: readonly never[] = Object.freeze([]);
const SLOTS = 4_096;
/** Longer values rarely come again. */
const MAX_TEXT = 600;

/** The same fact, holding of `previous` what has not changed. */
export function inherit(previous: Fact, fact: Fact): Fact {
  if (previous.fact !== fact.fact || Object.isFrozen(fact)) return fact;
  const before = previous as unknown as Members;
  const now = fact as unknown as Members;
  for (const key in now) {
    const value = now[key];
    const held = before[key];
    if (value !== held && isDeep(value) && isDeep(held) && sameValue(held, value)) now[key] = held;
  }
  return fact;
}

/** Bounded: what falls out is merely held twice. */
export class FactPool {
  readonly #texts: (string | undefined)[] = new Array<string | undefined>(SLOTS).fill(undefined);
  readonly #values: unknown[] = new Array<unknown>(SLOTS).fill(undefined);

  /** The same fact, sharing what it has in common with others. */
  share(fact: Fact): Fact {
    if (Object.isFrozen(fact)) return fact;
    const members = fact as unknown as Members;
    for (const key in members) if (isDeep(members[key])) members[key] = this.#shared(members[key] as object);
    return fact;
  }

  #shared(value: object): object {
    if (Array.isArray(value)) {
      if (value.length === 0) return EMPTY;
      if (Object.isFrozen(value)) return value;
      for (const [index, item] of value.entries()) if (isDeep(item)) value[index] = this.#shared(item);
    } else {
      const members = value as Members;
      for (const key in members) if (isDeep(members[key])) members[key] = this.#shared(members[key] as object);
    }
    const text = JSON.stringify(value);
    if (text.length > MAX_TEXT) return value;
    const slot = slotOf(text);
    if (this.#texts[slot] === text) return this.#values[slot] as object;
    this.#texts[slot] = text;
    this.#values[slot] = value;
    return value;
  }
}

function isDeep(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (!isDeep(a) || !isDeep(b)) return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let index = 0; index < a.length; index += 1) if (!sameValue(a[index], b[index])) return false;
    return true;
  }
  if (Array.isArray(b)) return false;
  const x = a as Members;
  const y = b as Members;
  let count = 0;
  for (const key in x) {
    if (!Object.hasOwn(y, key) || !sameValue(x[key], y[key])) return false;
    count += 1;
  }
  for (const _ in y) count -= 1;
  return count === 0;
}

function slotOf(text: string): number {
  let sum = text.length;
  for (let index = 0; index < text.length; index += 1) sum = (Math.imul(sum, 31) + text.charCodeAt(index)) | 0;
  return (sum ^ (sum >>> 15)) & (SLOTS - 1);
}
