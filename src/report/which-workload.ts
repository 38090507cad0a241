/** Which workload somebody asks about, and whether the report knows one object of that name or several. */
import type { Report, WorkloadDocument } from './schema.ts';
import { workloadLabel } from './words.ts';

/** Which workload is meant. `kind` as kubectl takes it: 'deploy', 'deployments.apps', 'Rollout'; absent: any. */
export interface WorkloadQuery {
  readonly namespace: string;
  readonly name: string;
  readonly kind?: string;
  /** '' is the cluster that Argo CD runs in; absent: any. */
  readonly cluster?: string;
}

/** What Argo CD calls the cluster that it runs in, and people too; no workload cluster may have the name. */
export const IN_CLUSTER = 'in-cluster';

/** As `kubectl api-resources` and the CRDs have them. */
const SHORT_KINDS: Readonly<Record<string, string>> = {
  cm: 'configmap',
  deploy: 'deployment',
  ds: 'daemonset',
  ro: 'rollout',
  svc: 'service',
  sts: 'statefulset',
};

/** True when the object is the one that is meant. */
export function matchesQuery(workload: WorkloadDocument, query: WorkloadQuery): boolean {
  if (workload.namespace !== query.namespace || workload.name !== query.name) return false;
  if (query.cluster !== undefined && query.cluster !== (workload.cluster ?? '')) return false;
  if (query.kind === undefined) return true;
  const [asked = ''] = query.kind.toLowerCase().split('.');
  const kind = SHORT_KINDS[asked] ?? asked;
  const actual = workload.kind.toLowerCase();
  return kind === actual || kind === `${actual}s`;
}

/** Those of the findings that are about what is meant; one without a workload is about none. */
export function concerns<T extends { readonly workload: WorkloadDocument | null }>(
  findings: readonly T[],
  query: WorkloadQuery,
): T[] {
  return findings.filter(({ workload }) => workload !== null && matchesQuery(workload, query));
}

/** The clusters of the workloads that these findings name, in the order of their names; '' is that of Argo CD. */
export function clustersOf(findings: readonly { readonly workload: WorkloadDocument | null }[]): string[] {
  const clusters = findings.flatMap(({ workload }) => (workload === null ? [] : [workload.cluster ?? '']));
  return [...new Set(clusters)].sort();
}

/** Every cluster that the daemon behind the report watches, '' for that of Argo CD; null where it does not say. */
export function watchedClusters({ health }: Report): { readonly hub: string; readonly clusters: string[] } | null {
  // Applications are watched beside Argo CD alone.
  const hub = health?.watches.find(({ resource }) => resource.startsWith('applications.'))?.cluster;
  if (health === undefined || hub === undefined) return null;
  const clusters = health.watches.map(({ cluster }) => (cluster === hub ? '' : cluster));
  return { hub, clusters: [...new Set(clusters)].sort() };
}

/** As people read it. */
export function clusterLabel(cluster: string): string {
  return cluster === '' ? IN_CLUSTER : cluster;
}

/** What was asked for, as messages name an object. */
export function queryLabel({ kind = 'workload', namespace, name, cluster = '' }: WorkloadQuery): string {
  return workloadLabel({ apiVersion: '', kind, namespace, name, ...(cluster === '' ? {} : { cluster }) });
}
