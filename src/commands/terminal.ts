/** What the terminal can take: width, colours and progress on a terminal, none of it in a pipe. */
export interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Colours only on a terminal, and not where NO_COLOR (no-color.org) or TERM=dumb says no. */
export function wantsColour(stream: Stream, env: Environment): boolean {
  return stream.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}

export function textOptions(stream: Stream, env: Environment): { width?: number; colour: boolean } {
  const colour = wantsColour(stream, env);
  const columns = columnsOf(stream);
  return stream.isTTY === true && columns !== null ? { width: columns, colour } : { colour };
}

/** A terminal of a recorder or an editor says that it has no columns at all: it does not know. */
function columnsOf({ columns = 0 }: Stream): number | null {
  return columns > 0 ? columns : null;
}

/** Work that takes longer than this shows that it goes on. */
const SHOW_AFTER_MS = 2_000;
const REDRAW_MS = 200;
const CLEAR_LINE = '\r\u001b[K';

/**
 * One line on a terminal's stderr that is redrawn in place and leaves nothing behind; silent in a pipe. `now` is
 * monotonic, milliseconds.
 */
export class Progress {
  readonly #stream: Stream;
  readonly #now: () => number;
  readonly #startedAt: number;
  #drawnAt = Number.NEGATIVE_INFINITY;
  #drawn = false;

  constructor(stream: Stream, now: () => number) {
    this.#stream = stream;
    this.#now = now;
    this.#startedAt = stream.isTTY === true ? now() : 0;
  }

  /** `describe` is only called when the line is drawn. */
  update(describe: () => string): void {
    if (this.#stream.isTTY !== true) return;
    const now = this.#now();
    if (now - this.#startedAt < SHOW_AFTER_MS || now - this.#drawnAt < REDRAW_MS) return;
    this.#drawnAt = now;
    this.#drawn = true;
    const line = describe();
    const columns = columnsOf(this.#stream) ?? 80;
    this.#stream.write(CLEAR_LINE + (line.length < columns ? line : line.slice(0, columns - 1)));
  }

  clear(): void {
    if (this.#drawn) this.#stream.write(CLEAR_LINE);
    this.#drawn = false;
  }
}

/** '12 %' of what is known, else megabytes. */
export function describeBytes(read: number, total: number | null): string {
  if (total !== null && total > 0) return `${Math.min(100, Math.floor((100 * read) / total))} %`;
  return `${(read / 1e6).toFixed(1)} MB`;
}
