import { describe, expect, it } from 'vitest';
import type { Firing } from '../../scripts/score/alerts/fire.ts';
import { judgeFirings } from '../../scripts/score/alerts/judge-firings.ts';
import type { Expectation, ExpectedConflict } from '../../scripts/score/expectation.ts';

const FIRST_REVERT = Date.parse('2026-11-21T05:45:00Z');
const TARGETS = new Map([['shop/web-hpa', { kind: 'Deployment', name: 'web' }]]);
const FIGHT: ExpectedConflict = {
  kind: 'replicas',
  workload: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' },
  field: '/spec/replicas',
  application: { namespace: 'argocd', name: 'web-app' },
  contenders: [{ kind: 'argocd' }, { kind: 'hpa', name: 'web-hpa' }],
  firstRevertAt: new Date(FIRST_REVERT).toISOString(),
};

function judge(labels: Record<string, string>, { from = 60, until = null as number | null, fight = FIGHT } = {}) {
  const firing: Firing = {
    labels,
    from: FIRST_REVERT + from * 1_000,
    until: until === null ? null : FIRST_REVERT + until * 1_000,
  };
  const expectation: Expectation = { conflicts: [fight], notices: [], risks: [], note: '' };
  const { found, criedWolf } = judgeFirings([firing], expectation, TARGETS);
  return { delays: found.map(({ delayMs }) => delayMs), criedWolf };
}

const FOUND = { delays: [60_000], criedWolf: false };
const WOLF = { delays: [], criedWolf: true };

describe('an alert that fired', () => {
  it('found the fight when it names its workload, its HPA or its Application', () => {
    expect(judge({ namespace: 'shop', deployment: 'web' })).toEqual(FOUND);
    expect(judge({ namespace: 'shop', horizontalpodautoscaler: 'web-hpa' })).toEqual(FOUND);
    expect(judge({ name: 'web-app' })).toEqual(FOUND);
    expect(judge({ name: 'web-app', namespace: 'argocd' })).toEqual(FOUND);
  });

  it('cried wolf when it names anything else', () => {
    expect(judge({ namespace: 'shop', deployment: 'db' })).toEqual(WOLF);
    expect(judge({ namespace: 'other', deployment: 'web' })).toEqual(WOLF);
    expect(judge({ namespace: 'shop', statefulset: 'web' })).toEqual(WOLF);
    expect(judge({ namespace: 'shop', horizontalpodautoscaler: 'web' })).toEqual(WOLF);
    expect(judge({ name: 'web' })).toEqual(WOLF);
    expect(judge({ name: 'web-app', namespace: 'other' })).toEqual(WOLF);
    expect(judge({})).toEqual(WOLF);
  });

  it('found a fight of two Applications when it names either', () => {
    const { application: _, ...rest } = FIGHT;
    const fight = { ...rest, contenders: ['a', 'b'].map((name) => ({ kind: 'argocd', name })) };
    expect(judge({ name: 'b' }, { fight })).toEqual(FOUND);
    expect(judge({ name: 'c' }, { fight })).toEqual(WOLF);
  });

  it('has no delay when it was on already, and found nothing when it was over before the first revert', () => {
    expect(judge({ name: 'web-app' }, { from: -60 })).toEqual({ delays: [0], criedWolf: false });
    expect(judge({ name: 'web-app' }, { from: -60, until: -30 })).toEqual({ delays: [], criedWolf: false });
  });

  it('has an unknown delay where the first revert is not known', () => {
    const { firstRevertAt: _, ...fight } = FIGHT;
    expect(judge({ name: 'web-app' }, { fight })).toEqual({ delays: [null], criedWolf: false });
  });
});
