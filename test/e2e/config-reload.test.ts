/** `tugwatch run --config` while its file changes. */
import { renameSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { startLiveFight } from '../support/live-cluster.ts';
import { addressOf, metricOf, startDaemonProcess } from '../support/tugwatch-process.ts';

const SUCCESSFUL = 'tugwatch_config_last_reload_successful';

/** Whole at once, as kubelets and configuration tools write. */
function put(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

describe('tugwatch run --config', () => {
  it('takes a changed file over, refuses a wrong one and goes on, and reads it at SIGHUP', async () => {
    await using live = await startLiveFight();
    const file = live.path('tugwatch.yaml');
    put(file, 'logLevel: info\n');
    await using daemon = startDaemonProcess(live.kubeconfig, '--config', file);
    const address = await addressOf(daemon);
    expect(await metricOf(address, SUCCESSFUL)).toBe(1);
    expect(daemon.logged('heal')).toEqual([]);

    put(file, 'logLevel: debug\nnamespace: shop\n');
    await daemon.said(/taken over from \S+: logLevel/);
    await daemon.said(/waiting for a restart: namespace/);
    // Every heal is a line of debug.
    await eventually('a line of debug', () => daemon.log().some(({ level }) => level === 'debug'));

    put(file, 'logLevel: loud\n');
    await daemon.said(/the configuration stays as it was: logLevel in \S+ is wrong/);
    expect(await metricOf(address, SUCCESSFUL)).toBe(0);
    expect((await fetch(`${address}/livez`)).status).toBe(200);

    const hook = { name: 'team', type: 'webhook', url: 'http://127.0.0.1:9', template: '{' };
    put(file, JSON.stringify({ logLevel: 'error', receivers: [hook] }));
    await daemon.said(/the configuration stays as it was: receiver team: its template is no jq program/);
    expect(await metricOf(address, SUCCESSFUL)).toBe(0);

    put(file, 'logLevel: warn\n');
    daemon.kill('SIGHUP');
    await eventually('the file is taken over', async () => (await metricOf(address, SUCCESSFUL)) === 1);
    daemon.kill('SIGTERM');
    expect(await daemon.exited).toMatchObject({ code: 0 });
  });
});
