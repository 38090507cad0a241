import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClient, type WritingClient } from '../../src/kubernetes/client.ts';
import { clipToBytes, EventRecorder, microTime } from '../../src/kubernetes/event-recorder.ts';
import { patchObject } from '../../src/kubernetes/patching.ts';
import { writeKubeconfig } from '../support/kubeconfigs.ts';
import { T0, WEB, WEB_APP } from '../support/report-fixtures.ts';

const SERVER = 'https://api.test:6443';
const JSON_HEADERS = { 'content-type': 'application/json' };
const APP = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', ...WEB_APP };
const PATH = '/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/web';
const PATCH = [{ op: 'add' as const, path: '/spec/ignoreDifferences', value: [] as string[] }];
const { signal } = new AbortController();
const OPTIONS = { dryRun: true, fieldManager: 'tugwatch', resourceVersion: '12', signal };

let client: WritingClient;

beforeEach(async () => {
  nock.disableNetConnect();
  client = await createClient({ kubeconfig: writeKubeconfig({ server: SERVER, token: 's3cret' }), version: '1.2.3' });
});

afterEach(async () => {
  await client.close();
  const pending = nock.pendingMocks();
  nock.cleanAll();
  nock.enableNetConnect();
  expect(pending).toEqual([]);
});

function discovers(): void {
  nock(SERVER)
    .get('/apis/argoproj.io/v1alpha1')
    .reply(200, { resources: [{ name: 'applications', kind: 'Application', namespaced: true }] }, JSON_HEADERS);
}

describe('a patch', () => {
  it('is rehearsed under our own name, and holds only for the version that was read', async () => {
    discovers();
    nock(SERVER, { reqheaders: { 'content-type': 'application/json-patch+json', authorization: 'Bearer s3cret' } })
      .patch(PATH, [{ op: 'test', path: '/metadata/resourceVersion', value: '12' }, ...PATCH])
      .query({ dryRun: 'All', fieldManager: 'tugwatch' })
      .reply(200, { metadata: { name: 'web' } }, JSON_HEADERS);
    const answer = await patchObject(client, APP, PATCH, OPTIONS);
    expect(answer).toEqual({ outcome: 'patched', object: { metadata: { name: 'web' } } });
  });

  it('leaves the dry run away when it is meant', async () => {
    discovers();
    nock(SERVER)
      .patch(PATH, (body) => body.length === 2)
      .query({ fieldManager: 'tugwatch' })
      .reply(200, {}, JSON_HEADERS);
    expect(await patchObject(client, APP, PATCH, { ...OPTIONS, dryRun: false })).toMatchObject({ outcome: 'patched' });
  });

  it.each([
    ['409', 409, 'Conflict'],
    ['422, a failed test', 422, 'Invalid'],
  ])('says what stands there now when the server answers %s, and tries nothing again', async (_what, code, reason) => {
    discovers();
    nock(SERVER).patch(PATH).query(true).reply(code, { kind: 'Status', code, reason, message: 'no' }, JSON_HEADERS);
    const now = { metadata: { name: 'web', resourceVersion: '13' } };
    nock(SERVER).get(PATH).reply(200, now, JSON_HEADERS);
    expect(await patchObject(client, APP, PATCH, OPTIONS)).toEqual({ outcome: 'changed', object: now });
  });

  it('says that the object has gone', async () => {
    discovers();
    nock(SERVER).patch(PATH).query(true).reply(404, { kind: 'Status', code: 404 }, JSON_HEADERS);
    nock(SERVER).get(PATH).reply(404, { kind: 'Status', code: 404 }, JSON_HEADERS);
    expect(await patchObject(client, APP, PATCH, OPTIONS)).toEqual({ outcome: 'changed', object: null });
  });

  it("passes on the server's reason when nobody wrote in between", async () => {
    discovers();
    const status = { kind: 'Status', code: 422, reason: 'Invalid', message: 'spec.project: Required value' };
    nock(SERVER).patch(PATH).query(true).reply(422, status, JSON_HEADERS);
    nock(SERVER)
      .get(PATH)
      .reply(200, { metadata: { resourceVersion: '12' } }, JSON_HEADERS);
    await expect(patchObject(client, APP, PATCH, OPTIONS)).rejects.toThrow('spec.project: Required value');
  });

  it('is not tried a second time when RBAC forbids it', async () => {
    discovers();
    nock(SERVER)
      .patch(PATH)
      .query(true)
      .reply(403, { kind: 'Status', code: 403, message: 'cannot patch applications' }, JSON_HEADERS);
    await expect(patchObject(client, APP, PATCH, OPTIONS)).rejects.toMatchObject({ error: { kind: 'forbidden' } });
  });

  it('says in one sentence that the kind is not served', async () => {
    nock(SERVER).get('/apis/argoproj.io/v1alpha1').reply(404, { kind: 'Status', code: 404 }, JSON_HEADERS);
    nock(SERVER).get('/apis/argoproj.io').reply(404, { kind: 'Status', code: 404 }, JSON_HEADERS);
    await expect(patchObject(client, APP, PATCH, OPTIONS)).rejects.toThrow(
      'Application argocd/web cannot be reached: the API server does not serve Application of argoproj.io/v1alpha1',
    );
  });
});

