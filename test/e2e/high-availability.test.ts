/**
 * Two replicas on one cluster, each through an API server of its own over the same objects, so that it is seen who wrote
 * what. The Lease is short, so that the tests are.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { hpa, workload } from '../../src/embedded/blueprints.ts';
import { type ApiServer, type SeenRequest, startApiServer } from '../../src/embedded/http/api-server.ts';
import { textAt } from '../../src/embedded/json.ts';
import { kindOf } from '../../src/embedded/kinds.ts';
import { BentTimers, type DaemonRig, startDaemonHere } from '../support/daemon-in-process.ts';
import { eventually as within } from '../support/eventually.ts';
import { type LiveCluster, startLiveFight } from '../support/live-cluster.ts';
import { addressOf, metricOf, reportOf, TugwatchProcess } from '../support/tugwatch-process.ts';

const EVENT = kindOf('v1', 'Event');
const CONFIG_MAP = kindOf('v1', 'ConfigMap');
const LEASE = kindOf('coordination.k8s.io/v1', 'Lease');
const HOUR = 3_600_000;
const SETTINGS = {
  leaderElection: 'always',
  leaseNamespace: 'tugwatch',
  leaseDuration: '4',
  checkpointConfigMap: 'tugwatch/tugwatch-checkpoint',
  events: 'verdicts',
};
const FLAGS = Object.entries(SETTINGS).map(
  ([name, value]) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}=${value}`,
);

/** Processes that start and Leases that expire take their time on a machine that is busy. */
const eventually = <T>(what: string, ask: () => T | Promise<T>) => within(what, ask, 60_000);

/** What only a leader does: everything that is written, but for the Lease that makes one. */
interface LeaderWrite {
  readonly by: string;
  readonly what: string;
  /** Who held the Lease when it came, as the server has it. */
  readonly holder: string;
}

interface Estate extends AsyncDisposable {
  readonly live: LiveCluster;
  /** Leaders' writes of all replicas, in the order in which they came. */
  readonly writes: readonly LeaderWrite[];
  /** A way of its own to the cluster. */
  way(name: string): Promise<{ readonly url: string; readonly kubeconfig: string }>;
  /** Another fight, over shop/NAME. */
  fight(name: string): void;
  /** Events with this reason on one object: how often each was told. */
  told(reason: string, kind: string, name: string): number[];
}

