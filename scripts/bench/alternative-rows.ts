/** The figures of the alternative beside ours, as rows of the table and as JSON. */
import type { Alternative } from './alternative.ts';
import type { Verdicts } from './alternative-verdicts.ts';
import { megabytes, round, seconds } from './figures-text.ts';
import { median } from './statistics.ts';

/** 'what', 'measured', 'goal', 'compared with'; null: there is no recording of a cluster, or no rules. */
export function alternativeRows(alternative: Alternative | null): string[][] {
  if (alternative === null)
    return [
      ['recorded time of a cluster', 'not measured', '', 'no cluster.ndjson.gz, or no ../peers/rules.yml beside it'],
    ];
  const { recordedMs, fights, ours, exporterBytes, scrapes, rules, prometheus } = alternative;
  const [best] = rules;
  return [
    [
      `${Math.round(recordedMs / 60_000)} minutes of a cluster, CPU`,
      seconds(ours.cpuSeconds * 1000),
      '',
      prometheus === null
        ? 'no prometheus on PATH here'
        : `Prometheus ${prometheus.version}: ${seconds(prometheus.cpuSeconds * 1000)} for ${scrapes} scrapes and ${prometheus.rules} rules${otherwise(prometheus.differences)}, without the exporters`,
    ],
    [
      '  bytes read',
      megabytes(ours.bytes),
      '',
      `${prometheus === null ? '' : `scrapes of what the rules read: ${megabytes(prometheus.scrapeBytes)}; `}kube-state-metrics reads ${megabytes(exporterBytes)} of the same watches`,
    ],
    [
      '  fights found, delay',
      verdictsText(ours, fights),
      '',
      best === undefined ? 'no rule found any' : `${best.name}, the best rule: ${verdictsText(best, fights)}`,
    ],
  ];
}

export function alternativeSummary(alternative: Alternative): Record<string, unknown> {
  const { recordedMs, fights, ours, exporterBytes, scrapes, rules, prometheus } = alternative;
  return {
    recordedMs,
    fights,
    ours: { ...verdictsSummary(ours), cpuSeconds: round(ours.cpuSeconds), bytes: ours.bytes },
    exporterBytes,
    scrapes,
    rules: rules.map(verdictsSummary),
    prometheus:
      prometheus === null
        ? null
        : {
            version: prometheus.version,
            cpuSeconds: prometheus.cpuSeconds,
            rssBytes: prometheus.rssBytes,
            scrapeBytes: prometheus.scrapeBytes,
            rules: prometheus.rules,
            firedOtherwise: prometheus.differences,
          },
  };
}

/** A scrape that came late shifts what fires: nothing to say where all fired as computed. */
function otherwise(differences: readonly string[]): string {
  return differences.length === 0 ? '' : ` (${differences.length} alerts fired otherwise than computed)`;
}

function verdictsText({ found, delaysMs, wolves }: Verdicts, fights: number): string {
  const delay = `${seconds(median(delaysMs))}, longest ${seconds(Math.max(...delaysMs))}`;
  return `${found} of ${fights}, ${found === 0 ? 'never' : delay}${wolves === 0 ? '' : `; false: ${wolves}`}`;
}

function verdictsSummary({ name, found, delaysMs, wolves }: Verdicts): Record<string, unknown> {
  return { name, found, wolves, medianDelayMs: median(delaysMs), longestDelayMs: Math.max(...delaysMs) };
}
