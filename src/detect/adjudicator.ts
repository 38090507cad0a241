/**
 * Brings together what is needed to judge a reversal (Application, operation, protection), keeps those waiting whose
 * operation has not been seen yet, and reviews open conflicts: is a cause gone, may it be called over?
 */
import { sameObject } from '../model/cluster-model.ts';
import type { ApplicationFact, Millis, ObjectRef } from '../model/facts.ts';
import { displayRef } from '../model/refs.ts';
import type { FailingRule, Heal, Write } from '../model/verdicts.ts';
import { type Protection, protectionOf, type RuleSubject, type RulesContext } from '../rules/protection.ts';
import { noteHeal } from './course.ts';
import { categoryOfEdit } from './drift-findings.ts';
import { healedOnce } from './drift-words.ts';
import type { HealedObject, HealedObjects } from './healed-objects.ts';
import type { HealLog } from './heals.ts';
import { displayWriter } from './identity.ts';
import { addChurn } from './impact.ts';
import { type Judgement, judgeReversal, makesLoop, ownerOf } from './judge.ts';
import type { Ledger } from './ledger.ts';
import type { LensDesk } from './lens-desk.ts';
import type { Meter } from './meter.ts';
import type { NoticeInput } from './notices.ts';
import { addEvidence, addValue, type ConflictRecord, mainField } from './record.ts';
import { goneCause, isQuiet, mayResolve, type ResolutionContext } from './resolution.ts';
import { SUSPECT_AT, scoreAt } from './score.ts';
import type { Sight } from './sight.ts';
import type { Reversal } from './tracks.ts';
import { isUnseen, unexplainedLoop } from './unexplained.ts';
import { windowNotice } from './window-notice.ts';
import { REPLICAS } from './writes.ts';

/** How long the operation behind a write may lag behind the write. */
const OPERATION_LAG_MS = 5_000;

export interface AdjudicatorOptions extends RulesContext {
  readonly ledger: Ledger;
  readonly heals: HealLog;
  readonly healed: HealedObjects;
  readonly meter: Meter;
  readonly post: (notice: NoticeInput) => void;
}

interface Pending {
  readonly reversal: Reversal;
  readonly writes: readonly Write[];
  readonly applicationUid: string;
  readonly due: Millis;
}

export class Adjudicator {
  readonly #o: AdjudicatorOptions;
  #pending: Pending[] = [];

  constructor(options: AdjudicatorOptions) {
    this.#o = options;
  }

  /** A reversal was seen. `writes` are the last ones of the field, for evidence. */
  hear(reversal: Reversal, writes: readonly Write[], now: Millis): void {
    const app = this.#applicationOf(reversal);
    const judgement = this.#judge(reversal, app, false);
    if (judgement.verdict === 'undecided' && app !== undefined) {
      this.#pending.push({ reversal, writes, applicationUid: app.uid, due: reversal.at + OPERATION_LAG_MS });
      return;
    }
    this.#settle(reversal, writes, judgement, app, now);
  }

  /** Writes of the object wait for the operation that explains them, so no operation on it is without a write. */
  isWaitingFor(ref: ObjectRef): boolean {
    return this.#pending.some(({ reversal }) => sameObject(reversal.write.ref, ref));
  }

