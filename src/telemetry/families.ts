/**
 * Every metric of Tugwatch as data: its name, type, help and labels beside the pure function that gives its samples.
 * docs/metrics.md lists the same, and a test compares the two.
 */
import type { Millis } from '../model/facts.ts';
import type { WatchState } from '../model/health.ts';
import type { ReplicasNow, SyncCounts } from '../model/observations.ts';
import type { Shard } from '../model/shard.ts';
import type { ConflictState, HealKind, Severity, WriterKind } from '../model/verdicts.ts';
import { visible } from '../report/visible.ts';
import type { ContestedSeries } from './contested-series.ts';
import { WORKLOAD_LABELS } from './contested-series.ts';
import { LabelSet, type Labels, type Saying, type Subject } from './exposition.ts';
import { LIMIT_FAMILIES, PROCESS_FAMILIES, SHARD_FAMILIES } from './process-families.ts';
import type { TelemetrySnapshot } from './snapshot.ts';
import { TELLING_FAMILIES } from './telling-families.ts';

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** What the families look at: the snapshot, and what of it may have series. */
export interface TelemetryView {
  readonly snapshot: TelemetrySnapshot;
  readonly contested: readonly ContestedSeries[];
  readonly risks: readonly RiskSeries[];
  /** Operations of the Applications that are contested or at risk. */
  readonly syncs: readonly SyncSeries[];
}

export interface SyncSeries extends Subject {
  readonly byTrigger: SyncCounts['byTrigger'];
}

export interface RiskSeries extends Subject {
  readonly rule: string;
  readonly severity: Severity;
}

/** What Tugwatch knows of itself even when no snapshot can be had. */
export interface SelfView {
  readonly build: { readonly version: string; readonly revision: string };
  readonly dropped: Readonly<Record<DropScope, number>>;
  readonly hidden: Readonly<Record<DropScope, number>>;
  readonly collectErrors: ReadonlyMap<string, number>;
  /** How the last reading of the configuration file went; null where no daemon runs. */
  readonly config: ConfigStatus | null;
  /** null: this process holds every namespace. */
  readonly shard: Shard | null;
  /** Where people reach the page; '' where nobody has said. */
  readonly externalUrl: string;
  /** Of several replicas one does; a process that runs alone does. */
  readonly leads: boolean;
}

export interface ConfigStatus {
  /** The file as it is now was taken over. */
  readonly successful: boolean;
  /** When a configuration was last taken over. */
  readonly successAt: Millis;
}

export type DropScope = 'conflict' | 'risk' | 'application';

/** What a family says of itself. */
export interface Declaration {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  readonly labels: readonly string[];
  /** fixed: name, type and labels do not change within a major version. evolving: they may in a minor one. */
  readonly stability: 'fixed' | 'evolving';
}

export type Family = Declaration &
  (
    | { readonly about: 'cluster'; readonly samples: (view: TelemetryView) => Iterable<Sample> }
    | { readonly about: 'self'; readonly samples: (self: SelfView) => Iterable<Sample> }
    | AboutEach<'contested'>
    | AboutEach<'risks'>
    | AboutEach<'syncs'>
  );

/** A family that says something of each of many: of contested workloads, say. */
interface AboutEach<T extends 'contested' | 'risks' | 'syncs'> extends Saying<TelemetryView[T][number]> {
  readonly about: T;
}

const STATES: readonly ConflictState[] = ['suspected', 'confirmed', 'resolved'];
const TRIGGERS: readonly HealKind[] = ['self-heal', 'revision', 'manual', 'other'];
const WRITERS: readonly WriterKind[] = ['argocd', 'hpa', 'keda', 'human', 'rollouts', 'controller', 'unknown'];
const WATCH_STATES: readonly WatchState[] = ['listing', 'watching', 'interrupted', 'absent', 'forbidden'];
const SCOPES: readonly DropScope[] = ['conflict', 'risk', 'application'];

