/** Puts what the evaluator says of a recording before the real Prometheus: `promtool test rules`. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Firing } from '../../scripts/score/alerts/fire.ts';
import { METRIC_NAME, type Series, type SeriesStore } from '../../scripts/score/promql/series.ts';
import type { Millis } from '../../src/model/facts.ts';

export interface Claims {
  readonly rulesPath: string;
  readonly store: SeriesStore;
  readonly scrapes: readonly Millis[];
  readonly evaluations: readonly Millis[];
  /** By alert: all that fired. */
  readonly firings: ReadonlyMap<string, readonly Firing[]>;
}

export interface Verdict {
  readonly agrees: boolean;
  readonly output: string;
}

/** Why promtool cannot be asked; null when it can. */
export async function whyNoPromtool(): Promise<string | null> {
  const { failure } = await promtool(['--version']);
  return failure === 'ENOENT' ? 'promtool is not on the PATH: install the Debian package prometheus to compare' : null;
}

/** Whether promtool sees exactly the claimed alerts firing at every evaluation. */
export async function askPromtool(claims: Claims): Promise<Verdict> {
  const folder = await mkdtemp(join(tmpdir(), 'promtool-'));
  try {
    const path = join(folder, 'test.yml');
    // JSON is YAML.
    await writeFile(path, JSON.stringify(ruleTest(claims)));
    const { failure, output } = await promtool(['test', 'rules', path]);
    return { agrees: failure === null, output };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** promtool evaluates at whole intervals from its own zero, so that is one interval before the first evaluation. */
function ruleTest({ rulesPath, store, scrapes, evaluations, firings }: Claims) {
  const interval = (evaluations[1] ?? 0) - (evaluations[0] ?? 0);
  const zero = (evaluations[0] ?? 0) - interval;
  const alerts = [...firings].flatMap(([alertname, fired]) =>
    evaluations.map((at) => ({
      eval_time: `${(at - zero) / 1_000}s`,
      alertname,
      exp_alerts: fired
        .filter(({ from, until }) => from <= at && (until === null || at < until))
        .map(({ labels }) => ({ exp_labels: labels })),
    })),
  );
  const series = [...store.values()].flat().map((one) => inputSeries(one, scrapes, zero));
  return {
    rule_files: [rulesPath],
    evaluation_interval: `${interval / 1_000}s`,
    tests: [{ interval: '1s', input_series: series, alert_rule_test: alerts }],
  };
}

/** One value a second, of which all but those of a scrape are omitted. */
function inputSeries({ labels, samples }: Series, scrapes: readonly Millis[], zero: Millis) {
  const values = new Map(samples.map(({ at, value }) => [at, value === null ? 'stale' : String(value)]));
  let second = 0;
  const texts = scrapes.map((at) => {
    const omitted = (at - zero) / 1_000 - second;
    second += omitted + 1;
    return `${omitted === 0 ? '' : `_x${omitted} `}${values.get(at) ?? '_'}`;
  });
  const names = Object.entries(labels).filter(([name]) => name !== METRIC_NAME);
  const selector = names.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',');
  return { series: `${labels[METRIC_NAME]}{${selector}}`, values: texts.join(' ') };
}

function promtool(args: readonly string[]): Promise<{ failure: string | number | null; output: string }> {
  return new Promise((done) => {
    execFile('promtool', args, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      done({ failure: error === null ? null : (error.code ?? 'killed'), output: `${stdout}${stderr}` });
    });
  });
}
