/** Operations begun, by Application and trigger: Argo CD's own metrics cannot tell a self-heal from a deploy. */
import type { ObjectRef } from '../model/facts.ts';
import { madeOnce } from '../model/made-once.ts';
import type { SyncCounts } from '../model/observations.ts';
import { keyOf, keyOfParts } from '../model/refs.ts';
import type { Heal, HealKind } from '../model/verdicts.ts';

export class SyncCounter {
  readonly #counts = new Map<string, Record<HealKind, number>>();

  add(heal: Heal): void {
    const key = keyOf(heal.application);
    const counts = this.#counts.get(key) ?? { 'self-heal': 0, revision: 0, manual: 0, other: 0 };
    counts[heal.kind] += 1;
    this.#counts.set(key, counts);
  }

  forget(application: ObjectRef): void {
    this.#counts.delete(keyOf(application));
  }

  /** undefined where no operation was seen. */
  of(application: SyncCounts['application']): SyncCounts['byTrigger'] | undefined {
    return this.#counts.get(keyOfNamed(application));
  }
}

/** Metrics ask of the same hundreds in every scrape. */
const keyOfNamed = madeOnce(({ namespace, name }: SyncCounts['application']) =>
  keyOfParts('argoproj.io', 'Application', namespace, name),
);
