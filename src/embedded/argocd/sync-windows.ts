/** AppProject sync windows (pkg/apis/application/v1alpha1/types.go, SyncWindows): cron schedule and duration, UTC. */
import { type JsonValue, listAt, textAt } from '../json.ts';
import type { KubeObject } from '../objects.ts';

/** True when automated syncs of the application are blocked at that time. */
export function isBlocked(project: KubeObject | undefined, app: KubeObject, now: number): boolean {
  const windows = listAt(project?.spec, 'syncWindows').filter((window) => appliesTo(window, app));
  const active = windows.filter((window) => isActive(window, now));
  if (active.some((window) => textAt(window, 'kind') === 'deny')) return true;
  const allows = windows.filter((window) => textAt(window, 'kind') === 'allow');
  return allows.length > 0 && !active.some((window) => textAt(window, 'kind') === 'allow');
}

function appliesTo(window: JsonValue, app: KubeObject): boolean {
  const matches = (list: string, value: string) =>
    listAt(window, list).some((glob) => new RegExp(`^${String(glob).replaceAll('*', '.*')}$`).test(value));
  return (
    matches('applications', app.metadata.name) ||
    matches('namespaces', textAt(app.spec, 'destination', 'namespace')) ||
    matches('clusters', textAt(app.spec, 'destination', 'server'))
  );
}

function isActive(window: JsonValue, now: number): boolean {
  const minutes = durationMinutes(textAt(window, 'duration'));
  const fields = textAt(window, 'schedule').trim().split(/\s+/);
  if (fields.length !== 5) return false;
  const minute = Math.floor(now / 60_000);
  for (let back = 0; back < minutes; back += 1) {
    if (startsAt(fields, new Date((minute - back) * 60_000))) return true;
  }
  return false;
}

function startsAt(fields: readonly string[], date: Date): boolean {
  const values = [
    date.getUTCMinutes(),
    date.getUTCHours(),
    date.getUTCDate(),
    date.getUTCMonth() + 1,
    date.getUTCDay(),
  ];
  return values.every((value, index) => matchesField(fields[index] ?? '*', value));
}

function matchesField(field: string, value: number): boolean {
  return field.split(',').some((part) => {
    const [range = '*', step = '1'] = part.split('/');
    if (range === '*') return value % Number(step) === 0;
    const [low, high = part.includes('/') ? '59' : range] = range.split('-');
    const from = Number(low);
    return value >= from && value <= Number(high) && (value - from) % Number(step) === 0;
  });
}

/** '1h30m' to minutes. */
function durationMinutes(text: string): number {
  const hours = /(\d+)h/.exec(text)?.[1] ?? '0';
  const minutes = /(\d+)m/.exec(text)?.[1] ?? '0';
  return Math.min(Number(hours) * 60 + Number(minutes), 10_080);
}
