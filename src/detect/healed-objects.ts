/**
 * Objects that self-heals name and no write explains: something we do not watch, or not in full. Once is a hotfix that
 * was reverted; again and again is a loop, and worth a lens.
 */
import type { ApplicationFact, Millis, ObjectRef } from '../model/facts.ts';
import { groupOf, inCluster, keyOf } from '../model/refs.ts';
import type { Heal } from '../model/verdicts.ts';
import { covers } from './heals.ts';
import { addReversal, NO_SCORE, type Score, scoreAt } from './score.ts';

/** Streams are independent: the write a heal made may be seen after the heal's end. */
const GRACE_MS = 5_000;
/** One heal within the last quarter of an hour: the next one makes it two that belong together. */
const RETURNS_AT = 0.5;
/** Objects one Application may have under suspicion; a heal may name thousands after an outage. */
const MOST_NAMED = 20;

export interface HealedObject {
  readonly ref: ObjectRef;
  readonly application: ObjectRef;
  score: Score;
  count: number;
  firstAt: Millis;
  lastAt: Millis;
}

export interface HealStep {
  readonly heal: Heal;
  readonly begun: boolean;
  readonly ended: boolean;
}

/** A heal that ended, until late events have had their time. */
interface Waiting {
  readonly heal: Heal;
  readonly app: ApplicationFact;
  readonly due: Millis;
}

export class HealedObjects {
  readonly #objects = new Map<string, HealedObject>();
  readonly #waiting: Waiting[] = [];
  /** The same by the names of the objects that it wrote: while hundreds fight there are hundreds of them. */
  readonly #waitingByName = new Map<string, Set<Waiting>>();
  /** Application uid → revision. */
  readonly #inSyncAt = new Map<string, string>();
  /** Application uid → what had drifted when its last full sync began: when that ends, status shows it in sync again. */
  readonly #foundDrifted = new Map<string, { readonly startedAt: Millis; readonly resources: Heal['resources'] }>();
  /** Heals (uid/startedAt/object) that a seen write explains. */
  readonly #explained = new Set<string>();

  readonly #clusterOf: (app: ApplicationFact) => string | null;

  /** `clusterOf`: the cluster that an Application deploys into; that of Argo CD when absent. */
  constructor(clusterOf: (app: ApplicationFact) => string | null = () => '') {
    this.#clusterOf = clusterOf;
  }

  /** One version of an Application, and the operation that it shows to have begun or ended. */
  saw(app: ApplicationFact, step: HealStep | null, at: Millis): void {
    if (step?.begun) this.began(step.heal, app);
    if (step?.ended) this.ended(step.heal, app, at);
    if (app.sync.status === 'Synced') this.#inSyncAt.set(app.uid, app.sync.revision);
  }

  /** An operation began: what has drifted shows now. */
  began(heal: Heal, app: ApplicationFact): void {
    const resources = this.#drifted(heal, app);
    if (resources.length > 0) this.#foundDrifted.set(app.uid, { startedAt: heal.startedAt, resources });
    else this.#foundDrifted.delete(app.uid);
  }

  /** A heal ended well: look at what it wrote once late events had their time. */
  ended(heal: Heal, app: ApplicationFact, at: Millis): void {
    if (heal.phase !== 'Succeeded') return;
    const found = this.#foundDrifted.get(app.uid);
    const atStart = found?.startedAt === heal.startedAt ? found.resources : [];
    const atEnd = this.#drifted(heal, app).filter((one) => !atStart.some((known) => isSameResource(known, one)));
    const resources = heal.kind === 'self-heal' ? heal.resources : [...atStart, ...atEnd];
    if (resources.length > 0) this.#await({ heal: { ...heal, resources }, app, due: at + GRACE_MS });
  }

