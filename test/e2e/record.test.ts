/** `tugwatch record` from a cluster with a fight in it, and what `replay` makes of the file. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { kindOf } from '../../src/embedded/kinds.ts';
import { reportSchema } from '../../src/report/schema.ts';
import { eventually } from '../support/eventually.ts';
import { type LiveCluster, startLiveFight } from '../support/live-cluster.ts';
import { TugwatchProcess } from '../support/tugwatch-process.ts';

function record(live: LiveCluster, file: string, ...flags: readonly string[]): TugwatchProcess {
  return new TugwatchProcess(['record', '-o', file, '--kubeconfig', live.kubeconfig, ...flags]);
}

/** Resolves when so many writes of spec.replicas were made since the call. */
async function scales(live: LiveCluster, count: number): Promise<void> {
  let seen = 0;
  const end = live.cluster.store.subscribe(({ info, object, previous }) => {
    if (info.kind === 'Deployment' && object.spec?.['replicas'] !== previous?.spec?.['replicas']) seen += 1;
  });
  await eventually(`${count} scales`, () => seen >= count);
  end();
}

describe.concurrent('tugwatch record', () => {
  it('makes a file in which replay finds the same fight, without env values and settings', async () => {
    await using live = await startLiveFight();
    const file = live.path('out.ndjson');
    await using recorder = record(live, file, '--duration', '8s');
    expect(await recorder.exited).toEqual({ code: 0, signal: null });
    expect(recorder.stdout).toBe('');
    expect(recorder.stderr).toMatch(/^\S+out\.ndjson: \d+ lines; look at it with: tugwatch replay \S+out\.ndjson\n$/);
    const text = readFileSync(file, 'utf8');
    expect(text.endsWith('\n')).toBe(true);
    expect(text).toContain('"PASSWORD"');
    expect(text).not.toContain('hunter2');
    // What is not recorded is there to be recorded.
    expect(JSON.stringify(live.cluster.store.list(kindOf('apps/v1', 'Deployment')))).toContain('hunter2-in-env');

    await using replay = new TugwatchProcess(['replay', file, '-o', 'json']);
    expect((await replay.exited).code).toBe(0);
    expect(replay.stderr).toBe('');
    const { conflicts } = reportSchema.parse(JSON.parse(replay.stdout));
    expect(conflicts).toMatchObject([
      { workload: { name: 'web' }, field: '/spec/replicas', state: 'confirmed', application: { name: 'web' } },
    ]);
    expect(conflicts[0]?.contenders.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['hpa web', 'argocd web']);
  });

  it('keeps a whole file on Ctrl-C', async () => {
    await using live = await startLiveFight();
    const file = live.path('out.ndjson.gz');
    await using recorder = record(live, file);
    await eventually('it listed and watches', () => live.server().watches() >= 10);
    await scales(live, 3);
    expect(existsSync(file)).toBe(false);
    recorder.kill('SIGINT');
    const told = performance.now();
    expect(await recorder.exited).toEqual({ code: 0, signal: null });
    expect(performance.now() - told).toBeLessThan(5_000);
    const lines = gunzipSync(readFileSync(file)).toString('utf8').trimEnd().split('\n');
    for (const line of lines) expect(Object.keys(JSON.parse(line))).toContain('at');
    expect(readdirSync(dirname(file)).filter((name) => name.includes('partial'))).toEqual([]);
    await using replay = new TugwatchProcess(['replay', file, '-o', 'json']);
    expect((await replay.exited).code).toBe(0);
    expect(JSON.parse(replay.stdout).conflicts).toHaveLength(1);
  });

  it('shows no half file under the name when it is killed, and leaves an older one alone', async () => {
    await using live = await startLiveFight();
    const file = live.path('out.ndjson');
    writeFileSync(file, 'older\n');
    await using recorder = record(live, file);
    await eventually('it listed and watches', () => live.server().watches() >= 10);
    recorder.kill('SIGKILL');
    await recorder.exited;
    expect(readFileSync(file, 'utf8')).toBe('older\n');
  });

  it('keeps no file, and says why, when a right is missing without which nothing can be concluded', async () => {
    await using live = await startLiveFight({ allows: (_verb, info) => info.plural !== 'deployments' });
    const file = live.path('out.ndjson');
    await using recorder = record(live, file, '--duration', '2s');
    expect((await recorder.exited).code).toBe(2);
    expect(recorder.stderr).toContain('RBAC denies deployments.apps');
    expect(recorder.stderr).toContain('so no file was kept');
    expect(readdirSync(dirname(file)).filter((name) => name.includes('ndjson'))).toEqual([]);
  });

  it('says that the server has gone while it records, and goes on when it is back', async () => {
    await using live = await startLiveFight();
    const file = live.path('out.ndjson');
    await using recorder = record(live, file);
    await eventually('it listed and watches', () => live.server().watches() >= 10);
    await live.down();
    await recorder.said(/cannot reach the API server/);
    await live.up();
    await recorder.said(/seen again after/);
    await scales(live, 2);
    recorder.kill('SIGINT');
    expect((await recorder.exited).code).toBe(0);
    await using replay = new TugwatchProcess(['replay', file, '--fail-on', 'suspected']);
    expect((await replay.exited).code).toBe(1);
    expect(replay.stderr).toBe('');
  });

  it('refuses a folder that is not there in one sentence', async () => {
    await using live = await startLiveFight();
    await using recorder = record(live, live.path('nowhere/out.ndjson'));
    expect((await recorder.exited).code).toBe(2);
    expect(recorder.stderr).toMatch(/^tugwatch: \S+out\.ndjson cannot be written: its directory does not exist\.\n$/);
  });
});
