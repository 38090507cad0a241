/** Leases and ConfigMaps as replicas write them, refused where kube-apiserver refuses. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiServer, startApiServer } from '../../src/embedded/http/api-server.ts';
import { Random } from '../../src/embedded/random.ts';
import { Store } from '../../src/embedded/store.ts';

const LEASES = '/apis/coordination.k8s.io/v1/namespaces/tugwatch/leases';
const CONFIG_MAPS = '/api/v1/namespaces/tugwatch/configmaps';
const AT = '2026-11-21T05:00:00.000000Z';

let server: ApiServer;
beforeAll(async () => {
  server = await startApiServer({ store: new Store({ now: () => Date.now(), random: new Random(1) }), now: Date.now });
});
afterAll(() => server.close());

async function send(method: string, path: string, body: object, type = 'application/json') {
  const headers = { 'content-type': type };
  const answer = await fetch(server.url + path, { method, headers, body: JSON.stringify(body) });
  return {
    code: answer.status,
    object: (await answer.json()) as { metadata: { resourceVersion: string }; message?: string },
  };
}

const lease = (name: string, spec: object = {}) => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name },
  spec: { holderIdentity: 'a', leaseDurationSeconds: 15, acquireTime: AT, renewTime: AT, ...spec },
});

describe('a Lease', () => {
  it('is made once: the second is told that it is there', async () => {
    expect((await send('POST', LEASES, lease('one'))).code).toBe(201);
    expect((await send('POST', LEASES, lease('one'))).code).toBe(409);
  });

  it('is renewed on the version that was read, and on no other', async () => {
    const { metadata } = (await send('POST', LEASES, lease('two'))).object;
    const patch = (resourceVersion: string) =>
      send(
        'PATCH',
        `${LEASES}/two`,
        { metadata: { resourceVersion }, spec: { renewTime: '2026-11-21T05:00:02.000000Z' } },
        'application/merge-patch+json',
      );
    const renewed = await patch(metadata.resourceVersion);
    expect(renewed.code).toBe(200);
    expect((await patch(metadata.resourceVersion)).code).toBe(409);
    expect((await patch(renewed.object.metadata.resourceVersion)).code).toBe(200);
  });

  it.each([
    ['milliseconds in place of microseconds', { renewTime: '2026-11-21T05:00:00.000Z' }, 400],
    ['a time that is none', { acquireTime: 7 }, 400],
    ['no duration', { leaseDurationSeconds: 0 }, 422],
    ['transitions below none', { leaseTransitions: -1 }, 422],
  ])('is refused with %s', async (_what, spec, code) => {
    expect((await send('POST', LEASES, lease('three', spec))).code).toBe(code);
  });

  it('may be given up', async () => {
    expect((await send('POST', LEASES, lease('four', { holderIdentity: '' }))).code).toBe(201);
  });
});

describe('a ConfigMap', () => {
  const configMap = (name: string, bytes: number) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name },
    binaryData: { 'checkpoint.json.gz': Buffer.alloc(bytes, 7).toString('base64') },
  });

  it('holds a mebibyte, and not a byte more', async () => {
    expect((await send('POST', CONFIG_MAPS, configMap('full', 1024 * 1024))).code).toBe(201);
    const { code, object } = await send('POST', CONFIG_MAPS, configMap('fuller', 1024 * 1024 + 1));
    expect([code, object.message]).toEqual([422, expect.stringContaining('may not be more than 1048576 bytes')]);
  });
});
