/** What a line of a recording says of itself before its object, and which lines need not be read beyond that. */
import type { Millis } from '../model/facts.ts';
import { parseTime } from './format.ts';

/** The beginning of a line as this program writes it. */
export interface LineHead {
  readonly at: string;
  /** apiVersion and resource as they stand there. */
  readonly about: string;
  readonly apiVersion: string;
  readonly resource: string;
}

const HEAD_BYTES = 200;
const HEAD = /^\{"at":"([^"\\]+)",("apiVersion":"([^"\\]+)","resource":"([^"\\]+)")/;
const CLOSING_BRACE = 0x7d;
/** As Go writes a reference; within a text the quotes would be escaped. */
const ABOUT = Buffer.from('"involvedObject":{"kind":"');
const LONGEST_KIND = 64;

/** null for a line that begins otherwise: it has to be read to know what it is. */
export function headOf(bytes: Buffer): LineHead | null {
  const found = HEAD.exec(bytes.toString('latin1', 0, HEAD_BYTES));
  if (found === null) return null;
  const [, at = '', about = '', apiVersion = '', resource = ''] = found;
  return { at, about, apiVersion, resource };
}

/** Lines that only move the clock. */
export class PassOver {
  readonly #resources: ReadonlySet<string>;
  readonly #eventsAbout: ReadonlySet<string>;

  /** Plurals whose objects nobody needs, and kinds whose Events nobody needs. */
  constructor(resources: readonly string[] = [], eventsAbout: readonly string[] = []) {
    this.#resources = new Set(resources);
    this.#eventsAbout = new Set(eventsAbout);
  }

  /** The time of a whole line that is passed over; null for every other line. */
  timeOf({ at, resource }: LineHead, bytes: Buffer): Millis | null {
    if (bytes.at(-1) !== CLOSING_BRACE) return null;
    const over = this.#resources.has(resource) || (resource === 'events' && this.#isLoud(bytes));
    return over ? parseTime(at) : null;
  }

  #isLoud(bytes: Buffer): boolean {
    if (this.#eventsAbout.size === 0) return false;
    const mark = bytes.indexOf(ABOUT);
    if (mark < 0) return false;
    const start = mark + ABOUT.length;
    const text = bytes.toString('latin1', start, start + LONGEST_KIND);
    return this.#eventsAbout.has(text.slice(0, text.indexOf('"')));
  }
}
