/**
 * Everything that can go wrong with one request to the API server, as one closed union. What to do about it is decided
 * in plan-reconnect.ts, never by looking at a message.
 */
import type { Json } from '../model/facts.ts';
import { textAt } from './projections/read-json.ts';

export type KubeError =
  /** 410: the resourceVersion or the continue token is too old. Only a fresh list helps. */
  | { readonly kind: 'gone'; readonly message: string }
  /** 409: somebody else wrote in between. */
  | { readonly kind: 'conflict'; readonly message: string }
  /** 403: RBAC. */
  | { readonly kind: 'forbidden'; readonly message: string }
  /** 404: the object, or the whole kind, is not served. */
  | { readonly kind: 'notFound'; readonly message: string }
  /** 401; `unasked`: credentials could not be prepared at all, so nobody was asked. */
  | { readonly kind: 'unauthorized'; readonly unasked?: true; readonly message: string }
  /**
   * 429, or a 5xx that says when to come back. `retryAfterMs` is null where the server did not say. `behind`: its cache
   * does not know the version yet that was asked for.
   */
  | {
      readonly kind: 'throttled';
      readonly retryAfterMs: number | null;
      readonly behind?: true;
      readonly message: string;
    }
  /** Any other status. */
  | { readonly kind: 'server'; readonly code: number; readonly message: string }
  /**
   * No answer, or an answer that broke off; `unreached`: no connection was made, so no request got anywhere;
   * `untrusted`: because the server's certificate comes from an authority that is not known (any more).
   */
  | {
      readonly kind: 'network';
      readonly unreached?: true;
      readonly untrusted?: true;
      readonly message: string;
    }
  /** An answer that cannot be one of an API server. */
  | { readonly kind: 'badResponse'; readonly reason: BadResponse; readonly message: string };

/**
 * content-type: not JSON. json: does not parse. size: over the cap. line: a watch line that is broken or cut off.
 * endless: a list without an end. unfinished: a list in a stream that was not marked as complete.
 */
export type BadResponse = 'content-type' | 'json' | 'size' | 'line' | 'endless' | 'unfinished';

export type KubeErrorKind = KubeError['kind'];

/** RBAC says no, or the kind is not served. */
export function isDenial({ kind }: KubeError): boolean {
  return kind === 'forbidden' || kind === 'notFound';
}

/** A refusal is an answer: the server is there. */
export function isAnswer(error: KubeError): boolean {
  if (error.kind === 'unauthorized') return error.unasked !== true;
  return error.kind !== 'network' && error.kind !== 'badResponse';
}

/** Thrown by the client; `error` says what happened, `message` is the same sentence. */
export class KubeRequestError extends Error {
  readonly error: KubeError;
  constructor(error: KubeError, options?: ErrorOptions) {
    super(error.message, options);
    this.name = 'KubeRequestError';
    this.error = error;
  }
}

/** The Status object of the API server (apimachinery meta/v1), as far as it is read. */
interface Status {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly retryAfterSeconds: number | null;
  /** The first of details.causes[].reason; ''. */
  readonly cause: string;
}

/** apimachinery meta/v1 CauseTypeResourceVersionTooLarge */
const TOO_LARGE = 'ResourceVersionTooLarge';

/**
 * Status of an HTTP answer → error.
 * @param what   what was asked, for the sentence: 'GET /api/v1/configmaps'
 * @param body   at most a few kilobytes of the answer
 * @param retryAfter the Retry-After header, seconds or an HTTP date (RFC 9110, 10.2.3)
 */
export function errorOfResponse(
  what: string,
  code: number,
  body: string,
  retryAfter: string | undefined,
  now: number,
): KubeError {
  const status = readStatus(parseJson(body));
  const detail = status?.message ?? '';
  const retryAfterMs =
    parseRetryAfter(retryAfter, now) ??
    (status?.retryAfterSeconds == null ? null : Math.max(0, status.retryAfterSeconds * 1000));
  return classify(what, { code, reason: status?.reason ?? '', cause: status?.cause ?? '' }, detail, retryAfterMs);
}

/** The object of an ERROR line in a watch → error (410 comes this way when a resourceVersion is too old). */
export function errorOfWatchLine(what: string, object: unknown): KubeError {
  const status = readStatus(object);
  if (status === null) {
    return { kind: 'badResponse', reason: 'line', message: `${what}: an ERROR line without a Status` };
  }
  const retryAfterMs = status.retryAfterSeconds === null ? null : Math.max(0, status.retryAfterSeconds * 1000);
  return classify(what, status, status.message, retryAfterMs);
}

