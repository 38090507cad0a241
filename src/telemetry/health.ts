/** Readiness and liveness as /readyz and /livez tell them. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { WatchHealth } from '../model/health.ts';

export interface Probe {
  readonly ok: boolean;
  /** One sentence each; empty when all is well. */
  readonly reasons: readonly string[];
}

/**
 * Ready when every mandatory kind was listed once: from then on verdicts are complete. A watch that breaks later does
 * not take readiness away, because a restart of the API server would then hide the metrics that tell of it.
 */
export function assessReadiness(watches: readonly WatchHealth[]): Probe {
  if (watches.length === 0) return { ok: false, reasons: ['no watch has been started yet'] };
  const reasons = watches
    .filter((watch) => watch.mandatory && !watch.listed)
    .map((watch) => {
      const name = watch.cluster === '' ? watch.resource : `${watch.resource} of cluster ${watch.cluster}`;
      return `${name} not listed yet (${watch.state})${watch.message === '' ? '' : `: ${watch.message}`}`;
    });
  return { ok: reasons.length === 0, reasons };
}

/**
 * Alive as long as the event loop turns. Nothing about the cluster belongs here: a restart cannot mend an API server
 * and would throw the history away.
 */
export function assessLiveness(lagMillis: number, limitMillis = 2_000): Probe {
  if (lagMillis <= limitMillis) return { ok: true, reasons: [] };
  return {
    ok: false,
    reasons: [
      `the event loop lags ${Math.round(lagMillis)} ms behind (limit ${limitMillis} ms): too little CPU, or stuck`,
    ],
  };
}

export interface LagMeter {
  /** Mean delay of the event loop since the last reading, milliseconds; 0 when nothing was measured yet. */
  read(): number;
  close(): void;
}

/** Measures in the background, without keeping the process alive. Looking every 20 ms would be a fifth of what a quiet daemon does. */
export function createLagMeter(resolutionMillis = 100): LagMeter {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMillis });
  histogram.enable();
  return {
    read() {
      const { count, mean } = histogram;
      // A reset also forgets when the loop last turned, so one before anything was measured would lose that too.
      if (count === 0) return 0;
      histogram.reset();
      return Math.max(0, mean / 1e6 - resolutionMillis);
    },
    close() {
      histogram.disable();
    },
  };
}
