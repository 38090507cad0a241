/**
 * Alerts as Alertmanager's API v2 takes them (prometheus/alertmanager api/v2/openapi.yaml), by the names and labels of
 * the alert rules, so that routes, inhibitions and runbooks are the same for both.
 */
import type { Millis } from '../../model/facts.ts';
import type { Conflict, Remedy, Severity } from '../../model/verdicts.ts';
import { rfc3339 } from '../../report/build-report.ts';
import { visible } from '../../report/visible.ts';
import { conflictMessage, RUNBOOKS } from '../build-message.ts';
import { clip } from '../clip.ts';
import type { OccasionKind } from '../occasion.ts';
import { commandOf } from './command.ts';

/** The alert of manifests/prometheus that says the same. */
export const ALERTS = {
  confirmed: { name: 'TugwatchConflictConfirmed', severity: 'warning' },
  escalated: { name: 'TugwatchCapacityShort', severity: 'critical' },
  'half-fixed': { name: 'TugwatchConflictHalfFixed', severity: 'warning' },
} as const satisfies Partial<Record<OccasionKind, { name: string; severity: Severity }>>;

export interface AlertInput {
  readonly kind: keyof typeof ALERTS;
  readonly conflict: Conflict;
  readonly remedy: Remedy;
  readonly startsAt: Millis;
  readonly endsAt: Millis;
  /** For what the annotations say has lasted so far. */
  readonly now: Millis;
}

const TEXT = 4_000;

/** One alert; `extra` labels win over none of its own. */
export function alertOf(input: AlertInput, externalUrl: string, extra: Readonly<Record<string, string>>): unknown {
  const { kind, conflict, remedy, startsAt, endsAt, now } = input;
  const { name, severity } = ALERTS[kind];
  const message = conflictMessage({ kind, at: now, severity, conflict, remedy }, externalUrl);
  const { workload, application } = conflict;
  const labels = {
    ...extra,
    alertname: name,
    severity,
    workload_namespace: visible(workload.namespace),
    cluster: visible(workload.cluster ?? extra['cluster'] ?? ''),
    workload_kind: visible(workload.kind),
    workload: visible(workload.name),
    application_namespace: visible(application?.namespace ?? ''),
    application: visible(application?.name ?? ''),
    field: visible(conflict.field ?? ''),
  };
  const command = commandOf(message, TEXT);
  return {
    // An empty label is no label.
    labels: Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== '')),
    annotations: {
      summary: message.title,
      description: clip(message.text, TEXT),
      runbook_url: RUNBOOKS + name,
      explain: message.explain,
      ...(command === null ? {} : { first_step: command }),
    },
    startsAt: rfc3339(startsAt),
    // An alert that ends before it starts makes Alertmanager refuse all that were sent with it.
    endsAt: rfc3339(Math.max(endsAt, startsAt + 1)),
    ...(message.links.page === null ? {} : { generatorURL: message.links.page }),
  };
}

/** Where alerts go of an Alertmanager that is reached at `base`. */
export function alertsUrl(base: string): string {
  const url = new URL(base);
  if (!url.pathname.endsWith('/api/v2/alerts')) url.pathname = `${url.pathname.replace(/\/+$/, '')}/api/v2/alerts`;
  return url.href;
}
