import { describe, expect, it } from 'vitest';
import { covers, HealLog, healKind } from '../../src/detect/heals.ts';
import type { ApplicationFact, Json } from '../../src/model/facts.ts';
import { applicationFact, healOf, WEB } from '../support/facts.ts';

interface Operation {
  readonly by?: Json;
  readonly resources?: Json;
  readonly revision?: string;
  readonly result?: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly phase?: string;
  readonly attempts?: number;
}

const NAMED = [{ group: 'apps', kind: 'Deployment', name: 'web' }];
const AUTOMATED = { automated: true };

/** An Application with one version of an operation. */
function app(operation: Operation, deployed?: string): ApplicationFact {
  const fact = applicationFact({
    operationState: {
      phase: operation.phase ?? 'Running',
      startedAt: operation.startedAt ?? '2026-11-21T05:00:00Z',
      ...(operation.finishedAt === undefined ? {} : { finishedAt: operation.finishedAt }),
      operation: {
        ...(operation.by === undefined ? {} : { initiatedBy: operation.by }),
        sync: {
          ...(operation.resources === undefined ? {} : { resources: operation.resources }),
          ...(operation.revision === undefined ? {} : { revision: operation.revision }),
          autoHealAttemptsCount: operation.attempts ?? 0,
        },
      },
      ...(operation.result === undefined ? {} : { syncResult: { revision: operation.result, resources: [] } }),
    },
  });
  return deployed === undefined ? fact : { ...fact, lastDeploy: { revision: deployed, at: 0 } };
}

const T = Date.UTC(2026, 10, 21, 5);

describe('what started an operation', () => {
  it.each<[string, Operation, string]>([
    ['the controller, for named objects: a self-heal', { by: AUTOMATED, resources: NAMED, attempts: 1 }, 'self-heal'],
    ['the controller, for the whole Application: a new revision', { by: AUTOMATED }, 'revision'],
    [
      'the ApplicationSet controller, step by step: a new revision',
      { by: { automated: true, username: 'applicationset-controller' } },
      'revision',
    ],
    ['a person: manual', { by: { username: 'admin' } }, 'manual'],
    ['a person, for named objects: manual', { by: { username: 'admin' }, resources: NAMED }, 'manual'],
    ['an empty initiator, as the controller writes it back: other', { by: {} }, 'other'],
    ['a patch of `operation`: other', {}, 'other'],
  ])('is %s', (_, operation, kind) => {
    const fact = app(operation).operation;
    if (fact === null) throw new Error('no operation');
    expect(healKind(fact)).toBe(kind);
  });
});

describe('the log of operations', () => {
  it('says once that one began and once that it ended', () => {
    const log = new HealLog();
    const steps = [
      app({ by: AUTOMATED, resources: NAMED, attempts: 1 }),
      app({ by: AUTOMATED, resources: NAMED, attempts: 1 }),
      app({ by: AUTOMATED, resources: NAMED, attempts: 1, phase: 'Succeeded', finishedAt: '2026-11-21T05:00:01Z' }),
      app({ by: AUTOMATED, resources: NAMED, attempts: 1, phase: 'Succeeded', finishedAt: '2026-11-21T05:00:01Z' }),
    ].map((version, i) => log.observe(version, T + i * 500));
    expect(steps.map((step) => [step?.begun, step?.ended])).toEqual([
      [true, false],
      [false, false],
      [false, true],
      [false, false],
    ]);
    expect(steps[3]?.heal).toMatchObject({ seenAt: T, endSeenAt: T + 1000, phase: 'Succeeded', attempts: 1 });
  });

  it('does not take the moment between two operations for an end', () => {
    const log = new HealLog();
    expect(log.observe(applicationFact(), T)).toBeNull();
  });

  it('does not take a retry that waits for an end', () => {
    const log = new HealLog();
    log.observe(app({ by: AUTOMATED, resources: NAMED }), T);
    const waits = app({ by: AUTOMATED, resources: NAMED, finishedAt: '2026-11-21T05:00:01Z' });
    expect(log.observe(waits, T + 1000)).toMatchObject({ ended: false });
  });

  it('keeps the last eight', () => {
    const log = new HealLog();
    for (let i = 0; i < 20; i++) {
      log.observe(app({ by: AUTOMATED, startedAt: new Date(T + i * 60_000).toISOString() }), T + i * 60_000);
    }
    expect(log.all()[0]?.[1]).toHaveLength(8);
    log.forget('uid-argocd-web');
    expect(log.all()).toEqual([]);
  });

  it('comes back from a checkpoint', () => {
    const log = new HealLog();
    log.observe(app({ by: AUTOMATED, resources: NAMED }), T);
    const again = new HealLog();
    again.restore(log.all());
    expect(again.last('uid-argocd-web')).toEqual(log.last('uid-argocd-web'));
  });
});

