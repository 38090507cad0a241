/** Metrics of the running process itself, in the shape of families.ts, which takes them in. */
import type { Family } from './families.ts';

export const LIMIT_FAMILIES: readonly Family[] = [
  {
    name: 'tugwatch_applications_elsewhere',
    type: 'gauge',
    help: 'Applications that deploy into a cluster that is not watched: nothing is told of what they manage.',
    labels: [],
    stability: 'evolving',
    about: 'cluster',
    samples: ({ snapshot }) => [{ labels: {}, value: snapshot.elsewhere ?? 0 }],
  },
  {
    name: 'tugwatch_limit_drops_total',
    type: 'counter',
    help: 'Times a bound on memory or connections was reached and something was dropped, by what it bounds.',
    labels: ['limit'],
    stability: 'evolving',
    about: 'cluster',
    samples: ({ snapshot }) =>
      Object.entries(snapshot.drops ?? {}).map(([limit, value]) => ({ labels: { limit }, value })),
  },
];

/** Only where the namespaces are shared among processes. */
export const SHARD_FAMILIES: readonly Family[] = [
  {
    name: 'tugwatch_shard_info',
    type: 'gauge',
    help: 'The share of the namespaces that this process holds: its index, from 0, and how many shares there are.',
    labels: ['shard', 'shards'],
    stability: 'evolving',
    about: 'self',
    samples: ({ shard }) =>
      shard === null ? [] : [{ labels: { shard: String(shard.index), shards: String(shard.of) }, value: 1 }],
  },
];

/** Only where a daemon runs. */
export const PROCESS_FAMILIES: readonly Family[] = [
  {
    name: 'tugwatch_config_last_reload_successful',
    type: 'gauge',
    help: 'Whether the configuration file was taken over when it was last read; 1 where there is none.',
    labels: [],
    stability: 'evolving',
    about: 'self',
    samples: ({ config }) => (config === null ? [] : [{ labels: {}, value: config.successful ? 1 : 0 }]),
  },
  {
    name: 'tugwatch_config_last_reload_success_timestamp_seconds',
    type: 'gauge',
    help: 'When a configuration was last taken over.',
    labels: [],
    stability: 'evolving',
    about: 'self',
    samples: ({ config }) => (config === null ? [] : [{ labels: {}, value: config.successAt / 1000 }]),
  },
  {
    name: 'tugwatch_leader',
    type: 'gauge',
    help: 'Whether this replica leads: it alone writes Events, messages, remedies and the checkpoint.',
    labels: [],
    stability: 'evolving',
    about: 'self',
    samples: ({ leads }) => [{ labels: {}, value: leads ? 1 : 0 }],
  },
  {
    name: 'tugwatch_web_info',
    type: 'gauge',
    help: 'Where people reach the page (externalUrl); absent where that is not set. Alerts and dashboards link to it.',
    labels: ['url'],
    stability: 'evolving',
    about: 'self',
    samples: ({ externalUrl }) => (externalUrl === '' ? [] : [{ labels: { url: externalUrl }, value: 1 }]),
  },
];
