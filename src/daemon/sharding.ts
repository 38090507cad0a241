/** Which share of the namespaces this process holds, and what has to be its own because of that. */
import type { Config } from '../config/schema.ts';
import type { Environment } from '../kubernetes/kubeconfig.ts';
import type { Shard } from '../model/shard.ts';
import { readPod } from './pod.ts';

export interface Sharded {
  /** null: all of them. */
  readonly shard: Shard | null;
  /** With a Lease and a checkpoint of the shard's own: its replicas elect a leader among themselves. */
  readonly config: Config;
}

/** @throws Error with a sentence when the shard goes by the pod's name and that has no number */
export function shardedConfig(config: Config, env: Environment): Sharded {
  if (config.shard === '') return { shard: null, config };
  const [index = '', count = ''] = config.shard.split('/');
  const of = Number(count);
  const shard = { index: index === 'pod' ? ordinalOf(readPod(env).name) % of : Number(index), of };
  const suffix = `-shard-${shard.index}-of-${of}`;
  const { leaseName, checkpointConfigMap } = config;
  return {
    shard,
    config: {
      ...config,
      leaseName: `${leaseName}${suffix}`,
      checkpointConfigMap: checkpointConfigMap === '' ? '' : `${checkpointConfigMap}${suffix}`,
    },
  };
}

/** Of a StatefulSet's pod: 'tugwatch-4' is 4. With twice as many pods as shards, each shard has two replicas. */
function ordinalOf(pod: string): number {
  const ordinal = /-(\d+)$/.exec(pod)?.[1];
  if (ordinal === undefined)
    throw new Error(
      `shard goes by the pod's ordinal and the pod ${pod} has none: run a StatefulSet, or name the index`,
    );
  return Number(ordinal);
}
