/** What a line of a recording says of itself before its object, and which lines need not be read beyond that. */
import type { Millis } from '../model/facts.ts';
import { parseTime } from './format.ts';

/** The beginning of a line as this program writes it. */
export interface LineHead {
  readonly at: string;
  readonly about: About;
}

/** What the lines of one stream are about: for all of them the same object. */
export interface About {
  readonly apiVersion: string;
  readonly resource: string;
}

const HEAD_BYTES = 200;
const HEAD = /^\{"at":"([^"\\]+)",("apiVersion":"([^"\\]+)","resource":"([^"\\]+)")/;
const BEFORE_TIME = '{"at":"';
const TIME_ENDS = BEFORE_TIME.length + '2026-01-01T00:00:00.000Z'.length;
const BEHIND_TIME = '",';
const BEHIND_ABOUT = ',"type":"';
/** With their versions there are a dozen; whoever writes a file can name any number. */
const MOST_KINDS = 64;
const CLOSING_BRACE = 0x7d;
/** As Go writes a reference; within a text the quotes would be escaped. */
const ABOUT = Buffer.from('"involvedObject":{"kind":"');
const LONGEST_KIND = 64;

/** Reads the heads of lines; what it has met it knows at once. */
export class HeadReader {
  readonly #met = new Map<string, About>();

  /** null for a line that begins otherwise, or is of one kind too many: it has to be read to know what it is. */
  read(bytes: Buffer): LineHead | null {
    const text = bytes.toString('latin1', 0, HEAD_BYTES);
    const known = this.#known(text);
    if (known !== undefined) return { at: text.slice(BEFORE_TIME.length, TIME_ENDS), about: known };
    const found = HEAD.exec(text);
    if (found === null) return null;
    const [, at = '', spelt = '', apiVersion = '', resource = ''] = found;
    let about = this.#met.get(spelt);
    if (about === undefined) {
      if (this.#met.size >= MOST_KINDS) return null;
      about = { apiVersion, resource };
      this.#met.set(spelt, about);
    }
    return { at, about };
  }

  /** Of a line with a time of the usual length: what it is about, if that was met before. */
  #known(text: string): About | undefined {
    if (!text.startsWith(BEHIND_TIME, TIME_ENDS) || !text.startsWith(BEFORE_TIME)) return undefined;
    const start = TIME_ENDS + BEHIND_TIME.length;
    return this.#met.get(text.slice(start, text.indexOf(BEHIND_ABOUT, start)));
  }
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
  timeOf({ at, about: { resource } }: LineHead, bytes: Buffer): Millis | null {
    if (bytes[bytes.length - 1] !== CLOSING_BRACE) return null;
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
