/** The names of the daemon's settings and what each is for: data only, so that --help need not load a validator. */
export const SETTINGS = {
  host: 'address to serve HTTP on; empty is every address',
  port: 'port to serve HTTP on; 0 takes a free one (default 8080)',
  tlsCertFile: 'certificate to serve HTTPS with, PEM; followed when it rotates; empty serves plain HTTP',
  tlsKeyFile: 'private key of the certificate, PEM',
  metricsAuth: 'token-review answers /metrics only to bearers of a token that may get it (default none)',
  pageAuth: 'the same for page and API; loopback is for kubectl port-forward only (default none)',
  namespace: 'watch the workloads of this namespace only; empty is all of them',
  argocdNamespace: 'look for Applications and their settings in this namespace only; empty is all of them',
  shard:
    'share of the namespaces that this process holds, such as 0/3; pod/3 takes the ordinal of the pod; empty is all',
  localDestinations:
    'servers or names under which Argo CD knows this cluster, beside in-cluster: prod-eu,https://10.0.0.1',
  kubeconfig: 'path of a kubeconfig; empty is the service account in a pod, else the usual files',
  context: 'context of the kubeconfig; empty is its current one',
  logLevel: 'least severity that is logged; debug shows every heal (default info)',
  logFormat: 'json for machines, text for people; auto is text on a terminal (default auto)',
  auditSchedule: 'when to audit the live cluster: a cron expression in UTC (default every ten minutes)',
  seriesLimit: 'most workloads, risks and applications with metric series of their own (default 500)',
  checkpointFile: 'file that carries conflicts over a restart; empty keeps none',
  events: 'verdicts tells them as Kubernetes Events on the workload and its Application (default none)',
  checkpointConfigMap:
    'ConfigMap that does so instead, shared by all replicas: namespace/name, or a name beside the pod',
  leaderElection:
    'whether one of several replicas is elected to write: auto elects in a pod of the watched cluster (default auto)',
  leaseNamespace: "namespace of the Lease over which replicas elect their leader; empty is the pod's",
  leaseName: 'name of that Lease; of two installations in one namespace each needs its own (default tugwatch)',
  leaseDuration: 'seconds after which the Lease of a leader that is gone may be taken over (default 15)',
  externalUrl: 'where people reach the page, such as https://tugwatch.example.com; messages and alerts link to it',
  remediationMode: 'suggest prints remedies and writes nothing; apply carries out their first step (default suggest)',
  remediationNamespaces: 'workload namespaces that apply mode may act for, with commas and globs: shop,team-*',
  remediationSelector: 'labels of the Applications that apply mode may change, as kubectl -l: team=shop,tier!=db',
  remediationPerHour: 'most changes in one hour, each Application once at most (default 5)',
} as const;

export type ConfigKey = keyof typeof SETTINGS;

/** Settings with a structure of their own, which only the file can give. */
export const FILE_SETTINGS = {
  receivers: 'who is told by message, of what and how',
  clusters: 'workload clusters that Argo CD deploys into from here, each with a kubeconfig of its own',
} as const;

/** Every name that the file may have. */
export type SettingKey = ConfigKey | keyof typeof FILE_SETTINGS;

/** Settings that a running daemon takes from a changed file at once; every other one waits for a restart. */
export const TAKEN_AT_ONCE: ReadonlySet<SettingKey> = new Set<SettingKey>([
  'externalUrl',
  'receivers',
  'logLevel',
  'auditSchedule',
  'seriesLimit',
  'remediationMode',
  'remediationNamespaces',
  'remediationSelector',
  'remediationPerHour',
]);

/** The environment variable of a setting: logLevel → TUGWATCH_LOG_LEVEL. */
export function environmentName(key: string): string {
  return `TUGWATCH_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** The flag of a setting: logLevel → --log-level. */
export function flagName(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
