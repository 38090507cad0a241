/** The shape of requests, held against what an API server expects to be asked. */
import { writeFileSync } from 'node:fs';
import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClient, type KubeClient, probeServer } from '../../src/kubernetes/client.ts';
import { KubeRequestError } from '../../src/kubernetes/errors.ts';
import { project } from '../../src/kubernetes/projections/project.ts';
import { Reflector } from '../../src/kubernetes/reflector.ts';
import { FakeTimers } from '../support/fake-timers.ts';
import { Journal } from '../support/journal.ts';
import { temporaryPath, writeKubeconfig } from '../support/kubeconfigs.ts';
import { DEPLOYMENTS } from '../support/live.ts';

const SERVER = 'https://api.test:6443';
const JSON_HEADERS = { 'content-type': 'application/json' };
const LIST = { kind: 'DeploymentList', metadata: { resourceVersion: '70' }, items: null };

let client: KubeClient;
const unmatched: string[] = [];
const note = (request: Request) => void unmatched.push(request.url);

beforeEach(async () => {
  nock.disableNetConnect();
  unmatched.length = 0;
  nock.emitter.on('no match', note);
  client = await createClient({ kubeconfig: writeKubeconfig({ server: SERVER, token: 's3cret' }), version: '1.2.3' });
});

afterEach(async () => {
  await client.close();
  nock.emitter.off('no match', note);
  nock.abortPendingRequests();
  nock.cleanAll();
  nock.enableNetConnect();
  expect(unmatched).toEqual([]);
});

describe('a request to the API server', () => {
  it('carries the token, the version of Tugwatch and the wish for JSON', async () => {
    nock(SERVER, {
      reqheaders: { authorization: 'Bearer s3cret', 'user-agent': 'tugwatch/1.2.3', accept: 'application/json' },
    })
      .get('/version')
      .reply(200, { major: '1' }, JSON_HEADERS);
    expect(await client.get('/version')).toEqual({ major: '1' });
  });

  it('asks for the next page with the same limit and selector, without a resourceVersion', async () => {
    const path = '/api/v1/configmaps';
    const page = (query: Record<string, string>, metadata: object) =>
      nock(SERVER).get(path).query(query).reply(200, { kind: 'ConfigMapList', metadata, items: [] }, JSON_HEADERS);
    const fieldSelector = 'metadata.name=argocd-cm';
    page({ limit: '200', fieldSelector }, { resourceVersion: '70', continue: 'token=/+' });
    page({ limit: '200', fieldSelector, continue: 'token=/+' }, { resourceVersion: '70' });
    const watch = nock(SERVER)
      .get(path)
      .query((query) => {
        const { timeoutSeconds, ...rest } = query;
        expect(rest).toEqual({ watch: '1', allowWatchBookmarks: 'true', resourceVersion: '70', fieldSelector });
        return /^2\d\d$/.test(String(timeoutSeconds));
      })
      .reply(200, '', JSON_HEADERS);
    const journal = new Journal();
    const resource = { ...DEPLOYMENTS, apiVersion: 'v1', resource: 'configmaps', kind: 'ConfigMap', fieldSelector };
    const reflector = new Reflector({
      client,
      timers: new FakeTimers(),
      target: { resource, namespace: '' },
      decode: (raw) => project(raw, resource),
      emit: journal.emit,
      // The watch is answered with an empty stream; what comes after it is not asked here.
      observe: (event) => {
        journal.observe(event);
        if (event.type === 'connected') void reflector.stop();
      },
    });
    await reflector.run();
    expect(watch.isDone()).toBe(true);
    expect(journal.events[0]).toMatchObject({ type: 'listed', pages: 2 });
  });

  it('stays in the namespace it is restricted to', async () => {
    const scope = nock(SERVER)
      .get('/apis/apps/v1/namespaces/shop/deployments')
      .query(true)
      .reply(200, LIST, JSON_HEADERS);
    const journal = new Journal();
    const reflector: Reflector = new Reflector({
      client,
      timers: new FakeTimers(),
      target: { resource: DEPLOYMENTS, namespace: 'shop' },
      decode: () => null,
      emit: journal.emit,
      observe: (event) => {
        if (event.type === 'listed') void reflector.stop();
      },
    });
    await reflector.run();
    expect(scope.isDone()).toBe(true);
  });

  it('reads its credentials anew after a 401, so that a rotated token needs no restart', async () => {
    const kubeconfig = writeKubeconfig({ server: SERVER, token: 'old' });
    const rotating = await createClient({ kubeconfig, version: '1.2.3' });
    nock(SERVER, { reqheaders: { authorization: 'Bearer old' } })
      .get('/version')
      .reply(401);
    nock(SERVER, { reqheaders: { authorization: 'Bearer new' } })
      .get('/version')
      .reply(200, {}, JSON_HEADERS);
    await expect(rotating.get('/version')).rejects.toMatchObject({ error: { kind: 'unauthorized' } });
    writeKubeconfig({ server: SERVER, token: 'new' }, kubeconfig);
    expect(await rotating.get('/version')).toEqual({});
    await rotating.close();
  });

  it('carries the token of the file that a user names, as kubectl does', async () => {
    writeFileSync(temporaryPath('token'), 'from-file');
    const user = { tokenFile: './token' };
    const withFile = await createClient({ kubeconfig: writeKubeconfig({ server: SERVER, user }), version: '1.2.3' });
    nock(SERVER, { reqheaders: { authorization: 'Bearer from-file' } })
      .get('/version')
      .reply(200, {}, JSON_HEADERS);
    expect(await withFile.get('/version')).toEqual({});
    await withFile.close();
  });

  it.each<[string, string, object, string]>([
    ['a page of a proxy', '<h1>Sign in</h1>', { 'content-type': 'text/html' }, 'content-type'],
    ['half an answer', '{"kind":', JSON_HEADERS, 'json'],
  ])('takes %s for what it is', async (_what, body, headers, reason) => {
    nock(SERVER)
      .get('/version')
      .reply(200, body, headers as Record<string, string>);
    await expect(client.get('/version')).rejects.toMatchObject({ error: { kind: 'badResponse', reason } });
  });

  it('refuses an answer that is larger than it should be', async () => {
    nock(SERVER).get('/version').reply(200, 'x'.repeat(2000), JSON_HEADERS);
    await expect(client.get('/version', { maxBytes: 1000 })).rejects.toMatchObject({ error: { reason: 'size' } });
  });

  it('never shows its token in an error', async () => {
    nock(SERVER).get('/version').reply(403, { kind: 'Status', code: 403, message: 'no' }, JSON_HEADERS);
    const error = await client.get('/version').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(KubeRequestError);
    expect(JSON.stringify(error) + String((error as Error).stack)).not.toContain('s3cret');
  });
});

describe('a probe of the server', () => {
  it('is content with a server that answers, even if it denies the question', async () => {
    nock(SERVER).get('/version').reply(403, { kind: 'Status', code: 403 }, JSON_HEADERS);
    expect(await probeServer(client)).toBe(null);
  });

  it('says in one sentence that a server is not there', async () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    nock(SERVER).get('/version').replyWithError(refused);
    expect(await probeServer(client)).toEqual({
      kind: 'network',
      unreached: true,
      message: `cannot reach the API server at ${SERVER}: connection refused; check that it runs and that the kubeconfig names the right address and port`,
    });
  });
});
