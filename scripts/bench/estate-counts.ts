/** What each client has asked of the estate's server, and how many bytes it was sent. */

/** Requests since the last look, by what was asked: paths to how often. */
export interface Counts {
  readonly lists: Readonly<Record<string, number>>;
  readonly watches: Readonly<Record<string, number>>;
  /** Lists of one object by its name. */
  readonly zooms: Readonly<Record<string, number>>;
  /** Anything else. */
  readonly gets: Readonly<Record<string, number>>;
  readonly bytes: number;
  /** When the end of the last whole list was sent, milliseconds since the epoch; 0 when none was. */
  readonly listedAt: number;
}

type Asked = 'lists' | 'watches' | 'zooms' | 'gets';

export class CountBook {
  readonly #byClient = new Map<string, Counts>();

  count(client: string, what: Asked, path: string): void {
    const of = this.#of(client)[what] as Record<string, number>;
    of[path] = (of[path] ?? 0) + 1;
  }

  sent(client: string, bytes: number): void {
    const counts = this.#of(client);
    this.#byClient.set(client, { ...counts, bytes: counts.bytes + bytes });
  }

  /** The client has been sent a list to its end. */
  listed(client: string): void {
    this.#byClient.set(client, { ...this.#of(client), listedAt: performance.timeOrigin + performance.now() });
  }

  /** What the client did since the last time this was asked. */
  take(client: string): Counts {
    const counts = this.#of(client);
    this.#byClient.delete(client);
    return counts;
  }

  #of(client: string): Counts {
    const counts = this.#byClient.get(client) ?? { lists: {}, watches: {}, zooms: {}, gets: {}, bytes: 0, listedAt: 0 };
    this.#byClient.set(client, counts);
    return counts;
  }
}
