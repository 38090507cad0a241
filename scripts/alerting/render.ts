/** The alerts as a rule file of Prometheus, and as the PrometheusRule of its operator: the same groups in both. */
import { stringify } from 'yaml';
import { type Alert, type AlertGroup, type AlertSettings, DEFAULT_SETTINGS, onPage } from './alert.ts';
import { fightGroups } from './fight-alerts.ts';
import { sightGroups } from './sight-alerts.ts';

/** A rule as Prometheus reads it (docs: configuration/alerting_rules). keep_firing_for needs 2.42, or operator 0.66. */
export interface PrometheusAlert {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly keep_firing_for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface PrometheusGroup {
  readonly name: string;
  readonly interval?: string;
  readonly rules: readonly PrometheusAlert[];
}

export function alertGroups(settings: AlertSettings = DEFAULT_SETTINGS): readonly AlertGroup[] {
  return [...fightGroups(settings), ...sightGroups(settings)];
}

export function prometheusGroups(settings: AlertSettings = DEFAULT_SETTINGS): readonly PrometheusGroup[] {
  return alertGroups(settings).map(({ name, interval, alerts }) => ({
    name,
    ...(interval === '' ? {} : { interval }),
    rules: alerts.map((alert) => prometheusAlert(alert, settings)),
  }));
}

/** The plain file, for rule_files of Prometheus. */
export function renderRuleFile(settings: AlertSettings = DEFAULT_SETTINGS): string {
  return withHead({ groups: prometheusGroups(settings) });
}

/** The custom resource, for the Prometheus operator. */
export function renderPrometheusRule(settings: AlertSettings = DEFAULT_SETTINGS): string {
  return withHead({
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: {
      name: 'tugwatch',
      namespace: 'tugwatch',
      labels: {
        'app.kubernetes.io/name': 'tugwatch',
        'app.kubernetes.io/part-of': 'tugwatch',
        'app.kubernetes.io/component': 'alerts',
      },
    },
    spec: { groups: prometheusGroups(settings) },
  });
}

function prometheusAlert(alert: Alert, settings: AlertSettings): PrometheusAlert {
  return {
    alert: alert.name,
    expr: alert.expr,
    ...(alert.for === '' ? {} : { for: alert.for }),
    ...(alert.keepFiringFor === '' ? {} : { keep_firing_for: alert.keepFiringFor }),
    labels: { severity: alert.severity },
    annotations: {
      summary: alert.summary,
      description: alert.description,
      runbook_url: `${settings.runbooks}${alert.name}`,
      dashboard_url: `${settings.grafana}${dashboardPath(alert.dashboard)}`,
      ...(alert.page === undefined ? {} : { page_url: onPage(alert.page) }),
    },
  };
}

function dashboardPath(dashboard: Alert['dashboard']): string {
  if (dashboard === 'overview') return '/d/tugwatch-overview';
  const variables = ['workload_namespace', 'workload'].map((label) => `var-${label}={{ $labels.${label} }}`);
  return `/d/tugwatch-workload?${variables.join('&')}`;
}

function withHead(content: object): string {
  return `# Made by scripts/rules.ts from scripts/alerting: change it there.\n${stringify(content, { lineWidth: 0 })}`;
}
