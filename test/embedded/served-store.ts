/** A store behind a real API server, and a client for it. */
import { workload } from '../../src/embedded/blueprints.ts';
import { type ApiServer, type ApiServerOptions, startApiServer } from '../../src/embedded/http/api-server.ts';
import type { JsonObject } from '../../src/embedded/json.ts';
import type { KubeObject } from '../../src/embedded/objects.ts';
import type { Store } from '../../src/embedded/store.ts';
import { START, virtualCluster } from './virtual-cluster.ts';

export const DEPLOYMENTS = '/apis/apps/v1/namespaces/shop/deployments';
export const BY = { manager: 'tester' };

export function inShop(manifest: KubeObject): KubeObject {
  return { ...manifest, metadata: { ...manifest.metadata, namespace: 'shop' } };
}

export interface Answer {
  readonly code: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests read whatever the server says
  readonly body: any;
}

export interface WatchEvent {
  readonly type: string;
  readonly object: JsonObject;
}

export class ServedStore {
  readonly store: Store;
  server: ApiServer;
  readonly #readers: AbortController[] = [];

  private constructor(store: Store, server: ApiServer) {
    this.store = store;
    this.server = server;
  }

  /** Three Deployments of two replicas: api, cart, web. */
  static async start(): Promise<ServedStore> {
    const { store } = virtualCluster({ argocd: null });
    for (const name of ['api', 'cart', 'web']) store.create(inShop(workload({ name, replicas: 2 })), BY);
    return new ServedStore(store, await startApiServer({ store, now: () => START }));
  }

  async restart(options: Partial<ApiServerOptions> = {}): Promise<void> {
    await this.server.close();
    this.server = await startApiServer({ store: this.store, now: () => START, ...options });
  }

  async close(): Promise<void> {
    for (const reader of this.#readers) reader.abort();
    await this.server.close();
  }

  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const init = {
      method,
      headers: { 'content-type': 'application/json', 'user-agent': 'tester/1.0 (linux)', ...headers },
    };
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(`${this.server.url}${path}`, body === undefined ? init : { ...init, body: text });
    return { code: response.status, body: await response.json() };
  }

  patch(type: string, path: string, body: unknown): Promise<Answer> {
    return this.call('PATCH', path, body, { 'content-type': type });
  }

  /** Opens a watch; the function returned reads one event, undefined at the end of the stream. */
  async watch(path: string): Promise<() => Promise<WatchEvent | undefined>> {
    const abort = new AbortController();
    this.#readers.push(abort);
    const response = await fetch(`${this.server.url}${path}`, { signal: abort.signal });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    return async () => {
      for (;;) {
        const end = rest.indexOf('\n');
        if (end >= 0) {
          const text = rest.slice(0, end);
          rest = rest.slice(end + 1);
          return JSON.parse(text) as WatchEvent;
        }
        const chunk = await reader?.read();
        if (chunk === undefined || chunk.done) return undefined;
        rest += chunk.value;
      }
    };
  }
}
