import { describe, expect, it } from 'vitest';
import { limitReplicas, newHistory, replicasFor } from '../../src/embedded/autoscaling.ts';

describe('replicas for a measurement', () => {
  it.each([
    ['three pods at 158 % of 60 % want eight', 3, { total: 474, target: 60, measured: 3, unmeasured: 0 }, 8],
    ['within a tenth of the target nothing changes', 4, { total: 260, target: 60, measured: 4, unmeasured: 0 }, 4],
    ['half the work wants half the pods', 6, { total: 180, target: 60, measured: 6, unmeasured: 0 }, 3],
    ['pods without metrics count as idle on the way up', 6, { total: 420, target: 60, measured: 3, unmeasured: 3 }, 7],
    ['and never make a scale-down of a scale-up', 6, { total: 240, target: 60, measured: 3, unmeasured: 3 }, 6],
  ])('%s', (_, current, measurement, wanted) => {
    expect(replicasFor(current, measurement)).toBe(wanted);
  });
});

describe('limits and windows', () => {
  const spec = { minReplicas: 2, maxReplicas: 10 };

  it.each([
    [3, 9, 6, 'ScaleUpLimit'],
    [1, 9, 4, 'ScaleUpLimit'],
    [6, 20, 10, 'TooManyReplicas'],
    [6, 8, 8, ''],
  ])('from %i towards %i it goes to %i (%s)', (current, recommended, replicas, limit) => {
    expect(limitReplicas(spec, current, recommended, newHistory(), 0)).toMatchObject({ replicas, limit });
  });

  it('goes down only when nothing higher was recommended for 300 s', () => {
    const history = newHistory();
    expect(limitReplicas(spec, 8, 8, history, 0).replicas).toBe(8);
    expect(limitReplicas(spec, 8, 3, history, 15_000)).toMatchObject({ replicas: 8, stabilized: true });
    expect(limitReplicas(spec, 8, 3, history, 299_000).replicas).toBe(8);
    expect(limitReplicas(spec, 8, 3, history, 301_000)).toMatchObject({ replicas: 3, stabilized: false });
  });

  it('goes down at once with a window of 0', () => {
    const behavior = {
      scaleDown: { stabilizationWindowSeconds: 0, policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] },
    };
    const history = newHistory();
    limitReplicas({ ...spec, behavior }, 8, 8, history, 0);
    expect(limitReplicas({ ...spec, behavior }, 8, 3, history, 15_000).replicas).toBe(3);
  });

  it('honours policies per period, counting what it did in it', () => {
    const behavior = { scaleUp: { selectPolicy: 'Max', policies: [{ type: 'Pods', value: 2, periodSeconds: 60 }] } };
    const history = newHistory();
    expect(limitReplicas({ ...spec, behavior }, 3, 9, history, 0)).toMatchObject({
      replicas: 5,
      limit: 'ScaleUpLimit',
    });
    history.changes.push({ at: 0, by: 2 });
    expect(limitReplicas({ ...spec, behavior }, 5, 9, history, 15_000).replicas).toBe(5);
    expect(limitReplicas({ ...spec, behavior }, 5, 9, history, 75_000).replicas).toBe(7);
  });
});
