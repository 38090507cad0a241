import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { shardedConfig } from '../../src/daemon/sharding.ts';

const config = (flags: Record<string, string>) => loadConfig({ env: {}, flags });

describe('the share of a process', () => {
  it('is everything where nothing is set, under the names that are set', () => {
    const all = config({ leaseName: 'mine' });
    expect(shardedConfig(all, {})).toEqual({ shard: null, config: all });
  });

  it('has a Lease and a checkpoint of its own', () => {
    const sharded = shardedConfig(config({ shard: '1/3', checkpointConfigMap: 'ops/tugwatch-checkpoint' }), {});
    expect(sharded.shard).toEqual({ index: 1, of: 3 });
    expect(sharded.config).toMatchObject({
      leaseName: 'tugwatch-shard-1-of-3',
      checkpointConfigMap: 'ops/tugwatch-checkpoint-shard-1-of-3',
    });
    expect(shardedConfig(config({ shard: '1/3' }), {}).config.checkpointConfigMap).toBe('');
  });

  it.each([
    ['tugwatch-0', 0],
    ['tugwatch-4', 1],
    ['tugwatch-11', 2],
  ])('of pod %s of three is %i', (name, index) => {
    expect(shardedConfig(config({ shard: 'pod/3' }), { POD_NAME: name }).shard).toEqual({ index, of: 3 });
  });

  it('cannot be told from a pod without an ordinal', () => {
    expect(() => shardedConfig(config({ shard: 'pod/3' }), { POD_NAME: 'tugwatch-7d4f-x2x9z' })).toThrow(
      "shard goes by the pod's ordinal and the pod tugwatch-7d4f-x2x9z has none: run a StatefulSet, or name the index",
    );
  });

  it.each(['3/3', '1', 'a/3', '-1/3', '0/0', '0/65', 'auto/3', '0/3/1'])('is refused as %s', (shard) => {
    expect(() => config({ shard })).toThrow(/^--shard is wrong: use index\/number with an index from 0, such as 0\/3/);
  });
});
