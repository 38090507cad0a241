/**
 * How many replicas a HorizontalPodAutoscaler asks for (kubernetes pkg/controller/podautoscaler/horizontal.go,
 * replica_calculator.go). Pure, but for the history of recommendations that the caller keeps per autoscaler.
 */
import { isObject, type JsonObject, listAt, numberAt, objectAt } from './json.ts';

/** Ratios this near to 1 change nothing (--horizontal-pod-autoscaler-tolerance). */
const TOLERANCE = 0.1;
/** --horizontal-pod-autoscaler-downscale-stabilization */
const DEFAULT_DOWN_WINDOW_SECONDS = 300;

/** What is measured: work done by the pods that have metrics, against what one pod should do. */
export interface Measurement {
  /** Sum over the measured pods. */
  readonly total: number;
  /** What one pod should do. */
  readonly target: number;
  /** Pods with metrics. */
  readonly measured: number;
  /** Pods without metrics yet: they count as idle when scaling up. */
  readonly unmeasured: number;
}

/** Replicas for a measurement, before limits and windows. */
export function replicasFor(current: number, measurement: Measurement): number {
  const { total, target, measured, unmeasured } = measurement;
  const ratio = total / measured / target;
  if (unmeasured === 0 || ratio < 1) {
    return Math.abs(ratio - 1) <= TOLERANCE ? current : Math.ceil(total / target - 1e-9);
  }
  const withAll = total / (measured + unmeasured) / target;
  if (Math.abs(withAll - 1) <= TOLERANCE || withAll < 1) return current;
  return Math.max(current, Math.ceil(total / target - 1e-9));
}

interface Recommendation {
  readonly at: number;
  readonly replicas: number;
}

/** What one autoscaler remembers between two looks. */
export interface ScalingHistory {
  recommendations: Recommendation[];
  /** Changes it made: positive up, negative down. */
  changes: { readonly at: number; readonly by: number }[];
}

export function newHistory(): ScalingHistory {
  return { recommendations: [], changes: [] };
}

export interface Limited {
  readonly replicas: number;
  /** Reason of condition ScalingLimited; '' when nothing limits. */
  readonly limit: '' | 'TooFewReplicas' | 'TooManyReplicas' | 'ScaleUpLimit' | 'ScaleDownLimit';
  /** A higher recommendation of the recent past holds the scale-down back. */
  readonly stabilized: boolean;
}

/** Stabilization windows and rate limits over a fresh recommendation. Records it in `history`. */
export function limitReplicas(
  spec: JsonObject,
  current: number,
  recommended: number,
  history: ScalingHistory,
  now: number,
): Limited {
  const behavior = isObject(spec['behavior']) ? spec['behavior'] : undefined;
  const up = objectAt(behavior, 'scaleUp');
  const down = objectAt(behavior, 'scaleDown');
  const downWindow = numberAt(DEFAULT_DOWN_WINDOW_SECONDS, down, 'stabilizationWindowSeconds') * 1000;
  const upWindow = numberAt(0, up, 'stabilizationWindowSeconds') * 1000;
  if (history.recommendations.length === 0) history.recommendations.push({ at: now, replicas: current });
  let highest = recommended;
  let lowest = recommended;
  for (const { at, replicas } of history.recommendations) {
    if (at > now - downWindow) highest = Math.max(highest, replicas);
    if (at > now - upWindow) lowest = Math.min(lowest, replicas);
  }
  const longest = Math.max(upWindow, downWindow);
  history.recommendations = history.recommendations.filter(({ at }) => at > now - longest);
  history.recommendations.push({ at: now, replicas: recommended });
  let wanted = current;
  if (wanted < lowest) wanted = lowest;
  if (wanted > highest) wanted = highest;
  const stabilized = wanted > recommended;
  return { ...limitRate(spec, behavior, current, wanted, history, now), stabilized };
}

function limitRate(
  spec: JsonObject,
  behavior: JsonObject | undefined,
  current: number,
  wanted: number,
  history: ScalingHistory,
  now: number,
): Pick<Limited, 'replicas' | 'limit'> {
  const min = numberAt(1, spec, 'minReplicas');
  const max = numberAt(1, spec, 'maxReplicas');
  if (wanted > current) {
    // Without spec.behavior: at most twice as many, but four at least (calculateScaleUpLimit).
    const byRate =
      behavior === undefined
        ? Math.max(2 * current, 4)
        : rateLimit(objectAt(behavior, 'scaleUp'), current, history, now, 1);
    if (wanted > Math.min(max, byRate)) {
      return max > byRate ? { replicas: byRate, limit: 'ScaleUpLimit' } : { replicas: max, limit: 'TooManyReplicas' };
    }
  } else if (wanted < current) {
    const byRate = behavior === undefined ? 0 : rateLimit(objectAt(behavior, 'scaleDown'), current, history, now, -1);
    if (wanted < Math.max(min, byRate)) {
      return min < byRate ? { replicas: byRate, limit: 'ScaleDownLimit' } : { replicas: min, limit: 'TooFewReplicas' };
    }
  }
  if (wanted < min) return { replicas: min, limit: 'TooFewReplicas' };
  if (wanted > max) return { replicas: max, limit: 'TooManyReplicas' };
  return { replicas: wanted, limit: '' };
}

/** How far the policies of one direction let it go from `current`. */
function rateLimit(
  rules: JsonObject,
  current: number,
  history: ScalingHistory,
  now: number,
  direction: 1 | -1,
): number {
  const select = rules['selectPolicy'] ?? 'Max';
  if (select === 'Disabled') return current;
  const limits = listAt(rules, 'policies').map((policy) => {
    const period = numberAt(15, policy, 'periodSeconds') * 1000;
    const recent = history.changes.filter(({ at, by }) => at > now - period && Math.sign(by) === direction);
    const start = current - recent.reduce((sum, { by }) => sum + by, 0);
    const value = numberAt(0, policy, 'value');
    const isPods = objectAt(policy)['type'] === 'Pods';
    if (direction === 1) return isPods ? start + value : Math.ceil(start * (1 + value / 100));
    return isPods ? start - value : Math.floor(start * (1 - value / 100));
  });
  if (limits.length === 0) return direction === 1 ? Number.MAX_SAFE_INTEGER : 0;
  const widest = (select === 'Min') === (direction === 1) ? Math.min(...limits) : Math.max(...limits);
  return direction === 1 ? Math.max(widest, current) : Math.min(Math.max(0, widest), current);
}
