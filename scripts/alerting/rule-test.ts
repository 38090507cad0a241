/** A test of the alerts for `promtool test rules`: the series of a replay, and which alerts fire when. */
import { stringify } from 'yaml';
import { type SampledSeries, SCRAPE_MS } from './replay-metrics.ts';

/** What a scrape adds to every series. */
export const TARGET = { job: 'tugwatch', namespace: 'tugwatch', instance: '10.0.0.7:8080' };

/** What externalUrl is set to. */
export const PAGE = 'https://tugwatch.example.com';

export interface ExpectedAlert {
  readonly labels: Readonly<Record<string, string>>;
  /** Left out where the rules under test have none. */
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Expectation {
  /** Seconds since the first scrape. */
  readonly at: number;
  readonly alert: string;
  readonly firing: readonly ExpectedAlert[];
}

/** promtool's own document; `ruleFile` as seen from where the test will lie. */
export function ruleTest(ruleFile: string, title: string, series: SampledSeries, expectations: readonly Expectation[]) {
  return {
    rule_files: [ruleFile],
    evaluation_interval: '30s',
    tests: [
      {
        name: title,
        interval: `${SCRAPE_MS / 1_000}s`,
        input_series: inputSeries(series),
        alert_rule_test: expectations.map(({ at, alert, firing }) => ({
          eval_time: `${at}s`,
          alertname: alert,
          exp_alerts: firing.map(({ labels, annotations }) => ({
            exp_labels: labels,
            ...(annotations === undefined ? {} : { exp_annotations: annotations }),
          })),
        })),
      },
    ],
  };
}

export function renderRuleTest(head: string, test: ReturnType<typeof ruleTest>): string {
  return `${head
    .split('\n')
    .map((line) => `# ${line}`)
    .join('\n')}\n${stringify(test, { lineWidth: 0 })}`;
}

function inputSeries({ scrapes, values }: SampledSeries) {
  const up = { series: `up${labelled('')}`, values: runsOf(new Array<number>(scrapes).fill(1)) };
  const page = { series: `tugwatch_web_info${labelled(`url="${PAGE}"`)}`, values: up.values };
  return [up, page, ...[...values].map(([series, each]) => ({ series: onTarget(series), values: runsOf(each) }))];
}

function onTarget(series: string): string {
  const brace = series.indexOf('{');
  return brace < 0 ? series + labelled('') : series.slice(0, brace) + labelled(series.slice(brace + 1, -1));
}

function labelled(own: string): string {
  const target = Object.entries(TARGET).map(([name, value]) => `${name}="${value}"`);
  return `{${[...target, ...(own === '' ? [] : [own])].join(',')}}`;
}

/** In promtool's notation: '1+0x3' is four times 1, '_x3' three missing samples, 'stale' the marker where a series ends. */
export function runsOf(values: readonly (number | null)[]): string {
  const runs: string[] = [];
  let index = 0;
  while (index < values.length) {
    const value = values[index] ?? null;
    let length = 1;
    while (index + length < values.length && (values[index + length] ?? null) === value) length += 1;
    if (value !== null) runs.push(length === 1 ? String(value) : `${value}+0x${length - 1}`);
    else if (index === 0) runs.push(`_x${length}`);
    else runs.push(length === 1 ? 'stale' : `stale _x${length - 1}`);
    index += length;
  }
  return runs.join(' ');
}
