/**
 * Who wrote which value when, as the embedded cluster knows it: each write carries its actor. It is what a verdict,
 * which has only the objects to go by, is held against.
 */
import type { WriteTarget } from './actors/writers.ts';
import { getAt, type JsonValue, listAt, type PathPart, parsePointer, sameJson } from './json.ts';
import { kindOf } from './kinds.ts';
import { namespaceOf } from './objects.ts';
import type { Store, StoreEvent } from './store.ts';

export interface LedgerWrite {
  readonly at: number;
  /** 'hpa/web', 'argocd/web', 'human/ada'; 'controller/<manager>' for actors without a name; '' for a deletion. */
  readonly actor: string;
  readonly from: JsonValue | undefined;
  readonly to: JsonValue | undefined;
  /** The write of a self-heal: a partial operation that Argo CD started by itself. */
  readonly heal: boolean;
}

const APPLICATION = kindOf('argoproj.io/v1alpha1', 'Application');

export class WriteLedger {
  readonly #store: Store;
  readonly #argocdNamespaces: readonly string[];
  readonly #writes = new Map<string, LedgerWrite[]>();

  /** `argocdNamespaces`: where Applications live, to tell a self-heal from another sync. */
  constructor(store: Store, argocdNamespaces: readonly string[] = ['argocd']) {
    this.#store = store;
    this.#argocdNamespaces = argocdNamespaces;
  }

  /** Keeps the writes of one field of one object from now on. */
  keep(target: WriteTarget, pointer: string): void {
    const key = ledgerKey(target, pointer);
    if (this.#writes.has(key)) return;
    const writes: LedgerWrite[] = [];
    this.#writes.set(key, writes);
    const path: PathPart[] = parsePointer(pointer).map((part) => (/^\d+$/.test(part) ? Number(part) : part));
    this.#store.follow(kindOf(target.apiVersion, target.kind), (event) => {
      if (event.object.metadata.name !== target.name || namespaceOf(event.object) !== target.namespace) return;
      const from = getAt(event.previous, ...path);
      // An object that is deleted takes its quarrels with it: what comes after is another one of the same name.
      const gone = event.type === 'DELETED';
      const to = gone ? undefined : getAt(event.object, ...path);
      const by = gone ? { actor: '', heal: false } : this.#actorOf(event);
      if (gone || !sameJson(from, to)) writes.push({ at: event.at, from, to, ...by });
    });
  }

  writes(target: WriteTarget, pointer: string): readonly LedgerWrite[] {
    return this.#writes.get(ledgerKey(target, pointer)) ?? [];
  }

  #actorOf(event: StoreEvent): { actor: string; heal: boolean } {
    const actor = event.author.actor ?? `controller/${event.author.manager}`;
    if (!actor.startsWith('argocd/')) return { actor, heal: false };
    const name = actor.slice('argocd/'.length);
    for (const namespace of this.#argocdNamespaces) {
      const app = this.#store.get(APPLICATION, namespace, name);
      if (app !== undefined) return { actor, heal: listAt(app, 'operation', 'sync', 'resources').length > 0 };
    }
    return { actor, heal: false };
  }
}

function ledgerKey(target: WriteTarget, pointer: string): string {
  return `${target.kind}/${target.namespace}/${target.name}${pointer}`;
}

export interface Reversal {
  readonly at: number;
  /** When the write that it undid was made. */
  readonly rivalAt: number;
  readonly heal: boolean;
}

/**
 * Writes by one actor that undo what a rival wrote since its own last write: the value goes back to where the rival
 * found it. `isOne` tells the actors whose writes count as reversals, `isRival` those that are undone.
 */
export function findReversals(
  writes: readonly LedgerWrite[],
  isOne: (actor: string) => boolean,
  isRival: (actor: string) => boolean,
): Reversal[] {
  const reversals: Reversal[] = [];
  let base: JsonValue | undefined;
  let rivalAt: number | undefined;
  for (const write of writes) {
    if (rivalAt !== undefined && isOne(write.actor) && sameJson(write.to, base)) {
      reversals.push({ at: write.at, rivalAt, heal: write.heal });
      rivalAt = undefined;
    } else if (write.actor !== '' && write.from !== undefined && isRival(write.actor)) {
      if (rivalAt === undefined) base = write.from;
      rivalAt ??= write.at;
    } else {
      rivalAt = undefined;
    }
  }
  return reversals;
}
