/** Sees writes: turns versions of workloads and of objects under the lens into writes, and hands reversals on. */
import type { ClusterModel } from '../model/cluster-model.ts';
import type { ApplicationFact, FieldOwner, LensFact, Millis, WorkloadFact } from '../model/facts.ts';
import { displayRef, keyOf } from '../model/refs.ts';
import type { Write } from '../model/verdicts.ts';
import type { Adjudicator } from './adjudicator.ts';
import type { Ledger } from './ledger.ts';
import type { LensDesk } from './lens-desk.ts';
import type { Meter } from './meter.ts';
import type { NoticeInput } from './notices.ts';
import { missedWrite, openStanding, recreation, seedStanding } from './standing.ts';
import { ThrashWatch } from './thrash.ts';
import type { TrackHandle, TrackStore } from './track-store.ts';
import { leafWrites, newerEntries, REPLICAS, replicasWrite, standingDrift } from './writes.ts';

/** An object that is deleted and made anew within this is one object: a sync with Force and Replace does that each time. */
const RECREATED_MS = 60_000;

export interface WitnessParts {
  readonly model: ClusterModel;
  readonly tracks: TrackStore;
  readonly ledger: Ledger;
  readonly adjudicator: Adjudicator;
  readonly meter: Meter;
  readonly desk: LensDesk;
  readonly post: (notice: NoticeInput) => void;
}

export class Witness {
  readonly #p: WitnessParts;
  readonly #thrash = new ThrashWatch();
  /** Workloads that were deleted a moment ago, in the order of their deletion. */
  readonly #gone = new Map<string, { readonly fact: WorkloadFact; readonly at: Millis }>();

  constructor(parts: WitnessParts) {
    this.#p = parts;
  }

  workloadChanged(
    previous: WorkloadFact | undefined,
    next: WorkloadFact,
    application: ApplicationFact | undefined,
    at: Millis,
    origin: 'list' | 'watch',
  ): void {
    if (previous === undefined || previous.uid !== next.uid) {
      this.#appeared(previous ?? this.#gone.get(keyOf(next.ref))?.fact, next, at);
      return;
    }
    if (previous.templateHash !== next.templateHash && application !== undefined)
      this.#suspectTemplate(previous, next, at);
    const write = replicasWrite(previous, next, at, origin, this.#p.model);
    if (write === null) {
      this.#p.meter.follow(next, at);
      return;
    }
    const named =
      application === undefined ? null : { namespace: application.ref.namespace, name: application.ref.name };
    const contested = this.#p.ledger
      .unresolvedOf(next.ref)
      .some((record) => record.fieldClass === REPLICAS && record.state !== 'candidate');
    const thrash = this.#thrash.observe(write, named, contested);
    if (thrash !== null) this.#p.post(thrash);
    const track = this.#p.tracks.obtain(next.ref, next.uid, REPLICAS, (fresh) =>
      openStanding(fresh, previous, at, this.#p.model),
    );
    this.#p.meter.statefulSetWritten(write);
    this.#take(track, write, at);
    this.#p.meter.measure(next, at);
  }

  workloadGone(last: WorkloadFact, at: Millis): void {
    this.#gone.set(keyOf(last.ref), { fact: last, at });
    this.#p.meter.churn.forget(last.uid);
    this.#thrash.forget(last.ref);
  }

  lensSaw(fact: LensFact, at: Millis, origin: 'list' | 'watch'): void {
    const lens = this.#p.desk.get(fact.ref);
    if (lens === undefined) return;
    const previous = lens.previous;
    lens.previous = fact;
    if (previous === null) {
      for (const standing of standingDrift(fact, lens.suspect, lens.changedAt, this.#p.model)) {
        this.#p.tracks.obtain(fact.ref, fact.uid, standing.field, (fresh) => seedStanding(fresh, standing));
      }
      return;
    }
    // The workload's own fact tells of spec.replicas already.
    const twice = (write: Write) => write.field === REPLICAS && this.#p.model.workload(fact.ref) !== undefined;
    const writes = leafWrites(previous, fact, at, origin, this.#p.model).filter((write) => !twice(write));
    if (writes.length > 0) this.#p.desk.touch(fact.ref, at);
    for (const write of writes)
      this.#take(
        this.#p.tracks.obtain(fact.ref, fact.uid, write.field, () => {}),
        write,
        at,
      );
  }

  prune(now: Millis, swingsBefore: Millis): void {
    this.#thrash.prune(swingsBefore);
    for (const [key, { fact, at }] of this.#gone) {
      if (now - at < RECREATED_MS) continue;
      this.#gone.delete(key);
      if (this.#p.model.workload(fact.ref) === undefined) this.#p.tracks.forget(fact.ref);
    }
  }

  /** Seen for the first time: after a restart, or made anew after a deletion. */
  #appeared(before: WorkloadFact | undefined, next: WorkloadFact, at: Millis): void {
    const gone = this.#gone.get(keyOf(next.ref));
    this.#gone.delete(keyOf(next.ref));
    const known = this.#p.tracks.find(next.ref, REPLICAS);
    if (before !== undefined && (gone === undefined || at - gone.at < RECREATED_MS)) {
      const write = recreation(before, next, at, this.#p.model);
      if (write === null) return;
      const track = this.#p.tracks.adopt(next.ref, next.uid, REPLICAS, (fresh) =>
        openStanding(fresh, before, at, this.#p.model),
      );
      this.#take(track, write, at);
      this.#p.meter.measure(next, at);
      return;
    }
    const missed = missedWrite(known, next, at, this.#p.model);
    if (missed !== null)
      this.#take(
        this.#p.tracks.obtain(next.ref, next.uid, REPLICAS, () => {}),
        missed,
        at,
      );
  }

  #take(track: TrackHandle, write: Write, at: Millis): void {
    const reversals = track.take(write);
    this.#p.ledger.witness(write);
    for (const reversal of reversals)
      this.#p.adjudicator.hear(reversal, this.#p.tracks.writesOf(write.ref, write.field), at);
  }

  /** Somebody else than Argo CD changed the template of a managed workload: keep it in full until it is clear who and what. */
  #suspectTemplate(previous: WorkloadFact, next: WorkloadFact, at: Millis): void {
    const ofObject = (entry: FieldOwner) => entry.subresource === '' && entry.time !== null;
    const isArgo = (entry: FieldOwner) => next.tracking.managers.includes(entry.manager);
    // Times have whole seconds, and two may write within one: then what is new since the version before tells.
    const newest =
      newerEntries(previous, next).find((entry) => ofObject(entry) && !isArgo(entry)) ??
      next.managers.filter(ofObject).sort((a, b) => (b.time ?? 0) - (a.time ?? 0))[0];
    if (newest === undefined || isArgo(newest)) return;
    const reason = `${newest.manager} changed the pod template of ${displayRef(next.ref)}`;
    this.#p.desk.open(next.ref, reason, at, newest.manager);
  }
}
