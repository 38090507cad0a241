/** An API server, or what stands before it, that answers nonsense now and then. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { reportSchema } from '../../src/report/schema.ts';
import { eventually } from '../support/eventually.ts';
import { startGarblingProxy } from '../support/garbling-proxy.ts';
import { temporaryPath, writeKubeconfig } from '../support/kubeconfigs.ts';
import { startLiveFight } from '../support/live-cluster.ts';
import { addressOf, reportOf, startDaemonProcess, TugwatchProcess } from '../support/tugwatch-process.ts';

const kubeconfigOf = (server: string) => writeKubeconfig({ server, cluster: { 'insecure-skip-tls-verify': true } });

describe.concurrent('tugwatch run behind a proxy that spoils every tenth answer', () => {
  it.each([1])(
    'finds the fight, invents none, ends none, and sees everything when it is over (seed %i)',
    async (seed) => {
      await using live = await startLiveFight({ watch: { bookmarkSeconds: 2 } });
      await using proxy = await startGarblingProxy(live.server().url, seed, 0.1);
      await using daemon = startDaemonProcess(kubeconfigOf(proxy.url));
      const address = await addressOf(daemon);
      const web = async () => (await reportOf(address)).conflicts.find((one) => one.state === 'confirmed');
      const before = await eventually('the fight', web, 40_000);
      await eventually('enough was spoilt', () => (proxy.done.get('stray') ?? 0) + (proxy.done.get('cut') ?? 0) >= 12);
      proxy.heal();
      await eventually('every kind is watched', async () =>
        (await reportOf(address)).health?.watches.every((one) => one.state === 'watching'),
      );
      const { conflicts, health } = await reportOf(address);
      expect(conflicts).toMatchObject([{ id: before.id, workload: { name: 'web' }, state: 'confirmed' }]);
      expect(daemon.logged('conflict-resolved')).toEqual([]);
      expect(health?.watches.map(({ corrections }) => corrections)).toEqual(health?.watches.map(() => 0));
      daemon.kill('SIGTERM');
      expect(await daemon.exited).toEqual({ code: 0, signal: null });
    },
    58_000,
  );
});

describe.concurrent('tugwatch record behind a proxy that spoils every tenth answer', () => {
  it('writes whole lines, of what was there', async () => {
    await using live = await startLiveFight({ watch: { bookmarkSeconds: 2 } });
    await using proxy = await startGarblingProxy(live.server().url, 3, 0.1);
    const file = temporaryPath('garbled.ndjson');
    await using recorder = new TugwatchProcess(['record', '-o', file, '--kubeconfig', kubeconfigOf(proxy.url)]);
    await eventually('enough was spoilt', () => (proxy.done.get('stray') ?? 0) >= 6, 40_000);
    proxy.heal();
    await eventually('it watches', () => live.server().watches() >= 11);
    recorder.kill('SIGINT');
    expect(await recorder.exited).toEqual({ code: 0, signal: null });
    expect(recorder.stderr).not.toContain('defect');
    for (const line of readFileSync(file, 'utf8').trimEnd().split('\n')) JSON.parse(line);
    await using replay = new TugwatchProcess(['replay', file, '-o', 'json']);
    expect((await replay.exited).code).toBe(0);
    expect(replay.stderr).toBe('');
    expect(reportSchema.parse(JSON.parse(replay.stdout)).conflicts.map((one) => one.workload.name)).toEqual(['web']);
  }, 58_000);
});
