/** /metrics: the families of families.ts, made of one snapshot a scrape; those of the process are prom-client's. */
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Shard } from '../model/shard.ts';
import { encoded } from '../report/encoded.ts';
import { KeptLines, renderFamily } from './exposition.ts';
import type { ConfigStatus, Family, SelfView, TelemetryView } from './families.ts';
import { FAMILIES } from './families.ts';
import { PROCESS_FAMILIES } from './process-families.ts';
import type { TelemetrySnapshot } from './snapshot.ts';
import { ViewBuilder } from './view.ts';

export interface MetricsOptions {
  readonly version: string;
  /** Commit the build was made from; '' when not known. */
  readonly revision: string;
  readonly snapshot: () => TelemetrySnapshot;
  /** Most workloads, risks and applications with series of their own; 500 when absent. */
  readonly seriesLimit?: number;
  /** Seconds that series stay after their conflict was resolved; 3600 when absent. */
  readonly retentionSeconds?: number;
  /** How the last reading of the configuration went; the metrics about it are left out when absent. */
  readonly config?: () => ConfigStatus;
  /** Where people reach the page; '' or absent: nobody has said. */
  readonly externalUrl?: () => string;
  /** Whether this process leads; it does when absent. Told of where `config` is. */
  readonly leads?: () => boolean;
  /** The share of the namespaces that this process holds; null or absent for all of them. */
  readonly shard?: Shard | null;
  /** Adds process_* and nodejs_*. */
  readonly processMetrics?: boolean;
  /** Told of every family that could not be computed ('snapshot' when there was none at all). */
  readonly onError?: (family: string, error: unknown) => void;
  /** The families to export; FAMILIES when absent. */
  readonly families?: readonly Family[];
}

/** Content-Type of the exposition text. */
export const METRICS_CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

const BETWEEN = Buffer.from('\n\n');

export interface Metrics {
  /**
   * The exposition text in UTF-8, in parts: families that have not changed are the very bytes of the scrape before, and
   * together they have megabytes. Never rejects because of a family.
   */
  render(): Promise<readonly Buffer[]>;
  /** Another seriesLimit, from the next scrape on. */
  limitSeries(limit: number): void;
}

export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  // A family without labels shows 0 when it has no sample: what cannot be told must not be declared at all.
  const families = (options.families ?? FAMILIES).filter(
    (family) => options.config !== undefined || !PROCESS_FAMILIES.includes(family),
  );
  if (options.processMetrics === true) collectDefaultMetrics({ register: registry });
  const views = new ViewBuilder(options.seriesLimit ?? 500, (options.retentionSeconds ?? 3600) * 1000);
  const collectErrors = new Map<string, number>();

  function failed(family: string, error: unknown): void {
    collectErrors.set(family, (collectErrors.get(family) ?? 0) + 1);
    options.onError?.(family, error);
  }

  function look(): TelemetryView | null {
    try {
      return views.build(options.snapshot());
    } catch (error) {
      failed('snapshot', error);
      return null;
    }
  }

  const kept = new Map(families.map((family) => [family.name, new KeptLines()]));

  /** Without a snapshot a family about the cluster has no samples: absent is the truth, zero would be a lie. */
  function bytesOf(family: Family, view: TelemetryView | null, self: SelfView): Buffer {
    const lines = kept.get(family.name) ?? new KeptLines();
    switch (family.about) {
      case 'self':
        return encoded(renderFamily(family, family.samples(self)));
      case 'cluster':
        return encoded(renderFamily(family, view === null ? [] : family.samples(view)));
      case 'contested':
        return lines.render(family, view?.contested ?? []);
      case 'risks':
        return lines.render(family, view?.risks ?? []);
      case 'syncs':
        return lines.render(family, view?.syncs ?? []);
    }
  }

  function renderFamilies(): Buffer[] {
    const view = look();
    const { version, revision } = options;
    return families.map((family) => {
      try {
        return bytesOf(family, view, {
          build: { version, revision },
          dropped: views.dropped,
          hidden: views.hidden,
          collectErrors,
          config: options.config?.() ?? null,
          shard: options.shard ?? null,
          externalUrl: options.externalUrl?.() ?? '',
          leads: options.leads?.() ?? true,
        });
      } catch (error) {
        failed(family.name, error);
        // Half a family would read as if the rest had gone.
        return encoded(renderFamily(family, []));
      }
    });
  }

  return {
    async render() {
      // Made in one turn of the event loop: no scrape sees half of another.
      const ours = renderFamilies().flatMap((bytes) => [bytes, BETWEEN]);
      const ofTheProcess = options.processMetrics === true ? `\n${await registry.metrics()}` : '';
      return [...ours.slice(0, -1), encoded(`\n${ofTheProcess}`)];
    },
    limitSeries: (limit) => views.limitSeries(limit),
  };
}
