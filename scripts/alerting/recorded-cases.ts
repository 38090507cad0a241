/**
 * What the alerts must say of recordings, to the last number: rendered with the series of the replay into tests that
 * `promtool test rules` runs without the recordings.
 */
import { DEFAULT_SETTINGS } from './alert.ts';
import { type Expectation, type ExpectedAlert, PAGE, TARGET } from './rule-test.ts';

export interface RecordedCase {
  readonly recording: string;
  readonly title: string;
  readonly expectations: readonly Expectation[];
}

const FIGHT_ALERTS = ['TugwatchCapacityShort', 'TugwatchConflictConfirmed', 'TugwatchConflictHalfFixed'];
const WHY = (name: string) => `\`tugwatch why ${name}/${name}\` names both sides and the fix.`;

export const RECORDED_CASES: readonly RecordedCase[] = [
  {
    recording: 'grokdevops',
    title: 'The textbook fight, from the first revert at 29 s to the fix at 25:34',
    expectations: [
      ...quiet([0, 60], ['TugwatchConflictConfirmed']),
      confirmed(90, 'grokdevops', '4 (writes: argocd 4, hpa 5); replica-seconds short: 164'),
      confirmed(900, 'grokdevops', '24 (writes: argocd 24, hpa 30); replica-seconds short: 850'),
      // Resolved at 26:00; the alert goes on for five minutes with its last words, in case that is taken back.
      confirmed(1_800, 'grokdevops', '27 (writes: argocd 27, hpa 38); replica-seconds short: 973'),
      ...quiet([1_890, 2_100], ['TugwatchConflictConfirmed']),
      ...quiet([300, 900, 1_500, 2_100], ['TugwatchCapacityShort', 'TugwatchConflictHalfFixed']),
    ],
  },
  {
    recording: 'slow',
    title: 'One revert in 300 s: the alert stands between them and does not flap',
    expectations: [
      ...quiet([840], ['TugwatchConflictConfirmed']),
      confirmed(960, 'slow', '4 (writes: argocd 4, hpa 6); replica-seconds short: 130'),
      ...[1_200, 1_260, 1_320, 1_380].map((at) =>
        confirmed(at, 'slow', '6 (writes: argocd 6, hpa 10); replica-seconds short: 260'),
      ),
      confirmed(1_440, 'slow', '7 (writes: argocd 7, hpa 11); replica-seconds short: 262'),
      confirmed(2_100, 'slow', '9 (writes: argocd 9, hpa 16); replica-seconds short: 273'),
      ...quiet([960, 1_500, 2_100], ['TugwatchCapacityShort', 'TugwatchConflictHalfFixed']),
    ],
  },
  {
    recording: 'window',
    title: 'One revert, then a sync window forbids more: quiet is not over',
    expectations: [
      ...quiet([60], ['TugwatchConflictConfirmed']),
      confirmed(390, 'window', '1 (writes: argocd 1, hpa 3); replica-seconds short: 43'),
      ...quiet([390], ['TugwatchCapacityShort', 'TugwatchConflictHalfFixed']),
    ],
  },
  {
    recording: 'legacy',
    title: 'Argo CD as it was up to 2.12 reverts every few seconds: half of the capacity is missing for good',
    expectations: [
      ...quiet([300], ['TugwatchCapacityShort']),
      {
        at: 540,
        alert: 'TugwatchCapacityShort',
        firing: [
          contested('TugwatchCapacityShort', 'critical', 'legacy', {
            summary: 'A conflict keeps a workload far below the replicas it needs.',
            description: `Deployment legacy/legacy (Application argocd/legacy) lacked 38.14% of the replicas its autoscaler wants (now 6), on average over 10 minutes, because /spec/replicas is fought over; replica-seconds short so far: 1373. ${WHY('legacy')}`,
          }),
        ],
      },
    ],
  },
  {
    recording: 'minbelow',
    title: 'Ended by half: a rule without RespectIgnoreDifferences',
    expectations: [
      ...quiet([300, 1_500, 1_800], ['TugwatchConflictHalfFixed']),
      {
        at: 1_920,
        alert: 'TugwatchConflictHalfFixed',
        firing: [
          contested('TugwatchConflictHalfFixed', 'warning', 'minbelow', {
            summary: 'A conflict was ended by half: the next full sync writes the field again.',
            description: `/spec/replicas of Deployment minbelow/minbelow (Application argocd/minbelow) was fought over within the last day (reversals: 29). A rule ignores it since, but without RespectIgnoreDifferences=true: each sync of a new commit still sets Git's value. ${WHY('minbelow')}`,
          }),
        ],
      },
      ...quiet([1_920], ['TugwatchConflictConfirmed']),
    ],
  },
  noFight('rollout', 'Two releases are no fight'),
  noFight('hpa-thrash', 'An autoscaler that undoes itself is no fight'),
  noFight('manual-drift', 'A manual scale that is put back once is no fight'),
  noFight('fixed', 'An autoscaler at work beside a respected rule is no fight'),
  noFight('noselfheal', 'Commits that reset the replicas are no fight'),
];

function noFight(recording: string, title: string): RecordedCase {
  return { recording, title, expectations: quiet([60, 300, 600, 900, 1_200, 1_500, 1_800, 2_100], FIGHT_ALERTS) };
}

function quiet(times: readonly number[], alerts: readonly string[]): Expectation[] {
  return times.flatMap((at) => alerts.map((alert) => ({ at, alert, firing: [] })));
}

function confirmed(at: number, name: string, numbers: string): Expectation {
  const alert = 'TugwatchConflictConfirmed';
  const texts = {
    summary: 'Two writers undo each other on one field of a workload.',
    description: `/spec/replicas of Deployment ${name}/${name} (Application argocd/${name}) is fought over. Reversals so far: ${numbers}. ${WHY(name)}`,
  };
  return { at, alert, firing: [contested(alert, 'warning', name, texts)] };
}

/** The recordings name everything after themselves. */
function contested(
  alert: string,
  severity: string,
  name: string,
  texts: { readonly summary: string; readonly description: string },
): ExpectedAlert {
  return {
    labels: { severity, ...contestedLabels(name) },
    annotations: {
      ...texts,
      runbook_url: `${DEFAULT_SETTINGS.runbooks}${alert}`,
      dashboard_url: `/d/tugwatch-workload?var-workload_namespace=${name}&var-workload=${name}`,
      page_url: `${PAGE}/workloads/${name}/Deployment/${name}`,
    },
  };
}

function contestedLabels(name: string): Readonly<Record<string, string>> {
  return {
    job: TARGET.job,
    namespace: TARGET.namespace,
    workload_namespace: name,
    workload_kind: 'Deployment',
    workload: name,
    application_namespace: 'argocd',
    application: name,
    field: '/spec/replicas',
  };
}
