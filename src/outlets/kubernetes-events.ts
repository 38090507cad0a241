/**
 * Verdicts as Events on the workload and on its Application, so that `kubectl describe` and Argo CD's page show them
 * (docs/events.md). On occasions only; whatever the server says about it, detection goes on.
 */

import type { Outlet } from '../daemon/outlet.ts';
import type { EventInput, EventRecorder } from '../kubernetes/event-recorder.ts';
import type { Timers } from '../kubernetes/timers.ts';
import type { Observation } from '../model/observations.ts';
import { keyOf } from '../model/refs.ts';
import type { Conflict, Remedy } from '../model/verdicts.ts';
import type { Pipeline } from '../pipeline.ts';
import { visible } from '../report/visible.ts';
import { costLabel, durationLabel, resolutionLabel, withoutFullStop } from '../report/words.ts';
import { applicationSubjects, workloadSubject } from './event-subjects.ts';
import { type OccasionKind, occasionOf } from './occasion.ts';
import { whyCommand } from './why-command.ts';

/** Stable: people filter and alert by them. */
export const REASONS: Readonly<Record<OccasionKind, string>> = {
  confirmed: 'SyncConflictConfirmed',
  escalated: 'SyncConflictEscalated',
  'half-fixed': 'SyncConflictHalfFixed',
  resolved: 'SyncConflictResolved',
};

export interface KubernetesEventsOptions {
  readonly recorder: Pick<EventRecorder, 'record'>;
  readonly pipeline: Pick<Pipeline, 'model' | 'detector' | 'remedyFor'>;
  readonly timers: Pick<Timers, 'now' | 'sleep'>;
  /** Of several replicas one tells. */
  readonly leads: () => boolean;
}

/** Events that wait for an API server that is away; what is older is of less use than what is new. */
const MOST_WAITING = 100;
/** Pauses before an Event that the server could not take is tried again. */
const PAUSES_MS = [2_000, 5_000, 15_000];

export class KubernetesEvents implements Outlet {
  readonly name = 'Kubernetes Events';
  readonly outcomes = { written: 0, failed: 0, dropped: 0 };
  readonly #options: KubernetesEventsOptions;
  readonly #stopping = new AbortController();
  readonly #waiting: EventInput[] = [];
  #running: Promise<void> | null = null;

  constructor(options: KubernetesEventsOptions) {
    this.#options = options;
  }

  observe(observation: Observation): void {
    if (observation.type !== 'transition') return;
    const kind = occasionOf(observation.transition);
    if (kind !== null) this.tell(kind, observation.transition.conflict);
  }

  /** One Event on the workload, one on each Application that is concerned. Returns at once. */
  tell(kind: OccasionKind, conflict: Conflict): void {
    if (!this.#options.leads() || this.#stopping.signal.aborted) return;
    const { pipeline, timers } = this.#options;
    const workload = workloadSubject(conflict, pipeline);
    const applications = applicationSubjects(conflict, pipeline.model);
    const event = {
      at: timers.now(),
      type: kind === 'resolved' ? ('Normal' as const) : ('Warning' as const),
      reason: REASONS[kind],
      action: kind === 'resolved' || kind === 'half-fixed' ? 'Resolve' : 'Detect',
      note: noteOf(kind, conflict, pipeline.remedyFor(conflict)),
      recurs: true,
    };
    // Other clusters are read only: there the Applications alone carry it.
    const isHere = conflict.workload.cluster === undefined;
    if (isHere) this.#enqueue({ ...event, regarding: workload, related: applications[0] ?? null });
    for (const regarding of applications) {
      if (keyOf(regarding.ref) !== keyOf(workload.ref))
        this.#enqueue({ ...event, regarding, related: isHere ? workload : null });
    }
  }

  /** Resolves when nothing waits. */
  idle(): Promise<void> {
    return this.#running ?? Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  #enqueue(event: EventInput): void {
    this.#waiting.push(event);
    if (this.#waiting.length > MOST_WAITING) {
      this.#waiting.shift();
      this.outcomes.dropped += 1;
    }
    this.#running ??= this.#work();
  }

  async #work(): Promise<void> {
    for (let event = this.#waiting.shift(); event !== undefined; event = this.#waiting.shift()) {
      this.outcomes[await this.#write(event)] += 1;
      if (this.#stopping.signal.aborted) break;
    }
    // In the same turn as the last look: what comes after it starts anew.
    this.#running = null;
  }

  async #write(event: EventInput): Promise<keyof KubernetesEvents['outcomes']> {
    const { recorder, timers, leads } = this.#options;
    const { signal } = this.#stopping;
    for (const pause of [...PAUSES_MS, null]) {
      if (!leads()) return 'dropped';
      const outcome = await recorder.record(event, signal);
      if (outcome === 'written') return 'written';
      if (outcome === 'limited') return 'dropped';
      if (outcome === 'failed' || pause === null || signal.aborted) return 'failed';
      await timers.sleep(pause, signal);
    }
    return 'failed';
  }
}

/** Who fights over what, and where to read how to end it: one or two sentences. A note is cut at 1024 bytes. */
export function noteOf(kind: OccasionKind, conflict: Conflict, remedy: Remedy): string {
  const whatToDo = `${withoutFullStop(remedy.summary)} (${whyCommand(conflict.workload)}).`;
  const summary = withoutFullStop(conflict.summary);
  switch (kind) {
    case 'confirmed':
      return visible(`${summary}. ${whatToDo}`);
    case 'escalated':
      return visible(`It lacks a quarter of its replicas or more: ${summary}. ${whatToDo}`);
    case 'half-fixed':
      return visible(`${summary}. Over ${resolutionLabel(conflict)}. ${whatToDo}`);
    case 'resolved': {
      const lasted = ((conflict.resolvedAt ?? conflict.lastReversalAt) - conflict.startedAt) / 1000;
      return visible(
        `${summary}. Over after ${durationLabel(lasted)}: ${resolutionLabel(conflict)}; cost: ${costLabel(conflict)}.`,
      );
    }
  }
}
