import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MOST_WAITING } from '../../src/outlets/courier.ts';
import { MOST_FOLLOWED } from '../../src/outlets/told.ts';
import { messagesTo } from '../support/messages-rig.ts';
import { type ReceiverServer, startReceiver } from '../support/receiver-server.ts';
import { aNotice } from '../support/report-fixtures.ts';

const occasionsOf = ({ deliveries }: ReceiverServer) => deliveries.map(({ body }) => body.occasion);
const webhook = (url: string, more: object = {}) => ({ name: 'team', type: 'webhook', url, ...more });

/** The leadership, with nobody else leading in between. */
async function losesAndRegains(rig: Awaited<ReturnType<typeof messagesTo>>): Promise<void> {
  rig.leads = false;
  rig.messages.handOver();
  await rig.messages.idle();
  rig.leads = true;
  rig.messages.poke();
  await rig.messages.idle();
}

describe('messages of a fight', () => {
  it('come once each: confirmed, escalated, resolved; and anew when it is back', async () => {
    await using server = await startReceiver();
    await using rig = await messagesTo([webhook(server.url)]);
    rig.becomes('suspected');
    rig.becomes('confirmed');
    rig.messages.look();
    rig.escalated.add('7f3a1c9e2b40');
    rig.messages.look();
    rig.messages.look();
    rig.escalated.clear();
    rig.becomes('resolved');
    rig.messages.look();
    await rig.messages.idle();
    expect(occasionsOf(server)).toEqual(['confirmed', 'escalated', 'resolved']);
    expect(server.deliveries.map(({ body }) => body.severity)).toEqual(['warning', 'critical', 'critical']);
    expect(rig.stored).toBe(3);
    rig.timers.advance(60_000);
    rig.becomes('confirmed');
    rig.becomes('resolved');
    await rig.messages.idle();
    expect(server.deliveries.slice(3).map(({ body }) => [body.occasion, body.severity])).toEqual([
      ['confirmed', 'warning'],
      ['resolved', 'warning'],
    ]);
    expect(new Set(server.deliveries.map(({ body }) => body.key)).size).toBe(5);
  });

  it('leave out what came to nothing, and call an end by half by its name', async () => {
    await using server = await startReceiver();
    await using rig = await messagesTo([webhook(server.url, { on: ['resolved'] })]);
    rig.becomes('suspected');
    rig.becomes('resolved');
    rig.becomes('confirmed');
    const failingRules = [{ place: 'spec.ignoreDifferences[0]', reason: 'not-respected' as const, message: 'm' }];
    rig.becomes('resolved', { resolution: 'rule-added', failingRules });
    await rig.messages.idle();
    expect(occasionsOf(server)).toEqual(['half-fixed']);
  });

  it('are picked by severity, namespace and kind, the end like the beginning', async () => {
    await using server = await startReceiver();
    const names = {
      critical: { severity: 'critical' },
      other: { namespaces: ['team-*'] },
      sts: { kinds: ['StatefulSet'] },
    };
    const receivers = Object.entries(names).map(([name, filter]) => ({
      ...webhook(`${server.url}/${name}`, filter),
      name,
    }));
    await using rig = await messagesTo(receivers);
    rig.becomes('confirmed');
    rig.becomes('resolved');
    rig.becomes('confirmed');
    rig.escalated.add('7f3a1c9e2b40');
    rig.messages.look();
    rig.becomes('resolved');
    await rig.messages.idle();
    expect(server.deliveries.map(({ path, body }) => `${path} ${body.occasion}`)).toEqual([
      '/critical escalated',
      '/critical resolved',
    ]);
  });

  it('survive a restart: what was told is not told again, what was not is', async () => {
    await using server = await startReceiver();
    const receivers = [webhook(server.url)];
    const saved = await (async () => {
      await using before = await messagesTo(receivers);
      before.becomes('confirmed');
      before.becomes('confirmed', { id: 'b' });
      await before.messages.idle();
      return JSON.parse(JSON.stringify(before.messages.sections[0].save()));
    })();
    await using after = await messagesTo(receivers);
    after.messages.sections[0].restore(saved);
    after.leads = false;
    after.becomes('confirmed');
    after.becomes('resolved', { id: 'b' });
    after.becomes('confirmed', { id: 'c' });
    expect(after.messages.stats()[0]?.waiting).toBe(0);
    after.leads = true;
    after.messages.look();
    await after.messages.idle();
    expect(server.deliveries.map(({ body }) => `${body.conflict.id} ${body.occasion}`)).toEqual([
      '7f3a1c9e2b40 confirmed',
      'b confirmed',
      'b resolved',
      'c confirmed',
    ]);
    // What is over and told needs no memory.
    expect(Object.keys((after.messages.sections[0].save() as Record<string, object>)['team'] ?? {}).sort()).toEqual([
      '7f3a1c9e2b40',
      'c',
    ]);
    expect(() => after.messages.sections[0].restore('nonsense')).toThrow('it is no map');
  });

  it('wait for whoever leads next where they are about no fight, and are brought once', async () => {
    const notice = aNotice({ kind: 'pod-churn' as never });
    const receivers = (url: string) => [
      webhook(url, { notices: ['*'] }),
      webhook(url, { name: 'gone', notices: ['*'] }),
    ];
    await using away = await startReceiver({ status: 503 });
    await using before = await messagesTo(receivers(away.url));
    before.notices(notice);
    const save = () => JSON.parse(JSON.stringify(before.messages.sections[1].save()));
    const saved = save();
    expect(saved).toEqual([{ notice, to: ['team', 'gone'] }]);
    before.leads = false;
    before.messages.handOver();

    await using server = await startReceiver();
    await using after = await messagesTo([webhook(server.url, { notices: ['*'] })]);
    const [, notices] = after.messages.sections;
    notices.restore(saved);
    after.leads = false;
    after.messages.look();
    after.leads = true;
    after.messages.look();
    after.messages.look();
    await after.messages.idle();
    expect(server.deliveries.map(({ body }) => body.notice?.message)).toEqual([notice.message]);
    expect(notices.save()).toEqual([]);
    expect(after.stored).toBe(1);

    // It leads again, and takes over what the other has left: nothing of this.
    before.messages.sections[1].restore([]);
    expect(save()).toEqual([]);
    expect(() => notices.restore('nonsense')).toThrow('it is no list');
    notices.restore([null, 7, { notice: 'x', to: [] }, { notice, to: 'team' }]);
    expect(notices.save()).toEqual([]);
  });

  it('that nobody has stored are told by the one that knows of them, when it leads again', async () => {
    await using server = await startReceiver({ status: 503 });
    await using rig = await messagesTo([webhook(server.url, { notices: ['*'] })]);
    rig.notices(aNotice());
    rig.leads = false;
    rig.messages.handOver();
    await rig.messages.idle();
    rig.messages.sections[1].restore([]);
    rig.leads = true;
    rig.messages.poke();
    await rig.messages.idle();
    rig.messages.poke();
    await rig.messages.idle();
    expect(rig.messages.stats()[0]?.counts.delivered).toBe(1);
  });

  it('stop when another replica leads, and are told by it', async () => {
    await using server = await startReceiver({ status: 503 });
    await using rig = await messagesTo([webhook(server.url)]);
    rig.becomes('confirmed');
    rig.leads = false;
    await rig.messages.idle();
    expect(rig.messages.stats()[0]).toMatchObject({ waiting: 0, counts: { delivered: 0, dropped: 0 } });
    expect(server.deliveries.length).toBeLessThanOrEqual(1);
  });

  it('that wait while the leadership is lost are told when it is had again, once each', async () => {
    await using server = await startReceiver({ status: 503 }, { status: 503 });
    await using rig = await messagesTo([webhook(server.url)]);
    rig.becomes('confirmed');
    rig.escalated.add('7f3a1c9e2b40');
    rig.messages.look();
    // The API server is away for a moment: nobody else leads, so nothing is restored from what another has stored.
    await losesAndRegains(rig);
    rig.messages.poke();
    await rig.messages.idle();
    expect(occasionsOf(server).slice(-2)).toEqual(['confirmed', 'escalated']);
    expect(rig.messages.stats()[0]?.counts.delivered).toBe(2);
    expect(rig.log.join('\n')).not.toContain('another replica leads');
  });

  it('that are under way when the leadership is lost are not told again if they arrive', async () => {
    await using server = await startReceiver();
    await using rig = await messagesTo([webhook(server.url)]);
    rig.becomes('confirmed');
    while (server.deliveries.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await losesAndRegains(rig);
    expect(occasionsOf(server)).toEqual(['confirmed']);
  });

  it('of more fights than can be followed are told once each, and further ones when some are over', async () => {
    await using server = await startReceiver();
    await using rig = await messagesTo([webhook(server.url, { namespaces: ['nowhere'] })]);
    const followed = () => Object.keys((rig.messages.sections[0].save() as Record<string, object>)['team'] ?? {});
    // A checkpoint that knows of one that the detector does not.
    rig.messages.sections[0].restore({ team: { gone: ['confirmed', 'warning'] } });
    for (let i = 0; i <= MOST_FOLLOWED; i++) rig.becomes('confirmed', { id: `${i}` });
    const first = followed();
    expect(first).toHaveLength(MOST_FOLLOWED);
    expect(first).not.toContain('gone');
    rig.messages.look();
    expect(followed()).toEqual(first);
    expect(rig.log.filter((line) => line.includes('fights at a time'))).toHaveLength(1);
    rig.becomes('resolved', { id: '7' });
    rig.messages.look();
    expect(followed()).toEqual([...first.filter((id) => id !== '7'), `${MOST_FOLLOWED}`]);
  });

  it('tell of notices only where they are asked for by kind', async () => {
    await using server = await startReceiver();
    const names = { none: {}, drift: { notices: ['drift*'] }, all: { notices: ['*'], severity: 'critical' } };
    const receivers = Object.entries(names).map(([name, more]) => ({
      ...webhook(`${server.url}/${name}`, more),
      name,
    }));
    await using rig = await messagesTo(receivers);
    rig.notices(aNotice({ kind: 'rollout' }));
    await rig.messages.idle();
    expect(server.deliveries.map(({ path, body }) => `${path} ${body.notice.kind}`)).toEqual(['/all rollout']);
  });
});

describe('a receiver', () => {
  it('that is away is tried again, later each time and not before it asks for it, and told of in one line', async () => {
    const answers = [{ status: 500 }, { status: 429, headers: { 'retry-after': '120' } }, { status: 503 }];
    await using server = await startReceiver(...answers);
    await using rig = await messagesTo([webhook(server.url)]);
    rig.becomes('confirmed');
    await rig.messages.idle();
    expect(server.deliveries).toHaveLength(4);
    const [first = 0, second, third = 0] = rig.timers.slept;
    expect(first).toBeGreaterThanOrEqual(500);
    expect(first).toBeLessThanOrEqual(1_000);
    expect(second).toBe(120_000);
    expect(third).toBeGreaterThanOrEqual(2_000);
    expect(rig.messages.stats()).toEqual([
      { receiver: 'team', waiting: 0, counts: { delivered: 1, refused: 0, expired: 0, dropped: 0 } },
    ]);
    expect(rig.log.filter((line) => line.includes('takes messages again'))).toHaveLength(1);
  });

  it('that refuses a message is not asked again, and that is said', async () => {
    await using server = await startReceiver({ status: 400, body: 'invalid_blocks' }, { status: 301 });
    await using rig = await messagesTo([webhook(server.url)]);
    rig.becomes('confirmed');
    rig.becomes('confirmed', { id: 'b' });
    await rig.messages.idle();
    expect(server.deliveries).toHaveLength(2);
    expect(rig.messages.stats()[0]?.counts.refused).toBe(2);
    expect(rig.log.join('\n')).toMatch(/was not told \\"Conflict confirmed: .*it answers 400 \(invalid_blocks\)/);
    expect(rig.log.join('\n')).toMatch(/redirects are not followed/);
  });

  it('that is away for days costs a bounded queue, and is given up message by message', async () => {
    await using rig = await messagesTo([webhook('http://127.0.0.1:1/')]);
    for (let i = 0; i < MOST_WAITING + 50; i++) rig.becomes('confirmed', { id: `${i}` });
    expect(rig.messages.stats()[0]).toMatchObject({ waiting: MOST_WAITING, counts: { dropped: 50 } });
    await rig.messages.idle();
    const { counts, waiting } = rig.messages.stats()[0] ?? {};
    expect(counts).toMatchObject({ expired: MOST_WAITING, dropped: 50, delivered: 0 });
    expect(waiting).toBe(0);
  }, 60_000);

  it('is not waited for at the end', async () => {
    const rig = await messagesTo([webhook('http://127.0.0.1:1/')]);
    rig.becomes('confirmed');
    const began = performance.now();
    await rig.messages.stop();
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('with a template gets what jq makes of the message; one that fails on it is said', async () => {
    await using server = await startReceiver();
    const template = '{channel: "x", text: (.title + "\\"" ), app: .conflict.application.name}';
    await using rig = await messagesTo([
      webhook(server.url, { template }),
      { ...webhook(server.url, { template: '.title | error' }), name: 'broken' },
    ]);
    rig.becomes('confirmed');
    await rig.messages.idle();
    expect(server.deliveries.map(({ body }) => body)).toEqual([
      { channel: 'x', text: expect.stringMatching(/^Conflict confirmed: Deployment shop\/web.*"$/), app: 'web' },
    ]);
    expect(rig.log.join('\n')).toContain('receiver broken was not told');
    await expect(messagesTo([webhook(server.url, { template: '{' })])).rejects.toThrow(
      /^receiver team: its template is no jq program: /,
    );
  });

  it('gets its address and its headers from files, as they are at the time', async () => {
    await using server = await startReceiver();
    const folder = mkdtempSync(join(tmpdir(), 'tugwatch-receiver-'));
    const [urlFile, token] = [join(folder, 'url'), join(folder, 'token')];
    writeFileSync(token, 'Bearer first\n');
    const receiver = {
      name: 'team',
      type: 'webhook',
      urlFile,
      headerFiles: { Authorization: token },
      headers: { 'X-Team': 'shop' },
    };
    await using rig = await messagesTo([receiver]);
    rig.becomes('confirmed');
    while (rig.timers.slept.length < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(rig.log.join('\n')).toMatch(/urlFile .*url cannot be read \(ENOENT\)/);
    writeFileSync(urlFile, `${server.url}/hook\n`);
    await rig.messages.idle();
    writeFileSync(token, 'Bearer second');
    rig.becomes('resolved');
    await rig.messages.idle();
    expect(server.deliveries.map(({ path, headers }) => [path, headers.authorization, headers['x-team']])).toEqual([
      ['/hook', 'Bearer first', 'shop'],
      ['/hook', 'Bearer second', 'shop'],
    ]);
  });

  it('that is taken away or changed while messages wait goes by its new settings', async () => {
    await using old = await startReceiver(...Array.from({ length: 3 }, () => ({ status: 503 })));
    await using fresh = await startReceiver();
    await using rig = await messagesTo([webhook(old.url)]);
    const { receiversSchema } = await import('../../src/config/receivers.ts');
    rig.becomes('confirmed');
    rig.messages.take(receiversSchema.parse([webhook(fresh.url)]));
    await rig.messages.idle();
    expect(old.deliveries.length + fresh.deliveries.length).toBeGreaterThanOrEqual(1);
    expect(occasionsOf(fresh)).toEqual(['confirmed']);
    rig.messages.take([]);
    rig.becomes('resolved');
    expect(rig.messages.stats()).toEqual([]);
  });
});

describe('secrets', () => {
  it('stand in no log line, no error and no dump, whatever the receiver answers', async () => {
    const secrets = ['T0KEN-in-path-8f2c', 'hunter2-query', 'key-0123456789abcdef', 'Bearer s3cr3t-header'];
    const [path, query, key, header] = secrets;
    // As bad as it gets: a receiver that answers with all that it was sent.
    await using server = await startReceiver({ status: 400, body: `no such ${path} ${query} ${header}` });
    await using pager = await startReceiver({ status: 503, body: `no ${key}` }, { status: 400, body: `no ${key}` });
    const receivers = [
      {
        name: 'hook',
        type: 'webhook',
        url: `${server.url}/${path}?token=${query}`,
        headers: { Authorization: header },
      },
      { name: 'pager', type: 'pagerduty', url: `${pager.url}/v2`, routingKey: key },
      { name: 'gone', type: 'slack', url: `http://127.0.0.1:1/${path}?token=${query}` },
    ];
    await using rig = await messagesTo(receivers);
    rig.becomes('confirmed');
    await rig.messages.idle();
    const { receiversSchema } = await import('../../src/config/receivers.ts');
    const { inspect } = await import('node:util');
    const parsed = receiversSchema.parse(receivers);
    const everything = [rig.log.join('\n'), JSON.stringify(parsed), inspect(parsed, { depth: 9 }), `${parsed[0]?.url}`];
    expect(everything[0]).toContain('it answers 400');
    for (const secret of secrets) for (const text of everything) expect(text).not.toContain(secret);
    // A change of a secret is a change of the configuration all the same.
    const changed = receiversSchema.parse([{ ...receivers[1], routingKey: 'another' }]);
    expect(JSON.stringify(changed)).not.toBe(JSON.stringify([parsed[1]]));
  }, 60_000);
});
