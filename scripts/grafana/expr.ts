/** The expressions of the dashboards: every selector is bound to the variables that a reader chooses by. */
import { WORKLOAD_LABELS } from '../../src/telemetry/contested-series.ts';

export type Matcher = `${string}=${string}`;

/** A selector of one metric of the chosen targets. */
export function of(metric: string, ...matchers: readonly Matcher[]): string {
  return `${metric}{${['job=~"$job"', 'instance=~"$instance"', ...matchers].join(',')}}`;
}

/** Replicas count the same things: what the one that counted most says, and never the sum of them. */
const once = (expr: string): string => `max without (instance, pod) (${expr})`;

/** How much a counter went up between two points of the graph, whatever the zoom. */
export function perStep(metric: string, ...matchers: readonly Matcher[]): string {
  return once(`increase(${of(metric, ...matchers)}[$__rate_interval])`);
}

/** How much a counter goes up in a second. */
export function perSecond(metric: string, ...matchers: readonly Matcher[]): string {
  return once(`rate(${of(metric, ...matchers)}[$__rate_interval])`);
}

/** How much a counter went up over the time that is shown: step by step, because each pod goes on where another ended. */
export function inRange(metric: string, ...matchers: readonly Matcher[]): string {
  return `sum_over_time(${perStep(metric, ...matchers)}[$__range:$__rate_interval])`;
}

/** A gauge says the same in every replica and before and after a restart. */
export const max = (by: string, expr: string): string => `max by (${by}) (${expr})`;
export const sum = (by: string, expr: string): string => (by === '' ? `sum(${expr})` : `sum by (${by}) (${expr})`);

/**
 * A gauge that counts what a process holds: of each shard for itself, because together they are the whole, and only its
 * replicas say the same.
 */
export function maxOfShards(by: string, metric: string, ...matchers: readonly Matcher[]): string {
  const target = 'cluster, namespace, job, instance';
  const counted = of(metric, ...matchers);
  const named = `${counted} * on (${target}) group_left (shard) ${of('tugwatch_shard_info')}`;
  return max(`${by}, shard`, `${named} or on (${target}) ${counted}`);
}

export const CONTESTED = WORKLOAD_LABELS.join(', ');
/** Enough to tell the lines of a graph apart. */
export const LINE = 'workload_namespace, workload, field';
export const LINE_LEGEND = '{{workload_namespace}}/{{workload}} {{field}}';

/** 0: resolved, 1: suspected, 2: confirmed. */
export function stateOf(by: string, ...matchers: readonly Matcher[]): string {
  const state = (name: string) => max(by, of('tugwatch_conflict_state', `state="${name}"`, ...matchers));
  return `${state('suspected')} + 2 * ${state('confirmed')}`;
}
