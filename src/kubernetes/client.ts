/**
 * Raw requests to the API server: the package @kubernetes/client-node says who we are and whom to trust, one shared
 * undici agent does the rest. The package's own calls open a new agent, hence a new connection, for every request, and
 * decode into classes that drop unknown fields; a watcher needs neither.
 */
import type { RequestOptions as TlsRequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import type { Dispatcher } from 'undici';
import { errorOfResponse, errorOfThrown, type KubeError, KubeRequestError } from './errors.ts';
import { type Environment, type KubeConfigChoice, KubeConfigError, loadKubeConfig } from './kubeconfig.ts';
import { permitting } from './permitted.ts';

export interface ClientOptions extends KubeConfigChoice {
  /** Version of Tugwatch, for the user agent that audit logs show. */
  readonly version: string;
  readonly env?: Environment;
}

export interface RequestOptions {
  readonly query?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly accept?: string;
  /** Most bytes of a JSON answer; more is badResponse/size. */
  readonly maxBytes?: number | undefined;
  /** Makes what is wanted of a JSON answer out of its bytes; undefined: JSON.parse shall, and says what is wrong with it. */
  readonly decode?: ((bytes: Buffer) => unknown) | undefined;
}

export interface SendOptions extends RequestOptions {
  /** Media type of `body`; 'application/json' when absent. */
  readonly contentType?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Asked in the very moment in which the request would be written on the connection; false: it is not. */
  readonly permit?: () => boolean;
}

export interface KubeClient {
  /** 'https://10.0.0.1:443', for messages. */
  readonly server: string;
  /** Name of the kubeconfig's cluster. */
  readonly cluster: string;
  /** One JSON answer, parsed. @throws KubeRequestError */
  get(path: string, options?: RequestOptions): Promise<unknown>;
  /** An answer as it comes; the iteration throws when it breaks. Ended by `signal`. @throws KubeRequestError */
  stream(path: string, options?: RequestOptions): Promise<AsyncIterable<Uint8Array>>;
  /** Hangs up on everything. */
  close(): Promise<void>;
}

/** May write as well. What takes a KubeClient can only read, and the compiler sees to it. */
export interface WritingClient extends KubeClient {
  /** Name of the kubeconfig's user, for the audit line. */
  readonly user: string;
  /** One request that changes something, never repeated by itself. The answer's JSON, parsed. @throws KubeRequestError */
  send(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, options?: SendOptions): Promise<unknown>;
}

const JSON_TYPE = 'application/json';
const MAX_JSON_BYTES = 128 * 1024 * 1024;
const MAX_ERROR_BYTES = 16 * 1024;
const HEADERS_TIMEOUT_MS = 30_000;
const BODY_TIMEOUT_MS = 60_000;

type Method = 'GET' | Parameters<WritingClient['send']>[0];
type Undici = typeof import('undici');
type TlsOptions = Pick<TlsRequestOptions, 'ca' | 'cert' | 'key' | 'pfx' | 'passphrase' | 'rejectUnauthorized'> & {
  readonly servername?: string | undefined;
};

/** @throws KubeConfigError when the choice leads to no cluster */
export async function createClient(options: ClientOptions): Promise<WritingClient> {
  const [pkg, undici] = await Promise.all([import('@kubernetes/client-node'), import('undici')]);
  const load = () => loadKubeConfig(pkg, options, options.env ?? process.env);
  return new UndiciClient(undici, load, `tugwatch/${options.version}`);
}

/** The namespace of the chosen context, or of a pod's account; 'default' where none is named, as kubectl has it. @throws KubeConfigError */
export async function contextNamespace(choice: KubeConfigChoice, env: Environment): Promise<string> {
  const config = loadKubeConfig(await import('@kubernetes/client-node'), choice, env);
  return config.getContextObject(config.getCurrentContext())?.namespace || 'default';
}

/** The bearer token that requests of this choice carry; null where something else says who we are. @throws KubeConfigError */
export async function bearerToken(choice: KubeConfigChoice, env: Environment): Promise<string | null> {
  const config = loadKubeConfig(await import('@kubernetes/client-node'), choice, env);
  const tls: TlsRequestOptions = {};
  try {
    await config.applyToHTTPSOptions(tls);
  } catch (error) {
    throw new KubeConfigError(`the token of the kubeconfig cannot be had: ${firstLine(error)}; check its user`);
  }
  const headers = new Headers((tls.headers ?? {}) as Record<string, string>);
  return /^Bearer +(\S+)$/i.exec(headers.get('authorization') ?? '')?.[1] ?? null;
}

/** Asks the server who it is. Null when it answers; for the one sentence at the start of a command. */
export async function probeServer(client: KubeClient): Promise<KubeError | null> {
  try {
    await client.get('/version');
    return null;
  } catch (error) {
    const failure = errorOfThrown(error, client.server);
    // Anonymous or narrow accounts may not see /version; a server that says so is there.
    return failure.kind === 'forbidden' || failure.kind === 'notFound' ? null : failure;
  }
}

class UndiciClient implements WritingClient {
  readonly server: string;
  readonly cluster: string;
  readonly user: string;
  readonly #undici: Undici;
  readonly #load: () => KubeConfig;
  readonly #userAgent: string;
  readonly #agents = new Set<Dispatcher>();
  #config: KubeConfig;
  /** The server refused who we say we are, or we did it: tokens and authorities rotate, and what was read is old. */
  #stale = false;
  #agent: { readonly dispatcher: Dispatcher; readonly identity: string } | null = null;

  constructor(undici: Undici, load: () => KubeConfig, userAgent: string) {
    this.#undici = undici;
    this.#load = load;
    this.#userAgent = userAgent;
    this.#config = load();
    const cluster = this.#config.getCurrentCluster();
    if (cluster === null) throw new KubeConfigError('the kubeconfig names no cluster for its current context');
    this.server = cluster.server;
    this.cluster = cluster.name;
    this.user = this.#config.getCurrentUser()?.name ?? '';
  }

  async get(path: string, options: RequestOptions = {}): Promise<unknown> {
    return this.#exchange('GET', path, options);
  }

  async send(method: Method, path: string, options: SendOptions = {}): Promise<unknown> {
    return this.#exchange(method, path, options);
  }

  async stream(path: string, options: RequestOptions = {}): Promise<AsyncIterable<Uint8Array>> {
    const { body } = await this.#request('GET', path, options, 0);
    return this.#guard(body);
  }

  async #exchange(method: Method, path: string, options: SendOptions): Promise<unknown> {
    const { body } = await this.#request(method, path, options, BODY_TIMEOUT_MS);
    const bytes = await this.#read(`${method} ${path}`, body, options.maxBytes ?? MAX_JSON_BYTES);
    try {
      return options.decode?.(bytes) ?? JSON.parse(bytes.toString('utf8'));
    } catch (cause) {
      const message = `${method} ${path}: the answer is no JSON; is there a proxy between us and ${this.server}?`;
      throw new KubeRequestError({ kind: 'badResponse', reason: 'json', message }, { cause });
    }
  }

  /** The same bytes; what breaks them comes out as a KubeRequestError. */
  async *#guard(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      yield* body;
    } catch (cause) {
      throw new KubeRequestError(errorOfThrown(cause, this.server), { cause });
    }
  }

  async close(): Promise<void> {
    this.#agent = null;
    await Promise.all([...this.#agents].map((agent) => agent.destroy()));
    this.#agents.clear();
  }

  async #request(
    method: Method,
    path: string,
    options: SendOptions,
    bodyTimeout: number,
  ): Promise<Dispatcher.ResponseData> {
    const url = new URL(this.server + path);
    for (const [name, value] of Object.entries(options.query ?? {})) url.searchParams.set(name, value);
    const { dispatcher, headers } = await this.#prepare();
    const { body, contentType = JSON_TYPE, permit } = options;
    const what = `${method} ${path}`;
    let response: Dispatcher.ResponseData;
    try {
      response = await this.#undici.request(url, {
        dispatcher: permit === undefined ? dispatcher : permitting(dispatcher, permit, what),
        method,
        headers: {
          ...headers,
          accept: options.accept ?? JSON_TYPE,
          'user-agent': this.#userAgent,
          ...(body === undefined ? {} : { 'content-type': contentType }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        headersTimeout: HEADERS_TIMEOUT_MS,
        bodyTimeout,
        signal: options.signal ?? null,
      });
    } catch (cause) {
      const error = errorOfThrown(cause, this.server);
      if (error.kind === 'network' && error.untrusted) this.#stale = true;
      throw new KubeRequestError(error, { cause });
    }
    const { statusCode } = response;
    // A create answers 201, and some deletes 202; what is read is there or it is not.
    if (statusCode !== 200 && (method === 'GET' || statusCode > 299)) throw await this.#refusal(what, response);
    const type = header(response, 'content-type') ?? '';
    if (!type.startsWith(JSON_TYPE)) {
      response.body.on('error', () => {}).destroy();
      const message = `${what}: the answer is ${type || 'of no type'}, not JSON; is ${this.server} an API server?`;
      throw new KubeRequestError({ kind: 'badResponse', reason: 'content-type', message });
    }
    return response;
  }

  async #refusal(what: string, response: Dispatcher.ResponseData): Promise<KubeRequestError> {
    // The status alone says enough: a refusal whose body breaks off is still that refusal.
    const bytes = await this.#read(what, response.body, MAX_ERROR_BYTES).catch(() => null);
    const body = bytes?.toString('utf8') ?? '';
    if (response.statusCode === 401) this.#stale = true;
    const retryAfter = header(response, 'retry-after');
    return new KubeRequestError(errorOfResponse(what, response.statusCode, body, retryAfter, Date.now()));
  }

  async #read(what: string, body: Dispatcher.ResponseData['body'], maxBytes: number): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    try {
      for await (const chunk of body) {
        size += chunk.length;
        if (size > maxBytes) {
          const message = `${what}: the answer is larger than ${maxBytes} bytes`;
          throw new KubeRequestError({ kind: 'badResponse', reason: 'size', message });
        }
        chunks.push(chunk);
      }
    } catch (cause) {
      throw new KubeRequestError(errorOfThrown(cause, this.server), { cause });
    }
    return Buffer.concat(chunks, size);
  }

  /** Headers and agent for one request. The package reads CA, certificate and token files anew each time. */
  async #prepare(): Promise<{ dispatcher: Dispatcher; headers: Record<string, string> }> {
    const tls: TlsRequestOptions & { servername?: string } = {};
    if (this.#stale) this.#reload();
    try {
      await this.#config.applyToHTTPSOptions(tls);
    } catch (cause) {
      const message = `cannot prepare the credentials for ${this.server}: ${firstLine(cause)}; check the kubeconfig's cluster and user`;
      throw new KubeRequestError({ kind: 'unauthorized', unasked: true, message }, { cause });
    }
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(tls.headers ?? {})) headers[name.toLowerCase()] = String(value);
    if (typeof tls.auth === 'string') headers['authorization'] = `Basic ${Buffer.from(tls.auth).toString('base64')}`;
    return { dispatcher: this.#agentFor(tls), headers };
  }

  /** The shared agent, or a new one when what identifies us or the server has changed (CA or certificate rotated). */
  #agentFor(tls: TlsOptions): Dispatcher {
    const { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername } = tls;
    const trust = { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername };
    const proxy = this.#config.getCurrentCluster()?.proxyUrl;
    const identity = JSON.stringify({ ...trust, proxy });
    if (this.#agent?.identity === identity) return this.#agent.dispatcher;
    const retired = this.#agent?.dispatcher;
    // Watches that run keep their connection until the server ends them.
    void retired?.close().then(() => this.#agents.delete(retired));
    const dispatcher = this.#createAgent(definedOf(trust), proxy);
    this.#agents.add(dispatcher);
    this.#agent = { dispatcher, identity };
    return dispatcher;
  }

  #createAgent(trust: Record<string, unknown>, proxy: string | undefined): Dispatcher {
    const connect = { ...trust, keepAlive: true, keepAliveInitialDelay: 30_000, timeout: 10_000 };
    // HTTP/1.1 on purpose: one connection a watch, so that a stalled stream cannot stall the others.
    const common = { allowH2: false, keepAliveTimeout: 30_000 };
    if (proxy !== undefined) return new this.#undici.ProxyAgent({ ...common, uri: proxy, requestTls: connect });
    return new this.#undici.Agent({ ...common, connect });
  }

  #reload(): void {
    this.#stale = false;
    try {
      this.#config = this.#load();
    } catch {
      // A kubeconfig that is being rewritten: the old one is as good as any until the next refusal.
    }
  }
}

function firstLine(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? '').slice(0, 200) : String(error);
}

function header(response: Dispatcher.ResponseData, name: string): string | undefined {
  const value = response.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Without the keys that are undefined: undici and tls tell "not set" from "set to undefined". */
function definedOf(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
