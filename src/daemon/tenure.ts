import type { Elector } from './elector.ts';
import type { Leadership } from './leadership.ts';

export interface TenureOptions {
  readonly elector: Pick<Elector, 'leads' | 'term' | 'onTurn'>;
  /** Takes over what the leader before has stored; called once a term, and ends in good time. Must not reject. */
  readonly takeOver: () => Promise<void>;
  /** Told of each change, for the log. */
  readonly tell: (leads: boolean) => void;
}

/**
 * The leadership that outlets see: that of the elector, from the moment on in which a new leader has taken over what
 * the one before has stored. A Lease that is renewed late, with nobody else in between, needs no taking over.
 */
export class Tenure implements Leadership {
  readonly #options: TenureOptions;
  readonly #listeners: ((leads: boolean) => void)[] = [];
  /** Terms of the elector: 0 is none. */
  #entering = 0;
  #entered = 0;
  #told = false;

  constructor(options: TenureOptions) {
    this.#options = options;
    options.elector.onTurn(() => this.#turn());
  }

  leads(): boolean {
    const { elector } = this.#options;
    return elector.term > 0 && elector.term === this.#entered && elector.leads();
  }

  onChange(listener: (leads: boolean) => void): void {
    this.#listeners.push(listener);
  }

  #turn(): void {
    const { elector, takeOver } = this.#options;
    const { term } = elector;
    if (elector.leads() && term !== this.#entering) {
      this.#entering = term;
      void takeOver().then(() => {
        this.#entered = term;
        this.#tell();
      });
    }
    this.#tell();
  }

  #tell(): void {
    const leads = this.leads();
    if (leads === this.#told) return;
    this.#told = leads;
    this.#options.tell(leads);
    for (const listener of this.#listeners) listener(leads);
  }
}
