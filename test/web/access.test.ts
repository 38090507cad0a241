import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { Access, type AccessOptions, type TokenVerdict } from '../../src/web/access.ts';

function rig(overrides: Partial<AccessOptions> = {}) {
  const asked: string[] = [];
  const state: { now: number; answer: TokenVerdict | Error; failures: number } = {
    now: 0,
    answer: 'allowed',
    failures: 0,
  };
  const access = new Access({
    metricsAuth: 'token-review',
    pageAuth: 'none',
    review: async (token, path) => {
      asked.push(`${token} ${path}`);
      if (state.answer instanceof Error) throw state.answer;
      return state.answer;
    },
    monotonic: () => state.now,
    onFailure: () => {
      state.failures += 1;
    },
    ...overrides,
  });
  const get = async (route: string, authorization?: string, remoteAddress = '10.0.0.9', path = route) => {
    const request = { headers: { authorization }, socket: { remoteAddress } } as unknown as IncomingMessage;
    return (await access.judge(request, route, path))?.status ?? 200;
  };
  return { get, asked, state };
}

describe('who may see what', () => {
  it('is everybody where nothing is set, and the probes are open to all whatever is set', async () => {
    const open = rig({ metricsAuth: 'none' });
    for (const route of ['/', '/metrics', '/livez', '/readyz', '']) expect(await open.get(route)).toBe(200);
    const closed = rig({ pageAuth: 'token-review' });
    expect([await closed.get('/livez'), await closed.get('/readyz')]).toEqual([200, 200]);
    expect([...open.asked, ...closed.asked]).toEqual([]);
  });

  it.each([
    ['no token', undefined],
    ['another scheme', 'Basic dXNlcjpwYXNz'],
    ['a token that none can be', 'Bearer a b'],
    ['an empty token', 'Bearer '],
  ])('is nobody with %s, and the API server is not asked', async (_what, authorization) => {
    const { get, asked } = rig();
    expect(await get('/metrics', authorization)).toBe(401);
    expect(asked).toEqual([]);
  });

  it('is whom the API server knows and allows', async () => {
    const { get, asked, state } = rig();
    expect(await get('/metrics', 'Bearer good')).toBe(200);
    state.answer = 'denied';
    expect(await get('/metrics', 'bearer denied')).toBe(403);
    state.answer = 'unknown';
    expect(await get('/metrics', 'Bearer made-up')).toBe(401);
    expect(asked).toEqual(['good /metrics', 'denied /metrics', 'made-up /metrics']);
  });

  it('goes by the route: another spelling of its path is no way around', async () => {
    expect(await rig().get('/metrics', undefined, '10.0.0.9', '/%6detrics')).toBe(401);
  });

  it('is nobody while nobody can be asked, and that is not remembered', async () => {
    const { get, state } = rig();
    state.answer = new Error('no answer');
    expect(await get('/metrics', 'Bearer good')).toBe(503);
    expect(state.failures).toBe(1);
    state.answer = 'allowed';
    expect(await get('/metrics', 'Bearer good')).toBe(200);
  });

  it('is asked once a minute for who may, and sooner for who may not', async () => {
    const { get, asked, state } = rig();
    await get('/metrics', 'Bearer good');
    state.now = 59_000;
    await get('/metrics', 'Bearer good');
    expect(asked).toHaveLength(1);
    state.now = 60_000;
    state.answer = 'denied';
    expect(await get('/metrics', 'Bearer good')).toBe(403);
    state.now = 69_000;
    expect(await get('/metrics', 'Bearer good')).toBe(403);
    state.now = 70_000;
    state.answer = 'allowed';
    expect(await get('/metrics', 'Bearer good')).toBe(200);
    expect(asked).toHaveLength(3);
  });

  it('is asked once for many who come at the same time with one token', async () => {
    const { get, asked } = rig();
    const all = await Promise.all(Array.from({ length: 50 }, () => get('/metrics', 'Bearer good')));
    expect(new Set(all)).toEqual(new Set([200]));
    expect(asked).toHaveLength(1);
  });

  it('stays known while strangers try a thousand tokens', async () => {
    const { get, asked, state } = rig();
    await get('/metrics', 'Bearer good');
    state.answer = 'unknown';
    for (let each = 0; each < 1_000; each += 1) await get('/metrics', `Bearer made-up-${each}`);
    const before = asked.length;
    expect(await get('/metrics', 'Bearer good')).toBe(200);
    expect(asked).toHaveLength(before);
  });

  it('is not asked for more than a few tokens at once', async () => {
    const waiting = Promise.withResolvers<TokenVerdict>();
    const { get, state } = rig({ review: () => waiting.promise });
    const all = Array.from({ length: 40 }, (_, each) => get('/metrics', `Bearer made-up-${each}`));
    await Promise.resolve();
    waiting.resolve('unknown');
    const answers = await Promise.all(all);
    expect(answers.filter((status) => status === 401)).toHaveLength(16);
    expect(answers.filter((status) => status === 503)).toHaveLength(24);
    expect(state.failures).toBe(24);
  });

  it.each([
    ['127.0.0.1', 200],
    ['::1', 200],
    ['::ffff:127.0.0.1', 200],
    ['10.1.127.0', 403],
    ['::ffff:10.0.0.1', 403],
    ['', 403],
  ])('of the page on loopback is %s: %i', async (address, status) => {
    const { get } = rig({ pageAuth: 'loopback' });
    expect(await get('/', undefined, address)).toBe(status);
    expect(await get('/api/v1/report', 'Bearer good', address)).toBe(status);
  });

  it('of the page by token is held against the path that was asked for', async () => {
    const { get, asked } = rig({ pageAuth: 'token-review', metricsAuth: 'none' });
    await get('/conflicts/:id', 'Bearer good', '10.0.0.9', '/conflicts/7f3a');
    expect(asked).toEqual(['good /conflicts/7f3a']);
    expect(await get('/metrics')).toBe(200);
  });
});