describe('whether an operation brings a new revision', () => {
  const first = app({
    by: AUTOMATED,
    revision: 'c1',
    result: 'c1',
    phase: 'Succeeded',
    finishedAt: '2026-11-21T05:00:01Z',
  });
  const later = { startedAt: '2026-11-21T05:10:00Z' };

  function after(before: ApplicationFact | null, ...versions: readonly ApplicationFact[]): boolean | undefined {
    const log = new HealLog();
    if (before !== null) log.observe(before, T);
    for (const version of versions) log.observe(version, T + 600_000);
    return log.last('uid-argocd-web')?.newRevision;
  }

  it.each<[string, boolean, ApplicationFact | null, readonly ApplicationFact[]]>([
    [
      'an automated full sync always does, for the source may have moved instead',
      true,
      first,
      [app({ ...later, by: AUTOMATED, revision: 'c1' })],
    ],
    [
      'a self-heal of the same revision does not',
      false,
      first,
      [app({ ...later, by: AUTOMATED, resources: NAMED, revision: 'c1' })],
    ],
    [
      'a manual sync of the same revision does not',
      false,
      first,
      [app({ ...later, by: { username: 'admin' }, revision: 'c1' })],
    ],
    [
      'a manual sync of another revision does',
      true,
      first,
      [app({ ...later, by: { username: 'admin' }, revision: 'c2' })],
    ],
    [
      'a manual sync after a restart is told by the history',
      false,
      null,
      [app({ ...later, by: { username: 'admin' }, revision: 'c1' }, 'c1')],
    ],
    [
      'a sync of a branch is told by its result',
      false,
      first,
      [
        app({ ...later, revision: 'HEAD' }),
        app({ ...later, revision: 'HEAD', result: 'c1', phase: 'Succeeded', finishedAt: '2026-11-21T05:10:01Z' }),
      ],
    ],
    [
      'a sync that names no revision is told by its result, too',
      true,
      first,
      [app(later), app({ ...later, result: 'c2', phase: 'Succeeded', finishedAt: '2026-11-21T05:10:01Z' })],
    ],
  ])('%s', (_, expected, before, versions) => {
    expect(after(before, ...versions)).toBe(expected);
  });
});

describe('the operation that made a write', () => {
  /** Began at T, ended a second later, both seen at once. */
  function log(): HealLog {
    const fresh = new HealLog();
    fresh.observe(app({ by: AUTOMATED, resources: NAMED }), T);
    fresh.observe(
      app({ by: AUTOMATED, resources: NAMED, phase: 'Succeeded', finishedAt: '2026-11-21T05:00:01Z' }),
      T + 1000,
    );
    return fresh;
  }

  it.each([
    ['four seconds before it was seen to begin', -4000, true, true],
    ['while it ran', 500, true, true],
    ['two seconds after it was seen to end', 3000, true, true],
    ['five seconds after it was seen to end: only when nothing else will come', 6000, false, true],
    ['ten seconds before', -10_000, false, false],
    ['a minute after', 61_000, false, false],
  ])('may be one %s', (_, offset, now, late) => {
    expect(log().explaining('uid-argocd-web', WEB, T + offset) !== undefined).toBe(now);
    expect(log().explaining('uid-argocd-web', WEB, T + offset, true) !== undefined).toBe(late);
  });

  it("is told by the controller's own times where it was over when first seen", () => {
    const fresh = new HealLog();
    fresh.observe(
      app({ by: AUTOMATED, resources: NAMED, phase: 'Succeeded', finishedAt: '2026-11-21T05:00:01Z' }),
      T + 3_600_000,
    );
    expect(fresh.explaining('uid-argocd-web', WEB, T + 500)).toBeDefined();
    expect(fresh.explaining('uid-argocd-web', WEB, T + 3_600_000)).toBeUndefined();
  });

  it('is the latest of those that cover the object', () => {
    const fresh = log();
    fresh.observe(
      app({
        by: AUTOMATED,
        resources: [{ group: '', kind: 'ConfigMap', name: 'web' }],
        startedAt: '2026-11-21T05:00:02Z',
      }),
      T + 2000,
    );
    expect(fresh.explaining('uid-argocd-web', WEB, T + 2500)?.seenAt).toBe(T);
  });
});

describe('a heal covers', () => {
  it.each([
    [
      'the object it names, without a namespace',
      [{ group: 'apps', kind: 'Deployment', namespace: '', name: 'web' }],
      true,
    ],
    [
      'the object it names with its namespace',
      [{ group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' }],
      true,
    ],
    ['everything, when it names nothing', [], true],
    ['no object of another namespace', [{ group: 'apps', kind: 'Deployment', namespace: 'other', name: 'web' }], false],
    ['no object of another kind', [{ group: 'apps', kind: 'StatefulSet', namespace: '', name: 'web' }], false],
    ['no object of another group', [{ group: '', kind: 'Deployment', namespace: '', name: 'web' }], false],
  ])('%s', (_, resources, expected) => {
    expect(covers(healOf({ resources }), WEB)).toBe(expected);
  });
});
