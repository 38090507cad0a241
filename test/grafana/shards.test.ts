import { describe, expect, it } from 'vitest';
import { maxOfShards } from '../../scripts/grafana/expr.ts';
import { testRules, whyNoPromtool } from '../alerting/promtool.ts';

const absent = await whyNoPromtool();

/** `counts` and shards by instance; shard null: the process holds all namespaces. */
function series(counts: readonly (readonly [instance: string, count: number, shard: string | null])[]) {
  return counts.flatMap(([instance, count, shard]) => {
    const target = `job="tugwatch",instance="${instance}"`;
    const counted = { series: `tugwatch_conflicts{${target},state="confirmed"}`, values: `${count}` };
    if (shard === null) return [counted];
    return [counted, { series: `tugwatch_shard_info{${target},shard="${shard}",shards="2"}`, values: '1' }];
  });
}

describe('what the dashboards count', () => {
  const once = maxOfShards('state', 'tugwatch_conflicts', 'state="confirmed"');
  const expr = `sum(${once})`.replaceAll(/\$\w+/g, '.*');

  it.for([
    [
      'is what all shards hold together, each counted once',
      series([
        ['a', 2, '0'],
        ['b', 2, '0'],
        ['c', 3, '1'],
      ]),
      5,
    ],
    [
      'is what any replica holds where there are no shards',
      series([
        ['a', 2, null],
        ['b', 2, null],
      ]),
      2,
    ],
  ] as const)('%s', async ([, input_series, value], { skip }) => {
    if (absent !== null) skip(absent);
    const promql_expr_test = [{ expr, eval_time: '0s', exp_samples: [{ labels: '{}', value }] }];
    expect(await testRules({}, { tests: [{ interval: '30s', input_series, promql_expr_test }] })).toMatchObject({
      code: 0,
      output: expect.stringContaining('SUCCESS'),
    });
  });
});