function classify(
  what: string,
  { code, reason, cause }: Pick<Status, 'code' | 'reason' | 'cause'>,
  detail: string,
  retryAfterMs: number | null,
): KubeError {
  const message = `${what}: ${code}${detail === '' ? '' : `, ${clip(detail)}`}`;
  if (code === 410 || reason === 'Expired' || reason === 'Gone') return { kind: 'gone', message };
  if (code === 429) return { kind: 'throttled', retryAfterMs, message };
  if (code === 401) return { kind: 'unauthorized', message };
  if (code === 403) return { kind: 'forbidden', message };
  if (code === 404) return { kind: 'notFound', message };
  if (code === 409) return { kind: 'conflict', message };
  if (code >= 500 && cause === TOO_LARGE) return { kind: 'throttled', retryAfterMs, behind: true, message };
  if (code >= 500 && retryAfterMs !== null) return { kind: 'throttled', retryAfterMs, message };
  return { kind: 'server', code, message };
}

/** Whatever was thrown while talking to `server` → error. A KubeRequestError keeps what it says. */
export function errorOfThrown(thrown: unknown, server: string): KubeError {
  if (thrown instanceof KubeRequestError) return thrown.error;
  const code = codeOf(thrown);
  const cause = UNTRUSTED.has(code) ? NOT_TRUSTED : NETWORK_CAUSES[code];
  const said = thrown instanceof Error && thrown.message !== '' ? clip(thrown.message) : code || 'unknown error';
  const message = `cannot reach the API server at ${server}: ${cause ?? said}`;
  if (UNTRUSTED.has(code)) return { kind: 'network', unreached: true, untrusted: true, message };
  return UNREACHED.has(code) ? { kind: 'network', unreached: true, message } : { kind: 'network', message };
}

/** Codes that come before a connection stands. */
const UNREACHED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Codes of an authority that rotates: what was read of the kubeconfig may be old. */
const UNTRUSTED = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_SIGNATURE_FAILURE',
]);

const NOT_TRUSTED = 'its certificate is not trusted; check certificate-authority in the kubeconfig';

/** What each code of Node and undici means to a person, and what to check. */
const NETWORK_CAUSES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused; check that it runs and that the kubeconfig names the right address and port',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was reset',
  UND_ERR_SOCKET: 'the connection broke',
  ENOTFOUND: 'its name does not resolve; check the address in the kubeconfig and DNS',
  EAI_AGAIN: 'its name does not resolve now; check DNS',
  EHOSTUNREACH: 'no route to it; check the network, VPN or proxy',
  ENETUNREACH: 'no route to it; check the network, VPN or proxy',
  ETIMEDOUT: 'no answer; check the network, firewall or VPN',
  UND_ERR_CONNECT_TIMEOUT: 'no connection within 10 s; check the network, firewall or VPN',
  UND_ERR_HEADERS_TIMEOUT: 'it took the request and did not answer within 30 s',
  UND_ERR_BODY_TIMEOUT: 'it stopped in the middle of an answer',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'its certificate is for another name; check server or tls-server-name in the kubeconfig',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS on this port; check https:// in the kubeconfig',
  HPE_INVALID_CONSTANT: 'it does not speak HTTP; check the address in the kubeconfig',
};

/** The first code in an error, its causes and its parts (Node tries several addresses and wraps what each said). */
function codeOf(thrown: unknown): string {
  let current: unknown = thrown;
  for (let depth = 0; depth < 5 && typeof current === 'object' && current !== null; depth += 1) {
    const { code, cause, errors } = current as { code?: unknown; cause?: unknown; errors?: unknown };
    if (typeof code === 'string') return code;
    current = Array.isArray(errors) && errors.length > 0 ? errors[0] : cause;
  }
  return '';
}

/** Retry-After → milliseconds from now; null when absent or not understood. */
export function parseRetryAfter(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

function readStatus(value: unknown): Status | null {
  if (typeof value !== 'object' || value === null) return null;
  const { code, reason, message, details } = value as Record<string, unknown>;
  if (typeof code !== 'number') return null;
  const seconds = typeof details === 'object' && details !== null ? Reflect.get(details, 'retryAfterSeconds') : null;
  const causes = typeof details === 'object' && details !== null ? Reflect.get(details, 'causes') : null;
  const [first] = Array.isArray(causes) ? causes : [];
  return {
    code,
    reason: typeof reason === 'string' ? reason : '',
    message: typeof message === 'string' ? message : '',
    retryAfterSeconds: typeof seconds === 'number' ? seconds : null,
    cause: textAt(first as Json | undefined, 'reason'),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What a server says is not ours to trust: one line, no control characters, no more than a sentence. */
function clip(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must go
  const line = text.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim();
  return line.length > 300 ? `${line.slice(0, 297)}...` : line;
}
