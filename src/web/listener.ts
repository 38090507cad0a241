/** The server below the routes: plain or TLS, with the same limits. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';

/** PEM texts. */
export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
}

export interface ListenerLimits {
  /** A request must have arrived within, milliseconds. */
  readonly request: number;
  /** How often that is looked at, milliseconds. */
  readonly check: number;
}

const MIN_VERSION = 'TLSv1.2';
/** Of silence on a connection; the event streams are never silent for so long. */
const SILENCE_MS = 60_000;
/** Longer than the usual time between two scrapes, so that these keep their connection. */
const KEEP_ALIVE_MS = 50_000;
const HANDSHAKE_MS = 10_000;

/** @throws Error of OpenSSL when certificate and key do not fit */
export function createListener(
  handler: RequestListener,
  limits: ListenerLimits,
  tls: TlsMaterial | null,
): Server | TlsServer {
  const options = {
    headersTimeout: limits.request,
    requestTimeout: limits.request,
    connectionsCheckingInterval: limits.check,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: 16_384,
  };
  const server =
    tls === null
      ? createServer(options, handler)
      : createTlsServer({ ...options, ...contextOf(tls), handshakeTimeout: HANDSHAKE_MS }, handler);
  server.maxRequestsPerSocket = 1_000;
  server.setTimeout(SILENCE_MS);
  return server;
}

/** New connections are made with this certificate; those that are open stay. */
export function renew(server: Server | TlsServer, tls: TlsMaterial): void {
  if ('setSecureContext' in server) server.setSecureContext(contextOf(tls));
}

function contextOf({ cert, key }: TlsMaterial) {
  return { cert, key, minVersion: MIN_VERSION } as const;
}
