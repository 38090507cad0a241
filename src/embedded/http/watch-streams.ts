/** WATCH: a stream of JSON lines (apiserver pkg/endpoints/handlers/watch.go, pkg/storage/cacher). */
import type { ServerResponse } from 'node:http';
import { ApiError } from '../api-error.ts';
import type { JsonObject } from '../json.ts';
import type { KindInfo } from '../kinds.ts';
import type { KubeObject } from '../objects.ts';
import type { Store, StoreEvent } from '../store.ts';
import { isIn } from './lists.ts';
import type { Selector } from './selectors.ts';

export interface WatchRequest {
  readonly info: KindInfo;
  readonly namespace: string;
  readonly selector: Selector | undefined;
  /** '' or '0': start with what is there. */
  readonly resourceVersion: string;
  readonly bookmarks: boolean;
  /** Seconds; 0: the server's choice. */
  readonly timeoutSeconds: number;
  /** sendInitialEvents=true: what is there, then a bookmark that says so, then what follows. */
  readonly sendInitialEvents: boolean;
  /** How an object is written into an event; tables for kubectl get. */
  readonly render: (object: KubeObject) => JsonObject;
}

export interface WatchSettings {
  /** Seconds between two bookmarks; about 60 on a real server. */
  readonly bookmarkSeconds: number;
  /** Seconds after which a watch without timeoutSeconds is closed; 1800 to 3600 on a real server. */
  readonly maxSeconds: number;
  /** A watch from a version that is compacted away: an ERROR event in a stream of 200, or a response of 410. */
  readonly goneAs: 'event' | 'response';
}

/** A stream that a slow reader lets grow beyond this is cut. */
const MAX_BUFFERED_BYTES = 32 * 1024 * 1024;

export class WatchStreams {
  readonly #store: Store;
  readonly #settings: WatchSettings;
  readonly #open = new Set<() => void>();

  constructor(store: Store, settings: WatchSettings) {
    this.#store = store;
    this.#settings = settings;
  }

  get count(): number {
    return this.#open.size;
  }

  /** Ends every stream as a server that goes away does. */
  closeAll(): void {
    for (const close of [...this.#open]) close();
  }

  /** Serves one watch on `response` until its time is up or the client goes. */
  serve(request: WatchRequest, response: ServerResponse): void {
    const { info, resourceVersion, sendInitialEvents } = request;
    const fromNow = resourceVersion === '' || resourceVersion === '0' || sendInitialEvents;
    let missed: readonly StoreEvent[];
    try {
      missed = fromNow ? [] : this.#store.eventsSince(Number(resourceVersion));
    } catch (error) {
      if (!(error instanceof ApiError) || this.#settings.goneAs === 'response') throw error;
      response.writeHead(200, HEADERS);
      response.end(watchLineText('ERROR', error.toStatus()));
      return;
    }
    response.writeHead(200, HEADERS);
    response.flushHeaders();
    if (fromNow) this.#sendPresent(request, response);
    for (const event of missed) {
      const text = watchEventText(request, event);
      if (text !== null) response.write(text);
    }
    const unsubscribe = this.#store.subscribe((event) => {
      if (event.info !== info) return;
      const text = watchEventText(request, event);
      if (text !== null) response.write(text);
      if (response.writableLength > MAX_BUFFERED_BYTES) response.destroy();
    });
    this.#keepOpen(request, response, unsubscribe);
  }

  #sendPresent(request: WatchRequest, response: ServerResponse): void {
    const { info, namespace, selector, sendInitialEvents, render } = request;
    for (const object of this.#store.list(info, namespace)) {
      if (selector === undefined || selector(object)) response.write(watchLineText('ADDED', render(object)));
    }
    if (sendInitialEvents) this.#sendBookmark(request, response, { 'k8s.io/initial-events-end': 'true' });
  }

  #sendBookmark(request: WatchRequest, response: ServerResponse, annotations?: JsonObject): void {
    const { kind, apiVersion } = request.info;
    const metadata = { resourceVersion: String(this.#store.version), creationTimestamp: null };
    const object = { kind, apiVersion, metadata: annotations === undefined ? metadata : { ...metadata, annotations } };
    response.write(watchLineText('BOOKMARK', object));
  }

  #keepOpen(request: WatchRequest, response: ServerResponse, unsubscribe: () => void): void {
    const { bookmarkSeconds, maxSeconds } = this.#settings;
    const seconds = request.timeoutSeconds > 0 ? request.timeoutSeconds : maxSeconds;
    const bookmark = request.bookmarks
      ? setInterval(() => this.#sendBookmark(request, response), bookmarkSeconds * 1000)
      : undefined;
    const stop = () => {
      clearInterval(bookmark);
      clearTimeout(timeout);
      unsubscribe();
      this.#open.delete(close);
    };
    const close = () => {
      stop();
      response.end();
    };
    const timeout = setTimeout(() => {
      if (request.bookmarks) this.#sendBookmark(request, response);
      close();
    }, seconds * 1000);
    this.#open.add(close);
    response.on('close', stop);
  }
}

const HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-cache, private' };

/** One line of a watch, with its line feed. */
export function watchLineText(type: string, object: JsonObject): string {
  return `{"type":"${type}","object":${JSON.stringify(object)}}\n`;
}

/**
 * The line by which a watch tells a change; null when it is none of what it selects. An object that comes into what is
 * selected is ADDED, one that leaves it DELETED.
 */
export function watchEventText(
  request: Pick<WatchRequest, 'info' | 'namespace' | 'selector' | 'render'>,
  event: StoreEvent,
): string | null {
  const { info, namespace, selector, render } = request;
  if (event.info !== info || !isIn(event.object, namespace)) return null;
  const now = event.type !== 'DELETED' && (selector === undefined || selector(event.object));
  const before = event.previous !== undefined && (selector === undefined || selector(event.previous));
  if (now) return watchLineText(before ? 'MODIFIED' : 'ADDED', render(event.object));
  return before ? watchLineText('DELETED', render(event.object)) : null;
}
