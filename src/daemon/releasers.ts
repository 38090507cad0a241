/** Every part registers its own teardown when it is made; shutting down is to run them in reverse. */
import type { Logger } from '../telemetry/logger.ts';
import { defectFields } from './defect.ts';

/** `overdue` is aborted when nobody waits for it any more: what it says after that has been said. */
export type Release = (overdue: AbortSignal) => unknown;

/** A part that did not end in time. */
export class Overdue extends Error {
  override readonly name = 'Overdue';
}

export class Releasers {
  readonly #stack: { readonly name: string; readonly release: Release }[] = [];
  #running: Promise<void> | null = null;

  add(name: string, release: Release): void {
    this.#stack.push({ name, release });
  }

  /**
   * Runs all of them, newest first, each within `deadlineMs`; one that fails or hangs does not keep the others from
   * running. Concurrent callers share one run.
   */
  releaseAll(deadlineMs: number, onFailure: (name: string, error: unknown) => void): Promise<void> {
    this.#running ??= this.#run(deadlineMs, onFailure);
    return this.#running;
  }

  async #run(deadlineMs: number, onFailure: (name: string, error: unknown) => void): Promise<void> {
    for (let entry = this.#stack.pop(); entry !== undefined; entry = this.#stack.pop()) {
      const { promise, reject } = Promise.withResolvers<never>();
      const overdue = new AbortController();
      const timer = setTimeout(() => {
        overdue.abort();
        reject(new Overdue(`no answer within ${deadlineMs / 1000} s`));
      }, deadlineMs);
      try {
        await Promise.race([entry.release(overdue.signal), promise]);
      } catch (error) {
        onFailure(entry.name, error);
      } finally {
        clearTimeout(timer);
      }
    }
  }
}

/** Tells of a part that failed or hung, in one sentence. */
export function logReleaseFailure(logger: Logger): (name: string, error: unknown) => void {
  return (name, error) => {
    if (error instanceof Overdue)
      logger.warn({ event: 'shutdown' }, `${name}: ${error.message}, so the shutdown goes on without it`);
    else
      logger.error(
        { event: 'shutdown', ...defectFields(error) },
        `${name} did not shut down cleanly: ${error instanceof Error ? error.message : String(error)}`,
      );
  };
}
