/**
 * The daemon's hand, built only where remediationMode is apply: when a conflict is confirmed it carries out the first
 * step of its remedy, under the guards, one after the other. It never takes a change back, and never makes one a
 * second time for the same conflict: what it does not do, it says.
 */
import type { Outlet } from '../daemon/outlet.ts';
import type { WritingClient } from '../kubernetes/client.ts';
import { KubeRequestError } from '../kubernetes/errors.ts';
import { EventRecorder } from '../kubernetes/event-recorder.ts';
import type { Millis } from '../model/facts.ts';
import type { Observation } from '../model/observations.ts';
import { displayRef } from '../model/refs.ts';
import type { Conflict } from '../model/verdicts.ts';
import type { Pipeline } from '../pipeline.ts';
import { type AppliedFix, mergeFixes, rememberedFixes } from '../remedy/applied-fixes.ts';
import type { AllowList } from '../remedy/attempt.ts';
import type { Refusal } from '../remedy/guards.ts';
import { visible } from '../report/visible.ts';
import type { Logger } from '../telemetry/logger.ts';
import { auditDocument, auditSentence } from './audit-record.ts';
import { carryOut } from './carry-out.ts';
import { consider, type Situation } from './consider.ts';

export interface RemediatorOptions {
  readonly client: WritingClient;
  readonly pipeline: Pipeline;
  readonly logger: Logger;
  readonly now: () => Millis;
  /** What is permitted; asked for anew before each change. */
  readonly policy: () => RemediationPolicy;
  /** Which process, for the audit line and the Events: the pod's name. */
  readonly instance: string;
  /** Whether this replica may change anything now; the client asks once more in the moment of the write. */
  readonly leads: () => boolean;
  /** What was carried out, by whichever replica: new ones are added. */
  readonly applied: AppliedFix[];
}

export interface RemediationPolicy {
  readonly allowed: AllowList;
  readonly perHour: number;
}

/** A fight that goes on brings a heal; a refused conflict is looked at again then, but no more often than this. */
const LOOK_AGAIN_MS = 60_000;

export class Remediator implements Outlet {
  readonly name = 'remediation';
  readonly #options: RemediatorOptions;
  readonly #recorder: EventRecorder;
  readonly #stopping = new AbortController();
  /** Confirmed conflicts that nothing was done for yet, and when each was looked at last. */
  readonly #waiting = new Map<string, Millis>();
  readonly #queued = new Set<string>();
  /** Conflicts whose refusal was told. */
  readonly #told = new Set<string>();
  #running: Promise<void> = Promise.resolve();

  constructor(options: RemediatorOptions) {
    const { client, instance, logger } = options;
    this.#options = options;
    const warn = (message: string) => logger.warn({ event: 'remediation-event' }, message);
    this.#recorder = new EventRecorder({ client, instance, warn });
  }

  /** Takes note of what the detector says; what it does about it happens later, in order. Never throws. */
  observe(observation: Observation): void {
    if (observation.type === 'transition') {
      const { to, conflict } = observation.transition;
      if (to === 'confirmed') {
        this.#told.delete(conflict.id);
        this.#enqueue(conflict.id);
      } else if (to === 'resolved') this.#waiting.delete(conflict.id);
    } else if (observation.type === 'heal' && this.#waiting.size > 0) {
      const { namespace, name } = observation.heal.application;
      const now = this.#options.now();
      for (const conflict of this.#options.pipeline.detector.conflicts()) {
        const lookedAt = this.#waiting.get(conflict.id);
        if (lookedAt === undefined || now - lookedAt < LOOK_AGAIN_MS) continue;
        if (conflict.application?.namespace === namespace && conflict.application.name === name)
          this.#enqueue(conflict.id);
      }
    }
  }

