/** What must never come out of the daemon, whatever it is asked and however much it logs. */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { startLiveFight } from '../support/live-cluster.ts';
import { addressOf, reportOf, startDaemonProcess } from '../support/tugwatch-process.ts';

/** Every secret of the scene has this in it: env values, argocd-cm, the daemon's own token, those of its visitors. */
const SECRET = 'hunter2';

describe('secrets', () => {
  it('are in no line of the log, no page, no report, no metric and no checkpoint', async () => {
    const accounts = {
      'hunter2-prometheus': { username: 'system:serviceaccount:monitoring:prometheus', paths: ['/metrics'] },
      'hunter2-nobody': { username: 'system:serviceaccount:shop:web', paths: [] },
    };
    await using live = await startLiveFight({ accounts });
    const kubeconfig = live.path('kubeconfig-with-token');
    const anonymous = readFileSync(live.kubeconfig, 'utf8');
    writeFileSync(kubeconfig, anonymous.replace(/(users:\n- name: \w+\n {2}user:).*/, '$1 {token: hunter2-daemon}'));
    expect(readFileSync(kubeconfig, 'utf8')).toContain('hunter2-daemon');
    const checkpoint = live.path('checkpoint.json');
    const flags = ['--log-level', 'trace', '--checkpoint-file', checkpoint, '--metrics-auth', 'token-review'];
    await using daemon = startDaemonProcess(kubeconfig, ...flags);
    const address = await addressOf(daemon);
    await eventually('a fight is confirmed', async () =>
      (await reportOf(address)).conflicts.some(({ state }) => state === 'confirmed'),
    );
    const ask = (path: string, token?: string) =>
      fetch(`${address}${path}`, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });

    expect((await ask('/metrics')).status).toBe(401);
    expect((await ask('/metrics', 'hunter2-made-up')).status).toBe(401);
    expect((await ask('/metrics', 'hunter2-nobody')).status).toBe(403);
    const metrics = await ask('/metrics', 'hunter2-prometheus');
    expect(metrics.status).toBe(200);
    const [conflict] = (await reportOf(address)).conflicts;
    const paths = ['/', '/api/v1/report', '/livez', '/readyz', `/conflicts/${conflict?.id}`, '/metrics', '/nothing'];
    const said: string[] = [await metrics.text()];
    for (const path of paths) {
      for (const token of [undefined, 'hunter2-nobody']) {
        const answer = await ask(path, token);
        said.push(await answer.text(), JSON.stringify([...answer.headers]));
      }
    }
    await live.down();
    expect((await ask('/metrics', 'hunter2-late')).status).toBe(503);
    await eventually('it is said that tokens cannot be checked', () => daemon.logged('access').length > 0);
    daemon.kill('SIGTERM');
    await daemon.exited;
    said.push(daemon.stdout, daemon.stderr, readFileSync(checkpoint, 'utf8'));
    expect(said.join('')).toContain('web');
    expect(said.filter((text) => text.includes(SECRET))).toEqual([]);
  });
});
