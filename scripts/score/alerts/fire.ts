/** When an alert fires. After prometheus/prometheus rules/alerting.go (AlertingRule.Eval). */
import type { Millis } from '../../../src/model/facts.ts';
import { evaluateVector } from '../promql/evaluate.ts';
import { dropLabels, keyOfLabels, type Labels, METRIC_NAME, type SeriesStore } from '../promql/series.ts';
import { rejectTwins } from '../promql/vector.ts';
import type { AlertRule } from './read-rules.ts';

/** A rule is evaluated this long after a scrape: the best it can do, and no sample lies on the edge of a window. */
const EVALUATION_LAG_MS = 1_000;

/** One alert that fired, for one set of labels. */
export interface Firing {
  readonly labels: Labels;
  readonly from: Millis;
  /** The first evaluation at which it no longer fired; null while it does. */
  readonly until: Millis | null;
}

interface Active {
  readonly labels: Labels;
  readonly since: Millis;
  firing: { labels: Labels; from: Millis; until: Millis | null } | null;
}

/**
 * Evaluates a rule at each of `times` (ascending). An element must be in the result of every evaluation for `holdFor`;
 * one evaluation without it begins anew. @throws PromqlError
 */
export function fireAlert(rule: AlertRule, store: SeriesStore, times: readonly Millis[]): readonly Firing[] {
  const active = new Map<string, Active>();
  const firings: { labels: Labels; from: Millis; until: Millis | null }[] = [];
  for (const at of times) {
    const present = new Set<string>();
    for (const labels of alertLabels(rule, store, at)) {
      const key = keyOfLabels(labels);
      present.add(key);
      const alert = active.get(key) ?? { labels, since: at, firing: null };
      active.set(key, alert);
      if (alert.firing !== null || at - alert.since < rule.holdFor) continue;
      alert.firing = { labels, from: at, until: null };
      firings.push(alert.firing);
    }
    for (const [key, { firing }] of active) {
      if (present.has(key)) continue;
      if (firing !== null) firing.until = at;
      active.delete(key);
    }
  }
  return firings;
}

/** When a rule is evaluated every `interval` over what was scraped at `scrapes`. */
export function evaluationTimes(scrapes: readonly Millis[], interval: Millis): readonly Millis[] {
  const [first] = scrapes;
  const last = scrapes.at(-1);
  if (first === undefined || last === undefined) return [];
  const times: Millis[] = [];
  for (let at = first + EVALUATION_LAG_MS; at <= last + EVALUATION_LAG_MS; at += interval) times.push(at);
  return times;
}

function alertLabels(rule: AlertRule, store: SeriesStore, at: Millis): readonly Labels[] {
  const unnamed = evaluateVector(rule.expression, store, at).map(({ labels, value }) => ({
    labels: dropLabels(labels, [METRIC_NAME]),
    value,
  }));
  return rejectTwins(unnamed).map(({ labels }) => labels);
}
