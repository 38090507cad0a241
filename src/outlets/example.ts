/** A made-up fight, for those who try a receiver before there is a real one, and for docs/messages.md. */
import type { Millis } from '../model/facts.ts';
import type { Conflict, Remedy } from '../model/verdicts.ts';
import { STANDS_MS } from './alertmanager.ts';
import { conflictMessage } from './build-message.ts';
import { alertOf } from './formats/alertmanager.ts';
import type { MessageDocument } from './message.ts';
import type { OccasionKind } from './occasion.ts';

const APPLICATION = { namespace: 'argocd', name: 'example' } as const;
const TARGET = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', ...APPLICATION } as const;
const LASTED_MS = 12 * 60_000;
const PATCH = [
  {
    op: 'add' as const,
    path: '/spec/ignoreDifferences',
    value: [{ group: 'apps', kind: 'Deployment', name: 'example', jsonPointers: ['/spec/replicas'] }],
  },
  { op: 'add' as const, path: '/spec/syncPolicy/syncOptions', value: ['RespectIgnoreDifferences=true'] },
];

/** `at`: when it is told; the fight began twelve minutes before. */
export function exampleMessage(kind: OccasionKind, at: Millis, externalUrl: string): MessageDocument {
  const severity = kind === 'escalated' ? 'critical' : 'warning';
  return conflictMessage(
    { kind, at, severity, conflict: exampleConflict(kind, at), remedy: exampleRemedy() },
    externalUrl,
  );
}

/** The alerts that stand when it is told; the alert of a fight that is over comes with its end. */
export function exampleAlerts(
  kind: OccasionKind,
  at: Millis,
  externalUrl: string,
  labels: Readonly<Record<string, string>>,
): unknown[] {
  const over = kind === 'resolved' || kind === 'half-fixed';
  const input = { conflict: exampleConflict(kind, at), remedy: exampleRemedy(), now: at };
  const began = { ...input, startsAt: at - LASTED_MS };
  const first = alertOf({ ...began, kind: 'confirmed', endsAt: over ? at : at + STANDS_MS }, externalUrl, labels);
  if (kind === 'confirmed' || kind === 'resolved') return [first];
  return [first, alertOf({ ...input, kind, startsAt: at, endsAt: at + STANDS_MS }, externalUrl, labels)];
}

function exampleConflict(kind: OccasionKind, at: Millis): Conflict {
  const over = kind === 'resolved' || kind === 'half-fixed';
  const startedAt = at - LASTED_MS;
  const source = { argocd: 'managedFields argocd-controller', hpa: 'managedFields kube-controller-manager/scale' };
  return {
    id: 'example',
    kind: 'replicas',
    workload: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'example' },
    field: '/spec/replicas',
    otherFields: [],
    application: APPLICATION,
    contenders: [
      { kind: 'hpa', manager: 'kube-controller-manager', name: 'example', values: [6, 9] },
      { kind: 'argocd', manager: 'argocd-controller', name: 'example', values: [3] },
    ],
    state: over ? 'resolved' : 'confirmed',
    activity: over ? 'over' : 'fighting',
    startedAt,
    detectedAt: startedAt + 1_000,
    resolvedAt: over ? at : null,
    resolution: over ? 'rule-added' : null,
    reversals: 3,
    lastReversalAt: at - 60_000,
    periodSeconds: 300,
    impact: { replicaSecondsShort: 2_340, podsCreated: 18, podsDeleted: 18, templateHashes: 0, lowest: 3, wanted: 9 },
    evidence: [
      { at: startedAt, writer: 'hpa/example', from: 3, to: 9, source: source.hpa },
      { at: startedAt + 1_000, writer: 'argocd/example', from: 9, to: 3, source: source.argocd },
    ],
    failingRules:
      kind === 'half-fixed'
        ? [
            {
              place: 'spec.ignoreDifferences[0]',
              reason: 'not-respected',
              message: 'The rule is not respected in the sync.',
            },
          ]
        : [],
    course: {
      heals: [],
      wanted: [{ at: startedAt, value: 9 }],
      declared: [{ at: startedAt, value: 3 }],
      ready: [],
      rhythm: { from: startedAt, slotMs: 300_000, counts: [1, 1, 1] },
    },
    summary:
      'This is an example: HPA example (sets 6, 9) and Argo CD Application example (sets 3) fight over /spec/replicas of Deployment shop/example: 3 reversals, one every 5 min, 2,340 replica-seconds short.',
    insufficientHistory: false,
  };
}

function exampleRemedy(): Remedy {
  return {
    summary: 'Let Argo CD leave /spec/replicas of Deployment shop/example to HPA example.',
    owner: { kind: 'Application', ...APPLICATION },
    steps: [
      {
        id: 'stop-now',
        where: 'live',
        why: 'Argo CD stops writing spec.replicas as soon as a rule covers it in the comparison and in the sync',
        target: TARGET,
        patch: PATCH,
        yaml: null,
        commands: [
          `kubectl patch applications.argoproj.io/example -n argocd --type json -p '${JSON.stringify(PATCH)}'`,
        ],
      },
    ],
    warnings: [],
    verify: {
      message: 'spec.replicas stays where the autoscaler put it.',
      command: "kubectl get deployment.apps/example -n shop -o jsonpath='{.spec.replicas}' --watch",
    },
  };
}
