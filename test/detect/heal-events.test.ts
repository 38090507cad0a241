import { describe, expect, it } from 'vitest';
import { HealEvents } from '../../src/detect/heal-events.ts';
import type { EventFact } from '../../src/model/facts.ts';

const NOON = Date.parse('2026-11-21T12:00:00Z');
const APP = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', namespace: 'argocd', name: 'web' };
const HPA = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', namespace: 'shop', name: 'web' };

function anEvent(over: Partial<EventFact>): EventFact {
  return {
    fact: 'event',
    ref: { apiVersion: 'v1', kind: 'Event', namespace: 'argocd', name: 'e' },
    uid: 'u',
    resourceVersion: '1',
    generation: 0,
    createdAt: null,
    regarding: APP,
    reason: 'OperationCompleted',
    component: 'argocd-application-controller',
    count: 1,
    lastAt: NOON,
    message: 'Partial sync operation to abc succeeded',
    ...over,
  };
}

describe('Events of both sides', () => {
  it('count the partial syncs of an Application, which are its self-heals', () => {
    const events = new HealEvents();
    for (const minute of [0, 5, 10]) events.observe(anEvent({ lastAt: NOON + minute * 60_000 }));
    expect(events.about(APP, NOON + 11 * 60_000)).toEqual({ count: 3, firstAt: NOON, lastAt: NOON + 600_000 });
  });

  it('count the rescales that one aggregated Event stands for', () => {
    const events = new HealEvents();
    events.observe(anEvent({ regarding: HPA, reason: 'SuccessfulRescale', count: 7, message: 'New size: 6' }));
    expect(events.about(HPA, NOON)?.count).toBe(7);
  });

  it.each([
    ['a full sync', { message: 'Sync operation to abc succeeded' }],
    ['a sync that began', { reason: 'OperationStarted', message: "Initiated automated sync to 'abc'" }],
    ['a pod that was scheduled', { reason: 'Scheduled', message: 'Successfully assigned' }],
  ])('say nothing by %s', (_what, over) => {
    const events = new HealEvents();
    events.observe(anEvent(over));
    expect(events.about(APP, NOON)).toBeNull();
  });

  it('are forgotten after the hour that a cluster keeps them', () => {
    const events = new HealEvents();
    events.observe(anEvent({}));
    expect(events.about(APP, NOON + 61 * 60_000)).toBeNull();
  });
});
