/** What stands between the election and those who write: taking over, handing over, and the last question before a write. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Interregnum } from '../../src/daemon/interregnum.ts';
import type { Leadership } from '../../src/daemon/leadership.ts';
import { leadingClient } from '../../src/daemon/leading-client.ts';
import { Tenure } from '../../src/daemon/tenure.ts';
import { createClient } from '../../src/kubernetes/client.ts';
import type { Observation } from '../../src/model/observations.ts';
import { eventually } from '../support/eventually.ts';

/** The elector, as a test would have it. */
class Elected {
  term = 0;
  holds = false;
  #listener = () => {};

  leads(): boolean {
    return this.holds;
  }

  onTurn(listener: () => void): void {
    this.#listener = listener;
  }

  turn(holds: boolean, term = this.term): void {
    this.holds = holds;
    this.term = term;
    this.#listener();
  }
}

function tenure() {
  const elector = new Elected();
  const takeOvers: (() => void)[] = [];
  const told: boolean[] = [];
  const made = new Tenure({
    elector,
    takeOver: () => new Promise((resolve) => takeOvers.push(resolve)),
    tell: (leads) => told.push(leads),
  });
  const heard: boolean[] = [];
  made.onChange((leads) => heard.push(leads));
  const takenOver = async () => {
    takeOvers.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { elector, made, told, heard, takenOver, takeOvers };
}

describe('a tenure', () => {
  it('begins when what the leader before has stored is taken over, not when the Lease is ours', async () => {
    const { elector, made, told, heard, takenOver } = tenure();
    elector.turn(true, 1);
    expect([made.leads(), heard]).toEqual([false, []]);
    await takenOver();
    expect([made.leads(), heard, told]).toEqual([true, [true], [true]]);
  });

  it('ends with the Lease, at once, and needs no taking over when the Lease is renewed late', async () => {
    const { elector, made, heard, takenOver, takeOvers } = tenure();
    elector.turn(true, 1);
    await takenOver();
    // Nobody has been told yet, and still the answer is no.
    elector.holds = false;
    expect(made.leads()).toBe(false);
    elector.turn(false);
    elector.turn(true);
    expect([made.leads(), heard, takeOvers]).toEqual([true, [true, false, true], []]);
  });

  it('takes over again in a new term, and does not begin by the taking over of an old one', async () => {
    const { elector, made, takenOver } = tenure();
    elector.turn(true, 1);
    elector.turn(false);
    elector.turn(true, 2);
    await takenOver();
    expect(made.leads()).toBe(false);
    await takenOver();
    expect(made.leads()).toBe(true);
  });
});

describe('what is observed while nobody leads', () => {
  const notice = (message: string): Observation => ({
    type: 'notice',
    notice: { kind: 'hpa-thrash', workload: null, application: null, at: 0, count: 1, message },
  });

  function between() {
    let leads = false;
    let now = 0;
    let sign = Number.NEGATIVE_INFINITY;
    const listeners: ((leads: boolean) => void)[] = [];
    const leadership: Leadership = { leads: () => leads, onChange: (listener) => listeners.push(listener) };
    const handed: string[] = [];
    const interregnum = new Interregnum({
      leadership,
      lastSign: () => sign,
      monotonic: () => now,
      isTold: (observation) => observation.type === 'notice' && observation.notice.message.startsWith('known'),
      hand: (observation) => handed.push(observation.type === 'notice' ? observation.notice.message : ''),
    });
    return {
      handed,
      at(time: number, message: string) {
        now = time;
        interregnum.observe(notice(message));
      },
      otherRenews(time: number) {
        sign = time;
      },
      turn(next: boolean) {
        leads = next;
        for (const listener of listeners) listener(next);
      },
    };
  }

  it('is handed to the outlets of the next leader, once and in order', () => {
    const { at, turn, handed } = between();
    at(1, 'first');
    at(1, 'known to the leader before');
    at(2, 'second');
    turn(true);
    turn(false);
    turn(true);
    expect(handed).toEqual(['first', 'second']);
  });

  it('is left to another leader as long as that one lives', () => {
    const { at, turn, otherRenews, handed } = between();
    at(1, 'told by the other');
    otherRenews(2);
    at(3, 'told by nobody');
    turn(true);
    at(4, 'told by this one');
    turn(false);
    turn(true);
    expect(handed).toEqual(['told by nobody']);
  });

  it('is bounded, and the oldest goes first', () => {
    const { at, turn, handed } = between();
    for (let i = 0; i < 600; i++) at(i, String(i));
    turn(true);
    expect([handed.length, handed[0]]).toEqual([500, '100']);
  });
});

describe('the client of a leader', () => {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  /** An API server that counts what reaches it, on real connections. */
  async function served() {
    const reached: string[] = [];
    let connections = 0;
    const server = createServer((request, response) => {
      reached.push(`${request.method} ${request.url}`);
      request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
    });
    server.on('connection', () => {
      connections += 1;
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client = await createClient({ version: 'test', server: url, env: {} });
    closing.push(async () => {
      await client.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    });
    return { client, reached, connections: () => connections };
  }

  it('writes while it leads, and reads in any case', async () => {
    const { client, reached } = await served();
    let leads = true;
    const guarded = leadingClient(client, { leads: () => leads, onChange: () => {} });
    await guarded.send('POST', '/written', { body: {} });
    leads = false;
    await guarded.get('/read');
    await expect(guarded.send('POST', '/refused', { body: {} })).rejects.toMatchObject({
      error: {
        kind: 'network',
        unreached: true,
        message: 'POST /refused: not sent, because this replica does not lead',
      },
    });
    leads = true;
    await guarded.send('PATCH', '/again', { body: {} });
    expect(reached).toEqual(['POST /written', 'GET /read', 'PATCH /again']);
  });

  it('asks when the connection stands, not before: a process may be stopped in between', async () => {
    const { client, reached, connections } = await served();
    const guarded = leadingClient(client, { leads: () => false, onChange: () => {} });
    await expect(guarded.send('POST', '/refused', { body: {} })).rejects.toThrow('does not lead');
    await eventually('the connection that it was not sent on', () => connections() === 1);
    expect(reached).toEqual([]);
  });
});
