/** The election as a whole, in virtual time: whatever happens to processes, clocks and network, never two lead at once. */

import { describe, expect, it } from 'vitest';
import { fc } from '../support/property.ts';
import { type ReplicaTraits, VirtualElection } from '../support/virtual-election.ts';

const SECOND = 1_000;
/** The Lease expires, and whoever waits looks again within a retry period and its jitter; then requests take their time. */
const SUCCESSION = 15 * SECOND + 2.2 * 2 * SECOND + 6 * SECOND;

type Fault =
  | { readonly kind: 'kill' | 'release'; readonly replica: number; readonly at: number }
  | { readonly kind: 'stop' | 'suspend'; readonly replica: number; readonly at: number; readonly ms: number }
  | { readonly kind: 'jump'; readonly replica: number; readonly at: number; readonly ms: number }
  | {
      readonly kind: 'cut';
      readonly replica: number;
      readonly at: number;
      readonly ms: number;
      readonly cut: { readonly requests: boolean; readonly answers: boolean };
    }
  | { readonly kind: 'join'; readonly at: number };

const FAULTS_END = 90 * SECOND;
const at = fc.integer({ min: 0, max: 60 * SECOND });
const ms = fc.integer({ min: 100, max: 30 * SECOND });
const replica = fc.nat({ max: 3 });

const stop = fc.record({ kind: fc.constant('stop' as const), replica, at, ms });
const suspend = fc.record({ kind: fc.constant('suspend' as const), replica, at, ms });
const jump = fc.record({
  kind: fc.constant('jump' as const),
  replica,
  at,
  ms: fc.integer({ min: -3_600_000, max: 3_600_000 }),
});
const cut = fc.record({
  kind: fc.constant('cut' as const),
  replica,
  at,
  ms,
  cut: fc.constantFrom(
    { requests: true, answers: true },
    { requests: false, answers: true },
    { requests: true, answers: false },
  ),
});
const end = fc.record({ kind: fc.constantFrom('kill' as const, 'release' as const), replica, at });
const join = fc.record({ kind: fc.constant('join' as const), at });

/** Clocks that gain or lose a twentieth: far more than any machine's, and within what the margin allows. */
const traits = fc.record({
  rate: fc.double({ min: 0.95, max: 1.05, noNaN: true }),
  skew: fc.integer({ min: -86_400_000, max: 86_400_000 }),
  latency: fc.integer({ min: 0, max: 2 * SECOND }),
}) satisfies fc.Arbitrary<ReplicaTraits>;

function commit(world: VirtualElection, fault: Fault): void {
  if (fault.kind === 'join') {
    world.schedule(fault.at, null, () => world.add({ latency: 100 }));
    return;
  }
  world.schedule(fault.at, null, () => {
    const one = world.replicas[fault.replica];
    if (one === undefined || !one.alive) return;
    switch (fault.kind) {
      case 'kill':
        one.kill();
        break;
      case 'release':
        if (!one.stopped) void one.elector.release(2 * SECOND).then(() => one.kill());
        break;
      case 'stop':
      case 'suspend':
        if (one.stopped) break;
        one.stop(fault.kind === 'suspend');
        world.schedule(fault.ms, null, () => one.wake());
        break;
      case 'jump':
        one.jump(fault.ms);
        break;
      case 'cut':
        one.cut = { ...fault.cut };
        world.schedule(fault.ms, null, () => {
          one.cut = { requests: false, answers: false };
        });
        break;
    }
  });
}

/** `pass` throws when two lead; here is what the server saw: once somebody else has written, who wrote before does not. */
function expectNoneAfterAnother(world: VirtualElection): void {
  const over = new Set<string>();
  let current = '';
  for (const { by, term, at: time } of world.arrived) {
    const turn = `${by} in its term ${term}`;
    if (turn === current) continue;
    expect(over.has(turn), `${turn} wrote at ${time} ms, after ${current}`).toBe(false);
    over.add(current);
    current = turn;
  }
}

async function survives(seed: number, members: readonly ReplicaTraits[], faults: readonly Fault[]): Promise<void> {
  const world = new VirtualElection(seed);
  for (const one of members) world.add(one);
  for (const fault of faults) commit(world, fault);
  await world.pass(FAULTS_END);
  expectNoneAfterAnother(world);
  if (!world.replicas.some(({ alive }) => alive)) return;
  await world.pass(SUCCESSION);
  const [leader] = world.leaders;
  expect(leader).toBeDefined();
  // Nothing is wrong any more, so nothing changes any more.
  await world.pass(30 * SECOND);
  expect(world.leaders).toEqual([leader]);
  expectNoneAfterAnother(world);
}

