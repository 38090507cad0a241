/**
 * A real Prometheus over a recording: it scrapes the exporters as the recording shows them, and evaluates the rules. Time runs faster: a
 * recorded minute is a second, for the scrapes, the windows of the rules and how long they must hold alike.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Labels } from '../score/promql/series.ts';
import { SCRAPE_INTERVAL_MS, type Scrapes } from '../score/scrape/scrape-recording.ts';
import { EXPORTERS, serveExporters } from './exporters.ts';
import { pacedRules } from './paced-rules.ts';
import { freePorts } from './peer.ts';
import { Measured, pause } from './processes.ts';

export interface PrometheusRun {
  readonly version: string;
  readonly cpuSeconds: number;
  readonly rssBytes: number;
  readonly scrapeBytes: number;
  readonly rules: number;
  /** Labels of every alert that fired, each once, by the name of the alert. */
  readonly fired: ReadonlyMap<string, readonly Labels[]>;
}

const PACE = 60;
const INTERVAL = `${SCRAPE_INTERVAL_MS / PACE}ms`;
/** What Prometheus takes for the value of a series that it has not heard of for so long: five minutes. */
const LOOKBACK = `${300_000 / PACE}ms`;

/** @throws Error when a scrape was lost, a rule could not be evaluated or none fired */
export async function runPrometheus(
  program: string,
  folder: string,
  scrapes: Scrapes,
  rulesPath: string,
): Promise<PrometheusRun> {
  const { text, count } = pacedRules(rulesPath, PACE);
  const home = join(folder, 'prometheus');
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'rules.yml'), text);
  await using exporters = await serveExporters(scrapes);
  writeFileSync(join(home, 'prometheus.yml'), configuration(exporters.target));
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  await using server = new Measured(program, [
    `--config.file=${join(home, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(home, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    `--query.lookback-delta=${LOOKBACK}`,
  ]);
  await server.until('Prometheus is ready', () =>
    fetch(`${url}/-/ready`).then(
      ({ ok }) => ok || undefined,
      () => undefined,
    ),
  );
  await exporters.done;
  // The last samples are looked at once more.
  await pause((2 * SCRAPE_INTERVAL_MS) / PACE);
  const cpuSeconds = server.cpuSeconds();
  const { rss } = server.memory();
  const scrapeBytes = exporters.bytes();
  await verifyEvaluations(url);
  return {
    version: /\(version=([^,]+)/.exec(server.stderr)?.[1] ?? '',
    cpuSeconds,
    rssBytes: rss,
    scrapeBytes,
    rules: count,
    fired: await firedIn(url),
  };
}

function configuration(target: string): string {
  return JSON.stringify({
    global: { scrape_interval: INTERVAL, scrape_timeout: INTERVAL, evaluation_interval: INTERVAL },
    rule_files: ['rules.yml'],
    scrape_configs: EXPORTERS.map((exporter) => ({
      job_name: exporter,
      metrics_path: `/${exporter}`,
      honor_labels: true,
      static_configs: [{ targets: [target] }],
    })),
  });
}

async function verifyEvaluations(url: string): Promise<void> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const sum = (family: string) =>
    [...text.matchAll(new RegExp(`^${family}(?:\\{.*\\})? (\\S+)$`, 'gm'))].reduce(
      (all, [, value]) => all + Number(value),
      0,
    );
  const failed = sum('prometheus_rule_evaluation_failures_total');
  if (failed > 0 || sum('prometheus_rule_evaluations_total') === 0)
    throw new Error(`Prometheus could not evaluate the rules (${failed} failures)`);
}

async function firedIn(url: string): Promise<ReadonlyMap<string, readonly Labels[]>> {
  const query = 'count_over_time(ALERTS{alertstate="firing"}[1h])';
  const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`);
  const { data } = (await answer.json()) as { data: { result: { metric: Record<string, string> }[] } };
  const fired = new Map<string, Labels[]>();
  for (const { metric } of data.result) {
    const { alertname = '', alertstate: _, ...labels } = metric;
    fired.set(alertname, [...(fired.get(alertname) ?? []), labels]);
  }
  if (fired.size === 0) throw new Error('of the rules none fired in Prometheus over the recording');
  return fired;
}
