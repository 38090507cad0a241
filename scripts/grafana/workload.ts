/** One workload: what was wanted, told and declared, who wrote when, and what it cost. */
import {
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardLinkBuilder,
  DashboardLinkType,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { inRange, type Matcher, max, of, perSecond, perStep, stateOf, sum } from './expr.ts';
import { type Addresses, choice, finish, hiddenAll, newDashboard } from './frame.ts';
import { DATASOURCE, graphPanel, STATES, statPanel, tablePanel, timelinePanel } from './panels.ts';

const THIS: readonly Matcher[] = ['workload_namespace="$workload_namespace"', 'workload="$workload"'];
const TARGETS = 'job=~"$job",instance=~"$instance"';

export function workloadDashboard(addresses: Addresses): Dashboard {
  const board = newDashboard(
    'tugwatch-workload',
    'Tugwatch / Workload',
    'One contested workload: what its autoscaler wants, what it is told, what Git says, and who wrote when.',
    addresses,
  )
    .withVariable(
      choice(
        'workload_namespace',
        'Namespace',
        `label_values(tugwatch_conflict_reversals_total{${TARGETS}}, workload_namespace)`,
      ),
    )
    .withVariable(
      choice(
        'workload',
        'Workload',
        `label_values(tugwatch_conflict_reversals_total{${TARGETS},${THIS[0]}}, workload)`,
      ),
    )
    .withVariable(
      hiddenAll(
        'application',
        'Application',
        `label_values(tugwatch_conflict_reversals_total{${TARGETS},${THIS.join(',')}}, application)`,
      ),
    )
    .link(
      new DashboardLinkBuilder('Explanation and remedy')
        .type(DashboardLinkType.Link)
        .url('$tugwatch/workloads/$workload_namespace/-/$workload')
        .targetBlank(true),
    )
    .annotation(writesOf('Writes of Argo CD', 'writer="argocd"', 'orange'))
    .annotation(writesOf('Writes of others', 'writer!="argocd"', 'blue'));
  for (const panel of [...numbers(), ...history(), ...causes()]) board.withPanel(panel);
  return finish(board);
}

/** Vertical lines where a field was written, coloured by the side. */
function writesOf(name: string, writer: Matcher, colour: string): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name(name)
    .datasource(DATASOURCE)
    .enable(true)
    .iconColor(colour)
    .expr(`${sum('writer, field', perStep('tugwatch_field_writes_total', ...THIS, writer))} > 0`)
    .step('30s')
    .titleFormat('{{writer}} wrote')
    .textFormat('{{field}}')
    .tagKeys('writer');
}

function numbers() {
  const size = { width: 6, height: 4 };
  return [
    statPanel({
      ...size,
      title: 'Reversals',
      description: 'Over the time shown: writes that undid the write of another contender.',
      unit: 'short',
      query: { expr: sum('', inRange('tugwatch_conflict_reversals_total', ...THIS)) },
    }),
    statPanel({
      ...size,
      title: 'Replica-seconds lost',
      description:
        'Over the time shown: replicas that the autoscaler wanted and the conflict took away, times the seconds they were missing.',
      unit: 'short',
      query: { expr: sum('', inRange('tugwatch_conflict_replica_seconds_short_total', ...THIS)) },
    }),
    statPanel({
      ...size,
      title: 'Pods created',
      description:
        'Over the time shown: pods that its ReplicaSets were told to create. In a fight most of them live for seconds.',
      unit: 'short',
      query: { expr: sum('', inRange('tugwatch_replicaset_churn_pods_total', ...THIS, 'direction="up"')) },
    }),
    statPanel({
      ...size,
      title: 'Self-heals of its Application',
      description: 'Over the time shown: self-heal operations of the Application, whatever they healed.',
      unit: 'short',
      query: {
        expr: sum('', inRange('tugwatch_argocd_syncs_total', 'application=~"$application"', 'trigger="self-heal"')),
      },
    }),
  ];
}

function history() {
  const replicas = (which: string, legend: string) => ({
    expr: max('workload_kind', of(`tugwatch_conflict_${which}_replicas`, ...THIS)),
    legend,
  });
  return [
    timelinePanel({
      title: 'State',
      description: 'A row for each contested field of the workload.',
      width: 24,
      height: 4,
      query: { expr: stateOf('field', ...THIS), legend: '{{field}}' },
      mapping: STATES,
    }),
    graphPanel({
      title: 'Replicas wanted, told and declared',
      description:
        'What the autoscaler wants, what spec.replicas says, and what Git says, as steps. Where the second falls from the first to the third, Argo CD has just reverted. Scrapes come every 30 s or so: a reversal that lives shorter shows in the annotations and counters only.',
      width: 24,
      height: 10,
      unit: 'short',
      look: 'steps',
      queries: [
        replicas('wanted', 'wanted by the autoscaler'),
        replicas('spec', 'told (spec.replicas)'),
        replicas('declared', 'declared in Git'),
      ],
    }),
  ];
}

function causes() {
  const size = { width: 12, height: 8 };
  return [
    graphPanel({
      ...size,
      title: 'Writes by writer',
      description:
        'Writes of its contested fields between two points. A fight has two writers of about the same number.',
      unit: 'short',
      look: 'bars',
      queries: [{ expr: sum('writer', perStep('tugwatch_field_writes_total', ...THIS)), legend: '{{writer}}' }],
    }),
    graphPanel({
      ...size,
      title: 'Replicas missing',
      description: 'How many of the replicas that the autoscaler wants were missing on average between two points.',
      unit: 'short',
      look: 'line',
      queries: [
        {
          expr: sum('field', perSecond('tugwatch_conflict_replica_seconds_short_total', ...THIS)),
          legend: 'missing, {{field}}',
        },
      ],
    }),
    graphPanel({
      ...size,
      title: 'Pods created and deleted',
      description: 'Pods that its ReplicaSets were told to create or to delete, between two points.',
      unit: 'short',
      look: 'bars',
      queries: [
        { expr: sum('direction', perStep('tugwatch_replicaset_churn_pods_total', ...THIS)), legend: '{{direction}}' },
      ],
    }),
    graphPanel({
      ...size,
      title: 'Syncs of its Application by trigger',
      description: 'Operations of the Application between two points, by what started them.',
      unit: 'short',
      look: 'bars',
      queries: [
        {
          expr: sum('trigger', perStep('tugwatch_argocd_syncs_total', 'application=~"$application"')),
          legend: '{{trigger}}',
        },
      ],
    }),
    tablePanel({
      title: 'Risks',
      description: 'What the next scale, sync or deploy would start here. tugwatch why prints the remedy.',
      width: 24,
      height: 5,
      queries: [{ expr: max('rule, application, field', of('tugwatch_risk', ...THIS)) }],
      columns: [
        { field: 'rule', name: 'Rule', width: 80 },
        { field: 'field', name: 'Field' },
        { field: 'application', name: 'Application' },
      ],
      hide: ['Value'],
      none: 'Nothing waits to start.',
    }),
  ];
}
