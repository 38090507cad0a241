/** The HTTP server: status page, report, metrics and probes. Read-only: there is no path that changes anything. */
import type { RequestListener, Server } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fastify } from 'fastify';
import type { Logger } from '../telemetry/logger.ts';
import type { Access } from './access.ts';
import { type ConnectionDrops, Connections } from './connections.ts';
import { digestOf, EventStream } from './events.ts';
import { SECURITY_HEADERS } from './headers.ts';
import { createListener, renew, type TlsMaterial } from './listener.ts';
import { sendProblem } from './problem.ts';
import type { Sources } from './routes.ts';
import { addRoutes } from './routes.ts';

export interface WebServerOptions extends Sources {
  readonly logger: Logger;
  /** Milliseconds between two looks for changes that open pages are told of; 2000 when absent. */
  readonly eventsEvery?: number;
  /** Most open pages that are kept up to date; 64 when absent. */
  readonly eventsLimit?: number;
  readonly limits?: Partial<WebLimits>;
  /** Everybody may see everything when absent. */
  readonly access?: Access;
  /** Plain HTTP when null or absent. */
  readonly tls?: TlsMaterial | null;
}

/** What clients can make the server hold. Times in milliseconds. */
export interface WebLimits {
  /** Most connections at a time. */
  readonly connections: number;
  /** A request must have arrived within. */
  readonly request: number;
  /** An answer must have been taken within; pages' event streams excepted. */
  readonly response: number;
  /** How often both are looked at. */
  readonly check: number;
}

const LIMITS: WebLimits = { connections: 512, request: 10_000, response: 60_000, check: 2_000 };

export interface WebDrops extends Readonly<ConnectionDrops> {
  /** Open pages that were not kept up to date, because there were too many or they did not read. */
  readonly listeners: number;
}

export interface WebServer {
  /**
   * Starts listening; port 0 takes a free one. Gives the address to open in a browser. Throws an Error with a sentence
   * for people when the address cannot be had.
   */
  listen(port: number, host: string): Promise<string>;
  /** Ends all connections, open event streams too. */
  close(): Promise<void>;
  /** Another certificate for new connections; nothing where it serves plain HTTP. */
  renewTls(tls: TlsMaterial): void;
  /** How often each limit was reached, since the start. */
  drops(): WebDrops;
  /** For tests: answers a request without a socket. */
  readonly inject: FastifyInstance['inject'];
}

/** A report is made in a fraction of it. Milliseconds. */
const HANDLER_TIMEOUT = 10_000;

export function createWebServer(options: WebServerOptions): WebServer {
  const limits = { ...LIMITS, ...options.limits };
  const app = fastify({
    exposeHeadRoutes: true,
    forceCloseConnections: true,
    handlerTimeout: HANDLER_TIMEOUT,
    // Nothing takes a body.
    bodyLimit: 1_024,
    serverFactory: (handler) => createListener(handler as RequestListener, limits, options.tls ?? null) as Server,
    routerOptions: { maxParamLength: 1_000 },
    frameworkErrors: (_error, request, reply) => refuseUrl(request as FastifyRequest, reply as FastifyReply),
  });
  const events = new EventStream({
    digest: () => digestOf(options.snapshot()),
    every: options.eventsEvery ?? 2_000,
    limit: options.eventsLimit ?? 64,
    headers: SECURITY_HEADERS,
    onError: (error) => options.logger.error({ err: error }, 'cannot tell open pages of changes'),
  });
  const connections = new Connections(
    { most: limits.connections, responseTimeout: limits.response, checkEvery: limits.check },
    ({ url = '' }) => /^\/events(?:$|\?)/.test(url),
  );
  connections.guard(app.server);

  app.addHook('onRequest', async (request, reply) => {
    reply.headers(SECURITY_HEADERS);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      reply.header('allow', 'GET, HEAD').header('connection', 'close');
      return sendProblem(request, reply, 405, 'Tugwatch only reads: use GET or HEAD.');
    }
    const path = request.url.split('?', 1)[0] ?? '';
    const refusal = await options.access?.judge(request.raw, request.routeOptions.url ?? '', path);
    if (refusal === undefined || refusal === null) return;
    if (refusal.status === 401) reply.header('www-authenticate', 'Bearer');
    return sendProblem(request, reply, refusal.status, refusal.message);
  });
  app.addHook('onResponse', async (request, reply) => {
    const fields = {
      method: request.method,
      route: routeOf(request),
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    };
    options.logger.debug(fields, 'request answered');
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(request, reply, 404, 'There is nothing here; / is the status page.'),
  );
  app.setErrorHandler((error, request, reply) => {
    const status = statusOf(error);
    if (status < 500) return sendProblem(request, reply, status, 'The request cannot be answered as it is.');
    options.logger.error({ err: error, route: routeOf(request) }, 'a request failed');
    return sendProblem(request, reply, status, 'Tugwatch could not answer; its log says why.');
  });
  addRoutes(app, options, events);

  return {
    inject: app.inject.bind(app) as FastifyInstance['inject'],
    async listen(port, host) {
      try {
        await app.listen({ port, host });
      } catch (error) {
        throw new Error(listenProblem(error, port, host), { cause: error });
      }
      const address = app.server.address();
      return urlOf(
        options.tls ? 'https' : 'http',
        host,
        typeof address === 'object' && address !== null ? address.port : port,
      );
    },
    async close() {
      events.close();
      connections.close();
      await app.close();
    },
    renewTls: (tls) => renew(app.server, tls),
    drops: () => ({ ...connections.drops, listeners: events.dropped }),
  };
}

/** A URL that cannot be decoded is refused before any hook runs. */
function refuseUrl(request: FastifyRequest, reply: FastifyReply): void {
  void sendProblem(request, reply.headers(SECURITY_HEADERS), 400, 'The URL cannot be read.');
}

/** The pattern, not the path: what a client sends does not belong in the log. */
function routeOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? 'none';
}

function statusOf(error: unknown): number {
  const status = (error as { statusCode?: unknown }).statusCode;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : 500;
}

function urlOf(scheme: 'http' | 'https', host: string, port: number): string {
  if (host === '0.0.0.0' || host === '::' || host === '') return `${scheme}://localhost:${port}`;
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function listenProblem(error: unknown, port: number, host: string): string {
  const code = (error as { code?: unknown }).code;
  const where = host === '' ? `port ${port}` : `port ${port} of ${host}`;
  if (code === 'EADDRINUSE') return `${where} is in use by another program: stop it, or choose another port`;
  if (code === 'EACCES') return `${where} may not be opened by this user: choose a port above 1023`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `${host} is no address of this machine: choose another host`;
  return `cannot listen on ${where}: ${error instanceof Error ? error.message : String(error)}`;
}
