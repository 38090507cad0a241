/** One POST to a receiver: what came of it, in words that give no secret away. */
import type { Dispatcher } from 'undici';
import { visible } from '../report/visible.ts';
import { clip } from './clip.ts';

export interface Letter {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What must not be repeated in a sentence, whatever the receiver answers: keys, header values. */
  readonly secrets: readonly string[];
}

/** again: it may work later, at the earliest when the receiver says. refused: it never will. */
export type Receipt =
  | { readonly outcome: 'delivered' }
  | { readonly outcome: 'refused'; readonly reason: string }
  | { readonly outcome: 'again'; readonly reason: string; readonly retryAfterMs: number | null };

export interface Post {
  /** Never throws. */
  send(letter: Letter, signal: AbortSignal): Promise<Receipt>;
  close(): Promise<void>;
}

const TIMEOUT_MS = 15_000;
const ANSWER_BYTES = 4_096;
const ANSWER_SHOWN = 200;
/** Longest pause that a receiver may ask for. */
const RETRY_AFTER_MS = 3_600_000;

/** HTTPS_PROXY, HTTP_PROXY and NO_PROXY of the environment are honoured. `now` in milliseconds since the epoch. */
export async function createPost(version: string, now: () => number): Promise<Post> {
  const { EnvHttpProxyAgent, request } = await import('undici');
  const dispatcher = new EnvHttpProxyAgent({
    connect: { timeout: TIMEOUT_MS },
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
    keepAliveTimeout: 10_000,
  });
  return {
    async send({ url, headers, body, secrets }, signal) {
      try {
        const response = await request(url, {
          dispatcher,
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers, 'user-agent': `tugwatch/${version}` },
          body,
          signal,
        });
        const answer = await readStart(response.body);
        return receiptOf(response, redact(answer, [...secrets, ...secretsOf(url)]), now());
      } catch (error) {
        return { outcome: 'again', reason: troubleOf(error), retryAfterMs: null };
      }
    },
    close: () => dispatcher.destroy(),
  };
}

function receiptOf({ statusCode, headers }: Dispatcher.ResponseData, answer: string, now: number): Receipt {
  if (statusCode >= 200 && statusCode < 300) return { outcome: 'delivered' };
  const said = clip(visible(answer.replace(/\s+/g, ' ').trim()), ANSWER_SHOWN);
  const reason = `it answers ${statusCode}${said === '' ? '' : ` (${said})`}`;
  if (statusCode >= 300 && statusCode < 400)
    return { outcome: 'refused', reason: `${reason}: redirects are not followed, give the final URL` };
  const passing = statusCode === 408 || statusCode === 429 || statusCode >= 500;
  if (!passing) return { outcome: 'refused', reason };
  return { outcome: 'again', reason, retryAfterMs: retryAfterOf(headers['retry-after'], now) };
}

/** Seconds or an HTTP date (RFC 9110, 10.2.3). */
function retryAfterOf(header: string | string[] | undefined, now: number): number | null {
  const text = (Array.isArray(header) ? header[0] : header)?.trim() ?? '';
  if (text === '') return null;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? null : Math.min(Math.max(0, ms), RETRY_AFTER_MS);
}

async function readStart(body: Dispatcher.ResponseData['body']): Promise<string> {
  let text = '';
  try {
    for await (const chunk of body) {
      text += String(chunk);
      if (text.length >= ANSWER_BYTES) break;
    }
  } catch {
    // The status alone says enough.
  }
  return text.slice(0, ANSWER_BYTES);
}

/** The code of the cause and nothing of its message, in which a URL may stand. */
function troubleOf(error: unknown): string {
  const code = codeOf(error) ?? codeOf((error as { cause?: unknown } | null)?.cause);
  return code === null ? 'it cannot be reached' : `it cannot be reached (${code})`;
}

function codeOf(error: unknown): string | null {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : null;
}

/** The parts of a URL in which people's tokens stand: path, query, user and password. */
function secretsOf(url: string): string[] {
  const { username, password, pathname, searchParams } = new URL(url);
  return [url, username, password, ...pathname.split('/'), ...searchParams.values()].filter((part) => part.length >= 6);
}

function redact(text: string, secrets: readonly string[]): string {
  const longestFirst = secrets.filter((secret) => secret !== '').sort((a, b) => b.length - a.length);
  return longestFirst.reduce((shown, secret) => shown.replaceAll(secret, '[hidden]'), text);
}
