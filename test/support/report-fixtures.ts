/** Hand-made verdicts for what lies downstream of detection: report, metrics, log and page. */
import type { Millis } from '../../src/model/facts.ts';
import type { WatchHealth } from '../../src/model/health.ts';
import type { ContestedCounts } from '../../src/model/observations.ts';
import type { Conflict, Course, EvidenceRow, Notice, Remedy, Risk, Safe } from '../../src/model/verdicts.ts';
import type { TelemetrySnapshot } from '../../src/telemetry/snapshot.ts';

export const T0: Millis = Date.parse('2026-11-21T05:44:58.741Z');

export const WEB = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' } as const;
export const WEB_APP = { namespace: 'argocd', name: 'web' } as const;
const WEB_APP_REF = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  namespace: 'argocd',
  name: 'web',
} as const;

export function aRemedy(overrides: Partial<Remedy> = {}): Remedy {
  return {
    summary: 'Let the autoscaler own /spec/replicas: tell Argo CD to leave it alone, then take it out of Git.',
    owner: { kind: 'Application', namespace: 'argocd', name: 'web' },
    steps: [
      {
        id: 'stop-now',
        where: 'live',
        why: 'Argo CD stops writing spec.replicas as soon as a rule covers it in the comparison and in the sync',
        target: WEB_APP_REF,
        patch: [
          {
            op: 'add',
            path: '/spec/ignoreDifferences',
            value: [{ group: 'apps', kind: 'Deployment', name: 'web', jsonPointers: ['/spec/replicas'] }],
          },
          { op: 'add', path: '/spec/syncPolicy/syncOptions', value: ['RespectIgnoreDifferences=true'] },
        ],
        yaml: null,
        commands: [
          `kubectl patch applications.argoproj.io web -n argocd --type json -p '[{"op":"add","path":"/spec/ignoreDifferences","value":[{"group":"apps","kind":"Deployment","name":"web","jsonPointers":["/spec/replicas"]}]},{"op":"add","path":"/spec/syncPolicy/syncOptions","value":["RespectIgnoreDifferences=true"]}]'`,
        ],
      },
      {
        id: 'make-permanent',
        where: 'git',
        why: 'The same rule in the Application that is in Git, or the next sync of its parent takes it away again',
        target: null,
        patch: null,
        yaml: [
          'spec:',
          '  ignoreDifferences:',
          '    - group: apps',
          '      kind: Deployment',
          '      name: web',
          '      jsonPointers:',
          '        - /spec/replicas',
          '  syncPolicy:',
          '    syncOptions:',
          '      - RespectIgnoreDifferences=true',
          '',
        ].join('\n'),
        commands: [],
      },
    ],
    warnings: [
      {
        id: 'respect-freezes-others',
        message: 'With RespectIgnoreDifferences Git cannot change replicas of web any more, not even on purpose.',
      },
    ],
    verify: {
      message: 'spec.replicas stays where the autoscaler put it for longer than one backoff (300 s).',
      command: 'kubectl get deployment.apps/web -n shop -o jsonpath={.spec.replicas} --watch',
    },
    ...overrides,
  };
}

/** `rounds` rounds of: the HPA scales up, once or in two steps, and Argo CD puts 3 back. */
export function evidenceOf(rounds: number, from: Millis = T0, period: Millis = 15_000): EvidenceRow[] {
  const rows: EvidenceRow[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const at = from + round * period;
    const hpa = { writer: 'hpa/web', source: 'managedFields kube-controller-manager/scale' };
    rows.push({ at, ...hpa, from: 3, to: 6 });
    if (round % 3 === 2) rows.push({ at: at + 400, ...hpa, from: 6, to: 9 });
    rows.push({
      at: at + 814,
      writer: 'argocd/web',
      from: round % 3 === 2 ? 9 : 6,
      to: 3,
      source: 'managedFields argocd-controller',
    });
  }
  return rows;
}

/** What `evidenceOf(rounds)` comes with: one self-heal a round, the pods that were ready, and the rhythm. */
export function courseOf(rounds: number, from: Millis = T0, period: Millis = 15_000): Course {
  const begins = Array.from({ length: rounds }, (_, round) => from + round * period);
  return {
    heals: begins.map((at) => ({ at: at + 600, endedAt: at + 1_400, kind: 'self-heal', phase: 'Succeeded' })),
    wanted: [
      { at: from, value: 6 },
      { at: from + 2 * period, value: 9 },
    ],
    declared: [{ at: from, value: 3 }],
    ready: begins.flatMap((at) => [
      { at: at + 4_000, value: 4 },
      { at: at + 9_000, value: 3 },
    ]),
    rhythm: { from, slotMs: 20_000, counts: [2, 1, 1, 2, 1, 1, 1, 2, 1, 1, 1, 2, 1] },
  };
}

