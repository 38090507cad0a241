/** Which workload a command is about, in the words of tugwatch or of kubectl. */
import type { Report, WorkloadDocument } from '../report/schema.ts';
import {
  clusterLabel,
  clustersOf,
  IN_CLUSTER,
  matchesQuery,
  queryLabel,
  type WorkloadQuery,
  watchedClusters,
} from '../report/which-workload.ts';
import { type ClusterFlags, namespaceOfContext } from './connect.ts';
import type { Environment } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** 'kubectl': called as its plugin, so KIND/NAME without a namespace is in that of the context. */
export type Dialect = 'tugwatch' | 'kubectl';

interface Flags extends ClusterFlags {
  readonly namespace?: string;
  readonly server?: string;
  readonly cluster?: string;
}

/**
 * tugwatch: NAMESPACE/NAME, or KIND/NAME or NAME with -n. kubectl: KIND/NAME, KIND NAME or NAME, in the namespace of -n or of
 * the context. @throws UsageError, KubeConfigError where the context is asked for and there is none
 */
export async function queryOf(
  words: readonly string[],
  flags: Flags,
  env: Environment,
  dialect: Dialect,
): Promise<WorkloadQuery> {
  const parts = words.length === 1 ? (words[0] ?? '').split('/') : [...words];
  const [first = '', second, ...rest] = parts;
  const spelt = words.join(' ');
  if (
    first === '' ||
    second === '' ||
    rest.length > 0 ||
    (words.length > 1 && parts.some((part) => part.includes('/')))
  )
    throw new UsageError(`${spelt} names no workload: use ${usage(dialect)}.`);
  if (dialect === 'tugwatch' && flags.namespace === undefined) {
    if (second === undefined || words.length > 1)
      throw new UsageError(`${spelt} names no workload: use ${usage(dialect)}.`);
    return { namespace: first, name: second, ...placeOf(flags) };
  }
  const namespace = flags.namespace ?? (await namespaceOfContext(flags, env));
  return { namespace, name: second ?? first, ...(second === undefined ? {} : { kind: first }), ...placeOf(flags) };
}

function placeOf({ cluster, server }: Flags): Pick<WorkloadQuery, 'cluster'> {
  if (cluster === undefined) return {};
  if (server === undefined)
    throw new UsageError(
      '--cluster goes with --server: without a daemon one cluster is looked at, and --context says which.',
    );
  return { cluster: cluster === IN_CLUSTER ? '' : cluster };
}

/**
 * The query with the cluster that it means, where `findings` of a daemon's report are about one only. @throws UsageError
 * where they are about several and none was named, or where the daemon watches no cluster of the name
 */
export function pinCluster(
  query: WorkloadQuery,
  report: Report,
  findings: readonly { readonly workload: WorkloadDocument | null }[],
): WorkloadQuery {
  if (query.cluster !== undefined) return { ...query, cluster: watchedName(query.cluster, report) };
  const about = findings.filter(({ workload }) => workload !== null && matchesQuery(workload, query));
  const [cluster, ...others] = clustersOf(about);
  if (cluster === undefined) return query;
  if (others.length === 0) return { ...query, cluster };
  throw new UsageError(
    `${queryLabel(query)} is in ${listed([cluster, ...others])}: say which is meant with --cluster.`,
  );
}

function watchedName(cluster: string, report: Report): string {
  const watched = watchedClusters(report);
  if (watched === null || watched.clusters.includes(cluster)) return cluster;
  if (cluster === watched.hub) return '';
  throw new UsageError(`The daemon watches no cluster ${cluster}: it watches ${listed(watched.clusters)}.`);
}

/** 'in-cluster, prod-eu and prod-us'. */
function listed(clusters: readonly string[]): string {
  const names = clusters.map(clusterLabel);
  return names.length === 1 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function usage(dialect: Dialect): string {
  return dialect === 'kubectl'
    ? 'KIND/NAME, KIND NAME or NAME, with -n NAMESPACE where the context has another'
    : 'NAMESPACE/NAME, or KIND/NAME with -n NAMESPACE';
}
