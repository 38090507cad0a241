/** A client for the cluster that the flags name; one sentence when it is not there. */
import type { WorkloadCluster } from '../config/clusters.ts';
import type { Spoke } from '../daemon/estate.ts';
import { contextNamespace, createClient, probeServer, type WritingClient } from '../kubernetes/client.ts';
import { KubeRequestError } from '../kubernetes/errors.ts';
import { KubeConfigError } from '../kubernetes/kubeconfig.ts';
import { VERSION } from '../version.ts';
import type { Environment } from './terminal.ts';

export interface ClusterFlags {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
}

/** For commands that end: the server must answer now. @throws KubeConfigError, KubeRequestError */
export async function connect(flags: ClusterFlags, env: Environment): Promise<WritingClient> {
  const client = await openClient(flags, env);
  const failure = await probeServer(client);
  if (failure === null) return client;
  await client.close();
  throw new KubeRequestError(failure);
}

/** Where kubectl would look without -n: the namespace of the context, 'default' where it names none. @throws KubeConfigError */
export function namespaceOfContext({ kubeconfig, context }: ClusterFlags, env: Environment): Promise<string> {
  return contextNamespace(choiceOf({ kubeconfig, context }), env);
}

export function choiceOf({ kubeconfig, context }: ClusterFlags): {
  readonly kubeconfig?: string;
  readonly context?: string;
} {
  return {
    ...(kubeconfig === undefined || kubeconfig === '' ? {} : { kubeconfig }),
    ...(context === undefined || context === '' ? {} : { context }),
  };
}

/** For the daemon: it waits for a server that is not there yet. @throws KubeConfigError */
export function openClient(flags: ClusterFlags, env: Environment): Promise<WritingClient> {
  return createClient({
    version: VERSION,
    env,
    ...choiceOf(flags),
  });
}

/** The workload clusters of the configuration; like the daemon's own, they need not be there yet. @throws KubeConfigError */
export async function openSpokes(clusters: readonly WorkloadCluster[], env: Environment): Promise<Spoke[]> {
  const spokes: Spoke[] = [];
  for (const { name, server, kubeconfig, context } of clusters) {
    try {
      const client = await openClient({ kubeconfig, context }, env);
      spokes.push({ name, knownAs: [client.server, ...(server === undefined ? [] : [server])], client });
    } catch (error) {
      await Promise.all(spokes.map(({ client }) => client.close()));
      if (!(error instanceof KubeConfigError)) throw error;
      throw new KubeConfigError(`cluster ${name}: ${error.message}`);
    }
  }
  return spokes;
}
