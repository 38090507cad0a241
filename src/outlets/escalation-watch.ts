/** Looks every few seconds whether a fight has become a matter of capacity, and tells the other outlets. */
import type { CheckpointSection } from '../daemon/checkpoint-sections.ts';
import type { Outlet } from '../daemon/outlet.ts';
import type { Millis } from '../model/facts.ts';
import type { Observation } from '../model/observations.ts';
import type { Conflict } from '../model/verdicts.ts';
import type { Pipeline } from '../pipeline.ts';
import { Escalations } from './escalations.ts';

const EVERY_MS = 15_000;
/** As many as conflicts are remembered at most; a checkpoint has to stay small. */
const MOST_RESTORED = 1_000;

export interface EscalationListener {
  /** Called once for each fight that escalates, in every replica. */
  escalated(conflict: Conflict): void;
  /** Called after every look. */
  looked(): void;
}

export class EscalationWatch implements Outlet {
  readonly name = 'escalations';
  readonly sections: readonly CheckpointSection[];
  readonly #detector: Pipeline['detector'];
  readonly #listener: EscalationListener;
  readonly #escalations = new Escalations();
  /** When each was seen to escalate by this process. */
  readonly #since = new Map<string, Millis>();
  readonly #timer: NodeJS.Timeout;

  constructor(detector: Pipeline['detector'], listener: EscalationListener) {
    this.#detector = detector;
    this.#listener = listener;
    this.sections = [
      {
        name: 'escalations',
        save: () => this.#escalations.all(),
        restore: (value) => this.#escalations.restore(idsOf(value)),
      },
    ];
    this.#timer = setInterval(() => this.look(), EVERY_MS);
    this.#timer.unref();
  }

  look(): void {
    const fresh = new Set(this.#escalations.look(this.#detector.now, this.#detector.contestedCounts()));
    for (const id of fresh) this.#since.set(id, this.#detector.now);
    if (fresh.size > 0) {
      for (const conflict of this.#detector.conflicts()) if (fresh.has(conflict.id)) this.#listener.escalated(conflict);
    }
    this.#listener.looked();
  }

  has(conflictId: string): boolean {
    return this.#escalations.has(conflictId);
  }

  observe(observation: Observation): void {
    if (observation.type !== 'transition' || observation.transition.to === 'suspected') return;
    const { at, conflict } = observation.transition;
    // Handed over late: what has escalated since has not begun anew.
    if (at < (this.#since.get(conflict.id) ?? at)) return;
    // A fight that ended, and one that begins anew where the end was not seen.
    this.#since.delete(conflict.id);
    this.#escalations.forget(conflict.id);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
  }
}

function idsOf(value: unknown): string[] {
  if (!Array.isArray(value)) throw new Error('it is no list');
  return value.filter((id) => typeof id === 'string').slice(0, MOST_RESTORED);
}