export const FAMILIES: readonly Family[] = [
  {
    name: 'tugwatch_conflict_state',
    type: 'gauge',
    help: 'Whether the conflict over a field of a workload is in this state.',
    labels: [...WORKLOAD_LABELS, 'state'],
    stability: 'fixed',
    about: 'contested',
    by: eachOf('state', STATES),
    valuesOf: ({ state }) => (state === null ? [] : STATES.map((each) => (each === state ? 1 : 0))),
  },
  {
    name: 'tugwatch_conflict_reversals_total',
    type: 'counter',
    help: 'Writes that undid the write of another contender.',
    labels: WORKLOAD_LABELS,
    stability: 'fixed',
    about: 'contested',
    valuesOf: ({ totals }) => [totals.reversals],
  },
  {
    name: 'tugwatch_conflict_replica_seconds_short_total',
    type: 'counter',
    help: 'Replicas that the autoscaler wanted and the conflict took away, times the seconds they were missing.',
    labels: WORKLOAD_LABELS,
    stability: 'fixed',
    about: 'contested',
    valuesOf: ({ totals }) => [totals.replicaSecondsShort],
  },
  replicasGauge('wanted', 'What the autoscaler of a contested workload wants its replicas to be.'),
  replicasGauge('spec', 'The replicas that a contested workload is told to run, spec.replicas.'),
  replicasGauge('declared', 'What Git says of the replicas of a contested workload, as far as the cluster shows it.'),
  {
    name: 'tugwatch_replicaset_churn_pods_total',
    type: 'counter',
    help: 'Pods that the ReplicaSets of a contested workload were told to create (up) or to delete (down).',
    labels: [...WORKLOAD_LABELS, 'direction'],
    stability: 'fixed',
    about: 'contested',
    by: eachOf('direction', ['up', 'down']),
    valuesOf: ({ totals }) => [totals.podsUp, totals.podsDown],
  },
  {
    name: 'tugwatch_argocd_syncs_total',
    type: 'counter',
    help: 'Operations of an Application that is contested or at risk, by what started them.',
    labels: ['application_namespace', 'application', 'trigger'],
    stability: 'fixed',
    about: 'syncs',
    by: eachOf('trigger', TRIGGERS),
    valuesOf: ({ byTrigger }) => TRIGGERS.map((trigger) => byTrigger[trigger]),
  },
  {
    name: 'tugwatch_field_writes_total',
    type: 'counter',
    help: 'Writes of a contested field, by the kind of writer.',
    labels: [...WORKLOAD_LABELS, 'writer'],
    stability: 'fixed',
    about: 'contested',
    by: eachOf('writer', WRITERS),
    valuesOf: ({ totals }) => WRITERS.map((writer) => totals.writes[writer] ?? 0),
  },
  {
    name: 'tugwatch_risk',
    type: 'gauge',
    help: 'A configuration in which the next scale, sync or deploy starts a conflict. Silenced risks are left out.',
    labels: ['rule', ...WORKLOAD_LABELS],
    stability: 'fixed',
    about: 'risks',
    valuesOf: () => [1],
  },
  {
    name: 'tugwatch_watch_last_contact_timestamp_seconds',
    type: 'gauge',
    help: 'When the API server last sent something on the watch of a resource, bookmarks included.',
    labels: ['cluster', 'resource'],
    stability: 'fixed',
    about: 'cluster',
    samples: ({ snapshot }) =>
      snapshot.watches.flatMap((watch) =>
        watch.lastContactAt === null ? [] : [{ labels: watchLabels(watch), value: watch.lastContactAt / 1000 }],
      ),
  },
  {
    name: 'tugwatch_build_info',
    type: 'gauge',
    help: 'The running version.',
    labels: ['version', 'revision'],
    stability: 'fixed',
    about: 'self',
    samples: ({ build }) => [{ labels: build, value: 1 }],
  },
  {
    name: 'tugwatch_conflicts',
    type: 'gauge',
    help: 'Conflicts by state; the resolved ones as long as they are remembered. Complete, whatever was dropped.',
    labels: ['state'],
    stability: 'evolving',
    about: 'cluster',
    samples: ({ snapshot }) =>
      STATES.map((state) => ({
        labels: { state },
        value: snapshot.contested.filter((counts) => counts.state === state).length,
      })),
  },
  {
    name: 'tugwatch_risks',
    type: 'gauge',
    help: 'Risks by rule, silenced ones left out. Complete, whatever was dropped.',
    labels: ['rule', 'severity'],
    stability: 'evolving',
    about: 'cluster',
    samples: ({ snapshot }) => {
      const open = snapshot.risks.filter((risk) => risk.suppressed === null);
      const byRule = Map.groupBy(open, ({ rule, severity }) => JSON.stringify([rule, severity]));
      return [...byRule.entries()]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([, [risk, ...more]]) =>
          risk === undefined ? [] : [{ labels: { rule: risk.rule, severity: risk.severity }, value: 1 + more.length }],
        );
    },
  },
  {
    name: 'tugwatch_notices_total',
    type: 'counter',
    help: 'Notices: what is no conflict and still worth knowing, by kind.',
    labels: ['kind'],
    stability: 'evolving',
    about: 'cluster',
    samples: ({ snapshot }) =>
      Object.entries(snapshot.notices)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([kind, value]) => ({ labels: { kind }, value })),
  },
  {
    name: 'tugwatch_watch_state',
    type: 'gauge',
    help: 'Whether the watch of a resource is in this state.',
    labels: ['cluster', 'resource', 'state'],
    stability: 'evolving',
    about: 'cluster',
    samples: ({ snapshot }) =>
      snapshot.watches.flatMap((watch) =>
        WATCH_STATES.map((state) => ({
          labels: { ...watchLabels(watch), state },
          value: watch.state === state ? 1 : 0,
        })),
      ),
  },
  {
    name: 'tugwatch_watch_corrections_total',
    type: 'counter',
    help: 'Objects that a fresh list showed different from what the watch had told.',
    labels: ['cluster', 'resource'],
    stability: 'evolving',
    about: 'cluster',
    samples: ({ snapshot }) =>
      snapshot.watches.map((watch) => ({ labels: watchLabels(watch), value: watch.corrections })),
  },
  {
    name: 'tugwatch_watch_gaps_total',
    type: 'counter',
    help: 'Times the watch of a resource broke so that versions may have been missed.',
    labels: ['cluster', 'resource'],
    stability: 'evolving',
    about: 'cluster',
    samples: ({ snapshot }) => snapshot.watches.map((watch) => ({ labels: watchLabels(watch), value: watch.gaps })),
  },
  {
    name: 'tugwatch_recording_skipped_lines_total',
    type: 'counter',
    help: 'Lines of recordings that could not be read and were skipped.',
    labels: [],
    stability: 'evolving',
    about: 'cluster',
    samples: ({ snapshot }) => [{ labels: {}, value: snapshot.skippedLines }],
  },
  {
    name: 'tugwatch_series_dropped_total',
    type: 'counter',
    help: 'Workloads, risks and applications that got no series because there were too many.',
    labels: ['scope'],
    stability: 'evolving',
    about: 'self',
    samples: ({ dropped }) => SCOPES.map((scope) => ({ labels: { scope }, value: dropped[scope] })),
  },
  {
    name: 'tugwatch_series_hidden',
    type: 'gauge',
    help: 'Workloads, risks and applications that have no series now because there are too many.',
    labels: ['scope'],
    stability: 'evolving',
    about: 'self',
    samples: ({ hidden }) => SCOPES.map((scope) => ({ labels: { scope }, value: hidden[scope] })),
  },
  {
    name: 'tugwatch_collect_errors_total',
    type: 'counter',
    help: 'Times the samples of a metric could not be computed; it is missing from that scrape.',
    labels: ['family'],
    stability: 'evolving',
    about: 'self',
    samples: ({ collectErrors }) => [...collectErrors].map(([family, value]) => ({ labels: { family }, value })),
  },
  ...LIMIT_FAMILIES,
  ...TELLING_FAMILIES,
  ...SHARD_FAMILIES,
  ...PROCESS_FAMILIES,
];

function eachOf(label: string, values: readonly string[]): readonly LabelSet[] {
  return values.map((value) => new LabelSet({ [label]: value }));
}

function watchLabels(watch: { readonly cluster: string; readonly resource: string }): Record<string, string> {
  return { cluster: visible(watch.cluster), resource: visible(watch.resource) };
}

/** Absent where the cluster does not show the value: zero replicas would be a claim. */
function replicasGauge(which: keyof ReplicasNow, help: string): Family {
  return {
    name: `tugwatch_conflict_${which}_replicas`,
    type: 'gauge',
    help,
    labels: WORKLOAD_LABELS,
    stability: 'evolving',
    about: 'contested',
    valuesOf: ({ replicas }) => [replicas?.[which] ?? null],
  };
}
