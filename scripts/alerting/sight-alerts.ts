/** Alerts about Tugwatch itself: whatever keeps it from seeing, or from telling. Silence must never look like peace. */
import { WATCHED_RESOURCES } from '../../src/kubernetes/resources.ts';
import { groupOf } from '../../src/model/refs.ts';
import { type AlertGroup, type AlertSettings, byOrigin, withShard } from './alert.ts';

/** Kinds without which there are no verdicts: the mandatory ones, and Applications. */
const NEEDED = WATCHED_RESOURCES.filter(({ mandatory, fact }) => mandatory || fact === 'application')
  .map(({ apiVersion, resource }) => `${resource}.${groupOf(apiVersion)}`.replaceAll('.', '[.]'))
  .join('|');

/**
 * A bookmark comes about once a minute, whatever happens. Kinds that are absent or forbidden are asked for again only
 * every five minutes, and have an alert of their own where they are needed.
 */
const stale = (
  seconds: string,
) => `time() - min ${byOrigin('instance', 'resource')} (tugwatch_watch_last_contact_timestamp_seconds) > ${seconds}
unless
  max ${byOrigin('instance', 'resource')} (tugwatch_watch_state{state=~"absent|forbidden"}) == 1`;

const NO_LEADER = `max ${byOrigin('shard')} (${withShard('tugwatch_leader')}) == 0`;

/** What waits is asked for by its own: a receiver that is away for long loses nothing until six hours have passed. */
const MESSAGES_FAILING = `sum ${byOrigin('receiver')} (increase(tugwatch_messages_total{outcome=~"dropped|expired|refused"}[1h])) > 0
or
max ${byOrigin('receiver')} (tugwatch_messages_waiting) > 0`;

const TARGET = '{{ $labels.instance }}';
const KIND = '{{ $labels.resource }}';

export function sightGroups(settings: AlertSettings): readonly AlertGroup[] {
  return [
    {
      name: 'tugwatch-sight',
      interval: '',
      alerts: [
        {
          name: 'TugwatchWatchStale',
          severity: 'warning',
          expr: stale(settings.staleSeconds),
          for: '5m',
          keepFiringFor: '5m',
          summary: 'Tugwatch has heard nothing of a kind for long: conflicts may go unseen.',
          description: `The watch of ${KIND} in ${TARGET} has heard nothing from the API server for {{ $value | humanizeDuration }}; bookmarks come about once a minute.`,
          dashboard: 'overview',
        },
        {
          name: 'TugwatchWatchInterrupted',
          severity: 'warning',
          expr: `max ${byOrigin('instance', 'resource')} (tugwatch_watch_state{state=~"listing|interrupted"}) == 1`,
          for: '10m',
          keepFiringFor: '5m',
          summary: 'Tugwatch cannot list or watch a kind: conflicts go unseen.',
          description: `${TARGET} has not watched ${KIND} for 10 minutes: the list fails or does not end, or the watch cannot be opened again.`,
          dashboard: 'overview',
        },
        {
          name: 'TugwatchWatchForbidden',
          severity: 'warning',
          expr: `max ${byOrigin('resource')} (tugwatch_watch_state{resource=~"${NEEDED}",state="forbidden"}) == 1`,
          for: '15m',
          keepFiringFor: '',
          summary: 'Tugwatch may not read a kind that it needs for its verdicts.',
          description: `The API server denies Tugwatch (job {{ $labels.job }}) to list or watch ${KIND} for 15 minutes.`,
          dashboard: 'overview',
        },
        {
          name: 'TugwatchWatchCorrected',
          severity: 'warning',
          expr: `sum ${byOrigin('resource')} (increase(tugwatch_watch_corrections_total[1h])) > 0`,
          for: '',
          keepFiringFor: '',
          summary: 'A fresh list showed what a watch had not told: verdicts of the last hour may be wrong.',
          description: `A fresh list of ${KIND} showed {{ $value | printf "%.0f" }} objects otherwise than the watch of Tugwatch (job {{ $labels.job }}) had told within the last hour.`,
          dashboard: 'overview',
        },
      ],
    },
    {
      name: 'tugwatch-telling',
      interval: '',
      alerts: [
        {
          name: 'TugwatchSeriesHidden',
          severity: 'warning',
          expr: `max ${byOrigin('scope')} (tugwatch_series_hidden) > 0`,
          for: '15m',
          keepFiringFor: '',
          summary: 'Some conflicts, risks or Applications have no series: no alert can fire for them.',
          description:
            'Tugwatch (job {{ $labels.job }}) leaves {{ $value }} series of scope {{ $labels.scope }} out because there are more than its limit (seriesLimit) allows.',
          dashboard: 'overview',
        },
        {
          name: 'TugwatchMetricMissing',
          severity: 'warning',
          expr: `sum ${byOrigin('family')} (increase(tugwatch_collect_errors_total[15m])) > 0`,
          for: '5m',
          keepFiringFor: '15m',
          summary: 'Tugwatch cannot compute one of its metrics: alerts on it are silent.',
          description:
            'Metric {{ $labels.family }} of Tugwatch (job {{ $labels.job }}) was missing from about {{ $value | printf "%.0f" }} scrapes in the last 15 minutes.',
          dashboard: 'overview',
        },
        {
          name: 'TugwatchMessagesFailing',
          severity: 'warning',
          expr: MESSAGES_FAILING,
          for: '15m',
          keepFiringFor: '5m',
          summary: 'Messages about conflicts do not reach a receiver: the people behind it are not told.',
          description:
            'Receiver {{ $labels.receiver }} of Tugwatch (job {{ $labels.job }}) does not take messages; waiting, or lost within the last hour: {{ $value | printf "%.0f" }}. The log says why.',
          dashboard: 'overview',
        },
        {
          name: 'TugwatchNoLeader',
          severity: 'warning',
          expr: NO_LEADER,
          for: '5m',
          keepFiringFor: '5m',
          summary: 'No replica of Tugwatch leads: nobody writes Events, messages, remedies or the checkpoint.',
          description:
            'Tugwatch (job {{ $labels.job }}{{ with $labels.shard }}, shard {{ . }}{{ end }}) answers scrapes, and none of its replicas has led for 5 minutes.',
          dashboard: 'overview',
        },
        {
          name: 'TugwatchConfigReloadFailed',
          severity: 'warning',
          expr: `min ${byOrigin('instance')} (tugwatch_config_last_reload_successful) == 0`,
          for: '5m',
          keepFiringFor: '',
          summary: 'Tugwatch runs with an older configuration: the file as it is now is wrong.',
          description: `${TARGET} (job {{ $labels.job }}) could not take over its configuration file and goes on with what it had; its log says what is wrong.`,
          dashboard: 'overview',
        },
        {
          name: 'TugwatchDown',
          severity: 'warning',
          expr: `up{job=~"${settings.job}"} == 0`,
          for: '5m',
          keepFiringFor: '5m',
          summary: 'A Tugwatch does not answer scrapes.',
          description: `${TARGET} (job {{ $labels.job }}) has not answered a scrape for 5 minutes.`,
          dashboard: 'overview',
        },
        {
          name: 'TugwatchAbsent',
          severity: 'warning',
          expr: 'absent(tugwatch_build_info) == 1',
          for: '10m',
          keepFiringFor: '',
          summary: 'There is no Tugwatch: nobody looks for conflicts.',
          description:
            'Prometheus has had no series of any Tugwatch for 10 minutes: it is not running, not a target, or its target is gone. Alerts about conflicts end within 20 minutes after the last sight, whether or not the conflict does.',
          dashboard: 'overview',
        },
      ],
    },
  ];
}
