/**
 * Conflicts as they were last shown. One is made again only when something that is shown of it may have changed: it was
 * touched, or time alone changed it. Whoever shows them can tell by identity what is the same as before.
 */
import type { Applied, ClusterModel } from '../model/cluster-model.ts';
import type { Fact, Millis } from '../model/facts.ts';
import type { ContestedCounts } from '../model/observations.ts';
import { keyOf, keyOfTarget } from '../model/refs.ts';
import { inherit, sameValue } from '../model/same-value.ts';
import type { Conflict } from '../model/verdicts.ts';
import { activityUntil, secondsShort, withShort } from './conflict-view.ts';
import { countsOf } from './contested-counts.ts';
import type { Ledger } from './ledger.ts';
import type { ConflictRecord } from './record.ts';

interface Shown {
  conflict: Conflict;
  /** The last moment at which it holds, but for the seconds short. */
  readonly until: Millis;
  /** How often everything had been touched when it was made; TOUCHED when it was itself. */
  turn: number;
}

const TOUCHED = -1;

export class Views {
  readonly #model: ClusterModel;
  readonly #make: (record: ConflictRecord, now: Millis) => Conflict;
  /** Also of those that were touched: what is made anew of them often says the same. Forgotten with the record. */
  readonly #conflicts = new WeakMap<ConflictRecord, Shown>();
  /** How often everything was touched. */
  #turn = 0;
  readonly #counts = new Map<ConflictRecord, ContestedCounts>();
  /** Conflicts made so far, and counts: for whoever wants to know what an event costs. */
  made = 0;

  constructor(model: ClusterModel, make: (record: ConflictRecord, now: Millis) => Conflict) {
    this.#model = model;
    this.#make = make;
  }

  /** Something that is shown of the conflict may have changed, or it is known no more. */
  touch(record: ConflictRecord): void {
    const shown = this.#conflicts.get(record);
    if (shown !== undefined) shown.turn = TOUCHED;
    this.#counts.delete(record);
  }

  /**
   * A change: what is shown of a conflict rests on its object, its Application and what scales it, and hardly ever on
   * anything else. What a change does to a conflict itself the ledger tells by `touch`.
   */
  follow({ change, previous, current }: Applied, ledger: Ledger): void {
    // Another kind is known now: that nothing of it is there means something.
    if (change.type === 'synced') this.touchAll();
    for (const fact of [previous, current]) if (fact !== undefined) this.#followFact(fact, ledger);
  }

  #followFact(fact: Fact, ledger: Ledger): void {
    if (fact.fact === 'workload') ledger.touchObject(keyOf(fact.ref));
    else if (fact.fact === 'application') ledger.touchApplication(fact.ref.name);
    else if (fact.fact === 'hpa' || fact.fact === 'scaledobject')
      ledger.touchObject(keyOfTarget(fact.target, fact.ref));
    else if (fact.fact === 'appproject' || fact.fact === 'argosettings') this.touchAll();
  }

  /** Something that many rest on has changed. */
  touchAll(): void {
    this.#turn += 1;
    this.#counts.clear();
  }

  /** The conflict as of `now`, which never goes back: the very same where it says the same. */
  conflict(record: ConflictRecord, now: Millis): Conflict {
    const shown = this.#conflicts.get(record);
    if (shown === undefined || shown.turn !== this.#turn || now > shown.until) return this.#anew(record, now, shown);
    const short = secondsShort(record, now);
    if (short !== shown.conflict.impact.replicaSecondsShort) shown.conflict = withShort(shown.conflict, record, short);
    return shown.conflict;
  }

  #anew(record: ConflictRecord, now: Millis, before: Shown | undefined): Conflict {
    this.made += 1;
    const made = this.#make(record, now);
    const conflict = before === undefined ? made : sameOr(made, before.conflict);
    this.#conflicts.set(record, { conflict, until: activityUntil(record, now, this.#model), turn: this.#turn });
    return conflict;
  }

  /** Its counts as of `now`. */
  counts(record: ConflictRecord, now: Millis): ContestedCounts {
    let counts = this.#counts.get(record);
    const short = secondsShort(record, now);
    if (counts?.replicaSecondsShort === short) return counts;
    if (counts === undefined) {
      this.made += 1;
      counts = countsOf(record, now, this.#model);
    } else counts = { ...counts, replicaSecondsShort: short };
    this.#counts.set(record, counts);
    return counts;
  }
}

/** `made`, with the parts that it has in common with the one before; that one where they are all the same. */
function sameOr(made: Conflict, before: Conflict): Conflict {
  return sameValue(before, inherit(before, made)) ? before : made;
}
