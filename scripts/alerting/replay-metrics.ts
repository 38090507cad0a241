/** What Prometheus would have stored had the daemon watched while a recording was made: every metric at every scrape. */
import { Engine } from '../../src/engine.ts';
import { LazyJqEngine } from '../../src/kubernetes/jq-engine.ts';
import type { Millis } from '../../src/model/facts.ts';
import type { NoticeKind } from '../../src/model/verdicts.ts';
import { ReplaySource } from '../../src/recording/replay-source.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import type { TelemetrySnapshot } from '../../src/telemetry/snapshot.ts';

export const SCRAPE_MS = 30_000;

export interface SampledSeries {
  /** When the first scrape took place; the others follow every SCRAPE_MS. */
  readonly from: Millis;
  readonly scrapes: number;
  /** By series as the exposition text writes it, name and labels: one value a scrape, null where it was not there. */
  readonly values: ReadonlyMap<string, readonly (number | null)[]>;
}

/** Scrapes fall on whole multiples of the interval. @throws RecordingError when nothing of the file can be used */
export async function replayMetrics(path: string): Promise<SampledSeries> {
  const snapshots = await snapshotsOf(path);
  const taken = { now: 0, index: -1 };
  const metrics = createMetrics({
    version: '0.0.0',
    revision: '',
    snapshot: () => {
      const snapshot = snapshots[taken.index];
      if (snapshot === undefined) throw new Error('there is no scrape of this number');
      return snapshot;
    },
  });
  const values = new Map<string, (number | null)[]>();
  for (const [index] of snapshots.entries()) {
    taken.index = index;
    const text = Buffer.concat(await metrics.render()).toString();
    for (const line of text.split('\n')) {
      if (line === '' || line.startsWith('#')) continue;
      const split = line.lastIndexOf(' ');
      const series = line.slice(0, split);
      const known = values.get(series) ?? new Array<number | null>(snapshots.length).fill(null);
      known[index] = Number(line.slice(split + 1));
      values.set(series, known);
    }
  }
  return { from: snapshots[0]?.now ?? 0, scrapes: snapshots.length, values };
}

async function snapshotsOf(path: string): Promise<TelemetrySnapshot[]> {
  const snapshots: TelemetrySnapshot[] = [];
  const notices: Partial<Record<NoticeKind, number>> = {};
  let next: Millis | null = null;
  const source = new ReplaySource([path], {
    onTime: (at) => {
      next ??= Math.ceil(at / SCRAPE_MS) * SCRAPE_MS;
      for (; next < at; next += SCRAPE_MS) {
        engine.advance(next);
        snapshots.push(look(engine, next, notices));
      }
      engine.advance(at);
    },
    barrier: () => engine.settled(),
  });
  const engine = new Engine({
    jq: new LazyJqEngine(),
    requestLens: (request) => source.requestLens(request),
    onObservation: (observation) => {
      if (observation.type !== 'notice') return;
      const { kind } = observation.notice;
      notices[kind] = (notices[kind] ?? 0) + 1;
    },
  });
  await source.run((change) => engine.take(change));
  return snapshots;
}

/** As the daemon takes it for a scrape (app.ts), but that a recording has no watches whose health could be told. */
function look({ pipeline }: Engine, now: Millis, notices: TelemetrySnapshot['notices']): TelemetrySnapshot {
  return {
    now,
    contested: pipeline.detector.contestedCounts(),
    syncs: (application) => pipeline.detector.syncsOf(application),
    risks: pipeline.audit().risks,
    notices: { ...notices },
    watches: [],
    skippedLines: 0,
  };
}
