/** An alert as data, and the parts of which its expression and its texts are made. */
import { WORKLOAD_LABELS } from '../../src/telemetry/contested-series.ts';

export interface Alert {
  /** CamelCase, begins with Tugwatch; also the name of its runbook's page. */
  readonly name: string;
  readonly severity: 'critical' | 'warning' | 'info';
  readonly expr: string;
  /** '' fires at once: only where the expression itself looks back. */
  readonly for: string;
  /** '' where the expression itself holds on. */
  readonly keepFiringFor: string;
  /** Constant text: a capital, a full stop, no value. */
  readonly summary: string;
  /** With names and numbers, as a template of Prometheus. */
  readonly description: string;
  readonly dashboard: 'overview' | 'workload';
  /** Template: the address on Tugwatch's own page, from its root on, such as '/risks/TW101'; absent where none tells more. */
  readonly page?: string;
}

export interface AlertGroup {
  readonly name: string;
  /** '' is the interval of the Prometheus server. */
  readonly interval: string;
  readonly alerts: readonly Alert[];
}

/** What an installation may want otherwise. Texts, so that a chart may put its own placeholders here. */
export interface AlertSettings {
  /** Where the pages of docs/runbooks are served; the alert's name is appended. */
  readonly runbooks: string;
  /** Where Grafana is; '' makes the links paths, which work inside Grafana. */
  readonly grafana: string;
  /** Regular expression for the label `job` of Tugwatch's own targets. */
  readonly job: string;
  /** Share of the wanted replicas that may be missing on average before it is critical. */
  readonly capacityShare: string;
  /** Seconds without a word from the API server before a watch counts as stale. */
  readonly staleSeconds: string;
}

export const DEFAULT_SETTINGS: AlertSettings = {
  runbooks: 'https://tugwatch.dev/runbooks/',
  grafana: '',
  job: '.*tugwatch.*',
  capacityShare: '0.25',
  staleSeconds: '600',
};

/**
 * What tells one Tugwatch from another. Alerts are aggregated by it, not over `instance` and `pod`: a restart would
 * make a new alert of a standing one.
 */
export const ORIGIN = ['cluster', 'namespace', 'job'] as const;
const CONTESTED = [...ORIGIN, ...WORKLOAD_LABELS] as const;

export const byContested = `by (${CONTESTED.join(', ')})`;
export const byOrigin = (...more: readonly string[]): string => `by (${[...ORIGIN, ...more].join(', ')})`;

/**
 * The series of a metric, with the shard that tells it where there are shards: each elects its own leader, and counts
 * what it holds. Without shards there is no series that tells which, and all stay as they are.
 */
export function withShard(metric: string): string {
  const target = [...ORIGIN, 'instance'].join(', ');
  return `
  ${metric} * on (${target}) group_left (shard) tugwatch_shard_info
  or on (${target})
  ${metric}
`;
}

/** Templates: the workload, its Application, the field. */
export const WORKLOAD = '{{ $labels.workload_kind }} {{ $labels.workload_namespace }}/{{ $labels.workload }}';
export const FIELD = '{{ or $labels.field "a field" }}';
export const APPLICATION =
  '{{ with $labels.application }} (Application {{ $labels.application_namespace }}/{{ . }}){{ end }}';

/** Template, to stand first in a text that looks numbers up. %q quotes a label's value as PromQL reads it, whatever it is. */
export const THIS = `{{ $this := printf \`{${CONTESTED.map((label) => `${label}=%q`).join(',')}}\` ${CONTESTED.map((label) => `$labels.${label}`).join(' ')} -}} `;

/**
 * Template: a number of the same workload with words around it, looked up when the alert is evaluated; `otherwise` where
 * it is not known. Counters are read as they stand: they are the conflict's own, which a restart with a checkpoint keeps.
 */
export function numberOfThis(before: string, metric: string, after: string, otherwise = ''): string {
  return `{{ with query (printf "max (${metric}%s)" $this) }}${before}{{ . | first | value | printf "%.0f" }}${after}{{ else }}${otherwise}{{ end }}`;
}

/** Template: the page of the workload, which leads to the conflict over it. */
export const WORKLOAD_PAGE =
  '/workloads/{{ or $labels.workload_namespace "-" | urlquery }}/{{ $labels.workload_kind | urlquery }}/{{ $labels.workload | urlquery }}{{ with $labels.cluster }}?cluster={{ . | urlquery }}{{ end }}';

/**
 * Template: the path behind the address of the page, and nothing where nobody has told Tugwatch that address. A workload in
 * another cluster has its own label `cluster`, which the target has only where the scrape adds it.
 */
export function onPage(path: string): string {
  const info = (cluster: string) => `tugwatch_web_info{cluster=${cluster},namespace=%q,job=%q}`;
  const place = '$labels.namespace $labels.job';
  const query = `(printf \`${info('%q')} or ${info('""')}\` $labels.cluster ${place} ${place})`;
  return `{{ with query ${query} }}{{ . | first | label "url" }}${path}{{ end }}`;
}

/** Template: who wrote the field how often, such as ' (writes: argocd 27, hpa 41)'. */
export const WRITERS =
  '{{ with query (printf "max by (writer) (tugwatch_field_writes_total%s) > 0" $this) }} (writes:{{ range $index, $writer := sortByLabel "writer" . }}{{ if $index }},{{ end }} {{ $writer.Labels.writer }} {{ $writer.Value | printf "%.0f" }}{{ end }}){{ end }}';