describe('an Event', () => {
  const event = {
    at: T0,
    type: 'Normal' as const,
    reason: 'RemedyApplied',
    action: 'Remediate',
    note: 'ana changed Application argocd/web',
    regarding: { ref: WEB, uid: 'uid-web' },
    related: { ref: APP, uid: 'uid-app' },
  };
  const warnings: string[] = [];
  const recorder = (random = 0.5) =>
    new EventRecorder({
      client,
      instance: 'tugwatch-0',
      warn: (message) => warnings.push(message),
      random: () => random,
    });

  it('names both objects, and has the time with six digits, as the server wants it', async () => {
    nock(SERVER)
      .post('/apis/events.k8s.io/v1/namespaces/shop/events', {
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { name: `web.${T0.toString(16)}80000000`, namespace: 'shop' },
        eventTime: '2026-11-21T05:44:58.741000Z',
        type: 'Normal',
        reason: 'RemedyApplied',
        action: 'Remediate',
        note: 'ana changed Application argocd/web',
        reportingController: 'tugwatch.dev/tugwatch',
        reportingInstance: 'tugwatch-0',
        regarding: { ...WEB, uid: 'uid-web' },
        related: { ...APP, uid: 'uid-app' },
      })
      .reply(201, { kind: 'Event' }, JSON_HEADERS);
    expect(await recorder().record(event, signal)).toBe('written');
  });

  it('is missed, said and forgotten when it cannot be written', async () => {
    warnings.length = 0;
    nock(SERVER)
      .post(/events$/)
      .reply(403, { kind: 'Status', code: 403, message: 'no create on events' }, JSON_HEADERS);
    expect(await recorder().record(event, signal)).toBe('failed');
    expect(warnings).toEqual([expect.stringMatching(/^no Event on Deployment web: .*no create on events/)]);
  });

  it('says the same trouble once, until one is written again', async () => {
    warnings.length = 0;
    const one = recorder();
    const answer = (code: number) =>
      nock(SERVER)
        .post(/events$/)
        .reply(code, { message: `${code}` }, JSON_HEADERS);
    for (const code of [403, 403, 500, 201, 403]) {
      answer(code);
      await one.record(event, signal);
    }
    expect(warnings.map((warning) => /: (\d+)/.exec(warning)?.[1])).toEqual(['403', '500', '403']);
  });

  it('becomes a series when it comes up again, and a new one when the first was forgotten', async () => {
    const one = recorder();
    const path = `/apis/events.k8s.io/v1/namespaces/shop/events`;
    const named = `${path}/web.${T0.toString(16)}80000000`;
    const again = (minutes: number) => one.record({ ...event, at: T0 + minutes * 60_000, recurs: true }, signal);
    nock(SERVER)
      .post(path, (body) => !('series' in body))
      .reply(201, {}, JSON_HEADERS);
    expect(await again(0)).toBe('written');
    const second = { series: { count: 2, lastObservedTime: '2026-11-21T05:54:58.741000Z' } };
    nock(SERVER, { reqheaders: { 'content-type': 'application/merge-patch+json' } })
      .patch(named, second)
      .reply(200, {}, JSON_HEADERS);
    expect(await again(10)).toBe('written');
    nock(SERVER).patch(named).reply(404, {}, JSON_HEADERS);
    nock(SERVER)
      .post(path, (body) => body.series.count === 3)
      .reply(201, {}, JSON_HEADERS);
    expect(await again(20)).toBe('written');
    // Half an hour of silence ends the series.
    nock(SERVER)
      .post(path, (body) => !('series' in body))
      .reply(201, {}, JSON_HEADERS);
    expect(await again(51)).toBe('written');
    expect(nock.isDone()).toBe(true);
  });

  it('is limited for each object, and what was limited counts all the same', async () => {
    warnings.length = 0;
    const one = recorder();
    nock(SERVER)
      .post(/events$/)
      .reply(201, {}, JSON_HEADERS);
    const counts: number[] = [];
    nock(SERVER)
      .patch(/events/, (body) => counts.push(body.series.count) > 0)
      .times(25)
      .reply(200, {}, JSON_HEADERS);
    const outcomes = [];
    for (let at = 0; at < 30; at++) outcomes.push(await one.record({ ...event, at: T0 + at, recurs: true }, signal));
    expect(outcomes.filter((outcome) => outcome === 'limited')).toHaveLength(5);
    expect(warnings).toEqual([expect.stringContaining('too many of late')]);
    expect(await one.record({ ...event, at: T0 + 301_000, recurs: true }, signal)).toBe('written');
    expect(counts.at(-1)).toBe(31);
  });

  it('keeps the limits of the API: the name, the note, the namespace of cluster-scoped objects', async () => {
    const name = `${'a'.repeat(199)}-${'b'.repeat(53)}`;
    const ref = { apiVersion: 'v1', kind: 'Namespace', namespace: '', name };
    nock(SERVER)
      .post('/apis/events.k8s.io/v1/namespaces/default/events', (body) => {
        expect(body.metadata.name).toMatch(/^a{199}\.[0-9a-f]+$/);
        expect(new TextEncoder().encode(body.note).length).toBeLessThanOrEqual(1024);
        expect(body.regarding).toEqual({ apiVersion: 'v1', kind: 'Namespace', name });
        expect(body).not.toHaveProperty('related');
        return true;
      })
      .reply(201, {}, JSON_HEADERS);
    const long = { ...event, note: 'é'.repeat(900), regarding: { ref, uid: '' }, related: null };
    expect(await recorder(0).record(long, signal)).toBe('written');
  });

  it.each([
    ['short', 10, 'short'],
    ['exactly 10', 10, 'exactly 10'],
    ['more than 10', 10, 'more th…'],
    ['ééééé!', 10, 'ééé…'],
    ['😀😀😀', 10, '😀…'],
  ])('has %j cut to %i bytes as %j', (text, limit, clipped) => {
    expect(clipToBytes(text, limit)).toBe(clipped);
  });

  it('has a time with microseconds also at a full second', () => {
    expect(microTime(Date.parse('2026-11-21T05:00:00Z'))).toBe('2026-11-21T05:00:00.000000Z');
  });
});
