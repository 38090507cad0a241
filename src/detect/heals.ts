/**
 * Operations of Applications, as their stream shows them: one heal per (uid, startedAt). status.history never lists a
 * self-heal (argo-cd controller/sync.go:408), so the stream is the only place to see them.
 */
import type { ApplicationFact, Millis, ObjectRef, OperationFact } from '../model/facts.ts';
import { groupOf } from '../model/refs.ts';
import type { Heal, HealKind } from '../model/verdicts.ts';

/**
 * Streams are independent: a write may be seen before the operation that made it, or after its end. All of this is in
 * our own time, so that a cluster whose clock differs from ours is judged the same.
 */
const START_SLACK_MS = 5_000;
const FINISH_SLACK_MS = 3_000;
/** The slack for a write that nothing else explains. */
const LATE_SLACK_MS = 6_000;
/** startedAt and finishedAt, by the controller's clock, have whole seconds. */
const SECOND_MS = 1_500;
/** Operations remembered for one Application: enough to explain writes that arrive late. */
const REMEMBERED = 8;

/**
 * self-heal: started by the controller for named objects (appcontroller.go:2404); revision: started by it for the
 * whole application because the revision or the source moved; manual: somebody's; other: `operation` patched by hand.
 */
export function healKind(operation: OperationFact): HealKind {
  if (operation.automated) return operation.resources.length > 0 ? 'self-heal' : 'revision';
  if (operation.username !== '') return 'manual';
  return operation.initiated ? 'manual' : 'other';
}

/**
 * Whether the operation deploys something. The controller starts a full sync only when the revision or the source
 * moved (appcontroller.go:2393); of others the revision before tells, by the operation before or the history.
 */
function bringsNewRevision(operation: OperationFact, app: ApplicationFact, before: Heal | undefined): boolean {
  if (healKind(operation) === 'revision') return true;
  const last = before?.revision ?? app.lastDeploy?.revision;
  return last === undefined || last === '' ? before === undefined : last !== operation.revision;
}

/** Until its result is there, an operation may name a branch, or nothing; what the log has dropped cannot be asked again. */
function settledRevision(known: Heal | undefined, operation: OperationFact): boolean | undefined {
  return known?.revision === operation.revision ? known.newRevision : undefined;
}

/** Remembers the last operations of every Application and says which of them made a write. */
export class HealLog {
  readonly #byApplication = new Map<string, Heal[]>();

  /** Takes one version of an Application; returns the heal when this version began or ended one. */
  observe(
    app: ApplicationFact,
    at: Millis,
  ): { readonly heal: Heal; readonly begun: boolean; readonly ended: boolean } | null {
    const operation = app.operation;
    if (operation === null) return null;
    const heals = this.#byApplication.get(app.uid) ?? [];
    const index = heals.findIndex((heal) => heal.startedAt === operation.startedAt);
    const known = index < 0 ? undefined : heals[index];
    const before = index < 0 ? heals.at(-1) : heals[index - 1];
    const heal: Heal = {
      application: app.ref,
      applicationUid: app.uid,
      kind: healKind(operation),
      startedAt: operation.startedAt,
      seenAt: known?.seenAt ?? at,
      finishedAt: operation.finishedAt,
      endSeenAt: known?.endSeenAt ?? (operation.finishedAt !== null && operation.phase !== 'Running' ? at : null),
      phase: operation.phase,
      resources: operation.resources.length > 0 ? operation.resources : (known?.resources ?? []),
      attempts: operation.attempts,
      revision: operation.revision,
      newRevision: settledRevision(known, operation) ?? bringsNewRevision(operation, app, before),
      message: operation.message,
    };
    if (known === undefined) {
      heals.push(heal);
      if (heals.length > REMEMBERED) heals.shift();
      this.#byApplication.set(app.uid, heals);
      return { heal, begun: true, ended: isOver(heal) };
    }
    heals[index] = heal;
    return { heal, begun: false, ended: isOver(heal) && !isOver(known) };
  }

  all(): [applicationUid: string, heals: Heal[]][] {
    return [...this.#byApplication];
  }

  restore(heals: readonly (readonly [applicationUid: string, heals: readonly Heal[]])[]): void {
    for (const [uid, known] of heals) this.#byApplication.set(uid, [...known]);
  }

  forget(applicationUid: string): void {
    this.#byApplication.delete(applicationUid);
  }

  /**
   * The latest operation of the Application that was under way at `at` and covers the object. `late`: no operation will
   * come any more, so one that ended a little earlier will do.
   */
  explaining(applicationUid: string, ref: ObjectRef, at: Millis, late = false): Heal | undefined {
    const heals = this.#byApplication.get(applicationUid)?.filter((heal) => covers(heal, ref)) ?? [];
    const found = heals.findLast((heal) => wasUnderWay(heal, at, FINISH_SLACK_MS));
    return found ?? (late ? heals.findLast((heal) => wasUnderWay(heal, at, LATE_SLACK_MS)) : undefined);
  }

  last(applicationUid: string): Heal | undefined {
    return this.#byApplication.get(applicationUid)?.at(-1);
  }
}

/** A self-heal names objects without a namespace, which Argo CD takes as any (types.go:1397). */
export function covers(heal: Heal, ref: ObjectRef): boolean {
  if (heal.resources.length === 0) return true;
  return heal.resources.some(
    (named) =>
      named.group === groupOf(ref.apiVersion) &&
      named.kind === ref.kind &&
      named.name === ref.name &&
      (named.namespace === '' || named.namespace === ref.namespace),
  );
}

function wasUnderWay(heal: Heal, at: Millis, after: Millis): boolean {
  if (heal.endSeenAt !== null && heal.endSeenAt === heal.seenAt) {
    // Over when first seen (a list): only the controller's own times say when it was.
    return at >= heal.startedAt - SECOND_MS && heal.finishedAt !== null && at <= heal.finishedAt + after;
  }
  return wasSeenUnderWay(heal, at, START_SLACK_MS, after);
}

function wasSeenUnderWay(heal: Heal, at: Millis, before: Millis, after: Millis): boolean {
  if (heal.endSeenAt === heal.seenAt) return false;
  return at >= heal.seenAt - before && (heal.endSeenAt === null || at <= heal.endSeenAt + after);
}

function isOver(heal: Heal): boolean {
  return heal.finishedAt !== null && heal.phase !== 'Running';
}
