/** HPA, KEDA, a scheduler or another controller against Argo CD over spec.replicas. */
import type { ObjectRef } from '../model/facts.ts';
import { displayRef } from '../model/refs.ts';
import type { Contender, Remedy, RemedyStep } from '../model/verdicts.ts';
import { kubectl } from './commands.ts';
import { yamlOfValue } from './desired-value.ts';
import { protectRemedy } from './protect-remedy.ts';
import { removeFromGit } from './remove-from-git.ts';
import type { Situation } from './situation.ts';
import { toYaml } from './yaml.ts';

export function remedyForReplicas(situation: Situation, others: readonly Contender[]): Remedy {
  const scheduler = others.find((contender) => contender.kind === 'controller');
  const rollout = rolloutBehind(situation);
  const after = [
    ...targetsBehindRollout(situation),
    ...(rollout === null ? [] : [declareZero(situation, rollout)]),
    // A scheduler puts back what it found: Git must go on saying it.
    ...(rollout !== null
      ? []
      : scheduler === undefined
        ? removeFromGit(situation)
        : [syncWindow(situation, scheduler)]),
  ];
  return protectRemedy(situation, { keeper: keeperOf(situation, others), after });
}

/** 'HPA web', as people call it. */
export function keeperOf(situation: Situation, others: readonly Contender[]): string {
  const names = others.map((contender) => {
    const name = contender.name ?? contender.manager;
    switch (contender.kind) {
      case 'hpa':
        return name === null ? 'its HPA' : `HPA ${name}`;
      case 'keda':
        return contender.name === null ? 'KEDA' : `ScaledObject ${contender.name}`;
      case 'rollouts':
        return 'Argo Rollouts';
      case 'controller':
        return `controller ${name ?? ''}`.trim();
      case 'human':
        return 'people';
      default:
        return 'the writer that is not known';
    }
  });
  if (names.length > 0) return [...new Set(names)].join(' and ');
  const { scalers } = situation;
  // An HPA that KEDA made is no scaler of its own: people know its ScaledObject.
  const scaler = scalers.find((one) => one.fact === 'scaledobject') ?? scalers[0];
  if (scaler === undefined) return 'its scaler';
  const scaledObject = scaler.fact === 'hpa' ? scaler.scaledObject : scaler.ref.name;
  return scaledObject === null ? `HPA ${scaler.ref.name}` : `ScaledObject ${scaledObject}`;
}

/** In place of a rule: in the scheduler's hours Argo CD writes nothing at all (AppProject spec.syncWindows). */
function syncWindow(situation: Situation, scheduler: Contender): RemedyStep {
  const { app, application } = situation;
  const project = app?.project ?? 'default';
  const name = application?.name ?? '*';
  const manager = scheduler.name ?? scheduler.manager ?? 'the scheduler';
  return {
    id: 'sync-window',
    where: 'git',
    why: `In place of the rule, if the whole Application may stand still in the hours of ${manager}: a deny window in AppProject ${project}, with the schedule set to those hours; it holds back every other automatic sync as well.`,
    target: null,
    patch: null,
    yaml: toYaml({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AppProject',
      metadata: { name: project, namespace: app?.controllerNamespace || app?.ref.namespace || 'argocd' },
      spec: {
        syncWindows: [
          { kind: 'deny', schedule: '0 20 * * *', duration: '10h', applications: [name], manualSync: true },
        ],
      },
    }),
    commands: [],
  };
}

/**
 * A Deployment that only lends its template to a Rollout (spec.workloadRef): scaling it is pointless, an HPA belongs on
 * the Rollout (argo-rollouts issues 3855, 4681, 4935).
 */
export function targetsBehindRollout(situation: Situation): RemedyStep[] {
  const rollout = rolloutBehind(situation);
  if (rollout === null) return [];
  return situation.scalers.map((scaler) => {
    const path = scaler.fact === 'hpa' ? 'hpa' : 'ScaledObject';
    const { target } = scaler;
    const patch = [
      { op: 'test' as const, path: '/spec/scaleTargetRef/name', value: target.name },
      {
        op: 'replace' as const,
        path: '/spec/scaleTargetRef',
        value: { apiVersion: rollout.apiVersion, kind: rollout.kind, name: rollout.name },
      },
    ];
    return {
      id: 'fix-target',
      where: 'live' as const,
      why: `${displayRef(rollout)} runs the pods and only borrows the template of ${displayRef(situation.ref)}: let ${path} ${scaler.ref.name} scale the Rollout, and change it in Git as well.`,
      target: scaler.ref,
      patch,
      yaml: toYaml({
        apiVersion: scaler.ref.apiVersion,
        kind: scaler.ref.kind,
        metadata: { name: scaler.ref.name, namespace: scaler.ref.namespace },
        spec: { scaleTargetRef: { apiVersion: rollout.apiVersion, kind: rollout.kind, name: rollout.name } },
      }),
      commands: [kubectl(['patch'], scaler.ref, '--type', 'json', '-p', JSON.stringify(patch))],
    };
  });
}

/** The other way out: Git says what Argo Rollouts wants, and there is nothing to write back. */
function declareZero(situation: Situation, rollout: ObjectRef): RemedyStep {
  return {
    id: 'declare-default',
    where: 'git',
    why: `In place of the rule: ${displayRef(rollout)} takes this Deployment down to 0 by itself, and only during its first revision, so declare replicas: 0 in Git; otherwise both keep running, at double capacity, and nobody takes one down.`,
    target: null,
    patch: null,
    yaml: yamlOfValue(situation.ref, '/spec/replicas', 0),
    commands: [],
  };
}

function rolloutBehind({ ref, context }: Situation): ObjectRef | null {
  return context.model.borrowerOf(ref)?.ref ?? null;
}
