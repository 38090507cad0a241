import type { Config } from '../config/schema.ts';
import type { WritingClient } from '../kubernetes/client.ts';
import type { Environment } from '../kubernetes/kubeconfig.ts';
import { CheckpointConfigMap, placeOf } from './checkpoint-config-map.ts';
import { CheckpointFile } from './checkpoint-file.ts';
import { CheckpointKeeper, type KeeperContext } from './checkpoint-keeper.ts';
import { readPod } from './pod.ts';

/** A file may be written at every change; an object of the cluster costs its API server and its etcd. */
const CONFIG_MAP_PACE_MS = 10_000;

/**
 * Takes up where the last process left off, if it left anything that is understood. null: no checkpoint is kept.
 * @throws Error with a sentence when the settings do not say where
 */
export async function openCheckpoint(
  config: Pick<Config, 'checkpointFile' | 'checkpointConfigMap'>,
  /** One that writes only while this process leads. */
  client: WritingClient,
  env: Environment,
  context: KeeperContext,
): Promise<CheckpointKeeper | null> {
  const keeper = keeperOf(config, client, env, context);
  await keeper?.begin();
  return keeper;
}

function keeperOf(
  { checkpointFile, checkpointConfigMap }: Pick<Config, 'checkpointFile' | 'checkpointConfigMap'>,
  client: WritingClient,
  env: Environment,
  context: KeeperContext,
): CheckpointKeeper | null {
  if (checkpointFile !== '')
    return new CheckpointKeeper({ ...context, store: new CheckpointFile(checkpointFile), shared: false, pace: 0 });
  if (checkpointConfigMap === '') return null;
  const warn = (message: string) => context.logger.warn({ event: 'checkpoint' }, message);
  const place = placeOf(checkpointConfigMap, readPod(env).namespace);
  const store = new CheckpointConfigMap({ client, place, warn });
  return new CheckpointKeeper({ ...context, store, shared: true, pace: CONFIG_MAP_PACE_MS });
}
