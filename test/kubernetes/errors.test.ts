import { describe, expect, it } from 'vitest';
import {
  errorOfResponse,
  errorOfThrown,
  errorOfWatchLine,
  KubeRequestError,
  parseRetryAfter,
} from '../../src/kubernetes/errors.ts';

const NOW = Date.UTC(2026, 0, 1, 12);

function status(code: number, more: object = {}): string {
  return JSON.stringify({ kind: 'Status', code, reason: '', message: 'because', ...more });
}

describe('an answer of the API server', () => {
  it.each([
    [410, 'gone'],
    [409, 'conflict'],
    [403, 'forbidden'],
    [404, 'notFound'],
    [401, 'unauthorized'],
    [429, 'throttled'],
    [500, 'server'],
    [503, 'server'],
    [422, 'server'],
  ])('with status %i is %s', (code, kind) => {
    const error = errorOfResponse('GET /apis/apps/v1/deployments', code, status(code), undefined, NOW);
    expect(error.kind).toBe(kind);
    expect(error.message).toBe(`GET /apis/apps/v1/deployments: ${code}, because`);
  });

  it('says when to come back, in seconds, as a date, or in its Status', () => {
    const at = (retryAfter: string | undefined, body = '') => errorOfResponse('GET /', 429, body, retryAfter, NOW);
    expect(at('3')).toMatchObject({ retryAfterMs: 3000 });
    expect(at('Thu, 01 Jan 2026 12:00:10 GMT')).toMatchObject({ retryAfterMs: 10_000 });
    expect(at(undefined, status(429, { details: { retryAfterSeconds: 2 } }))).toMatchObject({ retryAfterMs: 2000 });
    expect(at(undefined)).toMatchObject({ retryAfterMs: null });
  });

  it('of 503 that says when to come back is a throttle, not a failure', () => {
    expect(errorOfResponse('GET /', 503, '', '1', NOW)).toMatchObject({ kind: 'throttled', retryAfterMs: 1000 });
  });

  it('is one short line, whatever a server or a proxy writes into it', () => {
    const body = status(500, { message: `first\nsecond\u001b[31m${'x'.repeat(2000)}` });
    const { message } = errorOfResponse('GET /', 500, body, undefined, NOW);
    expect(message).toMatch(/^GET \/: 500, first second \[31mx+\.\.\.$/);
    expect(message.length).toBeLessThan(330);
  });

  it('that is no JSON at all still has its status', () => {
    expect(errorOfResponse('GET /', 502, '<html>Bad gateway</html>', undefined, NOW)).toEqual({
      kind: 'server',
      code: 502,
      message: 'GET /: 502',
    });
  });
});

describe('a Retry-After header', () => {
  it.each([
    ['0', 0],
    ['120', 120_000],
    ['Thu, 01 Jan 2026 11:00:00 GMT', 0],
    ['soon', null],
    [undefined, null],
  ])('of %s is %s ms', (header, expected) => {
    expect(parseRetryAfter(header, NOW)).toBe(expected);
  });
});

describe('an ERROR line of a watch', () => {
  it('with 410 means that only a fresh list helps', () => {
    const object = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version: 5 (9)' };
    expect(errorOfWatchLine('watch deployments.apps', object)).toEqual({
      kind: 'gone',
      message: 'watch deployments.apps: 410, too old resource version: 5 (9)',
    });
  });

  it('without a Status is no answer of an API server', () => {
    expect(errorOfWatchLine('watch deployments.apps', { note: 1 })).toMatchObject({ kind: 'badResponse' });
  });
});

describe('a request that did not get through', () => {
  const server = 'https://10.0.0.1:6443';

  it('names the server, the cause and what to check', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:6443'), { code: 'ECONNREFUSED' });
    expect(errorOfThrown(new TypeError('fetch failed', { cause: refused }), server)).toEqual({
      kind: 'network',
      unreached: true,
      message:
        'cannot reach the API server at https://10.0.0.1:6443: connection refused; check that it runs and that the kubeconfig names the right address and port',
    });
  });

  it('finds the cause where Node tried several addresses', () => {
    const refused = Object.assign(new Error(''), { code: 'ECONNREFUSED' });
    expect(errorOfThrown(new AggregateError([refused]), server).message).toContain('connection refused');
  });

  it('says that a certificate is not trusted', () => {
    const error = Object.assign(new Error('x'), { code: 'SELF_SIGNED_CERT_IN_CHAIN' });
    expect(errorOfThrown(error, server).message).toContain('certificate-authority');
  });

  it('keeps what is already understood', () => {
    const gone = new KubeRequestError({ kind: 'gone', message: 'too old' });
    expect(errorOfThrown(gone, server)).toBe(gone.error);
  });
});
