import { describe, expect, it } from 'vitest';
import type { EventInput, RecordOutcome } from '../../src/kubernetes/event-recorder.ts';
import { ClusterModel } from '../../src/model/cluster-model.ts';
import type { Transition } from '../../src/model/observations.ts';
import { KubernetesEvents, noteOf } from '../../src/outlets/kubernetes-events.ts';
import { applicationFact } from '../support/facts.ts';
import { FakeTimers } from '../support/fake-timers.ts';
import { aConflict, aRemedy, T0 } from '../support/report-fixtures.ts';

function given(outcomes: RecordOutcome[] = [], leads = () => true) {
  const recorded: EventInput[] = [];
  const timers = new FakeTimers(1, T0);
  const model = new ClusterModel();
  const pipeline = {
    model,
    detector: { recentWrites: () => [{ uid: 'uid-web' }] },
    remedyFor: () => aRemedy(),
  } as unknown as ConstructorParameters<typeof KubernetesEvents>[0]['pipeline'];
  const recorder = {
    record: async (event: EventInput) => {
      recorded.push(event);
      return outcomes.shift() ?? 'written';
    },
  };
  const events = new KubernetesEvents({ recorder, pipeline, timers, leads });
  const transition = (from: Transition['from'], to: Transition['to'], conflict = aConflict({ state: to })) =>
    events.observe({ type: 'transition', transition: { at: T0, from, to, conflict } });
  return { events, recorded, timers, transition, model };
}

describe('Events about verdicts', () => {
  it('come with transitions, but for suspicions and what came to nothing', async () => {
    const { events, recorded, transition } = given();
    transition(null, 'suspected');
    transition('suspected', 'resolved');
    transition('suspected', 'confirmed');
    transition('confirmed', 'resolved', aConflict({ state: 'resolved', resolution: 'self-heal-off', resolvedAt: T0 }));
    events.observe({
      type: 'notice',
      notice: { kind: 'rollout', workload: null, application: null, at: T0, count: 1, message: 'rolls out' },
    });
    await events.idle();
    expect(recorded.map(({ reason, type }) => [reason, type])).toEqual([
      ['SyncConflictConfirmed', 'Warning'],
      ['SyncConflictResolved', 'Normal'],
    ]);
    expect(recorded[0]?.regarding.uid).toBe('uid-web');
    expect(recorded[1]?.note).toMatch(/Over after .*: self-heal was switched off; cost: 1,288 replica-seconds short/);
  });

  it('stay beside Argo CD where the workload is in another cluster, and name the daemon to ask', async () => {
    const { events, recorded, transition, model } = given();
    model.apply({ type: 'upsert', at: T0, origin: 'list', fact: applicationFact() });
    const workload = { ...aConflict().workload, cluster: 'prod-eu' };
    transition('suspected', 'confirmed', aConflict({ workload }));
    await events.idle();
    expect(recorded.map(({ regarding, related }) => [regarding.ref.kind, related])).toEqual([['Application', null]]);
    expect(recorded[0]?.note).toContain(
      '(tugwatch why deployment/web -n shop --cluster prod-eu --server http://localhost:8080)',
    );
  });

  it('call an end by half by its name', async () => {
    const { events, recorded, transition } = given();
    const failingRules = [{ place: 'spec.ignoreDifferences[0]', reason: 'not-respected' as const, message: 'm' }];
    const half = aConflict({ state: 'resolved', resolution: 'rule-added', resolvedAt: T0, failingRules });
    transition('confirmed', 'resolved', half);
    await events.idle();
    expect(recorded[0]).toMatchObject({ reason: 'SyncConflictHalfFixed', type: 'Warning' });
    expect(recorded[0]?.note).toContain('full syncs still write the field');
  });

  it('name the field, both writers, what to do, and where to read more', () => {
    const note = noteOf('confirmed', aConflict(), aRemedy());
    for (const part of [
      '/spec/replicas',
      'hpa/web',
      'argocd/web',
      'Let the autoscaler own',
      'tugwatch why deployment/web -n shop',
    ])
      expect(note).toContain(part);
  });

  it('are tried again while the server is away, and given up after a while', async () => {
    const { events, timers, transition } = given(['unreached', 'unreached', 'written']);
    transition(null, 'confirmed');
    await events.idle();
    expect(timers.slept).toEqual([2_000, 5_000]);
    expect(events.outcomes).toEqual({ written: 1, failed: 0, dropped: 0 });
    const gone = given(Array.from({ length: 9 }, () => 'unreached' as const));
    gone.transition(null, 'confirmed');
    await gone.events.idle();
    expect(gone.recorded).toHaveLength(4);
    expect(gone.events.outcomes.failed).toBe(1);
  });

  it('are told by the replica that leads, and the oldest are given up when too many wait', async () => {
    const follower = given([], () => false);
    follower.transition(null, 'confirmed');
    await follower.events.idle();
    expect(follower.recorded).toEqual([]);
    const busy = given();
    for (let i = 0; i < 150; i++) busy.transition(null, 'confirmed', aConflict({ id: `${i}`, reversals: i }));
    await busy.events.idle();
    expect(busy.recorded.length).toBeLessThanOrEqual(101);
    expect(busy.recorded.at(-1)?.note).toBeDefined();
    expect(busy.events.outcomes.dropped + busy.events.outcomes.written).toBe(150);
  });
});
