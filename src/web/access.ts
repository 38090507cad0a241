/** Who may see what: nobody is asked by default; /metrics and the page can be kept for some. Probes are always open. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** everyone: no question is asked. token-review: the API server says whether the bearer's owner may get the path. */
export type MetricsAuth = 'none' | 'token-review';
/** loopback: only connections from this machine or pod, which is where `kubectl port-forward` comes from. */
export type PageAuth = MetricsAuth | 'loopback';

export type TokenVerdict = 'allowed' | 'denied' | 'unknown';

export interface AccessOptions {
  readonly metricsAuth: MetricsAuth;
  readonly pageAuth: PageAuth;
  /** Asks who a token belongs to, and whether its owner may get the path. Rejects when nobody can be asked. */
  readonly review: (token: string, path: string) => Promise<TokenVerdict>;
  readonly monotonic: () => number;
  /** Told when a token could not be checked, with the reason. */
  readonly onFailure: (error: unknown) => void;
}

export interface Refusal {
  readonly status: 401 | 403 | 503;
  readonly message: string;
}

/** A right that was taken away still works this long; one that was granted is seen after the shorter time. */
const ALLOWED_MS = 60_000;
const REFUSED_MS = 10_000;
/** Verdicts kept, and questions under way: strangers with made-up tokens fill neither. */
const MOST_VERDICTS = 256;
const MOST_QUESTIONS = 16;

const OPEN = new Set(['/livez', '/readyz']);

export class Access {
  readonly #options: AccessOptions;
  /** By digest of token and path: no token is kept. */
  readonly #verdicts = new Map<string, { readonly verdict: TokenVerdict; readonly until: number }>();
  readonly #questions = new Map<string, Promise<TokenVerdict>>();

  constructor(options: AccessOptions) {
    this.#options = options;
  }

  /**
   * null: the request may be answered. `route` is what it will be answered by, '' for nothing: a path can be written in
   * several ways. `path` is as it was sent, without its query: rights are held against it.
   */
  async judge(request: IncomingMessage, route: string, path: string): Promise<Refusal | null> {
    if (OPEN.has(route)) return null;
    const auth = route === '/metrics' ? this.#options.metricsAuth : this.#options.pageAuth;
    if (auth === 'none') return null;
    if (auth === 'token-review') return this.#judgeToken(request.headers.authorization ?? '', path);
    if (isLoopback(request.socket.remoteAddress ?? '')) return null;
    return { status: 403, message: 'This is shown on loopback only: use kubectl port-forward (pageAuth is loopback).' };
  }

  async #judgeToken(authorization: string, path: string): Promise<Refusal | null> {
    const token = /^Bearer +([\w.~+/=-]+)$/i.exec(authorization)?.[1];
    if (token === undefined)
      return { status: 401, message: 'Send a bearer token: whoever may get this is known by one.' };
    let verdict: TokenVerdict;
    try {
      verdict = await this.#verdict(token, path);
    } catch (error) {
      this.#options.onFailure(error);
      return { status: 503, message: 'The token cannot be checked now; the log of Tugwatch says why.' };
    }
    if (verdict === 'unknown') return { status: 401, message: 'The API server does not know this bearer token.' };
    if (verdict === 'allowed') return null;
    return {
      status: 403,
      message: 'The owner of this token may not get this path: grant get on it as a nonResourceURL of a ClusterRole.',
    };
  }

  async #verdict(token: string, path: string): Promise<TokenVerdict> {
    const { monotonic, review } = this.#options;
    const key = createHash('sha256').update(`${path}\n${token}`).digest('base64');
    const known = this.#verdicts.get(key);
    if (known !== undefined && monotonic() < known.until) return known.verdict;
    const underWay = this.#questions.get(key);
    if (underWay !== undefined) return underWay;
    if (this.#questions.size >= MOST_QUESTIONS) throw new Error('too many tokens are being checked at once');
    const question = review(token, path).finally(() => this.#questions.delete(key));
    this.#questions.set(key, question);
    const verdict = await question;
    this.#remember(key, verdict, monotonic() + (verdict === 'allowed' ? ALLOWED_MS : REFUSED_MS));
    return verdict;
  }

  #remember(key: string, verdict: TokenVerdict, until: number): void {
    this.#verdicts.delete(key);
    this.#verdicts.set(key, { verdict, until });
    if (this.#verdicts.size <= MOST_VERDICTS) return;
    // Who is refused must not push out who scrapes.
    const refused = [...this.#verdicts].find(([, entry]) => entry.verdict !== 'allowed');
    const oldest = refused?.[0] ?? this.#verdicts.keys().next().value;
    if (oldest !== undefined) this.#verdicts.delete(oldest);
  }
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./.test(address);
}
