import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type RecordOptions, recordCluster, withoutCredentials } from '../../src/kubernetes/record.ts';
import type { Json } from '../../src/model/facts.ts';
import { ReplaySource } from '../../src/recording/replay-source.ts';
import { RecordingWriter } from '../../src/recording/write.ts';
import { FakeTimers } from '../support/fake-timers.ts';
import { Journal } from '../support/journal.ts';
import { temporaryPath } from '../support/kubeconfigs.ts';
import { clientOf } from '../support/live.ts';
import { rawConfigMap, rawDeployment, rawHpa } from '../support/raw-objects.ts';
import { ScriptedServer } from '../support/scripted-server.ts';

const DEPLOYMENTS = '/apis/apps/v1/deployments';
const HPAS = '/apis/autoscaling/v2/horizontalpodautoscalers';
const CONFIG_MAPS = '/api/v1/configmaps';
const PATHS = [DEPLOYMENTS, HPAS, CONFIG_MAPS, '/apis/apps/v1/statefulsets', '/apis/apps/v1/replicasets'];

/** Waits that end only when they are aborted: a recording without a duration, ended by Ctrl-C. */
class PatientTimers extends FakeTimers {
  override sleep(_ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}

/** The time is up as soon as every mandatory kind is watched. */
class EagerTimers extends PatientTimers {
  readonly #server: ScriptedServer;
  constructor(server: ScriptedServer) {
    super();
    this.#server = server;
  }
  override async sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (ms > 0) return super.sleep(ms, signal);
    await this.#server.until(() => PATHS.every((path) => this.#server.watchesOn(path) > 0));
  }
}

type Start = (
  path: string,
  options: Pick<RecordOptions, 'signal'> & Partial<RecordOptions>,
) => ReturnType<typeof recordCluster>;

/** A cluster with the mandatory kinds, and a recorder of it that knows everything but when to end. */
async function withCluster(use: (server: ScriptedServer, record: Start) => Promise<void>): Promise<void> {
  const server = await ScriptedServer.start();
  // In pages: that a kind is watched then says that it was listed.
  server.streamsLists = false;
  for (const path of PATHS) server.collections.set(path, []);
  const client = await clientOf(server.url);
  await use(server, async (path, options) => {
    const sink = options.sink ?? (await RecordingWriter.open(path));
    return recordCluster({ client, durationMs: null, timers: new PatientTimers(), ...options, sink });
  });
  await client.close();
  await server.close();
}

async function replay(path: string): Promise<Journal> {
  const journal = new Journal();
  await new ReplaySource([path]).run(journal.emit);
  return journal;
}

