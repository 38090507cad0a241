/** A recording as Prometheus would have seen it: the series of kube-state-metrics and Argo CD, scraped every 30 s. */
import { identify } from '../../../src/kubernetes/projections/project.ts';
import { textAt } from '../../../src/kubernetes/projections/read-json.ts';
import type { Millis, ObjectRef } from '../../../src/model/facts.ts';
import { keyOf } from '../../../src/model/refs.ts';
import type { ReadLine } from '../../../src/recording/format.ts';
import { RecordingReader } from '../../../src/recording/read.ts';
import { ResourceHistory } from '../../../src/recording/resource-history.ts';
import type { SeriesStore } from '../promql/series.ts';
import { ARGO_METRICS, exportApplication, SyncCounter } from './argo-cd.ts';
import type { Reading } from './exported.ts';
import { exportKubeObject, KUBE_METRICS, KUBE_RESOURCES } from './kube-state-metrics.ts';
import { SeriesBuilder } from './series-builder.ts';

export const SCRAPE_INTERVAL_MS = 30_000;

/** What a rule may read. */
export const EXPORTED_METRICS: ReadonlySet<string> = new Set([...KUBE_METRICS, ...ARGO_METRICS]);

/** Resources of which neither exporter says anything here: their lines only move the clock. */
const PASSED_OVER = [
  'pods',
  'events',
  'replicasets',
  'configmaps',
  'rollouts',
  'daemonsets',
  'appprojects',
  'applicationsets',
];

export interface Scrapes {
  readonly store: SeriesStore;
  /** When the scrapes took place. */
  readonly times: readonly Millis[];
  /** What each HPA scales, by its 'namespace/name'. */
  readonly targets: ReadonlyMap<string, ScaleTarget>;
}

export interface ScaleTarget {
  readonly kind: string;
  readonly name: string;
}

/** Scrapes fall on whole multiples of the interval. @throws RecordingError when nothing of the file can be used. */
export async function scrapeRecording(path: string): Promise<Scrapes> {
  const cluster = new ExportingCluster();
  const builder = new SeriesBuilder();
  const times: Millis[] = [];
  let next: Millis | null = null;
  for await (const batch of new RecordingReader([path], { passOver: PASSED_OVER }).batches()) {
    for (const line of batch) {
      next ??= Math.ceil(line.at / SCRAPE_INTERVAL_MS) * SCRAPE_INTERVAL_MS;
      for (; next < line.at; next += SCRAPE_INTERVAL_MS) {
        builder.scrape(next, cluster.readings());
        times.push(next);
      }
      if (line.type !== 'PASSED') cluster.take(line);
    }
  }
  return { store: builder.store, times, targets: cluster.targets };
}

/** The objects as they stand, and what the exporters say of them. */
class ExportingCluster {
  readonly targets = new Map<string, ScaleTarget>();
  readonly #readings = new Map<string, readonly Reading[]>();
  readonly #histories = new Map<string, ResourceHistory>();
  readonly #syncs = new SyncCounter();

  *readings(): Generator<Reading> {
    for (const readings of this.#readings.values()) yield* readings;
    yield* this.#syncs.readings();
  }

  take(line: ReadLine): void {
    const history = this.#historyOf(line.resource);
    switch (line.type) {
      case 'ADDED':
      case 'MODIFIED':
        this.#takeVersion(line, history);
        break;
      case 'DELETED': {
        history.sawWatch();
        const base = identify(line.object, line);
        if (base !== null) this.#forget(base.ref, history);
        break;
      }
      case 'SYNCED':
        for (const { ref } of history.closeList()) this.#forget(ref, history);
        break;
      case 'BOOKMARK':
        history.sawWatch();
        break;
      case 'ERROR':
        history.sawError();
        break;
    }
  }

  #takeVersion(line: ReadLine, history: ResourceHistory): void {
    const { object, resource } = line;
    const base = identify(object, line);
    if (base === null) return;
    const key = keyOf(base.ref);
    if (line.type === 'ADDED') history.sawAdded(key, line.at);
    else history.sawWatch();
    history.known.set(key, { ref: base.ref, uid: base.uid, fact: null, line: null });
    if (resource === 'applications') {
      this.#syncs.take(object);
      this.#readings.set(key, exportApplication(object));
    } else if (KUBE_RESOURCES.includes(resource)) {
      this.#readings.set(key, exportKubeObject(resource, object));
    }
    if (resource === 'horizontalpodautoscalers') {
      this.targets.set(`${base.ref.namespace}/${base.ref.name}`, {
        kind: textAt(object, 'spec', 'scaleTargetRef', 'kind'),
        name: textAt(object, 'spec', 'scaleTargetRef', 'name'),
      });
    }
  }

  #forget(ref: ObjectRef, history: ResourceHistory): void {
    history.known.delete(keyOf(ref));
    this.#readings.delete(keyOf(ref));
  }

  #historyOf(resource: string): ResourceHistory {
    const known = this.#histories.get(resource) ?? new ResourceHistory();
    this.#histories.set(resource, known);
    return known;
  }
}
