import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { messageSchema } from '../../src/outlets/message.ts';
import { startReceiver } from '../support/receiver-server.ts';
import { TugwatchProcess } from '../support/tugwatch-process.ts';

const SECRET = 'T0KEN-hunter2';

function configWith(url: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'tugwatch-test-message-')), 'tugwatch.yaml');
  const receivers = [
    { name: 'team', type: 'webhook', url: `${url}/${SECRET}` },
    { name: 'pager', type: 'pagerduty', url: `${url}/pager`, routingKey: SECRET },
    { name: 'alerts', type: 'alertmanager', url },
  ];
  writeFileSync(file, JSON.stringify({ receivers }));
  return file;
}

async function tryOut(config: string, ...args: string[]) {
  await using tugwatch = new TugwatchProcess(['test-message', '--config', config, ...args]);
  const { code } = await tugwatch.exited;
  return { code, stdout: tugwatch.stdout, stderr: tugwatch.stderr };
}

describe('tugwatch test-message', () => {
  it('sends one made-up message to one receiver, or prints its body and sends nothing', async () => {
    await using server = await startReceiver();
    const config = configWith(server.url);
    const printed = await tryOut(config, '--receiver', 'team', '--dry-run');
    expect(messageSchema.parse(JSON.parse(printed.stdout))).toMatchObject({ occasion: 'confirmed' });
    const pager = await tryOut(config, '--receiver', 'pager', '--dry-run', '--occasion', 'escalated');
    expect(JSON.parse(pager.stdout)).toMatchObject({ routing_key: '(hidden)', payload: { severity: 'critical' } });
    expect(server.deliveries).toEqual([]);
    expect(await tryOut(config, '--receiver', 'team')).toEqual({
      code: 0,
      stdout: 'receiver team took the message\n',
      stderr: '',
    });
    expect(await tryOut(config, '--receiver', 'alerts', '--occasion', 'resolved')).toMatchObject({ code: 0 });
    expect(server.deliveries.map(({ path }) => path)).toEqual([`/${SECRET}`, '/api/v2/alerts']);
  });

  it('says in one sentence why it was not taken, without a secret', async () => {
    await using server = await startReceiver({ status: 403, body: `invalid_token ${SECRET}` });
    const config = configWith(server.url);
    expect(await tryOut(config, '--receiver', 'team')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'tugwatch: receiver team was not told: it answers 403 (invalid_token [hidden])\n',
    });
    const unknown = await tryOut(config, '--receiver', 'nobody');
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    expect(unknown.stderr).toMatch(/has no receiver nobody: it has team, pager, alerts\.\n$/);
    expect((await tryOut(config, '--receiver', 'team', '--occasion', 'x')).stderr).toContain(
      'use confirmed, escalated',
    );
  });
});
