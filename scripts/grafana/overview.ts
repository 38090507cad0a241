/** The overview: what is fighting now, since when, at what cost, what waits to start, and how well Tugwatch sees. */
import { type Dashboard, MappingType, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import {
  CONTESTED,
  inRange,
  LINE,
  LINE_LEGEND,
  max,
  maxOfShards,
  of,
  perSecond,
  perStep,
  stateOf,
  sum,
} from './expr.ts';
import { type Addresses, finish, newDashboard } from './frame.ts';
import { type Column, graphPanel, STATES, statPanel, tablePanel, timelinePanel } from './panels.ts';

const OF_ROW = (field: string) => `\${__data.fields.${field}}`;
const TO_WORKLOAD = `/d/tugwatch-workload?var-workload_namespace=${OF_ROW('workload_namespace')}&var-workload=${OF_ROW('workload')}&\${datasource:queryparam}&\${job:queryparam}&\${__url_time_range}`;
const TO_PAGE = `$tugwatch/workloads/${OF_ROW('workload_namespace')}/${OF_ROW('workload_kind')}/${OF_ROW('workload')}`;
const TO_ARGOCD = `$argocd/applications/${OF_ROW('application_namespace')}/${OF_ROW('application')}`;

/** Open: suspected or confirmed. */
const OPEN = `${stateOf(CONTESTED)} > 0`;

const WORKLOAD_COLUMNS: readonly Column[] = [
  { field: 'workload_namespace', name: 'Namespace' },
  { field: 'workload', name: 'Workload', links: [{ title: 'Look at this workload', url: TO_WORKLOAD }] },
  { field: 'workload_kind', name: 'Kind', width: 110 },
  { field: 'field', name: 'Field' },
  // Shown, because the link needs it and a hidden column cannot be linked by.
  { field: 'application_namespace', name: 'Application in', width: 130 },
  { field: 'application', name: 'Application', links: [{ title: 'Open in Argo CD', url: TO_ARGOCD }] },
];

const WATCH_STATES = {
  type: MappingType.ValueToText,
  options: {
    0: { text: 'watching', color: 'green', index: 0 },
    1: { text: 'listing or interrupted', color: 'orange', index: 1 },
    2: { text: 'absent', color: 'text', index: 2 },
    3: { text: 'forbidden', color: 'red', index: 3 },
  },
} as const;

export function overviewDashboard(addresses: Addresses): Dashboard {
  const board = newDashboard(
    'tugwatch-overview',
    'Tugwatch / Overview',
    'Who fights over which field of which workload, at what cost, and what waits to start.',
    addresses,
  );
  for (const panel of numbers()) board.withPanel(panel);
  board.withPanel(openConflicts(addresses.runbooks)).withPanel(
    timelinePanel({
      title: 'Conflicts over time',
      description:
        'A row for each contested field. Confirmed goes on until Tugwatch has a reason to call it resolved: silence is none, since Argo CD reverts only once in 300 s when its self-heal backs off.',
      width: 24,
      height: 8,
      query: { expr: stateOf(LINE), legend: LINE_LEGEND },
      mapping: STATES,
    }),
  );
  board.withRow(new RowBuilder('Cost'));
  for (const panel of costs()) board.withPanel(panel);
  board.withRow(new RowBuilder('Argo CD'));
  for (const panel of syncs()) board.withPanel(panel);
  board.withRow(new RowBuilder('What waits to start'));
  for (const panel of risks()) board.withPanel(panel);
  board.withRow(new RowBuilder('How well Tugwatch sees'));
  for (const panel of sight()) board.withPanel(panel);
  return finish(board);
}

function numbers() {
  const size = { width: 4, height: 4 };
  const conflicts = (state: string) =>
    `sum(${maxOfShards('cluster, namespace, state', 'tugwatch_conflicts', `state="${state}"`)})`;
  return [
    statPanel({
      ...size,
      title: 'Confirmed conflicts',
      description: 'Conflicts that are proven and not over. Complete, also where series are left out.',
      unit: 'short',
      query: { expr: conflicts('confirmed') },
      bad: 1,
    }),
    statPanel({
      ...size,
      title: 'Suspected conflicts',
      description: 'Reversals were seen, and the proof is awaited. Nobody is told of them yet.',
      unit: 'short',
      query: { expr: conflicts('suspected') },
    }),
    statPanel({
      ...size,
      title: 'Replica-seconds lost',
      description:
        'Over the time shown: replicas that autoscalers wanted and conflicts took away, times the seconds they were missing.',
      unit: 'short',
      query: { expr: sum('', inRange('tugwatch_conflict_replica_seconds_short_total')) },
    }),
    statPanel({
      ...size,
      title: 'Self-heals',
      description:
        'Over the time shown: self-heal operations of Applications that are contested or at risk, whatever field they heal.',
      unit: 'short',
      query: { expr: sum('', inRange('tugwatch_argocd_syncs_total', 'trigger="self-heal"')) },
    }),
    statPanel({
      ...size,
      title: 'Open risks',
      description: 'Findings of the audit that nobody silenced: what the next scale, sync or deploy would start.',
      unit: 'short',
      query: { expr: sum('', maxOfShards('cluster, namespace, rule, severity', 'tugwatch_risks')) },
    }),
    statPanel({
      ...size,
      title: 'Longest silence of a watch',
      description:
        'Time since the API server last sent something on the watch that is longest silent. Bookmarks come about once a minute, so above ten minutes Tugwatch is blind for that kind.',
      unit: 's',
      query: { expr: `max(${silence()})` },
      bad: 600,
      none: 'no watch',
    }),
  ];
}

function openConflicts(runbooks: string) {
  const open = `and on (${CONTESTED}) (${OPEN})`;
  return tablePanel({
    title: 'Open conflicts',
    description:
      'Who is contested now. The workload leads to its dashboard, the Application to Argo CD, the state to Tugwatch and the runbook. Numbers are of the time shown.',
    width: 24,
    height: 8,
    queries: [
      { expr: OPEN },
      { expr: `${sum(CONTESTED, inRange('tugwatch_conflict_reversals_total'))} ${open}` },
      { expr: `${sum(CONTESTED, inRange('tugwatch_conflict_replica_seconds_short_total'))} ${open}` },
      { expr: `${sum(CONTESTED, inRange('tugwatch_replicaset_churn_pods_total'))} ${open}` },
    ],
    columns: [
      {
        field: 'Value #A',
        name: 'State',
        width: 110,
        mapping: STATES,
        links: [
          { title: 'Explanation and remedy', url: TO_PAGE },
          { title: 'Runbook', url: `${runbooks}TugwatchConflictConfirmed` },
        ],
      },
      ...WORKLOAD_COLUMNS,
      { field: 'Value #B', name: 'Reversals', unit: 'short', width: 100 },
      { field: 'Value #C', name: 'Replica-seconds lost', unit: 'short', width: 170 },
      { field: 'Value #D', name: 'Pods up and down', unit: 'short', width: 150 },
    ],
    none: 'Nobody fights.',
  });
}

function costs() {
  const size = { width: 12, height: 8 };
  return [
    graphPanel({
      ...size,
      title: 'Replicas missing',
      description: 'How many of the replicas that the autoscaler wants were missing on average between two points.',
      unit: 'short',
      look: 'line',
      queries: [
        {
          expr: sum(LINE, perSecond('tugwatch_conflict_replica_seconds_short_total')),
          legend: LINE_LEGEND,
        },
      ],
    }),
    graphPanel({
      ...size,
      title: 'Reversals',
      description: 'Writes that undid the write of another contender, between two points.',
      unit: 'short',
      look: 'bars',
      queries: [{ expr: sum(LINE, perStep('tugwatch_conflict_reversals_total')), legend: LINE_LEGEND }],
    }),
    graphPanel({
      ...size,
      title: 'Pods created and deleted',
      description:
        'Pods that the ReplicaSets of contested workloads were told to create or to delete, between two points.',
      unit: 'short',
      look: 'bars',
      queries: [{ expr: sum('direction', perStep('tugwatch_replicaset_churn_pods_total')), legend: '{{direction}}' }],
    }),
    graphPanel({
      ...size,
      title: 'Writes by writer',
      description:
        'Writes of contested fields, by the kind of writer, between two points. A fight has two of about the same size.',
      unit: 'short',
      look: 'bars',
      queries: [{ expr: sum('writer', perStep('tugwatch_field_writes_total')), legend: '{{writer}}' }],
    }),
  ];
}

function syncs() {
  const size = { width: 12, height: 8 };
  return [
    graphPanel({
      ...size,
      title: 'Syncs by trigger',
      description:
        'Operations of Applications that are contested or at risk, by what started them, between two points. Argo CD itself does not tell self-heals from syncs of a new revision.',
      unit: 'short',
      look: 'bars',
      queries: [{ expr: sum('trigger', perStep('tugwatch_argocd_syncs_total')), legend: '{{trigger}}' }],
    }),
    graphPanel({
      ...size,
      title: 'Self-heals by Application',
      description:
        'Self-heal operations between two points, whatever field they heal. One that goes on and on is a loop, also where no workload is contested.',
      unit: 'short',
      look: 'bars',
      queries: [
        {
          expr: sum(
            'application_namespace, application',
            perStep('tugwatch_argocd_syncs_total', 'trigger="self-heal"'),
          ),
          legend: '{{application_namespace}}/{{application}}',
        },
      ],
    }),
  ];
}

function risks() {
  return [
    tablePanel({
      title: 'Risks',
      description:
        'What the next scale, sync or deploy would start. The rules are explained in docs/rules; tugwatch audit prints the remedy of each.',
      width: 16,
      height: 8,
      queries: [{ expr: max(`rule, ${CONTESTED}`, of('tugwatch_risk')) }],
      columns: [{ field: 'rule', name: 'Rule', width: 80 }, ...WORKLOAD_COLUMNS],
      hide: ['Value'],
      none: 'Nothing waits to start.',
    }),
    graphPanel({
      title: 'Notices by kind',
      description:
        'What is no conflict and still worth knowing, between two points: releases, restarts, an autoscaler that undoes itself, a person whose scale was reverted.',
      width: 8,
      height: 8,
      unit: 'short',
      look: 'bars',
      queries: [{ expr: sum('kind', perStep('tugwatch_notices_total')), legend: '{{kind}}' }],
    }),
  ];
}

function sight() {
  const size = { width: 12, height: 8 };
  const watch = (state: string) => max('cluster, resource', of('tugwatch_watch_state', `state=~"${state}"`));
  return [
    timelinePanel({
      ...size,
      title: 'Watches',
      description:
        'Whether every version of a kind arrives. Absent is as it should be for kinds that the cluster does not have.',
      query: {
        expr: `${watch('listing|interrupted')} + 2 * ${watch('absent')} + 3 * ${watch('forbidden')}`,
        legend: '{{resource}}',
      },
      mapping: WATCH_STATES,
    }),
    graphPanel({
      ...size,
      title: 'Silence by kind',
      description:
        'Time since the API server last sent something on the watch of a kind. Bookmarks keep it at about a minute.',
      unit: 's',
      look: 'line',
      queries: [{ expr: silence(), legend: '{{resource}}' }],
    }),
    graphPanel({
      ...size,
      title: 'Gaps and corrections',
      description:
        'Gaps: a watch broke so that versions may have been missed, as after a restart of the API server. Corrections: a fresh list showed what a watch had not told, which must not happen.',
      unit: 'short',
      look: 'bars',
      queries: [
        { expr: sum('resource', perStep('tugwatch_watch_gaps_total')), legend: 'gap {{resource}}' },
        { expr: sum('resource', perStep('tugwatch_watch_corrections_total')), legend: 'correction {{resource}}' },
      ],
    }),
    tablePanel({
      title: 'Version',
      description: 'What runs, and where.',
      width: 6,
      height: 8,
      queries: [{ expr: max('job, instance, version, revision', of('tugwatch_build_info')) }],
      columns: [
        { field: 'instance', name: 'Instance' },
        { field: 'version', name: 'Version' },
        { field: 'revision', name: 'Revision' },
      ],
      hide: ['job', 'Value'],
      none: 'No Tugwatch runs.',
    }),
    statPanel({
      title: 'Series left out',
      description:
        'Workloads, risks and Applications that have no series because there are too many: they are missing above, and no alert can fire for them.',
      width: 6,
      height: 8,
      unit: 'short',
      query: { expr: sum('', max('cluster, namespace, scope', of('tugwatch_series_hidden'))) },
      bad: 1,
    }),
  ];
}

/** Kinds that are absent or forbidden are asked for only every five minutes. */
function silence(): string {
  const contact = max('cluster, resource', of('tugwatch_watch_last_contact_timestamp_seconds'));
  const unasked = max('cluster, resource', of('tugwatch_watch_state', 'state=~"absent|forbidden"'));
  return `time() - ${contact} unless (${unasked} == 1)`;
}
