import { hostname } from 'node:os';
import type { Config } from '../config/schema.ts';
import type { Observation } from '../model/observations.ts';
import { keyOf } from '../model/refs.ts';
import type { Remediator } from '../remediation/remediator.ts';
import { type AppliedFix, isRecent } from '../remedy/applied-fixes.ts';
import type { CheckpointSection } from './checkpoint-sections.ts';
import type { Outlet, OutletContext } from './outlet.ts';

/** Of an hour, whatever a checkpoint claims. */
const MOST_RESTORED = 1_000;

/** Turns remediation on and off as remediationMode says. While it is off, nothing in the process can change an object. */
export class RemediationSwitch implements Outlet {
  readonly name = 'remediation';
  readonly sections: readonly CheckpointSection[];
  readonly #options: OutletContext;
  readonly #applied: AppliedFix[] = [];
  #config: Config;
  #remediator: Remediator | null = null;
  #turning: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: OutletContext) {
    this.#options = options;
    this.#config = options.config;
    this.sections = [
      {
        name: 'remediation',
        save: () => this.#applied.filter(({ at }) => isRecent(at, options.now())),
        restore: (value) => this.#restore(value),
      },
    ];
    options.leadership.onChange((leads) => {
      if (leads) this.#remediator?.takeOver();
    });
  }

  /** null: remedies are only suggested. */
  get remediator(): Remediator | null {
    return this.#remediator;
  }

  observe(observation: Observation): void {
    this.#remediator?.observe(observation);
  }

  /** Another policy, from now on. Resolves when remediation is on or off as it says; off is at once for all that waits. */
  take(config: Config): Promise<void> {
    this.#config = config;
    this.#turning = this.#turning.then(() => this.#turn());
    return this.#turning;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#turning;
    await this.#remediator?.stop();
  }

  async #turn(): Promise<void> {
    const { logger } = this.#options;
    const on = this.#config.remediationMode === 'apply' && !this.#stopped;
    const remediator = this.#remediator;
    if (remediator !== null && !on) {
      this.#remediator = null;
      logger.warn({ event: 'remediation-off' }, 'remedies are only suggested from now on');
      await remediator.stop();
    } else if (remediator === null && on) await this.#begin();
  }

  async #begin(): Promise<void> {
    const { client, logger, engine, now, leadership } = this.#options;
    const { Remediator } = await import('../remediation/remediator.ts');
    const {
      remediationNamespaces: namespaces,
      remediationSelector: labels,
      remediationPerHour: perHour,
    } = this.#config;
    const where =
      namespaces.length === 0 && labels.length === 0 ? 'where an annotation permits it' : 'where it is permitted';
    logger.warn({ event: 'remediation-on', namespaces, perHour }, `remedies are carried out ${where}`);
    this.#remediator = new Remediator({
      client,
      pipeline: engine.pipeline,
      logger,
      now,
      policy: () => ({
        allowed: { namespaces: this.#config.remediationNamespaces, labels: this.#config.remediationSelector },
        perHour: this.#config.remediationPerHour,
      }),
      instance: hostname(),
      leads: () => leadership.leads(),
      applied: this.#applied,
    });
    this.#remediator.adopt();
  }

  #restore(value: unknown): void {
    if (!Array.isArray(value)) throw new Error('it is no list of changes');
    const known = new Set(this.#applied.map(identityOf));
    for (const fix of value.filter(isAppliedFix).slice(-MOST_RESTORED))
      if (!known.has(identityOf(fix))) this.#applied.push(fix);
    this.#remediator?.adopt();
  }
}

function identityOf({ at, target }: AppliedFix): string {
  return `${at} ${keyOf(target)}`;
}

function isAppliedFix(value: unknown): value is AppliedFix {
  if (typeof value !== 'object' || value === null) return false;
  const { at, target, application, conflict } = value as Partial<AppliedFix>;
  return (
    typeof at === 'number' &&
    typeof target?.kind === 'string' &&
    typeof target.name === 'string' &&
    (application === null || typeof application?.name === 'string') &&
    (conflict === null || typeof conflict === 'string')
  );
}
