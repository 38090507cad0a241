import { randomBytes } from 'node:crypto';
import type { Config } from '../config/schema.ts';
import type { WritingClient } from '../kubernetes/client.ts';
import type { Environment } from '../kubernetes/kubeconfig.ts';
import { LeaseClient } from '../kubernetes/leases.ts';
import type { Timers } from '../kubernetes/timers.ts';
import type { Logger } from '../telemetry/logger.ts';
import { timingOf } from './election-plan.ts';
import { Elector } from './elector.ts';
import { type Pod, readPod } from './pod.ts';

export interface ElectionContext {
  readonly config: Config;
  readonly client: WritingClient;
  readonly env: Environment;
  readonly timers: Timers;
  readonly logger: Logger;
}

/**
 * The elector where one is wanted; null: this process runs alone and leads. 'auto' elects where the cluster that is
 * watched is the one that runs this pod: only there others of the same Deployment may be.
 * @throws Error with a sentence when an election is wanted and no namespace is known for its Lease
 */
export function joinElection({ config, client, env, timers, logger }: ElectionContext): Elector | null {
  const pod = readPod(env);
  const isHome = pod.isPod && pod.namespace !== '' && config.kubeconfig === '' && config.context === '';
  if (config.leaderElection === 'never' || (config.leaderElection === 'auto' && !isHome)) return null;
  const namespace = config.leaseNamespace || pod.namespace;
  if (namespace === '')
    throw new Error(
      'leaderElection is always and no namespace is known for its Lease; set leaseNamespace or POD_NAMESPACE',
    );
  const lease = new LeaseClient(client, namespace, config.leaseName);
  return new Elector({ lease, identity: identityOf(pod), timing: timingOf(config.leaseDuration), timers, logger });
}

/** A container that is started anew in the same pod is another candidate: the one before may still be writing. */
function identityOf(pod: Pod): string {
  return `${pod.name}_${randomBytes(4).toString('hex')}`;
}