describe('the election', () => {
  const members = fc.array(traits, { minLength: 1, maxLength: 4 });

  it('never has two leaders, and always one in the end, whatever stops, dies, jumps or is cut off', async () => {
    const faults = fc.array(fc.oneof(stop, jump, cut, end, join), { maxLength: 10 });
    await fc.assert(fc.asyncProperty(fc.nat(), members, faults, survives), { numRuns: 60 });
  });

  it('never has two leaders where machines are suspended, with clocks that stand still meanwhile', async () => {
    const faults = fc.array(fc.oneof(suspend, stop, cut, end), { maxLength: 10 });
    await fc.assert(fc.asyncProperty(fc.nat(), members, faults, survives), { numRuns: 40 });
  });

  async function settled(...members: ReplicaTraits[]): Promise<VirtualElection> {
    const world = new VirtualElection(7);
    for (const one of members) world.add(one);
    await world.pass(5 * SECOND);
    return world;
  }

  const leaderOf = (world: VirtualElection) => {
    const found = world.replicas.find(({ leads }) => leads);
    if (found === undefined) throw new Error('nobody leads');
    return found;
  };

  it('gives a Lease that nobody has yet to one within seconds', async () => {
    const world = await settled({}, {}, {});
    expect(world.leaders).toHaveLength(1);
    expect(world.lease?.['spec']).toMatchObject({
      holderIdentity: world.leaders[0],
      leaseDurationSeconds: 15,
      leaseTransitions: 0,
    });
  });

  it('writes times with six digits, and acquireTime once a term', async () => {
    const world = await settled({});
    const before = world.lease?.['spec'] as Record<string, string>;
    await world.pass(10 * SECOND);
    const after = world.lease?.['spec'] as Record<string, string>;
    expect(before['acquireTime']).toMatch(/^2026-01-01T00:00:\d\d\.\d{6}Z$/);
    expect(after['acquireTime']).toBe(before['acquireTime']);
    expect(Date.parse(after['renewTime'] ?? '')).toBeGreaterThan(Date.parse(before['renewTime'] ?? ''));
  });

  it('has another leader at once when one goes in order, and counts the transition', async () => {
    const world = await settled({}, {});
    const first = leaderOf(world);
    void first.elector.release(2 * SECOND).then(() => first.kill());
    await world.pass(5 * SECOND);
    expect(world.leaders).toHaveLength(1);
    expect(world.leaders[0]).not.toBe(first.name);
    expect(world.lease?.['spec']).toMatchObject({ leaseTransitions: 1 });
  });

  it('waits for the Lease to expire when the leader died, and no longer than it must', async () => {
    const world = await settled({}, {});
    leaderOf(world).kill();
    await world.pass(10 * SECOND);
    expect(world.leaders).toEqual([]);
    await world.pass(SUCCESSION - 10 * SECOND);
    expect(world.leaders).toHaveLength(1);
  });

  it('steps down before the Lease expires when it cannot be renewed, and leads on when it can in time', async () => {
    const world = await settled({}, {});
    const first = leaderOf(world);
    first.cut = { requests: true, answers: true };
    await world.pass(6 * SECOND);
    expect(first.leads).toBe(true);
    first.cut = { requests: false, answers: false };
    await world.pass(6 * SECOND);
    expect(world.leaders).toEqual([first.name]);
    first.cut = { requests: true, answers: true };
    await world.pass(11 * SECOND);
    expect(world.leaders).toEqual([]);
  });

  it('does not lead when it wakes after a long stop, before it has asked', async () => {
    const world = await settled({}, {});
    const first = leaderOf(world);
    first.stop();
    await world.pass(12 * SECOND);
    first.wake();
    expect(first.leads).toBe(false);
    await world.pass(3 * SECOND);
    // Nobody took the Lease meanwhile: it is renewed, and the term is the same.
    expect([world.leaders, first.elector.term]).toEqual([[first.name], 1]);
  });

  it('does not take an answer for young that was waiting for it while it was stopped', async () => {
    for (let moment = 0; moment < 2 * SECOND; moment += 100) {
      const world = await settled({ latency: 1_500 });
      const first = leaderOf(world);
      world.add();
      await world.pass(5 * SECOND + moment);
      first.stop();
      await world.pass(26 * SECOND);
      expect(world.leaders).toEqual(['replica-1']);
      first.wake();
      await world.pass(10 * SECOND);
      expectNoneAfterAnother(world);
    }
  });

  it('is not led by a process of the same pod that was started anew, before the Lease of the one before expired', async () => {
    const world = await settled({});
    leaderOf(world).kill();
    world.add({});
    await world.pass(12 * SECOND);
    expect(world.leaders).toEqual([]);
    await world.pass(SUCCESSION);
    expect(world.leaders).toHaveLength(1);
  });
});
