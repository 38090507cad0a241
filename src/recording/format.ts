/**
 * The recording format: one JSON object a line, `{at, apiVersion, resource, type, object}`, as a watcher got it. A list
 * is a run of ADDED lines closed by SYNCED; a second list of one resource in the same recording is a relist.
 */
import type { Json, Millis } from '../model/facts.ts';

export type LineType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR' | 'SYNCED';

export type RecordedObject = { [key: string]: Json };

/** A line as it stands in the file. */
export interface RecordedLine {
  /** RFC 3339: when the watcher got it. */
  readonly at: string;
  readonly apiVersion: string;
  /** Plural, as in the URL. */
  readonly resource: string;
  readonly type: LineType;
  readonly object: RecordedObject;
}

/** A line that was understood. */
export interface ReadLine {
  readonly at: Millis;
  readonly apiVersion: string;
  readonly resource: string;
  readonly type: LineType;
  /** Whole, or of a skimmed line what projections read of it. */
  readonly object: RecordedObject;
  /**
   * The line as it stood, to read the object from again later without holding it; null where it was not kept. Each character is a byte of it:
   * to make text of a line that is hardly ever read again takes several times as long.
   */
  readonly kept: string | null;
}

/** A line that only moves the clock: nothing of its object is kept, so it was not parsed. */
export interface PassedLine {
  readonly at: Millis;
  readonly type: 'PASSED';
}

export type RecordingLine = ReadLine | PassedLine;

/** What is wrong with a line, to follow 'line 17 '. */
export interface BrokenLine {
  readonly type: 'BROKEN';
  readonly reason: string;
}

const TYPES: ReadonlySet<string> = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR', 'SYNCED']);
const TIME = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

/** Understands one line, or says what is wrong with it. Unknown members are ignored. Never throws. */
export function parseLine(text: string): ReadLine | BrokenLine {
  try {
    return understand(JSON.parse(text) as Json, Buffer.from(text).toString('latin1'));
  } catch {
    return broken('is no JSON');
  }
}

/** A line that was parsed, whole or in parts. */
export function understand(line: Json, kept: string | null): ReadLine | BrokenLine {
  if (!isObject(line)) return broken('is no JSON object');
  const { at, apiVersion, resource, type, object: raw } = line as { [key in keyof RecordedLine]?: Json };
  const time = typeof at === 'string' ? parseTime(at) : null;
  if (time === null) return broken('has no RFC 3339 time in "at"');
  if (typeof apiVersion !== 'string' || apiVersion === '') return broken('has no "apiVersion"');
  if (typeof resource !== 'string' || resource === '') return broken('has no "resource"');
  if (typeof type !== 'string' || !TYPES.has(type)) return broken('has no "type" of ADDED, MODIFIED, DELETED, …');
  const carriesObject = type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED';
  if (!isObject(raw) && carriesObject) return broken('has no "object"');
  return { at: time, apiVersion, resource, type: type as LineType, object: isObject(raw) ? raw : {}, kept };
}

/** Milliseconds of an RFC 3339 time, else null. */
export function parseTime(text: string): Millis | null {
  const near = sameMinute(text);
  if (near !== null) return near;
  if (!TIME.test(text)) return null;
  const at = Date.parse(text);
  if (Number.isNaN(at)) return null;
  // Midnight may be told as 24:00:00, which is no minute to count from.
  if (at >= 0 && text === new Date(at).toISOString())
    lastMinute = { text: text.slice(0, TO_MINUTES), at: at - (at % 60_000) };
  return at;
}

/** How this program writes times; every line of a recording has one, and most are of the minute of the line before. */
const USUAL = '2026-01-01T00:00:00.000Z';
const TO_MINUTES = USUAL.indexOf('00.000Z');
let lastMinute = { text: '', at: 0 };

function sameMinute(text: string): Millis | null {
  if (text.length !== USUAL.length || !text.startsWith(lastMinute.text) || lastMinute.text === '') return null;
  if (text[19] !== '.' || text[23] !== 'Z') return null;
  let digits = 0;
  for (const at of [17, 18, 20, 21, 22]) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return null;
    digits = digits * 10 + digit;
  }
  return digits < 60_000 ? lastMinute.at + digits : null;
}

/** The line without its line feed. */
export function formatLine(line: RecordedLine): string {
  const { at, apiVersion, resource, type, object } = line;
  return JSON.stringify({ at, apiVersion, resource, type, object });
}

function isObject(value: Json | undefined): value is RecordedObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function broken(reason: string): BrokenLine {
  return { type: 'BROKEN', reason };
}