  #await(waiting: Waiting): void {
    this.#waiting.push(waiting);
    for (const { name } of waiting.heal.resources) {
      const named = this.#waitingByName.get(name);
      if (named === undefined) this.#waitingByName.set(name, new Set([waiting]));
      else named.add(waiting);
    }
  }

  /** The one that waits longest need not wait any more. */
  #awaited(): void {
    const waiting = this.#waiting.shift();
    for (const { name } of waiting?.heal.resources ?? []) {
      const named = this.#waitingByName.get(name);
      if (waiting !== undefined) named?.delete(waiting);
      if (named?.size === 0) this.#waitingByName.delete(name);
    }
  }

  /**
   * HEAD moved, and what had drifted is healed by a full sync (appcontroller.go:1954). It had drifted, and not changed
   * in Git, where the Application was in sync at that very revision before.
   */
  #drifted(heal: Heal, app: ApplicationFact): Heal['resources'] {
    const healsItself = app.automated.enabled && app.automated.selfHeal;
    if (heal.kind !== 'revision' || !healsItself || this.#inSyncAt.get(app.uid) !== heal.revision) return [];
    return app.resources.filter((one) => one.status === 'OutOfSync' && !one.requiresPruning);
  }

  forget(applicationUid: string): void {
    this.#foundDrifted.delete(applicationUid);
    this.#inSyncAt.delete(applicationUid);
  }

  explain(heal: Heal, ref: ObjectRef): void {
    this.#explained.add(explanationKey(heal, ref));
    if (this.#explained.size > 2_000) {
      const oldest = this.#explained.values().next().value;
      if (oldest !== undefined) this.#explained.delete(oldest);
    }
  }

  /**
   * The objects whose heal nothing explains by `now`, each with how often that has happened. A heal of an object that
   * is contested already may find nothing left to write: it belongs to that fight.
   */
  due(now: Millis, contested: (ref: ObjectRef) => boolean): { readonly object: HealedObject; readonly heal: Heal }[] {
    const found: { object: HealedObject; heal: Heal }[] = [];
    let waiting = this.#waiting[0];
    while (waiting !== undefined && waiting.due <= now) {
      const { heal, app } = waiting;
      this.#awaited();
      waiting = this.#waiting[0];
      for (const named of heal.resources.slice(0, MOST_NAMED)) {
        const ref = this.#locate(named, app);
        if (this.#explained.delete(explanationKey(heal, ref)) || contested(ref)) continue;
        found.push({ object: this.#count(ref, app.ref, heal), heal });
      }
    }
    return found;
  }

  /**
   * Objects that were healed without an explanation not long ago and are about to be written again: those that the
   * operation names, and those that differ, which a full sync writes without naming them.
   */
  returning(app: ApplicationFact, now: Millis): ObjectRef[] {
    if (this.#objects.size === 0 && this.#waiting.length === 0) return [];
    const named = app.operation?.phase === 'Running' ? app.operation.resources.slice(0, MOST_NAMED) : [];
    const differing = app.resources.filter((one) => one.status === 'OutOfSync' && !one.requiresPruning);
    return [...named, ...differing.slice(0, MOST_NAMED)]
      .map((one) => this.#locate(one, app))
      .filter((ref) => this.#wasHealed(ref, app, now));
  }

  /** Counted already, or healed a moment ago and not explained since. */
  #wasHealed(ref: ObjectRef, app: ApplicationFact, now: Millis): boolean {
    const object = this.#objects.get(keyOf(ref));
    if (object !== undefined) return scoreAt(object.score, now) >= RETURNS_AT;
    for (const { heal } of this.#waitingByName.get(ref.name) ?? []) {
      if (heal.applicationUid !== app.uid || !this.#covers(heal, app, ref)) continue;
      if (!this.#explained.has(explanationKey(heal, ref))) return true;
    }
    return false;
  }

  get(ref: ObjectRef): HealedObject | undefined {
    return this.#objects.get(keyOf(ref));
  }

  all(): HealedObject[] {
    return [...this.#objects.values()];
  }

  restore(objects: readonly HealedObject[]): void {
    for (const object of objects) this.#objects.set(keyOf(object.ref), { ...object });
  }

  /** Hands the heals of an object over to the fight they belong to, those included whose writes might still have come. */
  claim(ref: ObjectRef): HealedObject | undefined {
    for (const { heal, app } of this.#waitingByName.get(ref.name) ?? []) {
      if (!this.#covers(heal, app, ref) || this.#explained.has(explanationKey(heal, ref))) continue;
      this.#count(ref, app.ref, heal);
      this.explain(heal, ref);
    }
    const object = this.#objects.get(keyOf(ref));
    this.#objects.delete(keyOf(ref));
    return object;
  }

  prune(now: Millis): void {
    for (const [key, object] of this.#objects) if (scoreAt(object.score, now) < 0.1) this.#objects.delete(key);
  }

  #covers(heal: Heal, app: ApplicationFact, ref: ObjectRef): boolean {
    return this.#clusterOf(app) === (ref.cluster ?? '') && covers(heal, ref);
  }

  #locate(named: Heal['resources'][number], app: ApplicationFact): ObjectRef {
    return inCluster(locate(named, app), this.#clusterOf(app) ?? '');
  }

  #count(ref: ObjectRef, application: ObjectRef, heal: Heal): HealedObject {
    const at = heal.endSeenAt ?? heal.seenAt;
    const object = this.#objects.get(keyOf(ref)) ?? {
      ref,
      application,
      score: NO_SCORE,
      count: 0,
      firstAt: heal.seenAt,
      lastAt: at,
    };
    object.score = addReversal(object.score, at);
    object.count += 1;
    object.lastAt = at;
    this.#objects.set(keyOf(ref), object);
    return object;
  }
}

function isSameResource(a: Heal['resources'][number], b: Heal['resources'][number]): boolean {
  return a.group === b.group && a.kind === b.kind && a.namespace === b.namespace && a.name === b.name;
}

/** A self-heal gives no namespace: the Application's own list does, else its destination. */
function locate(named: Heal['resources'][number], app: ApplicationFact): ObjectRef {
  const listed =
    app.resources.find((one) => one.group === named.group && one.kind === named.kind && one.name === named.name) ??
    app.operation?.results.find(
      (one) => one.group === named.group && one.kind === named.kind && one.name === named.name,
    );
  return {
    apiVersion: named.group === '' ? 'v1' : `${named.group}/`,
    kind: named.kind,
    namespace: named.namespace !== '' ? named.namespace : (listed?.namespace ?? app.destination.namespace),
    name: named.name,
  };
}

function explanationKey(heal: Heal, ref: ObjectRef): string {
  return `${heal.applicationUid}/${heal.startedAt}/${groupOf(ref.apiVersion)}/${ref.kind}/${ref.name}`;
}
