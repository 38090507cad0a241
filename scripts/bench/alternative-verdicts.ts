/** Who learns of which fight of a recording, and when: the alert rules in use, as scripts/score judges them. */
import { evaluationTimes, type Firing, fireAlert } from '../score/alerts/fire.ts';
import { judgeFirings } from '../score/alerts/judge-firings.ts';
import { type AlertRule, readRules } from '../score/alerts/read-rules.ts';
import type { Expectation } from '../score/expectation.ts';
import { keyOfLabels, type Labels } from '../score/promql/series.ts';
import type { Scrapes } from '../score/scrape/scrape-recording.ts';

/** How soon, and how surely, somebody learns of fights. */
export interface Verdicts {
  readonly name: string;
  readonly found: number;
  /** From the first revert, of those found whose first revert is known. */
  readonly delaysMs: readonly number[];
  /** What else was told of: something that is no fight. */
  readonly wolves: number;
}

export type Firings = ReadonlyMap<string, readonly Firing[]>;

/** What must be found in a recording of all scenarios of a run: what must be found in those of them that it holds. */
export function unionOf(expectations: Iterable<Expectation>, recording: Buffer): Expectation {
  const conflicts = [...expectations]
    .flatMap((one) => one.conflicts)
    .filter(({ workload }) => recording.includes(`"namespace":"${workload.namespace}"`));
  // Notices and risks are those of each scenario, and npm run score looks for them.
  return { conflicts, notices: [], risks: [], note: '' };
}

/** By alert, in the order of the file; what it refuses is left out. */
export function firingsOf(rulesPath: string, { store, times }: Scrapes, interval: number): Firings {
  const { rules } = readRules(rulesPath, interval);
  const fire = (rule: AlertRule) => fireAlert(rule, store, evaluationTimes(times, rule.interval));
  return new Map(rules.map((rule) => [rule.alert, fire(rule)]));
}

/** The rules that found any fight, the best first. */
export function judgeRules(firings: Firings, expectation: Expectation, { targets }: Scrapes): Verdicts[] {
  const judged = [...firings].map(([name, fired]): Verdicts => {
    const { found } = judgeFirings(fired, expectation, targets);
    const strangers = fired.filter((firing) => judgeFirings([firing], expectation, targets).criedWolf);
    return {
      name,
      found: found.length,
      delaysMs: found.flatMap(({ delayMs }) => (delayMs === null ? [] : [delayMs])),
      wolves: new Set(strangers.map(({ labels }) => keyOfLabels(labels))).size,
    };
  });
  return judged.filter(({ found }) => found > 0).toSorted((a, b) => b.found - a.found || a.wolves - b.wolves);
}

/** 'alert and labels' that only one of the two saw firing. */
export function differences(fired: ReadonlyMap<string, readonly Labels[]>, firings: Firings): string[] {
  const theirs = new Set([...fired].flatMap(([alert, list]) => list.map((labels) => keyOf(alert, labels))));
  const ours = new Set([...firings].flatMap(([alert, list]) => list.map(({ labels }) => keyOf(alert, labels))));
  return [...[...theirs].filter((key) => !ours.has(key)), ...[...ours].filter((key) => !theirs.has(key))];
}

/** Prometheus puts the names of the scrape on series that no rule aggregates. */
function keyOf(alert: string, labels: Labels): string {
  const own = Object.entries(labels).filter(([name]) => name !== 'instance' && name !== 'job');
  return `${alert} ${keyOfLabels(Object.fromEntries(own))}`;
}
