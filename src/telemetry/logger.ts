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
const SECRETS = ['token', 'password', 'authorization', 'headers', 'env', 'object', 'data'];

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
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
      redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[not logged]' },
    },
    stream,
  );
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
