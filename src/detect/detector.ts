/**
 * The detector: takes what each change did to the model, in order, and says what it means. It holds the recent past
 * (tracks, operations, records); the model holds the present. Nothing here knows where changes come from.
 */
import type { Applied, ClusterModel } from '../model/cluster-model.ts';
import type { ApplicationFact, Json, Millis, ObjectRef, ReplicaSetFact, WorkloadFact } from '../model/facts.ts';
import type { ContestedCounts, Observation, SyncCounts } from '../model/observations.ts';
import type { JqEngine, LensRequest } from '../model/ports.ts';
import type { Conflict, Notice, Write } from '../model/verdicts.ts';
import { Adjudicator } from './adjudicator.ts';
import type { Checkpoint } from './checkpoint.ts';
import { conflictOf } from './conflict-view.ts';
import { DriftWatch } from './drift-watch.ts';
import { dropsOf } from './drops.ts';
import { HealEvents } from './heal-events.ts';
import { HealedObjects } from './healed-objects.ts';
import { HealLog } from './heals.ts';
import { Ledger } from './ledger.ts';
import { LensDesk } from './lens-desk.ts';
import { LiveFixes } from './live-fixes.ts';
import { type Memory, mergeMemory, restoreMemory, takeMemory } from './memory.ts';
import { Meter } from './meter.ts';
import { applicationNotices, hpaNotices, NoticeBoard, type NoticeInput, workloadNotices } from './notices.ts';
import type { ConflictRecord } from './record.ts';
import { Sight } from './sight.ts';
import { standingWrite, suspicionsFromTraces } from './standing.ts';
import { SyncCounter } from './sync-counter.ts';
import { TrackStore } from './track-store.ts';
import { isUnseen } from './unexplained.ts';
import { Views } from './views.ts';
import { Witness } from './witness.ts';
import { TEMPLATE } from './writes.ts';

const HOUSEKEEPING_MS = 60_000;
const REVIEW_MS = 1_000;

export interface DetectorOptions {
  readonly model: ClusterModel;
  readonly jq: JqEngine;
}

