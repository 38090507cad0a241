/** Server-sent events: tells open pages that the report has changed, never what; they fetch it themselves. */
import { hash, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { madeOnce } from '../model/made-once.ts';
import type { ConflictDocument, Report, RiskDocument } from '../report/schema.ts';

export interface EventStreamOptions {
  /** What the pages should compare with; asked for only while somebody listens. */
  readonly digest: () => string;
  /** Milliseconds between two looks at the digest. */
  readonly every: number;
  /** Most listeners at a time: each holds a connection. */
  readonly limit: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly onError: (error: unknown) => void;
}

/** A proxy closes what is silent for long; a comment line keeps it open (WHATWG HTML, 9.2.7). */
const HEARTBEAT_MILLIS = 15_000;
/** A listener that does not read is let go before it fills the memory. */
const MOST_UNSENT_BYTES = 16_384;

export class EventStream {
  readonly #options: EventStreamOptions;
  readonly #listeners = new Set<ServerResponse>();
  #timer: ReturnType<typeof setInterval> | null = null;
  #last = '';
  #silentFor = 0;
  /** Listeners turned away or let go because of a limit. */
  dropped = 0;

  constructor(options: EventStreamOptions) {
    this.#options = options;
  }

  /** Whether one more listener may come; one that may not is counted. */
  admit(): boolean {
    if (this.#listeners.size < this.#options.limit) return true;
    this.dropped += 1;
    return false;
  }

  /** Takes a connection over until either side ends it. */
  add(request: IncomingMessage, response: ServerResponse): void {
    this.#last = this.#options.digest();
    response.writeHead(200, {
      ...this.#options.headers,
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
    });
    response.write(`retry: 3000\n\ndata: ${this.#last}\n\n`);
    this.#listeners.add(response);
    request.on('close', () => this.#remove(response));
    response.on('error', () => this.#remove(response));
    this.#timer ??= setInterval(() => this.#tick(), this.#options.every).unref();
  }

  /** Ends every stream. */
  close(): void {
    for (const response of [...this.#listeners]) {
      response.end();
      this.#remove(response);
    }
  }

  #remove(response: ServerResponse): void {
    this.#listeners.delete(response);
    if (this.#listeners.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  #tick(): void {
    let digest = this.#last;
    try {
      digest = this.#options.digest();
    } catch (error) {
      this.#options.onError(error);
    }
    this.#silentFor += this.#options.every;
    if (digest !== this.#last) this.#send(`data: ${digest}\n\n`);
    else if (this.#silentFor >= HEARTBEAT_MILLIS) this.#send(':\n\n');
    this.#last = digest;
  }

  #send(text: string): void {
    this.#silentFor = 0;
    for (const response of [...this.#listeners]) {
      if (response.writableLength > MOST_UNSENT_BYTES) {
        this.dropped += 1;
        response.destroy();
        this.#remove(response);
      } else response.write(text);
    }
  }
}

// Of what stays from report to report the digest is made once. Of a conflict it is a number: with its text hundreds that are
// short of replicas would be digested for every page and every look, to learn that seconds have passed.
const digestOfPart = madeOnce((part: object) => digestOfText(JSON.stringify(part)));
const digestOfRisks = madeOnce((risks: readonly RiskDocument[]) => digestOfText(JSON.stringify(risks.map(saying))));
let lastNumber = 0;
const numberOf = madeOnce((_: ConflictDocument) => {
  lastNumber += 1;
  return lastNumber;
});
/** Numbers are those of this process: to a page that another one made everything is new. */
const PROCESS = randomUUID();

/** Never with the remedy, which follows from the rest and from the configuration, and is made when somebody looks at it. */
function saying(risk: RiskDocument): unknown[] {
  const names = Object.keys(risk) as (keyof RiskDocument)[];
  return names.filter((name) => name !== 'remedy').map((name) => risk[name]);
}

/**
 * Changes when what the page says changes; the passing of time alone does not count. A conflict is the same for as long as its
 * document is (build-report.ts).
 */
export const digestOf = madeOnce(({ conflicts, notices, risks, health }: Report) => {
  const watches = health?.watches.map(({ lastContactAt: _, ...watch }) => watch);
  const rest = [notices.map(digestOfPart), digestOfRisks(risks), watches, health?.skippedLines];
  return digestOfText([PROCESS, conflicts.map(numberOf).join(), JSON.stringify(rest)].join('\n'));
});

function digestOfText(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 16);
}
