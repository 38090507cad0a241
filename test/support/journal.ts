/** Keeps what a source told, and lets a test wait for it without sleeping. */
import type { ReflectorEvent } from '../../src/kubernetes/reflector-events.ts';
import type { Change, Fact } from '../../src/model/facts.ts';

type Upsert = Extract<Change, { type: 'upsert' }>;

export class Journal {
  readonly changes: Change[] = [];
  readonly events: (ReflectorEvent & { readonly about: string })[] = [];
  readonly warnings: string[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #state = new Map<string, Fact>();

  readonly emit = (change: Change): void => {
    this.changes.push(change);
    if (change.type === 'upsert') this.#state.set(keyOf(change.fact.fact, change.fact.ref), change.fact);
    if (change.type === 'delete') this.#state.delete(keyOf(change.fact, change.ref));
    this.#look();
  };

  readonly observe = (event: ReflectorEvent): void => this.observeAbout('', event);

  readonly observeAbout = (about: string, event: ReflectorEvent): void => {
    this.events.push({ about, ...event });
    this.#look();
  };

  readonly warn = (message: string): void => {
    this.warnings.push(message);
    this.#look();
  };

  /** Resolves when the condition holds; it is looked at after everything that is told. */
  until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve) => {
      const look = () => {
        if (!condition()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
    });
  }

  /** Resolves when an event of the type has been told `times` times in all. */
  untilEvent(type: ReflectorEvent['type'], times = 1): Promise<void> {
    return this.until(() => this.count(type) >= times);
  }

  count(type: ReflectorEvent['type']): number {
    return this.events.filter((event) => event.type === type).length;
  }

  /** What a consumer that only followed the changes knows now: 'namespace/name' to resourceVersion. */
  versions(kind: Fact['fact'] = 'workload'): Map<string, string> {
    const facts = [...this.#state.values()].filter((fact) => fact.fact === kind);
    return new Map(facts.map(({ ref, resourceVersion }) => [`${ref.namespace}/${ref.name}`, resourceVersion]));
  }

  upserts(): Upsert[] {
    return this.changes.filter((change) => change.type === 'upsert');
  }

  /** Kinds of the changes in order: 'upsert:list', 'synced', … */
  story(): string[] {
    return this.changes.map((change) => ('origin' in change ? `${change.type}:${change.origin}` : change.type));
  }

  #look(): void {
    for (const look of [...this.#waiting]) look();
  }
}

function keyOf(fact: Fact['fact'], ref: { namespace: string; name: string }): string {
  return `${fact}:${ref.namespace}/${ref.name}`;
}
