/**
 * The log: pino, one line an event, on standard error. JSON for machines; one readable line for a person at a terminal.
 * Lines are written synchronously, so that the last one before an exit is not lost.
 */
import type { Logger } from 'pino';
import { destination, pino, stdTimeFunctions } from 'pino';
import { escapeHidden } from '../report/json.ts';
import { formatLine } from './log-line.ts';

export type { Logger } from 'pino';

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

export interface LoggerOptions {
  /** 'info' when absent. */
  readonly level?: LogLevel;
  /** text: one line for a person. */
  readonly format: 'json' | 'text';
  /** Colours in the text format; the caller decides. */
  readonly colour?: boolean;
  /** Where whole lines go; standard error when absent. */
  readonly destination?: { write(line: string): unknown };
}

/** What must never be logged, should an object that has it get this far. */
const SECRETS: ReadonlySet<string> = new Set([
  'token',
  'password',
  'authorization',
  'headers',
  'env',
  'object',
  'data',
]);
/** How deep they are looked for. */
const SECRET_DEPTH = 3;
const NOT_LOGGED = '[not logged]';

export function createLogger(options: LoggerOptions): Logger {
  const sink = options.destination ?? destination({ fd: 2, sync: true });
  const stream =
    options.format === 'json'
      ? { write: (line: string) => sink.write(escapeHidden(line)) }
      : { write: (line: string) => sink.write(formatLine(line, options.colour ?? false)) };
  return pino(
    {
      level: options.level ?? 'info',
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      // pino's own redaction copies the fields once for each path: 70 KB of garbage a line, of hundreds when hundreds fight.
      formatters: { level: (label) => ({ level: label }), log: (fields) => withoutSecrets(fields, SECRET_DEPTH) },
      serializers: { err: describeError },
    },
    stream,
  );
}

/** The very same fields where there is nothing to hide. Errors are left to describeError. */
function withoutSecrets<T extends object>(fields: T, depth: number): T {
  const changed: [string, unknown][] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (SECRETS.has(name)) changed.push([name, NOT_LOGGED]);
    else if (depth > 1 && typeof value === 'object' && value !== null && !(value instanceof Error)) {
      const safe: unknown = withoutSecrets(value as object, depth - 1);
      if (safe !== value) changed.push([name, safe]);
    }
  }
  if (changed.length === 0) return fields;
  const safe = Array.isArray(fields) ? [...fields] : { ...fields };
  return Object.assign(safe, Object.fromEntries(changed)) as T;
}

/**
 * An error as it may be logged: its type, code, message and stack. Clients hang requests with their headers, and so
 * tokens, onto errors; none of that is kept.
 */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error, message: withoutTokens(String(error)) };
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    message: withoutTokens(error.message),
    ...(error.stack === undefined ? {} : { stack: withoutTokens(error.stack) }),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}

function withoutTokens(text: string): string {
  return text.replace(/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, '$1 [not logged]').replace(/(:\/\/)[^/@\s]+@/g, '$1');
}
