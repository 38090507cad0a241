import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemTimers } from '../../src/kubernetes/timers.ts';
import { EVERY_MS, STANDS_MS } from '../../src/outlets/alertmanager.ts';
import { eventually } from '../support/eventually.ts';
import { messagesInTime, messagesTo } from '../support/messages-rig.ts';
import { startReceiver } from '../support/receiver-server.ts';
import { T0 } from '../support/report-fixtures.ts';

const absent = spawnSync('prometheus-alertmanager', ['--version']).error !== undefined;

interface ShownAlert {
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
  readonly endsAt: string;
  readonly generatorURL: string;
  readonly receivers: readonly { name: string }[];
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('a real Alertmanager', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tugwatch-alertmanager-'));
  let alertmanager: ChildProcess | undefined;
  let url = '';

  beforeAll(async () => {
    if (absent) return;
    const config = join(folder, 'alertmanager.yml');
    writeFileSync(config, 'route: {receiver: on-call, group_by: [alertname]}\nreceivers: [{name: on-call}]\n');
    url = `http://127.0.0.1:${await freePort()}`;
    alertmanager = spawn(
      'prometheus-alertmanager',
      [
        `--config.file=${config}`,
        `--storage.path=${folder}`,
        `--web.listen-address=${url.slice('http://'.length)}`,
        '--cluster.listen-address=',
      ],
      { stdio: 'ignore' },
    );
    await eventually('Alertmanager is ready', async () => (await fetch(`${url}/-/ready`)).ok);
  }, 60_000);

  afterAll(async () => {
    if (alertmanager !== undefined && alertmanager.exitCode === null) {
      // It writes into its folder until it is gone.
      const gone = once(alertmanager, 'exit');
      alertmanager.kill('SIGKILL');
      await gone;
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  it('shows a fight while it lasts, by the names of the alert rules, and no longer', async ({ skip }) => {
    if (absent) skip('prometheus-alertmanager is not on the PATH: install the Debian package to test it');
    const shown = async () => (await (await fetch(`${url}/api/v2/alerts`)).json()) as ShownAlert[];
    const names = async () => (await shown()).map(({ labels }) => labels['alertname']).sort();
    // Its clock is the real one: so must that of the fights be.
    await using rig = await messagesInTime(
      [{ name: 'am', type: 'alertmanager', url: `${url}/`, labels: { cluster: 'prod' } }],
      systemTimers,
    );
    rig.becomes('confirmed', { startedAt: Date.now() - 60_000, detectedAt: Date.now() - 30_000 });
    const [alert] = await eventually('the fight', async () => (await names()).length === 1 && shown());
    expect(alert).toMatchObject({
      labels: {
        alertname: 'TugwatchConflictConfirmed',
        severity: 'warning',
        cluster: 'prod',
        workload_namespace: 'shop',
        workload: 'web',
        application: 'web',
        field: '/spec/replicas',
      },
      annotations: {
        explain: 'tugwatch why deployment/web -n shop',
        first_step: expect.stringContaining('kubectl patch'),
      },
      generatorURL: 'https://tugwatch.example.com/conflicts/7f3a1c9e2b40',
      receivers: [{ name: 'on-call' }],
    });

    rig.escalated.add('7f3a1c9e2b40');
    rig.messages.poke();
    await eventually(
      'the escalation',
      async () => (await names()).join() === 'TugwatchCapacityShort,TugwatchConflictConfirmed',
    );

    rig.escalated.clear();
    rig.becomes('resolved', { resolvedAt: Date.now() - 1_000 });
    await eventually('the end', async () => (await names()).length === 0);
    expect(rig.messages.stats()[0]?.counts).toMatchObject({ refused: 0 });
  }, 90_000);
});

describe('the alerts for an Alertmanager', () => {
  it('are sent again while they last, stand long enough for a restart, and end with the fight', async () => {
    await using server = await startReceiver();
    await using rig = await messagesTo([{ name: 'am', type: 'alertmanager', url: `${server.url}/prefix` }]);
    rig.becomes('confirmed');
    // Waits pass at once here: minutes go by.
    await eventually('some minutes', () => server.deliveries.length > 3);
    rig.becomes('resolved', { resolvedAt: T0 });
    const times = server.deliveries.slice(0, 3).map(({ body, path }) => {
      expect(path).toBe('/prefix/api/v2/alerts');
      return { starts: Date.parse(body[0].startsAt), ends: Date.parse(body[0].endsAt) };
    });
    for (const { starts } of times) expect(starts).toBe(T0 + 814);
    expect(times.every(({ ends }) => ends - T0 >= STANDS_MS)).toBe(true);
    expect(rig.timers.slept).toContain(EVERY_MS);
  });

  it('are nothing when nobody fights, and only what passes the filters', async () => {
    await using server = await startReceiver();
    const receiver = { name: 'am', type: 'alertmanager', url: server.url, severity: 'critical' };
    await using rig = await messagesTo([receiver]);
    rig.becomes('suspected');
    rig.becomes('confirmed');
    rig.escalated.add('7f3a1c9e2b40');
    rig.messages.poke();
    const [first] = await eventually('an alert', () => server.deliveries.length > 0 && server.deliveries);
    expect(first?.body).toMatchObject([{ labels: { alertname: 'TugwatchCapacityShort' } }]);
  });

  it("count as waiting while it does not take them, and no more when they are another leader's to send", async () => {
    await using rig = await messagesTo([{ name: 'am', type: 'alertmanager', url: 'http://127.0.0.1:1' }]);
    const waiting = () => rig.messages.stats()[0]?.waiting;
    expect(waiting()).toBe(0);
    rig.becomes('confirmed');
    await eventually('they wait', () => waiting() === 1);
    rig.leads = false;
    await eventually('they are not ours any more', () => waiting() === 0);
  });

  it('that are refused are said once, and tried again with the state as it is then', async () => {
    await using server = await startReceiver(...Array.from({ length: 5 }, () => ({ status: 400, body: 'bad labels' })));
    await using rig = await messagesTo([{ name: 'am', type: 'alertmanager', url: server.url }]);
    rig.becomes('confirmed');
    await eventually('it is taken at last', () => (rig.messages.stats()[0]?.counts.delivered ?? 0) > 0);
    expect(rig.log.filter((line) => line.includes('cannot be told: it answers 400 (bad labels)'))).toHaveLength(1);
    expect(rig.log.filter((line) => line.includes('takes alerts again'))).toHaveLength(1);
  });
});
