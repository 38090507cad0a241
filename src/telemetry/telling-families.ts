/** Metrics of what is told to people, in the shape of families.ts, which takes them in. */
import type { Family } from './families.ts';

export const TELLING_FAMILIES: readonly Family[] = [
  {
    name: 'tugwatch_messages_total',
    type: 'counter',
    help: 'Messages by what became of them, for each receiver; requests with the state of all alerts where it is an Alertmanager.',
    labels: ['receiver', 'outcome'],
    stability: 'evolving',
    about: 'cluster',
    samples: ({ snapshot }) =>
      (snapshot.telling?.receivers ?? []).flatMap(({ receiver, counts }) =>
        Object.entries(counts).map(([outcome, value]) => ({ labels: { receiver, outcome }, value })),
      ),
  },
  {
    name: 'tugwatch_messages_waiting',
    type: 'gauge',
    help: 'Messages that could not be brought to a receiver yet.',
    labels: ['receiver'],
    stability: 'evolving',
    about: 'cluster',
    samples: ({ snapshot }) =>
      (snapshot.telling?.receivers ?? []).map(({ receiver, waiting }) => ({ labels: { receiver }, value: waiting })),
  },
  {
    name: 'tugwatch_kubernetes_events_total',
    type: 'counter',
    help: 'Kubernetes Events by what became of them.',
    labels: ['outcome'],
    stability: 'evolving',
    about: 'cluster',
    samples: ({ snapshot }) =>
      Object.entries(snapshot.telling?.events ?? {}).map(([outcome, value]) => ({ labels: { outcome }, value })),
  },
];