export class Detector {
  readonly #model: ClusterModel;
  readonly #context: DetectorOptions;
  readonly #tracks = new TrackStore();
  readonly #heals = new HealLog();
  readonly #healed = new HealedObjects((app) => this.#model.clusterOf(app));
  readonly #events = new HealEvents();
  readonly #meter: Meter;
  readonly #witness: Witness;
  readonly #board: NoticeBoard;
  readonly drops = () => dropsOf(this.#desk, this.#tracks, this.#ledger, this.#board);
  readonly #desk = new LensDesk();
  readonly #fixes = new LiveFixes();
  readonly #drift: DriftWatch;
  readonly #ledger: Ledger;
  /** The conflicts as they are shown. */
  readonly views: Views;
  readonly #adjudicator: Adjudicator;
  readonly #syncs = new SyncCounter();
  readonly #sight = new Sight();
  #out: Observation[] = [];
  #now: Millis = 0;
  #reviewedAt: Millis = 0;
  #keptHouseAt: Millis = 0;

  constructor(options: DetectorOptions) {
    this.#model = options.model;
    this.#board = new NoticeBoard((ref) => this.#model.tells(ref));
    this.#context = options;
    const view = (record: ConflictRecord, now: Millis) => this.#view(record, now);
    this.views = new Views(this.#model, view);
    // In the midst of a change a conflict is told as it is then; what is shown is made when the change is over.
    this.#ledger = new Ledger(
      view,
      (observation) => this.#tell(observation),
      (record) => this.views.touch(record),
    );
    this.#meter = new Meter(this.#model, this.#ledger);
    this.#adjudicator = new Adjudicator({
      ...options,
      ledger: this.#ledger,
      heals: this.#heals,
      healed: this.#healed,
      meter: this.#meter,
      post: (notice) => this.#post(notice),
    });
    this.#drift = new DriftWatch({
      ...options,
      contested: (ref) => this.#ledger.unresolvedOf(ref).some((record) => record.state !== 'candidate'),
      underLens: (ref) => this.#desk.get(ref)?.previous,
      post: (notice) => this.#post(notice),
    });
    this.#witness = new Witness({
      model: this.#model,
      tracks: this.#tracks,
      ledger: this.#ledger,
      adjudicator: this.#adjudicator,
      meter: this.#meter,
      desk: this.#desk,
      post: (notice) => this.#post(notice),
    });
  }

  /** Takes in one change that the model has applied. Returns what came of it, in order. */
  observe(applied: Applied): Observation[] {
    const { change } = applied;
    this.views.follow(applied, this.#ledger);
    this.#moveTo(change.at);
    if (change.type === 'interrupted') this.#sight.interrupted(change.resource, change.cluster);
    else if (change.type === 'synced') this.#onSynced(change.resource, change.at, change.cluster);
    else this.#observeFact(applied, change.at, change.origin);
    return this.#take();
  }

  /** Time passes without a change. A clock that jumps back moves nothing. */
  advance(now: Millis): Observation[] {
    this.#moveTo(now);
    return this.#take();
  }

  /** Every conflict there is a word for: suspected, confirmed, and resolved ones that are still remembered. */
  conflicts(): Conflict[] {
    return this.#known().map((record) => this.views.conflict(record, this.#now));
  }

  notices(): Notice[] {
    return this.#board.all();
  }

  takeLensRequests(): LensRequest[] {
    return [...this.#drift.takeRequests(), ...this.#desk.takeRequests()];
  }

  contestedCounts(): ContestedCounts[] {
    return this.#known().map((record) => this.views.counts(record, this.#now));
  }

  /** Operations of an Application since the start; undefined where none was seen. */
  syncsOf(application: SyncCounts['application']): SyncCounts['byTrigger'] | undefined {
    return this.#syncs.of(application);
  }

  /** The leaves of an object under the lens; null where none is open on it. */
  leavesOf(ref: ObjectRef): ReadonlyMap<string, Json> | null {
    return this.#desk.get(ref)?.previous?.leaves ?? null;
  }

  /** The last writes of one workload, oldest first, for `why`; what its owner shows where none was seen. */
  recentWrites(ref: ObjectRef): Write[] {
    const seen = this.#tracks.writesOf(ref);
    const workload = this.#model.workload(ref);
    return seen.length > 0 || workload === undefined ? seen : [standingWrite(workload, this.#now, this.#model)];
  }

  get now(): Millis {
    return this.#now;
  }

  /** What a restart must not lose. */
  checkpoint(): Checkpoint {
    return takeMemory(this.#memory, this.#now);
  }

  /**
   * Takes up where a checkpoint left off, before the first change. What happened in between was not seen: nothing is
   * over by the silence of that time, and the versions around it are a gap. Returns why it was refused, or null.
   */
  restore(checkpoint: unknown): string | null {
    return restoreMemory(this.#memory, checkpoint);
  }

  /** Adds what another replica has seen and this one has not. Returns how many open conflicts, or why it was refused. */
  merge(checkpoint: unknown): number | string {
    return mergeMemory(this.#memory, checkpoint, this.#now);
  }

  get #memory(): Memory {
    return {
      ledger: this.#ledger,
      tracks: this.#tracks,
      heals: this.#heals,
      healed: this.#healed,
      board: this.#board,
      desk: this.#desk,
    };
  }

  #known(): ConflictRecord[] {
    const records = [...this.#ledger.all()].filter((record) => record.state !== 'candidate');
    return records.sort((a, b) => a.startedAt - b.startedAt || (a.id < b.id ? -1 : 1));
  }

  #observeFact(applied: Applied, at: Millis, origin: 'list' | 'watch'): void {
    const { previous, current } = applied;
    const fact = current ?? previous;
    switch (fact?.fact) {
      case 'workload':
        if (current?.fact === 'workload') {
          this.#onWorkload(previous?.fact === 'workload' ? previous : undefined, current, at, origin);
        } else this.#witness.workloadGone(fact, at);
        break;
      case 'replicaset':
        this.#meter.replicaSetChanged(
          previous as ReplicaSetFact | undefined,
          current as ReplicaSetFact | undefined,
          at,
          origin,
        );
        break;
      case 'hpa':
        if (current?.fact === 'hpa') {
          for (const notice of hpaNotices(previous?.fact === 'hpa' ? previous : undefined, current, at, this.#model))
            this.#post(notice);
          this.#meter.measureTarget(current.ref, current.target, at);
        }
        break;
      case 'application':
        if (current?.fact === 'application') {
          const before = previous?.fact === 'application' ? previous : undefined;
          // What it did before it concerned this share was left out, and is as old as what a first list shows.
          if (before?.cut === true) this.#onApplication(undefined, current, at, 'list');
          else this.#onApplication(before, current, at, origin);
        } else this.#forgetApplication(fact);
        break;
      case 'event':
        this.#events.observe(fact);
        break;
      case 'lens':
        this.#witness.lensSaw(fact, at, origin);
        if (current !== undefined) this.#drift.lensSaw(fact, at);
        break;
      default:
        break;
    }
  }

  #onWorkload(previous: WorkloadFact | undefined, next: WorkloadFact, at: Millis, origin: 'list' | 'watch'): void {
    const application = this.#model.applicationOf(next);
    // In a template fight every turn would read as a rollout, and none is one.
    const turns = this.#ledger.unresolvedOf(next.ref).some((record) => record.fieldClass === TEMPLATE);
    for (const notice of turns ? [] : workloadNotices(previous, next, at, application)) this.#post(notice);
    this.#witness.workloadChanged(previous, next, application, at, origin);
  }

  #onApplication(
    previous: ApplicationFact | undefined,
    next: ApplicationFact,
    at: Millis,
    origin: 'list' | 'watch',
  ): void {
    const seen = this.#heals.observe(next, at);
    // A first list shows the last operation of every Application, however long ago it was: it explains, but tells nothing.
    const step = previous === undefined && origin === 'list' ? null : seen;
    if (step?.begun) this.#syncs.add(step.heal);
    // In a fast loop the object is written again within the second: wait for the end of this heal, and it is missed.
    const here = this.#model.isWatched(next);
    for (const ref of here ? this.#healed.returning(next, at) : []) {
      if (this.#model.tells(ref)) this.#desk.open(ref, `Application ${next.ref.name} heals it again`, at);
    }
    if (here) this.#healed.saw(next, step, at);
    if (step !== null && (step.begun || step.ended)) {
      this.#ledger.healed(step.heal);
      this.#out.push({ type: 'heal', heal: step.heal });
    }
    for (const notice of applicationNotices(previous, next, at)) this.#post(notice);
    const undone = this.#fixes.observe(previous, next, at);
    if (undone !== null) this.#post(undone);
    this.#drift.saw(next, at);
    this.#adjudicator.reconsider(next.uid, at);
    for (const record of this.#ledger.openOf(next.ref)) this.#adjudicator.review(record, at, this.#sight);
  }

  #forgetApplication(app: ApplicationFact): void {
    this.#heals.forget(app.uid);
    this.#healed.forget(app.uid);
    this.#fixes.forget(app.uid);
    this.#drift.forget(app.uid);
    this.#syncs.forget(app.ref);
  }

  /** A heal of it belongs to a fight whose writes are seen. */
  #hasSeenFight(ref: ObjectRef): boolean {
    if (this.#adjudicator.isWaitingFor(ref)) return true;
    return this.#ledger.unresolvedOf(ref).some((record) => !isUnseen(record));
  }

  #isContested(ref: ObjectRef): boolean {
    return this.#ledger.unresolvedOf(ref).length > 0;
  }

  #moveTo(now: Millis): void {
    if (now <= this.#now) return;
    this.#now = now;
    this.#sight.opened(now);
    this.#adjudicator.expire(now);
    const known = (ref: ObjectRef) => !this.#model.tells(ref) || this.#hasSeenFight(ref);
    for (const { object, heal } of this.#healed.due(now, known))
      this.#adjudicator.hearUnexplained(object, heal, this.#desk, now);
    if (now - this.#reviewedAt >= REVIEW_MS) {
      this.#reviewedAt = now;
      for (const record of this.#ledger.open()) this.#adjudicator.review(record, now, this.#sight);
      this.#drift.advance(now);
    }
    if (now - this.#keptHouseAt >= HOUSEKEEPING_MS) this.#keepHouse(now);
  }

  #keepHouse(now: Millis): void {
    this.#keptHouseAt = now;
    this.#ledger.prune(now);
    this.#healed.prune(now);
    this.#events.prune(now);
    this.#meter.churn.prune(now - 15 * HOUSEKEEPING_MS);
    this.#witness.prune(now, now - 60 * HOUSEKEEPING_MS);
    this.#tracks.prune(now - 120 * HOUSEKEEPING_MS, (ref) => this.#isContested(ref));
    this.#desk.closeIdle(now, (ref) => this.#isContested(ref));
  }

  /** A list is complete: sight is back, and what was under way before we looked shows in the counters. */
  #onSynced(resource: string, at: Millis, cluster: string | undefined): void {
    this.#sight.synced(resource, at, cluster);
    for (const suspicion of suspicionsFromTraces(this.#context, this.#events, this.#ledger, at))
      this.#ledger.suspect(suspicion, at);
  }

  #view(record: ConflictRecord, now: Millis): Conflict {
    return conflictOf(record, now, this.#model, this.#adjudicator.failingRules(record));
  }

  /** Whoever goes on and on is no hand that slipped once: the first revert's notice was the wrong word. */
  #tell(observation: Observation): void {
    if (observation.type === 'transition' && observation.transition.to === 'confirmed') {
      const { contenders, workload } = observation.transition.conflict;
      if (contenders.every(({ kind }) => kind !== 'human')) this.#board.retract('manual-override-reverted', workload);
    }
    this.#out.push(observation);
  }

  #post(input: NoticeInput): void {
    const { notice, fresh } = this.#board.post(input);
    if (fresh) this.#out.push({ type: 'notice', notice });
  }

  #take(): Observation[] {
    const out = this.#out;
    this.#out = [];
    return out;
  }
}
