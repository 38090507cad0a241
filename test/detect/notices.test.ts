import { describe, expect, it } from 'vitest';
import { applicationNotices, hpaNotices, NoticeBoard, workloadNotices } from '../../src/detect/notices.ts';
import type { ApplicationFact, Condition } from '../../src/model/facts.ts';
import { clusterOf, rawHpa } from '../support/cluster.ts';
import { applicationFact, hpaFact, WEB, workloadFact } from '../support/facts.ts';

const HEALING = { automated: { selfHeal: true } };
const operation = (phase: string) => ({
  phase,
  startedAt: '2026-11-21T05:00:00Z',
  finishedAt: '2026-11-21T05:00:01Z',
  message: 'one or more objects failed to apply',
  operation: { initiatedBy: { automated: true }, sync: {} },
});

function kinds(previous: ApplicationFact | undefined, next: ApplicationFact): string[] {
  return applicationNotices(previous, next, 1).map(({ kind }) => kind);
}

describe('an Application', () => {
  const synced = applicationFact({ syncPolicy: HEALING, syncStatus: 'Synced' });
  const failed = applicationFact({ syncPolicy: HEALING, operationState: operation('Failed') });
  const pruning = (more: Partial<ApplicationFact['resources'][number]> = {}): ApplicationFact => ({
    ...applicationFact(),
    resources: [
      {
        group: '',
        kind: 'Service',
        namespace: 'shop',
        name: 'old',
        status: 'OutOfSync',
        requiresPruning: true,
        ...more,
      },
    ],
  });
  const broken = applicationFact({ conditions: [{ type: 'ComparisonError', message: 'failed to parse jq' }] });

  it.each<[string, readonly string[], ApplicationFact | undefined, ApplicationFact]>([
    ['that is in sync says nothing', [], undefined, synced],
    ['whose self-heal failed says that it gave up', ['self-heal-gave-up'], synced, failed],
    ['says so once, not at every version', [], failed, failed],
    ['says so again after it had recovered', ['self-heal-gave-up'], synced, failed],
    [
      'that ended in an error has given up, too',
      ['self-heal-gave-up'],
      synced,
      applicationFact({ syncPolicy: HEALING, operationState: operation('Error') }),
    ],
    ['without self-heal has nothing to give up', [], synced, applicationFact({ operationState: operation('Failed') })],
    [
      'that retries has not given up',
      [],
      synced,
      applicationFact({ syncPolicy: HEALING, operationState: operation('Running') }),
    ],
    ['that waits for a prune says so', ['prune-pending'], synced, pruning()],
    [
      'in which something else differs as well does not only wait for a prune',
      [],
      synced,
      {
        ...pruning(),
        resources: [
          ...pruning().resources,
          { ...(pruning().resources[0] as ApplicationFact['resources'][number]), name: 'x', requiresPruning: false },
        ],
      },
    ],
    ['that cannot be compared says so', ['comparison-error'], synced, broken],
    ['that could not be compared before says so once', [], broken, broken],
  ])('%s', (_, expected, previous, next) => {
    expect(kinds(previous, next)).toEqual(expected);
  });

  it('cuts what Argo CD says to one readable line', () => {
    const long = applicationFact({ conditions: [{ type: 'ComparisonError', message: `no\n  ${'x'.repeat(280)}` }] });
    const [notice] = applicationNotices(undefined, long, 1);
    expect(notice?.message.length).toBeLessThan(300);
    expect(notice?.message).not.toContain('\n');
  });
});

describe('an HPA', () => {
  const ambiguous: Condition = { type: 'ScalingActive', status: 'False', reason: 'AmbiguousSelector', message: '' };
  const model = clusterOf(rawHpa({ name: 'a' }), rawHpa({ name: 'b' }));

  it('that stands still because of another one names both, once', () => {
    const stuck = hpaFact({ name: 'a' }, { conditions: [ambiguous] });
    const [notice, ...more] = hpaNotices(hpaFact({ name: 'a' }), stuck, 1, model);
    expect(more).toEqual([]);
    expect(notice).toMatchObject({ kind: 'ambiguous-selector', workload: WEB });
    expect(notice?.message).toContain('a and b select the pods of Deployment shop/web');
    expect(hpaNotices(stuck, stuck, 2, model)).toEqual([]);
  });

  it('with other conditions says nothing: a fight makes noise in them', () => {
    const noisy = hpaFact({}, { conditions: [{ ...ambiguous, reason: 'FailedGetResourceMetric' }] });
    expect(hpaNotices(undefined, noisy, 1, model)).toEqual([]);
  });
});

describe('a workload', () => {
  const base = workloadFact();
  it.each([
    ['that is new says nothing', [], undefined, base],
    ['that is another object of its name says nothing', [], { ...base, uid: 'old', templateHash: 'x' }, base],
    ['with another template rolls out', ['rollout'], base, { ...base, templateHash: 'x' }],
    ['with another restartedAt is restarted', ['restart'], base, { ...base, templateHash: 'x', restartedAt: 'now' }],
    [
      'that lost its restartedAt rolls out',
      ['rollout'],
      { ...base, restartedAt: 'then' },
      { ...base, templateHash: 'x' },
    ],
    ['that is paused says so', ['rollout-paused'], base, { ...base, paused: true }],
    ['that stays paused says nothing', [], { ...base, paused: true }, { ...base, paused: true }],
    ['that is scaled says nothing', [], base, { ...base, replicas: 9 }],
  ])('%s', (_, expected, previous, next) => {
    expect(workloadNotices(previous, next, 1, undefined).map(({ kind }) => kind)).toEqual(expected);
  });
});

describe('the board of notices', () => {
  const input = (name: string, at: number) => ({
    kind: 'restart' as const,
    workload: { ...WEB, name },
    application: null,
    at,
    message: `at ${at}`,
  });

  it('keeps one of a kind for a workload, with the latest words and how often', () => {
    const board = new NoticeBoard();
    expect(board.post(input('web', 1)).fresh).toBe(true);
    expect(board.post(input('api', 2)).fresh).toBe(true);
    expect(board.post(input('web', 3)).fresh).toBe(false);
    expect(board.all().map(({ workload, count, message }) => `${workload?.name} ${count} ${message}`)).toEqual([
      'api 1 at 2',
      'web 2 at 3',
    ]);
  });

  it('keeps five hundred, and drops those that came up least lately', () => {
    const board = new NoticeBoard();
    for (let i = 0; i < 600; i++) board.post(input(`w${i}`, i));
    expect(board.all()).toHaveLength(500);
    expect(board.all()[0]?.workload?.name).toBe('w100');
  });

  it('comes back from a checkpoint, and goes on counting', () => {
    const board = new NoticeBoard();
    board.post(input('web', 1));
    const again = new NoticeBoard();
    again.restore(board.all());
    expect(again.post(input('web', 2))).toMatchObject({ fresh: false, notice: { count: 2 } });
  });
});
