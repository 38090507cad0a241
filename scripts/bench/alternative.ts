/**
 * What a user would have instead: Prometheus with the alert rules in use, over the series of kube-state-metrics and Argo CD. The
 * same recorded time of the same cluster for both: CPU, bytes read, and the delay from the first revert to a verdict.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { WATCHED_RESOURCES } from '../../src/kubernetes/resources.ts';
import type { Report } from '../../src/report/schema.ts';
import { compareReport } from '../score/compare.ts';
import { readExpectations } from '../score/expectation.ts';
import { KUBE_RESOURCES } from '../score/scrape/kube-state-metrics.ts';
import { SCRAPE_INTERVAL_MS, scrapeRecording } from '../score/scrape/scrape-recording.ts';
import { differences, firingsOf, judgeRules, unionOf, type Verdicts } from './alternative-verdicts.ts';
import type { Workshop } from './estate-client.ts';
import { costOfRun, onPath } from './processes.ts';
import { type PrometheusRun, runPrometheus } from './prometheus.ts';

export interface Alternative {
  readonly recordedMs: number;
  readonly fights: number;
  readonly ours: Verdicts & { readonly cpuSeconds: number; readonly bytes: number };
  /** Of the lines that kube-state-metrics reads of the API server for these series. */
  readonly exporterBytes: number;
  readonly scrapes: number;
  /** The rules that found any fight, the best first. */
  readonly rules: readonly Verdicts[];
  /** null where Prometheus is not on PATH. */
  readonly prometheus: (PrometheusRun & { readonly differences: readonly string[] }) | null;
}

/** All scenarios of one run together, as a daemon saw them. */
const RECORDING = 'cluster';
const LINE_FEED = 0x0a;
const HEAD_BYTES = 160;
/** Of Events the daemon leaves those about Pods and ReplicaSets to the server. */
const EVENT_LEFT_OUT = /"involvedObject":\{[^}]*"kind":"(Pod|ReplicaSet)"/;

/** null without that recording or rules beside the recordings. @throws Error when ours comes to other verdicts than it should */
export async function measureAlternative(shop: Workshop, recordings: string): Promise<Alternative | null> {
  const packed = join(recordings, `${RECORDING}.ndjson.gz`);
  const rulesPath = join(recordings, '..', 'peers', 'rules.yml');
  if (!existsSync(packed) || !existsSync(rulesPath)) return null;
  const bytes = gunzipSync(readFileSync(packed));
  const path = join(shop.folder, `${RECORDING}.ndjson`);
  writeFileSync(path, bytes);
  const expectation = unionOf(readExpectations(recordings).values(), bytes);
  const replay = [...shop.nodeFlags, shop.program, 'replay', path, '--output', 'json'];
  const { stdout, cpuSeconds } = costOfRun(process.execPath, replay, shop.env);
  const { faults, found, invented } = compareReport(JSON.parse(stdout) as Report, expectation);
  if (faults.length > 0) throw new Error(`${RECORDING}: ${faults.join('; ')}`);

  const scrapes = await scrapeRecording(packed);
  const firings = firingsOf(rulesPath, scrapes, SCRAPE_INTERVAL_MS);
  const program = onPath('prometheus');
  const run = program === null ? null : await runPrometheus(program, shop.folder, scrapes, rulesPath);
  return {
    recordedMs: scrapes.times.length * SCRAPE_INTERVAL_MS,
    fights: expectation.conflicts.length,
    ours: {
      name: 'Tugwatch',
      found: found.length,
      delaysMs: found.flatMap(({ delayMs }) => (delayMs === null ? [] : [delayMs])),
      wolves: invented.length,
      cpuSeconds,
      bytes: bytesOf(
        bytes,
        WATCHED_RESOURCES.map(({ resource }) => resource),
      ),
    },
    exporterBytes: bytesOf(bytes, KUBE_RESOURCES),
    scrapes: scrapes.times.length,
    rules: judgeRules(firings, expectation, scrapes),
    prometheus: run === null ? null : { ...run, differences: differences(run.fired, firings) },
  };
}

/** Of the lines of these kinds. */
function bytesOf(recording: Buffer, resources: readonly string[]): number {
  let bytes = 0;
  let start = 0;
  for (let end = recording.indexOf(LINE_FEED); end >= 0; end = recording.indexOf(LINE_FEED, start)) {
    const [, resource = ''] = /"resource":"(\w+)"/.exec(recording.toString('latin1', start, start + HEAD_BYTES)) ?? [];
    const isLeftOut = resource === 'events' && EVENT_LEFT_OUT.test(recording.toString('utf8', start, end));
    if (resources.includes(resource) && !isLeftOut) bytes += end - start;
    start = end + 1;
  }
  return bytes;
}