  /** The Application's stream moved on: those waiting for it may be judged now. */
  reconsider(applicationUid: string, now: Millis): void {
    if (this.#pending.length === 0) return;
    const waiting = this.#pending.filter((one) => one.applicationUid === applicationUid);
    for (const one of waiting) {
      const app = this.#applicationOf(one.reversal);
      const judgement = this.#judge(one.reversal, app, false);
      if (judgement.verdict === 'undecided') continue;
      this.#pending = this.#pending.filter((other) => other !== one);
      this.#settle(one.reversal, one.writes, judgement, app, now);
    }
  }

  /** Those whose operation never showed are judged by what is known. */
  expire(now: Millis): void {
    if (this.#pending.length === 0) return;
    const due = this.#pending.filter((one) => one.due <= now);
    if (due.length === 0) return;
    this.#pending = this.#pending.filter((one) => one.due > now);
    for (const one of due) {
      const app = this.#applicationOf(one.reversal);
      this.#settle(one.reversal, one.writes, this.#judge(one.reversal, app, true), app, now);
    }
  }

  /** A self-heal named an object and no write explains it. */
  hearUnexplained(object: HealedObject, heal: Heal, desk: LensDesk, now: Millis): void {
    const application = { namespace: object.application.namespace, name: object.application.name };
    const known = this.#o.ledger.unresolvedOf(object.ref).some(isUnseen);
    // A live edit of a child Application has a word of its own (live-fixes.ts).
    if (object.count === 1 && !known && object.ref.kind !== 'Application') {
      this.#o.post(healedOnce(object.ref, application, now));
    }
    if (!known && scoreAt(object.score, now) < SUSPECT_AT) return;
    desk.open(object.ref, `Application ${application.name} heals it again and again`, object.lastAt);
    unexplainedLoop(object, heal, desk.get(object.ref)?.previous ?? null, this.#o.ledger, now);
  }

  /** The field a record is about, held against rules with the owner that needs protection. */
  subjectOf(record: ConflictRecord): RuleSubject | null {
    const field = mainField(record);
    if (field === null) return null;
    const other = record.contenders.find((one) => one.writer.kind !== 'argocd');
    const block = other === undefined ? undefined : { ...NO_BLOCK, writer: other.writer, key: other.key };
    return {
      ref: record.ref,
      field,
      owners: block === undefined ? [] : ownerOf(block),
      value: other?.values.at(-1) ?? null,
    };
  }

  /** Existing rules that were meant to end this fight and do not, each with the reason. */
  failingRules(record: ConflictRecord): readonly FailingRule[] {
    const app =
      record.application === null
        ? undefined
        : this.#o.model.application(record.application.namespace, record.application.name);
    const subject = this.subjectOf(record);
    return app === undefined || subject === null ? [] : protectionOf(app, subject, this.#o).failing;
  }

  /** Looks at one open conflict again: settling, over, or still on. */
  review(record: ConflictRecord, now: Millis, sight: Sight): void {
    const context = this.#resolutionContext(record, sight);
    const cause = goneCause(record, context);
    if ((record.settling?.reason ?? null) !== cause) {
      record.settling = cause === null ? null : { reason: cause, since: now };
      this.#o.ledger.touch(record);
    }
    if (cause !== null) {
      const since = record.settling?.since ?? now;
      if (mayResolve(record, cause, since, now, context)) this.#close(record, cause, now, context);
      return;
    }
    if (
      record.insufficientHistory &&
      !sight.blind(record.ref.cluster) &&
      now - Math.max(sight.sightedSince(record.ref.cluster), record.lastReversalAt) > 2 * HISTORY_MS
    ) {
      record.insufficientHistory = false;
      this.#o.ledger.touch(record);
    }
    if (isQuiet(record, now, context)) this.#o.ledger.resolve(record, 'quiet', now);
    const blocked = record.blockedTold ? null : windowNotice(record, now, context.application, this.#o.model);
    if (blocked === null) return;
    record.blockedTold = true;
    this.#o.post(blocked);
  }

  #close(
    record: ConflictRecord,
    cause: Parameters<typeof mayResolve>[1],
    now: Millis,
    context: ResolutionContext,
  ): void {
    this.#o.ledger.resolve(record, cause, now);
    if (cause === 'rule-added' && context.protection?.inSync === false) {
      this.#o.post({
        kind: 'half-fixed',
        workload: record.ref,
        application: record.application,
        at: now,
        message: `The fight over ${mainField(record)} of ${displayRef(record.ref)} has ended by half: the rule hides the difference, but without RespectIgnoreDifferences=true every full sync still writes Git's value.`,
      });
    }
  }

  #settle(
    reversal: Reversal,
    writes: readonly Write[],
    judgement: Judgement,
    app: ApplicationFact | undefined,
    now: Millis,
  ): void {
    const { write, undone } = reversal;
    const heal = app === undefined ? undefined : this.#o.heals.explaining(app.uid, write.ref, write.at, true);
    if (heal !== undefined) this.#o.healed.explain(heal, write.ref);
    if (judgement.verdict !== 'no-reversal') this.#notify(reversal, judgement, app, now);
    const writers = [undone.writer, write.writer] as const;
    if (!makesLoop(judgement)) {
      // It says nothing of a loop, but in a fight that is on it is one more reversal.
      const known = this.#o.ledger.find(write.ref, write.field, writers);
      if (known?.state === 'confirmed') this.#o.ledger.addReversal(known, reversal);
      return;
    }
    const { record, fresh } = this.#o.ledger.obtain({
      ref: write.ref,
      field: write.field,
      writers,
      application: this.#applicationNameOf(reversal, app),
      startedAt: undone.startedAt,
    });
    if (fresh) this.#backfill(record, reversal, writes);
    if (heal !== undefined) noteHeal(record.course, heal);
    if (write.gap || undone.gap) {
      record.insufficientHistory ||= record.state === 'candidate';
      if (record.state === 'confirmed') this.#o.ledger.addReversal(record, reversal);
      return;
    }
    // What ended the fight before need not be what drives it now.
    const endedAt = record.state === 'resolved' ? record.resolvedAt : null;
    record.byDrift = (endedAt === null && record.byDrift) || this.#healsDrift(app, reversal);
    this.#o.ledger.addReversal(record, reversal);
    if (fresh) this.#o.meter.measureRecord(record, now);
    if (judgement.verdict === 'proven') {
      record.proven = true;
      // Seen whole since the restart or the gap: nothing has to be concluded from silence.
      record.insufficientHistory = false;
      this.#o.ledger.confirm(record, now);
    } else this.#o.ledger.weigh(record, now);
    if (endedAt !== null && record.state !== 'resolved') reopen(record, reversal, writes, endedAt);
  }

  /** A new record knows what the track remembers: the writes since the first contested one, and their pods. */
  #backfill(record: ConflictRecord, reversal: Reversal, writes: readonly Write[]): void {
    for (const write of writes) if (write.at >= record.startedAt) addEvidence(record, write);
    const [undone, restorer] = record.contenders;
    if (undone !== undefined) addValue(undone, reversal.undone.to);
    if (restorer !== undefined) addValue(restorer, reversal.write.to);
    for (const step of this.#o.meter.churn.since(reversal.write.uid, record.startedAt)) addChurn(record, step);
    const healed = reversal.write.writer.kind === 'argocd' ? this.#o.healed.claim(record.ref) : undefined;
    if (healed !== undefined) {
      // The lens opened late: the heals before it were reversals of the same fight.
      record.score = healed.score;
      record.reversals = healed.count;
      record.startedAt = Math.min(record.startedAt, healed.firstAt);
    }
    record.impact.countedTo = reversal.at;
  }

  #notify(reversal: Reversal, judgement: Judgement, app: ApplicationFact | undefined, now: Millis): void {
    const { write, undone } = reversal;
    const application = app === undefined ? null : { namespace: app.ref.namespace, name: app.ref.name };
    const change = `${JSON.stringify(write.from)} back to ${JSON.stringify(write.to)}`;
    const base = { workload: write.ref, application, at: now };
    if (judgement.verdict === 'reset-on-sync' && write.field === REPLICAS && undone.writer.kind !== 'human') {
      this.#o.post({
        ...base,
        kind: 'reset-on-sync',
        message: `A ${judgement.deploy ? 'deploy' : 'sync'} of Application ${app?.ref.name ?? ''} reset ${write.field} of ${displayRef(write.ref)} from ${change}, over ${displayWriter(undone.writer)}: capacity dips at every full sync until the scaler writes again.`,
      });
    } else if (judgement.verdict === 'stale-value') {
      this.#o.post({
        ...base,
        kind: 'stale-value-write',
        message: `Argo CD wrote an old value of ${write.field} of ${displayRef(write.ref)} (${change}) although the field is protected: a value read before the last change; once is harmless.`,
      });
    }
    const insists = this.#o.ledger.find(write.ref, write.field, [undone.writer, write.writer]) !== undefined;
    if (
      !insists &&
      (undone.writer.kind === 'human' || (undone.writer.kind === 'unknown' && write.field === REPLICAS))
    ) {
      this.#o.post({
        ...base,
        kind: write.field === REPLICAS ? 'manual-override-reverted' : 'hotfix-reverted',
        category: categoryOfEdit(write.ref, write.field),
        message: `${displayWriter(write.writer)} reverted ${write.field} of ${displayRef(write.ref)} from ${change}: a change made by hand (${undone.writer.manager ?? 'unsigned'}) does not last here; commit it to Git.`,
      });
    }
  }

  #judge(reversal: Reversal, app: ApplicationFact | undefined, final: boolean): Judgement {
    const heal =
      app === undefined ? undefined : this.#o.heals.explaining(app.uid, reversal.write.ref, reversal.write.at, final);
    return judgeReversal(reversal, {
      application: app,
      heal,
      protection: app === undefined ? undefined : this.#protection(app, reversal),
      final,
    });
  }

  #protection(app: ApplicationFact, reversal: Reversal): Protection {
    const { write, undone } = reversal;
    return protectionOf(
      app,
      { ref: write.ref, field: write.field, owners: ownerOf(undone), value: undone.to },
      this.#o,
    );
  }

  #healsDrift(app: ApplicationFact | undefined, reversal: Reversal): boolean {
    if (app === undefined || !app.automated.enabled || !app.automated.selfHeal) return false;
    return !this.#protection(app, reversal).inDiff;
  }

  #resolutionContext(record: ConflictRecord, sight: Sight): ResolutionContext {
    const application =
      record.application === null
        ? undefined
        : this.#o.model.application(record.application.namespace, record.application.name);
    const subject = this.subjectOf(record);
    const known = application !== undefined && subject !== null;
    return {
      model: this.#o.model,
      application,
      protection: known ? protectionOf(application, subject, this.#o) : undefined,
      compared: () => (known ? protectionOf(application, subject, this.#o, true) : undefined),
      sightedSince: sight.sightedSince(record.ref.cluster),
      blind: sight.blind(record.ref.cluster),
    };
  }

  /** The Application that wrote: by the tracking mark of the object, whichever of two owners holds it now. */
  #applicationOf(reversal: Reversal): ApplicationFact | undefined {
    const { ref, writer } = reversal.write;
    const workload = this.#o.model.workload(ref);
    if (workload !== undefined) return this.#o.model.applicationOf(workload);
    const listing = this.#o.model.applicationsListing(ref);
    return (
      listing.find((app) => app.ref.name === writer.name) ??
      (writer.name === null ? undefined : this.#o.model.applicationNamed(writer.name)) ??
      listing[0]
    );
  }

  /** Two Applications: the one whose value was undone first, so that the conflict keeps one home. */
  #applicationNameOf(reversal: Reversal, app: ApplicationFact | undefined): { namespace: string; name: string } | null {
    if (reversal.undone.writer.kind === 'argocd' && reversal.undone.writer.name !== null) {
      const other = this.#o.model.applicationNamed(reversal.undone.writer.name);
      if (other !== undefined) return { namespace: other.ref.namespace, name: other.ref.name };
    }
    return app === undefined ? null : { namespace: app.ref.namespace, name: app.ref.name };
  }
}

/** The fight goes on: with the writes since its end, which nobody counted, and over what is contested now. */
function reopen(record: ConflictRecord, reversal: Reversal, writes: readonly Write[], endedAt: Millis): void {
  for (const write of writes) if (write.at > endedAt) addEvidence(record, write);
  record.fields.clear();
  record.fields.set(reversal.write.field, 1);
}

/** Two rounds of the longest backoff without a revert are history enough. */
const HISTORY_MS = 300_000;
const NO_BLOCK = { from: undefined, to: null, startedAt: 0, lastAt: 0, gap: false };
