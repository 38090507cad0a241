/** Operations begun, by Application and trigger: Argo CD's own metrics cannot tell a self-heal from a deploy. */
import type { ObjectRef } from '../model/facts.ts';
import type { SyncCounts } from '../model/observations.ts';
import { keyOf } from '../model/refs.ts';
import type { Heal, HealKind } from '../model/verdicts.ts';

export class SyncCounter {
  readonly #counts = new Map<
    string,
    { readonly application: { namespace: string; name: string }; readonly byTrigger: Record<HealKind, number> }
  >();

  add(heal: Heal): void {
    const key = keyOf(heal.application);
    const counts = this.#counts.get(key) ?? {
      application: { namespace: heal.application.namespace, name: heal.application.name },
      byTrigger: { 'self-heal': 0, revision: 0, manual: 0, other: 0 },
    };
    counts.byTrigger[heal.kind] += 1;
    this.#counts.set(key, counts);
  }

  forget(application: ObjectRef): void {
    this.#counts.delete(keyOf(application));
  }

  all(): SyncCounts[] {
    return [...this.#counts.values()];
  }
}
