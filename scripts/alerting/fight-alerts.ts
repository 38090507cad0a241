/** Alerts about fights: one that goes on, one that costs capacity, one that ended by half, and those to come. */
import {
  type AlertGroup,
  type AlertSettings,
  APPLICATION,
  byContested,
  byOrigin,
  FIELD,
  numberOfThis,
  THIS,
  WORKLOAD,
  WORKLOAD_PAGE,
  WRITERS,
  withShard,
} from './alert.ts';

const REVERSALS = 'tugwatch_conflict_reversals_total';
const SHORT = 'tugwatch_conflict_replica_seconds_short_total';
const WANTED = 'tugwatch_conflict_wanted_replicas';
const WHY = '`tugwatch why {{ $labels.workload_namespace }}/{{ $labels.workload }}` names both sides and the fix.';

/**
 * Argo CD reverts once in 300 s when its self-heal backs off (since 2.13), so nothing here may depend on a revert within
 * the last minutes. The state is Tugwatch's own, which takes no silence for the end; 15 minutes of memory bridge a
 * restart without a checkpoint (one backoff, the reconciliation after it, and the start), and end at once by `resolved`.
 */
const CONFIRMED = `max ${byContested} (max_over_time(tugwatch_conflict_state{state="confirmed"}[15m])) == 1
unless
  max ${byContested} (tugwatch_conflict_state{state="resolved"}) == 1`;

/**
 * Replicas missing on average over ten minutes, two periods of the slow loop, against what the autoscaler wants. Both
 * sides come from the same target, so a restart of Prometheus does not tear them apart.
 */
const short = (share: string) => `max ${byContested} (rate(tugwatch_conflict_replica_seconds_short_total[10m]))
/
max ${byContested} (avg_over_time(tugwatch_conflict_wanted_replicas[10m]))
> ${share}`;

/** A rule without RespectIgnoreDifferences where there was a fight within a day, and none is going on. */
const HALF_FIXED = `max ${byContested} (tugwatch_risk{rule="TW102"}) == 1
and
  max ${byContested} (max_over_time(tugwatch_conflict_state{state="confirmed"}[1d])) == 1
unless
  max ${byContested} (tugwatch_conflict_state{state="confirmed"}) == 1`;

const AT_RISK = `sum ${byOrigin('rule')} (max ${byOrigin('rule', 'severity', 'shard')} (${withShard('tugwatch_risks')})) > 0`;

const EXAMPLES =
  '{{ with query (printf `topk (3, tugwatch_risk{cluster=%q,namespace=%q,job=%q,rule=%q})` $labels.cluster $labels.namespace $labels.job $labels.rule) }}, such as{{ range $index, $risk := sortByLabel "workload" . }}{{ if $index }},{{ end }} {{ $risk.Labels.workload_namespace }}/{{ $risk.Labels.workload }}{{ end }}{{ end }}';

export function fightGroups(settings: AlertSettings): readonly AlertGroup[] {
  return [
    {
      name: 'tugwatch-conflicts',
      interval: '',
      alerts: [
        {
          name: 'TugwatchCapacityShort',
          severity: 'critical',
          expr: short(settings.capacityShare),
          for: '2m',
          keepFiringFor: '10m',
          summary: 'A conflict keeps a workload far below the replicas it needs.',
          description: `${THIS}${WORKLOAD}${APPLICATION} lacked {{ $value | humanizePercentage }} of the replicas its autoscaler wants${numberOfThis(' (now ', WANTED, ')')}, on average over 10 minutes, because ${FIELD} is fought over; replica-seconds short so far: ${numberOfThis('', SHORT, '', 'not known')}. ${WHY}`,
          dashboard: 'workload',
          page: WORKLOAD_PAGE,
        },
        {
          name: 'TugwatchConflictConfirmed',
          severity: 'warning',
          expr: CONFIRMED,
          for: '1m',
          keepFiringFor: '5m',
          summary: 'Two writers undo each other on one field of a workload.',
          description: `${THIS}${FIELD} of ${WORKLOAD}${APPLICATION} is fought over. Reversals so far: ${numberOfThis('', REVERSALS, '', 'not known')}${WRITERS}; replica-seconds short: ${numberOfThis('', SHORT, '', 'not known')}. ${WHY}`,
          dashboard: 'workload',
          page: WORKLOAD_PAGE,
        },
        {
          name: 'TugwatchConflictHalfFixed',
          severity: 'warning',
          expr: HALF_FIXED,
          for: '5m',
          keepFiringFor: '5m',
          summary: 'A conflict was ended by half: the next full sync writes the field again.',
          description: `${THIS}${FIELD} of ${WORKLOAD}${APPLICATION} was fought over within the last day${numberOfThis(' (reversals: ', REVERSALS, ')')}. A rule ignores it since, but without RespectIgnoreDifferences=true: each sync of a new commit still sets Git's value. ${WHY}`,
          dashboard: 'workload',
          page: WORKLOAD_PAGE,
        },
      ],
    },
    {
      name: 'tugwatch-risks',
      interval: '5m',
      alerts: [
        {
          name: 'TugwatchLatentRisk',
          severity: 'info',
          expr: AT_RISK,
          for: '1h',
          keepFiringFor: '1h',
          summary: 'Workloads are set up so that the next scale, sync or deploy starts a conflict.',
          description: `Findings of rule {{ $labels.rule }}: {{ $value }}${EXAMPLES}. A conflict, or a drop of capacity, only waits to start; \`tugwatch audit\` says what to change.`,
          dashboard: 'overview',
          page: '/risks/{{ $labels.rule }}',
        },
      ],
    },
  ];
}
