import { createHash } from 'node:crypto';
import { inspect } from 'node:util';

/**
 * A value that must not be read by whoever sees a log, a report or a dump of the settings: a URL with a token in it, a
 * key. Only `reveal` gives it. What is shown instead changes with the value, so that two configurations can be compared.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toJSON(): string {
    return `(hidden, ${createHash('sha256').update(this.#value).digest('hex').slice(0, 8)})`;
  }

  toString(): string {
    return this.toJSON();
  }

  [inspect.custom](): string {
    return this.toJSON();
  }
}
