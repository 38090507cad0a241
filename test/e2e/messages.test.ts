import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { messageSchema } from '../../src/outlets/message.ts';
import { eventually as within } from '../support/eventually.ts';
import { startLiveFight } from '../support/live-cluster.ts';
import { startReceiver } from '../support/receiver-server.ts';
import { addressOf, metricOf, reportOf, startDaemonProcess } from '../support/tugwatch-process.ts';

/** Two daemons and a cluster start on a machine that may have other work. */
const eventually = <T>(what: string, ask: () => T | Promise<T>) => within(what, ask, 60_000);

const SECRET = 'T0KEN-hunter2-in-path';

describe('messages of the daemon', () => {
  it('tell of a fight once, also over a restart, with no secret in anything that is shown', async () => {
    await using fight = await startLiveFight();
    await using server = await startReceiver();
    const config = fight.path('tugwatch.yaml');
    const receivers = [
      { name: 'team', type: 'webhook', url: `${server.url}/${SECRET}` },
      { name: 'pager', type: 'pagerduty', url: `${server.url}/pager`, routingKey: SECRET },
    ];
    writeFileSync(config, JSON.stringify({ externalUrl: 'https://tugwatch.example.com', receivers }));
    const start = () =>
      startDaemonProcess(
        fight.kubeconfig,
        '--config',
        config,
        '--log-format',
        'json',
        '--log-level',
        'debug',
        '--checkpoint-file',
        fight.path('checkpoint.json'),
      );
    const at = (path: string) => server.deliveries.filter((delivery) => delivery.path === path);
    {
      await using daemon = start();
      const address = await addressOf(daemon);
      await eventually('both are told', () => at(`/${SECRET}`).length > 0 && at('/pager').length > 0);
      const message = messageSchema.parse(at(`/${SECRET}`)[0]?.body);
      expect(message).toMatchObject({ occasion: 'confirmed', conflict: { workload: { name: 'web' } } });
      expect(message.text).toMatch(/^HPA web .* fight over \/spec\/replicas of Deployment shop\/web/);
      expect(message.firstStep?.command).toMatch(/^kubectl patch applications/);
      expect(at('/pager')[0]?.body).toMatchObject({ event_action: 'trigger', dedup_key: message.conflict?.id });
      await eventually('it is counted', async () => {
        const labels = { receiver: 'team', outcome: 'delivered' };
        return (await metricOf(address, 'tugwatch_messages_total', labels)) === 1;
      });
      const shown = await Promise.all(
        ['/metrics', '/api/v1/report', '/'].map(async (path) => (await fetch(address + path)).text()),
      );
      daemon.kill('SIGTERM');
      expect(await daemon.exited).toMatchObject({ code: 0 });
      for (const text of [...shown, daemon.stdout, daemon.stderr]) expect(text).not.toContain(SECRET);
    }
    await using again = start();
    await again.said(/"event":"ready"/);
    await eventually('the fight goes on', async () => {
      const { conflicts } = await reportOf(await addressOf(again));
      return conflicts.some(({ state }) => state === 'confirmed');
    });
    // What would be told again is told within moments of being ready: the next message after a change is the proof.
    writeFileSync(
      config,
      JSON.stringify({ receivers: [...receivers, { ...receivers[0], name: 'new', url: `${server.url}/new` }] }),
    );
    await eventually('a receiver that is new is told of the fight that goes on', () => at('/new').length > 0);
    expect(at(`/${SECRET}`).map(({ body }) => body.occasion)).toEqual(['confirmed']);
    expect(at('/pager')).toHaveLength(1);
  }, 240_000);
});