export function aConflict(overrides: Partial<Conflict> = {}): Conflict {
  return {
    id: '7f3a1c9e2b40',
    kind: 'replicas',
    workload: WEB,
    field: '/spec/replicas',
    otherFields: [],
    application: WEB_APP,
    contenders: [
      { kind: 'argocd', manager: 'argocd-controller', name: 'web', values: [3] },
      { kind: 'hpa', manager: 'kube-controller-manager', name: 'web', values: [6, 9] },
    ],
    state: 'confirmed',
    activity: 'fighting',
    startedAt: T0,
    detectedAt: T0 + 814,
    resolvedAt: null,
    resolution: null,
    reversals: 17,
    lastReversalAt: T0 + 16 * 15_000 + 814,
    periodSeconds: 15.000_4,
    impact: {
      replicaSecondsShort: 1288.400_000_1,
      podsCreated: 51,
      podsDeleted: 48,
      templateHashes: 0,
      lowest: 3,
      wanted: 9,
    },
    evidence: evidenceOf(17),
    failingRules: [],
    summary:
      'hpa/web and Argo CD application argocd/web fight over /spec/replicas of Deployment shop/web (9 <-> 3) since 05:44:58: Argo CD put 3 back 17 times.',
    insufficientHistory: false,
    course: courseOf(17),
    ...overrides,
  };
}

export function aResolvedConflict(overrides: Partial<Conflict> = {}): Conflict {
  return aConflict({
    id: '0a11b2c3d4e5',
    workload: { ...WEB, namespace: 'grokdevops', name: 'grokdevops' },
    application: { namespace: 'argocd', name: 'grokdevops' },
    state: 'resolved',
    activity: 'over',
    resolvedAt: T0 + 1_506_000,
    resolution: 'rule-added',
    summary:
      'hpa/grokdevops and Argo CD application argocd/grokdevops fought over /spec/replicas of Deployment grokdevops/grokdevops.',
    ...overrides,
  });
}

export function aNotice(overrides: Partial<Notice> = {}): Notice {
  return {
    kind: 'manual-override-reverted',
    workload: { ...WEB, name: 'cart' },
    application: { namespace: 'argocd', name: 'cart' },
    at: T0 + 60_000,
    count: 1,
    message:
      'Argo CD undid a scale of Deployment shop/cart from 2 to 5 that kubectl-scale made: commit the value to keep it.',
    ...overrides,
  };
}

export function aRisk(overrides: Partial<Risk> = {}): Risk {
  return {
    rule: 'TW101',
    name: 'unprotected-replicas',
    severity: 'warning',
    workload: { ...WEB, name: 'search' },
    application: { namespace: 'argocd', name: 'search' },
    message:
      'hpa/search scales it, Git declares replicas 2 and nothing protects the field: the next scale starts a fight.',
    when: 'on-next-scale',
    field: '/spec/replicas',
    remedy: aRemedy({
      summary: 'Add a rule for /spec/replicas with RespectIgnoreDifferences=true to Application argocd/search.',
    }),
    suppressed: null,
    ...overrides,
  };
}

export function aSafe(overrides: Partial<Safe> = {}): Safe {
  return {
    workload: { ...WEB, name: 'api' },
    application: { namespace: 'argocd', name: 'api' },
    reason: 'Git does not declare replicas.',
    ...overrides,
  };
}

export function aWatch(overrides: Partial<WatchHealth> = {}): WatchHealth {
  return {
    cluster: 'demo',
    resource: 'deployments.apps',
    mandatory: true,
    state: 'watching',
    listed: true,
    lastContactAt: T0 + 254_000,
    corrections: 0,
    gaps: 0,
    message: '',
    ...overrides,
  };
}

/** What a hostile name could carry: terminal escapes, line breaks, bidi overrides, markup, attribute and script ends. */
export const HOSTILE =
  'x\u001b[2J\u009b31m\r\n\u202egnp.\u2028"\'><script>alert(1)</script>&lt;{{7*7}}`</style>--><!--';

/** What was counted of `aConflict`. */
export function aCount(overrides: Partial<ContestedCounts> = {}): ContestedCounts {
  return {
    conflictId: '7f3a1c9e2b40',
    workload: WEB,
    application: WEB_APP,
    field: '/spec/replicas',
    state: 'confirmed',
    reversals: 17,
    replicaSecondsShort: 1288.4,
    podsUp: 51,
    podsDown: 48,
    writes: { hpa: 22, argocd: 17 },
    replicas: { wanted: 9, spec: 3, declared: 3 },
    ...overrides,
  };
}

/** Nothing to scrape. */
export function aSnapshot(overrides: Partial<TelemetrySnapshot> = {}): TelemetrySnapshot {
  return {
    now: T0,
    contested: [],
    syncs: () => undefined,
    risks: [],
    notices: {},
    watches: [],
    skippedLines: 0,
    ...overrides,
  };
}