async function startEstate(): Promise<Estate> {
  const live = await startLiveFight();
  const folder = mkdtempSync(join(tmpdir(), 'tugwatch-replicas-'));
  const servers: ApiServer[] = [];
  const writes: LeaderWrite[] = [];
  const { cluster, scheduler } = live;
  return {
    live,
    writes,
    async way(name) {
      const observe = ({ verb, resource, name: object }: SeenRequest) => {
        if (!['', 'get', 'list', 'watch'].includes(verb) && resource !== 'leases')
          writes.push({ by: name, what: `${verb} ${resource} ${object}`, holder: holderOf(cluster) });
      };
      const server = await startApiServer({ store: cluster.store, now: () => scheduler.now(), observe });
      servers.push(server);
      const kubeconfig = join(folder, name);
      writeFileSync(kubeconfig, server.kubeconfig);
      return { url: server.url, kubeconfig };
    },
    fight(name) {
      cluster.load.set('shop', 'Deployment', name, () => 520);
      cluster.git
        .repository('https://git.example/shop')
        .commit('web', (manifests) => [
          ...manifests,
          workload({ name, replicas: 3 }),
          hpa({ name, target: { kind: 'Deployment', name }, min: 3, max: 10 }),
        ]);
    },
    told: (reason, kind, name) =>
      cluster.store
        .list(EVENT)
        .filter(
          (event) =>
            textAt(event, 'reason') === reason &&
            textAt(event, 'involvedObject', 'kind') === kind &&
            textAt(event, 'involvedObject', 'name') === name,
        )
        .map((event) => Number((event['series'] as { count?: number } | undefined)?.count ?? 1)),
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map((server) => server.close()));
      await live[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

/** The name of the replica that holds the Lease; '' when none does. */
function holderOf({ store }: LiveCluster['cluster']): string {
  const [name = ''] = textAt(store.get(LEASE, 'tugwatch', 'tugwatch') ?? {}, 'spec', 'holderIdentity').split('_');
  return name;
}

function expectOnlyLeadersWrote({ writes }: Estate): void {
  expect(writes.length).toBeGreaterThan(0);
  expect(writes.filter(({ by, holder }) => by !== holder)).toEqual([]);
}

interface Running {
  readonly name: string;
  readonly process: TugwatchProcess;
  readonly address: string;
}

async function start(estate: Estate, name: string, ...more: readonly string[]): Promise<Running> {
  const { kubeconfig } = await estate.way(name);
  const place = ['--port=0', '--host=127.0.0.1', `--kubeconfig=${kubeconfig}`];
  const process = new TugwatchProcess(['run', ...place, ...FLAGS, ...more], { POD_NAME: name });
  return { name, process, address: await addressOf(process) };
}

/** Whoever leads of these, and the other. */
async function ranked(...replicas: readonly Running[]): Promise<[Running, Running]> {
  return eventually('one of them leads', async () => {
    const leads = await Promise.all(replicas.map(({ address }) => metricOf(address, 'tugwatch_leader')));
    const [first, ...others] = replicas.filter((_, index) => leads[index] === 1);
    if (others.length > 0) throw new Error('two lead');
    const second = replicas.find((one) => one !== first);
    return first !== undefined && second !== undefined && ([first, second] as [Running, Running]);
  });
}

/** States of the conflicts in the checkpoint, as it is stored. */
function storedStates({ live }: Estate): string[] {
  const stored = live.cluster.store.get(CONFIG_MAP, 'tugwatch', 'tugwatch-checkpoint');
  if (stored === undefined) return [];
  const packed = Buffer.from(textAt(stored, 'binaryData', 'checkpoint.json.gz'), 'base64');
  const { records } = JSON.parse(gunzipSync(packed).toString('utf8')) as { records: readonly { state: string }[] };
  return records.map(({ state }) => state);
}

async function sees({ address }: Running, name: string): Promise<boolean> {
  const { conflicts } = await reportOf(address);
  return conflicts.some(({ workload, state }) => workload.name === name && state === 'confirmed');
}

const confirmed = (estate: Estate, name: string) => estate.told('SyncConflictConfirmed', 'Deployment', name);

interface Two extends AsyncDisposable {
  readonly estate: Estate;
  readonly a: Running;
  readonly b: Running;
}

/** Two processes, which end before their cluster does. */
async function startTwo(...flags: readonly string[]): Promise<Two> {
  await using stack = new AsyncDisposableStack();
  const estate = stack.use(await startEstate());
  const a = await start(estate, 'a', ...flags);
  stack.use(a.process);
  const b = await start(estate, 'b', ...flags);
  stack.use(b.process);
  const kept = stack.move();
  return { estate, a, b, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** The fight over shop/web was told, and the leader has stored it. */
async function startTwoInAFight(): Promise<Two & { readonly leader: Running; readonly follower: Running }> {
  await using stack = new AsyncDisposableStack();
  const two = stack.use(await startTwo());
  const [leader, follower] = await ranked(two.a, two.b);
  await eventually('the first fight is told', () => confirmed(two.estate, 'web').length > 0);
  await eventually('the checkpoint knows of it', () => storedStates(two.estate).includes('confirmed'));
  const kept = stack.move();
  return { ...two, leader, follower, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

describe('two replicas', () => {
  it('tell a fight once, and the one takes over from the other after kill -9, and tells the next fight', async () => {
    await using two = await startTwoInAFight();
    const { estate, leader, follower } = two;
    await eventually('the follower sees it, too', () => sees(follower, 'web'));

    leader.process.kill('SIGKILL');
    estate.fight('api');
    await eventually('the other leads', async () => (await metricOf(follower.address, 'tugwatch_leader')) === 1);
    await eventually('the next fight is told', () => confirmed(estate, 'api').length > 0);
    expect([confirmed(estate, 'web'), confirmed(estate, 'api')]).toEqual([[1], [1]]);
    expectOnlyLeadersWrote(estate);
    expect(follower.process.logged('conflict-resolved')).toEqual([]);
    expect([await sees(follower, 'web'), await sees(follower, 'api')]).toEqual([true, true]);

    follower.process.kill('SIGTERM');
    expect(await follower.process.exited).toEqual({ code: 0, signal: null });
    expect(estate.live.cluster.store.get(LEASE, 'tugwatch', 'tugwatch')?.['spec']).toMatchObject({
      holderIdentity: '',
      leaseTransitions: expect.any(Number),
    });
  }, 150_000);

  it('never both write: a leader that was stopped finds out when it wakes, before it writes', async () => {
    await using two = await startTwoInAFight();
    const { estate, leader, follower } = two;
    leader.process.kill('SIGSTOP');
    estate.fight('api');
    await eventually('the other leads', async () => (await metricOf(follower.address, 'tugwatch_leader')) === 1);
    await eventually('the next fight is told', () => confirmed(estate, 'api').length > 0);
    // What it finds in its watches is a fight that begins: all that a leader writes about.
    leader.process.kill('SIGCONT');
    await eventually('it sees the fight that began meanwhile', () => sees(leader, 'api'));
    estate.fight('cart');
    await eventually('a third fight is told', () => confirmed(estate, 'cart').length > 0);
    expect(['web', 'api', 'cart'].map((name) => confirmed(estate, name))).toEqual([[1], [1], [1]]);
    expectOnlyLeadersWrote(estate);
    for (const { process } of [leader, follower]) expect(process.logged('conflict-resolved')).toEqual([]);
  }, 150_000);

  it('carry a remedy out once, and only the one that leads does', async () => {
    await using two = await startTwo('--remediation-mode=apply', '--remediation-namespaces=shop');
    const { estate, a, b } = two;
    await eventually('the end is told', () => estate.told('SyncConflictResolved', 'Deployment', 'web').length > 0);
    const changes = [...a.process.logged('remediation'), ...b.process.logged('remediation')];
    expect(changes).toHaveLength(1);
    expectOnlyLeadersWrote(estate);
    const [leader, follower] = await ranked(a, b);
    leader.process.kill('SIGTERM');
    await eventually('the other leads', async () => (await metricOf(follower.address, 'tugwatch_leader')) === 1);
    expect(estate.told('SyncConflictResolved', 'Deployment', 'web')).toEqual([1]);
    expect(follower.process.logged('remediation').length + leader.process.logged('remediation').length).toBe(1);
    expectOnlyLeadersWrote(estate);
  }, 150_000);

  it('go on with one leader where one has a wall clock hours ahead, the other hours behind, and both jump', async () => {
    await using estate = await startEstate();
    const rigOf = async (name: string, wallAhead: number) => {
      const timers = new BentTimers();
      timers.wallAhead = wallAhead;
      return startDaemonHere((await estate.way(name)).url, timers, SETTINGS, { POD_NAME: name });
    };
    await using ahead = await rigOf('ahead', 6 * HOUR);
    await using behind = await rigOf('behind', -6 * HOUR);
    const leads = async ({ daemon }: DaemonRig) => (await metricOf(daemon.address, 'tugwatch_leader')) === 1;
    await eventually('the fight is told', () => confirmed(estate, 'web').length > 0);
    ahead.timers.wallAhead -= 12 * HOUR;
    behind.timers.wallAhead += 12 * HOUR;
    estate.fight('api');
    await eventually('the next fight is told', () => confirmed(estate, 'api').length > 0);
    await eventually('one leads', async () => (await leads(ahead)) !== (await leads(behind)));
    expect([confirmed(estate, 'web'), confirmed(estate, 'api')]).toEqual([[1], [1]]);
    expectOnlyLeadersWrote(estate);
    for (const rig of [ahead, behind]) expect(rig.logged('conflict-resolved')).toEqual([]);
  }, 150_000);
});
