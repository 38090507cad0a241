/**
 * The API server of a soak as the daemon's client meets it: lists, pages and watches of the embedded store, in virtual
 * time, with everything that goes wrong between a server and a watcher. The reflector above it is the real one.
 */
import { ApiError, tooOldVersion } from '../../src/embedded/api-error.ts';
import { discoveryDocument, VERSION_DOCUMENT } from '../../src/embedded/http/discovery.ts';
import { ListPager, listText } from '../../src/embedded/http/lists.ts';
import { parseResourcePath, type ResourcePath } from '../../src/embedded/http/request-path.ts';
import { selectorOf } from '../../src/embedded/http/selectors.ts';
import { watchEventText, watchLineText } from '../../src/embedded/http/watch-streams.ts';
import type { KindInfo } from '../../src/embedded/kinds.ts';
import type { Store } from '../../src/embedded/store.ts';
import type { KubeClient, RequestOptions } from '../../src/kubernetes/client.ts';
import { errorOfResponse, KubeRequestError } from '../../src/kubernetes/errors.ts';
import type { Timers } from '../../src/kubernetes/timers.ts';
import { Stream } from './stream.ts';

/** How the server treats requests now. */
export type Weather = 'fine' | 'unreachable' | 'failing' | 'throttling';

const BOOKMARK_MS = 60_000;
const SERVER = 'https://soak.invalid';

interface OpenWatch {
  readonly info: KindInfo;
  readonly stream: Stream;
  readonly close: () => void;
}

export class FaultyClient implements KubeClient {
  readonly server = SERVER;
  readonly cluster = 'soak';
  weather: Weather = 'fine';
  /** Nothing gets through, in any weather. */
  blind = false;
  /** Requests so far, of any kind. */
  requests = 0;
  readonly #timers: Timers;
  readonly #watches = new Set<OpenWatch>();
  #store: Store;
  #pager: ListPager;

  constructor(store: Store, timers: Timers) {
    this.#store = store;
    this.#pager = new ListPager(store);
    this.#timers = timers;
  }

  /** Another store behind the same address: another cluster's versions are none of this one. Every watch breaks. */
  serve(store: Store): void {
    this.#store = store;
    this.#pager = new ListPager(store);
    this.cut();
  }

  /** Breaks every watch in the middle of a line. */
  cut(): void {
    for (const watch of [...this.#watches]) {
      watch.stream.push('{"type":"MODIFIED","object":{"metada');
      watch.stream.fail({ kind: 'network', message: 'the connection broke' });
      watch.close();
    }
  }

  /** Ends every watch between two lines, as a server in shutdown does. */
  end(): void {
    for (const watch of [...this.#watches]) {
      watch.stream.end();
      watch.close();
    }
  }

  /** Half-open connections: what is written into the watches that run now never arrives, and nobody says so. */
  silence(chosen: (info: KindInfo) => boolean): void {
    for (const watch of this.#watches) if (chosen(watch.info)) watch.stream.mute();
  }

  /** etcd forgets: watches that reconnect and pages in progress are answered 410. */
  compact(): void {
    this.#store.compact();
    this.#pager.expire();
  }

  async get(path: string, options: RequestOptions = {}): Promise<unknown> {
    const { pathname, query, resource } = this.#request(path, options);
    if (resource === undefined) {
      const document = pathname === '/version' ? VERSION_DOCUMENT : discoveryDocument(pathname, () => true);
      if (document === undefined) throw this.#refused(path, 404, 'NotFound', 'no such path');
      return structuredClone(document);
    }
    try {
      const { items, metadata } = this.#pager.page({
        info: resource.info,
        namespace: resource.namespace,
        limit: Number(query.get('limit') ?? 0),
        continueToken: query.get('continue') ?? '',
        selector: selectorOf(query),
      });
      return JSON.parse(listText(resource.info, items, metadata));
    } catch (error) {
      if (error instanceof ApiError) throw this.#refused(path, error.code, error.reason, error.message);
      throw error;
    }
  }

  async stream(path: string, options: RequestOptions = {}): Promise<AsyncIterable<Uint8Array>> {
    const { query, resource } = this.#request(path, options);
    if (resource === undefined) throw this.#refused(path, 404, 'NotFound', 'no such path');
    return this.#watch(resource, query, options.signal);
  }

  async close(): Promise<void> {
    this.cut();
  }

  #request(path: string, options: RequestOptions) {
    this.requests += 1;
    if (options.signal?.aborted) throw new KubeRequestError({ kind: 'network', message: 'aborted' });
    if (this.blind || this.weather === 'unreachable')
      throw new KubeRequestError({ kind: 'network', unreached: true, message: 'connection refused' });
    if (this.weather === 'failing') throw this.#refused(path, 500, 'InternalError', 'etcdserver: request timed out');
    if (this.weather === 'throttling') throw this.#refused(path, 429, 'TooManyRequests', 'too many requests', '7');
    const url = new URL(path, SERVER);
    for (const [name, value] of Object.entries(options.query ?? {})) url.searchParams.set(name, value);
    return { pathname: url.pathname, query: url.searchParams, resource: parseResourcePath(url.pathname) };
  }

  #refused(path: string, code: number, reason: string, message: string, retryAfter?: string): KubeRequestError {
    const status = JSON.stringify({ kind: 'Status', apiVersion: 'v1', code, reason, message });
    return new KubeRequestError(errorOfResponse(`GET ${path}`, code, status, retryAfter, this.#timers.now()));
  }

  #watch(resource: ResourcePath, query: URLSearchParams, signal: AbortSignal | undefined): Stream {
    const { info, namespace } = resource;
    const stream = new Stream();
    const request = { info, namespace, selector: selectorOf(query), render: (object: object) => object as never };
    const tell = (event: Parameters<typeof watchEventText>[1]) => {
      const text = watchEventText(request, event);
      if (text !== null) stream.push(text);
    };
    try {
      const since = Number(query.get('resourceVersion'));
      if (since > this.#store.version) throw tooOldVersion(since, this.#store.version);
      for (const event of this.#store.eventsSince(since)) tell(event);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      stream.push(watchLineText('ERROR', error.toStatus()));
      stream.end();
      return stream;
    }
    const unsubscribe = this.#store.subscribe((event) => {
      if (event.info === info) tell(event);
    });
    const ended = new AbortController();
    const bookmark = async () => {
      while (!ended.signal.aborted) {
        await this.#timers.sleep(BOOKMARK_MS, ended.signal);
        if (!ended.signal.aborted) stream.push(this.#bookmark(info));
      }
    };
    const lifetime = this.#timers.deadline(Number(query.get('timeoutSeconds')) * 1000, () => {
      stream.push(this.#bookmark(info));
      stream.end();
      watch.close();
    });
    const watch: OpenWatch = {
      info,
      stream,
      close: () => {
        unsubscribe();
        ended.abort();
        lifetime.cancel();
        this.#watches.delete(watch);
      },
    };
    // Also of a stream that went silent and whose watch is long closed on this side.
    signal?.addEventListener('abort', () => {
      stream.fail({ kind: 'network', message: 'aborted' });
      watch.close();
    });
    this.#watches.add(watch);
    void bookmark();
    return stream;
  }

  #bookmark(info: KindInfo): string {
    const metadata = { resourceVersion: String(this.#store.version), creationTimestamp: null };
    return watchLineText('BOOKMARK', { kind: info.kind, apiVersion: info.apiVersion, metadata });
  }
}
