/** One log line for a person: time, level where it matters, the sentence. */
import { stylesFor } from '../report/layout.ts';
import { visible } from '../report/visible.ts';

/** Fields that the sentence has already told, or that only machines need. */
const TOLD = new Set(['time', 'at', 'level', 'msg', 'err', 'event']);

/** `line` is one line of pino's JSON. A line that is none is passed on, made visible. */
export function formatLine(line: string, colour: boolean): string {
  const record = parse(line);
  if (record === null) return `${visible(line.trimEnd())}\n`;
  const styles = stylesFor(colour);
  const level = String(record['level'] ?? 'info');
  const paint = { warn: styles.warn, error: styles.bad, fatal: styles.bad }[level] ?? styles.dim;
  // What happened in the cluster has a time of its own, which in a replay is not now.
  const time = String(record['at'] ?? record['time'] ?? '').slice(11, 23);
  const parts = [styles.dim(time), paint(level.toUpperCase().padEnd(5)), visible(String(record['msg'] ?? ''))];
  // An event's sentence has all its numbers; elsewhere the fields are the news.
  if (record['event'] === undefined) parts.push(...scalars(record).map(styles.dim));
  const error = record['err'];
  if (typeof error === 'object' && error !== null && 'message' in error) parts.push(visible(String(error.message)));
  return `${parts.filter((part) => part !== '').join(' ')}\n`;
}

function scalars(record: Record<string, unknown>): string[] {
  return Object.entries(record)
    .filter(([key, value]) => !TOLD.has(key) && value !== null && typeof value !== 'object')
    .map(([key, value]) => visible(`${key}=${String(value)}`));
}

function parse(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