describe('a recording of a live cluster', () => {
  it('leaves out, and says so, what is nested too deep to be written, and goes on', async () => {
    const path = temporaryPath('deep.ndjson');
    await withCluster(async (server, record) => {
      let values: Json = 1;
      for (let level = 0; level < 4_000; level += 1) values = { a: values };
      const deep = { ...rawDeployment({ name: 'deep' }, 1), values };
      server.collections.set(DEPLOYMENTS, [deep, rawDeployment({ name: 'web' }, 3)]);
      const warnings: string[] = [];
      const { kept } = await record(path, {
        signal: new AbortController().signal,
        timers: new EagerTimers(server),
        durationMs: 0,
        warn: (message) => warnings.push(message),
      });
      expect(kept).toBe(true);
      expect(warnings).toEqual(['deployments: shop/deep is nested too deep to be recorded, and is left out']);
    });
    expect(readFileSync(path, 'utf8')).toContain('"name":"web"');
    expect(readFileSync(path, 'utf8')).not.toContain('"name":"deep"');
  });

  it('replays to what was seen', async () => {
    const path = temporaryPath('seen.ndjson.gz');
    await withCluster(async (server, record) => {
      server.collections.set(DEPLOYMENTS, [rawDeployment({ name: 'web' }, 3), rawDeployment({ name: 'old' }, 1)]);
      server.collections.set(HPAS, [
        rawHpa({ name: 'web' }, { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }),
      ]);
      const interrupt = new AbortController();
      const live = new Journal();
      const recording = record(path, { signal: interrupt.signal, observe: live.observeAbout });
      await server.until(() => PATHS.every((each) => server.watchesOn(each) > 0));
      server.tell(DEPLOYMENTS, 'MODIFIED', rawDeployment({ name: 'web', resourceVersion: '2' }, 6));
      server.tell(DEPLOYMENTS, 'DELETED', rawDeployment({ name: 'old', resourceVersion: '3' }, 1));
      await live.untilEvent('event', 2);
      interrupt.abort();
      expect(await recording).toMatchObject({ kept: true });
    });
    const journal = await replay(path);
    expect(journal.versions()).toEqual(new Map([['shop/web', '2']]));
    expect(journal.versions('hpa')).toEqual(new Map([['shop/web', '1']]));
    const replicas = journal
      .upserts()
      .flatMap(({ fact }) => (fact.fact === 'workload' && fact.ref.name === 'web' ? [fact.replicas] : []));
    expect(replicas).toEqual([3, 6]);
    expect(journal.changes.filter(({ type }) => type === 'synced').length).toBeGreaterThanOrEqual(5);
  });

  it('holds no env value, no setting that no verdict needs and no credentials of a repository', async () => {
    const path = temporaryPath('safe.ndjson');
    await withCluster(async (server, record) => {
      const env = [{ name: 'PASSWORD', value: 'hunter2' }];
      const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ spec: { env } }) };
      server.collections.set(DEPLOYMENTS, [rawDeployment({ name: 'web', annotations }, 3, { env })]);
      const data = { 'oidc.config': 'clientSecret: hunter2', 'application.instanceLabelKey': 'mine' };
      const applied = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ data }) };
      server.collections.set(CONFIG_MAPS, [rawConfigMap({ name: 'argocd-cm', annotations: applied }, data)]);
      const interrupt = new AbortController();
      const recording = record(path, { signal: interrupt.signal });
      await server.until(() => PATHS.every((each) => server.watchesOn(each) > 0));
      interrupt.abort();
      await recording;
    });
    const text = readFileSync(path, 'utf8');
    expect(text).not.toContain('hunter2');
    expect(text).toContain('PASSWORD');
    expect(text).toContain('"application.instanceLabelKey":"mine"');
  });

  it('ends when its time is up', async () => {
    const path = temporaryPath('timed.ndjson');
    await withCluster(async (server, record) => {
      const ended = record(path, {
        signal: new AbortController().signal,
        durationMs: 0,
        timers: new EagerTimers(server),
      });
      expect(await ended).toMatchObject({ kept: true });
    });
    expect(existsSync(path)).toBe(true);
  });

  it('leaves no file when it is interrupted before every mandatory kind was listed', async () => {
    const path = temporaryPath('half.ndjson');
    await withCluster(async (server, record) => {
      server.statuses.set(HPAS, 403);
      const interrupt = new AbortController();
      const live = new Journal();
      const recording = record(path, { signal: interrupt.signal, observe: live.observeAbout });
      await live.until(() =>
        live.events.some(({ type, about }) => type === 'unavailable' && about.startsWith('horizontal')),
      );
      interrupt.abort();
      expect(await recording).toMatchObject({ kept: false });
    });
    expect(existsSync(path)).toBe(false);
  });

  it('ends with one error and no file when the disk refuses it', async () => {
    await withCluster(async (server, record) => {
      server.collections.set(DEPLOYMENTS, [rawDeployment({ name: 'web' }, 3)]);
      let aborted = false;
      const sink = {
        append: () => Promise.reject(new Error('the disk is full')),
        close: () => Promise.resolve(),
        abort: async () => {
          aborted = true;
        },
      };
      await expect(record('', { signal: new AbortController().signal, sink })).rejects.toThrow('the disk is full');
      expect(aborted).toBe(true);
    });
  });
});

describe('what is written of an object', () => {
  it('names a repository without the password in its address', () => {
    const source = { repoURL: 'https://bot:hunter2@git.test/shop.git', path: 'web', note: 'mail ada@git.test' };
    expect(withoutCredentials({ kind: 'Application', spec: { source } })).toEqual({
      kind: 'Application',
      spec: { source: { repoURL: 'https://git.test/shop.git', path: 'web', note: 'mail ada@git.test' } },
    });
  });
});