  /** Conflicts that were confirmed before this began: each is looked at when its fight next shows that it goes on. */
  adopt(): void {
    for (const { id, state } of this.#options.pipeline.detector.conflicts()) {
      if (state === 'confirmed' && !this.#waiting.has(id)) this.#waiting.set(id, Number.NEGATIVE_INFINITY);
    }
  }

  /** Another replica led so far: what it left undone is looked at now, under the same guards. */
  takeOver(): void {
    this.adopt();
    for (const id of this.#waiting.keys()) this.#enqueue(id);
  }

  /** Resolves when everything that was asked for so far is done. */
  idle(): Promise<void> {
    return this.#running;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  #enqueue(id: string): void {
    if (this.#queued.has(id)) return;
    this.#queued.add(id);
    this.#running = this.#running.then(async () => {
      this.#queued.delete(id);
      if (!this.#stopping.signal.aborted) await this.#attend(id);
    });
  }

  async #attend(id: string): Promise<void> {
    const { pipeline, now } = this.#options;
    const conflict = this.#confirmed(id);
    this.#waiting.delete(id);
    if (conflict === undefined) return;
    this.#waiting.set(id, now());
    if (!this.#options.leads()) return;
    try {
      const { signal } = this.#stopping;
      const remedy = pipeline.remedyFor(conflict);
      const considered = await consider(this.#options.client, conflict, remedy, this.#situation(), signal);
      if ('refused' in considered) this.#refuse(conflict, considered.refused);
      else await this.#carryOut(conflict, considered);
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      const reason = error instanceof KubeRequestError ? error.message : String(error);
      this.#tell(conflict, 'remediation-failed', `the step could not be carried out: ${reason}`, []);
    }
  }

  async #carryOut(
    conflict: Conflict,
    order: Exclude<Awaited<ReturnType<typeof consider>>, { refused: unknown }>,
  ): Promise<void> {
    const { client, pipeline, logger, now, instance } = this.#options;
    const workload = { ref: conflict.workload, uid: pipeline.model.workload(conflict.workload)?.uid ?? '' };
    const outcome = await carryOut(
      { ...order, workload },
      {
        client,
        recorder: this.#recorder,
        by: `tugwatch ${instance}`,
        now,
        // The dry run took time: what it was for may be over by now.
        agree: async () =>
          !this.#stopping.signal.aborted && this.#options.leads() && this.#confirmed(conflict.id) !== undefined,
        signal: this.#stopping.signal,
      },
    );
    if (outcome.outcome === 'applied') {
      const { audit } = outcome;
      this.#waiting.delete(conflict.id);
      this.#options.applied.push({
        at: audit.at,
        target: audit.target,
        application: conflict.application,
        conflict: conflict.id,
      });
      logger.warn(
        { event: 'remediation', conflict: conflict.id, ...auditDocument(audit) },
        visible(auditSentence(audit)),
      );
    } else if (outcome.outcome === 'stopped') {
      this.#refuse(conflict, [{ veto: 'edited', reason: outcome.reason }]);
    } else {
      logger.debug({ event: 'remediation', outcome: outcome.outcome, conflict: conflict.id }, 'nothing was changed');
    }
  }

  #confirmed(id: string): Conflict | undefined {
    const { detector } = this.#options.pipeline;
    return detector.conflicts().find((conflict) => conflict.id === id && conflict.state === 'confirmed');
  }

  #situation(): Situation {
    const { pipeline, now, policy } = this.#options;
    const at = now();
    const context = pipeline.rulesContext;
    return {
      ...context,
      now: at,
      conflicts: pipeline.detector.conflicts(),
      remedyFor: (conflict) => pipeline.remedyFor(conflict),
      applied: mergeFixes(this.#options.applied, rememberedFixes(context, at), at),
      ...policy(),
    };
  }

  #refuse(conflict: Conflict, refused: readonly Refusal[]): void {
    const reasons = refused.map(({ reason }) => reason).join('; ');
    this.#tell(
      conflict,
      'remediation-refused',
      `nothing was changed: ${reasons}`,
      refused.map(({ veto }) => veto),
    );
  }

  /** Once a conflict, until it is confirmed anew. */
  #tell(conflict: Conflict, event: string, sentence: string, vetoes: readonly string[]): void {
    const level = this.#told.has(conflict.id) ? 'debug' : 'warn';
    this.#told.add(conflict.id);
    this.#options.logger[level](
      { event, conflict: conflict.id, workload: displayRef(conflict.workload), vetoes },
      visible(`${displayRef(conflict.workload)}: ${sentence}`),
    );
  }
}
