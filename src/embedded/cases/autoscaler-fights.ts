/** Fights of an autoscaler against self-heal over spec.replicas, in all the shapes they come in, and how they end. */
import { FieldWriter, type WriteTarget } from '../actors/writers.ts';
import { apiVersionOf, hpa, replicasRule, scaledObject, type WorkloadKind, workload } from '../blueprints.ts';
import { type JsonObject, listAt, textAt } from '../json.ts';
import { kindOf } from '../kinds.ts';
import type { KubeObject } from '../objects.ts';
import type { Ending } from '../scenario.ts';
import type { Stage } from '../stage.ts';

const APPLICATION = kindOf('argoproj.io/v1alpha1', 'Application');
const HPA = kindOf('autoscaling/v2', 'HorizontalPodAutoscaler');

/** Rules that were meant to end the fight and do not. */
const FAILING_RULES: readonly (readonly [string, (kind: WorkloadKind, name: string) => JsonObject])[] = [
  ['no rule', () => ({})],
  ['no rule', () => ({})],
  ['no rule', () => ({})],
  ['rule without group', (kind) => ({ kind, jsonPointers: ['/spec/replicas'] })],
  ['rule of another group', (kind) => ({ group: 'extensions', kind, jsonPointers: ['/spec/replicas'] })],
  ['rule with another name', (kind) => ({ ...replicasRule(kind), name: 'other' })],
  ['rule with a glob as name', (kind, name) => ({ ...replicasRule(kind), name: `${name.slice(0, 3)}*` })],
  ['rule of another namespace', (kind) => ({ ...replicasRule(kind), namespace: 'elsewhere' })],
  ['rule for another field', (kind) => ({ ...replicasRule(kind), jsonPointers: ['/spec/revisionHistoryLimit'] })],
  ['rule for another manager', (kind) => ({ group: 'apps', kind, managedFieldsManagers: ['some-autoscaler'] })],
];

export function hpaFight(stage: Stage, name: string): string {
  const { random } = stage;
  const kind = random.pick<WorkloadKind>(['Deployment', 'Deployment', 'Deployment', 'StatefulSet', 'Rollout']);
  const [ruleName, makeRule] = random.pick(FAILING_RULES);
  const rule = makeRule(kind, name);
  const mode = random.pick(['client-side', 'client-side', 'ServerSideApply=true', 'Replace=true']);
  const shape = random.pick(['above', 'above', 'below', 'min-below'] as const);
  const max = random.integer(7, 12);
  const declared = shape === 'below' ? max - 1 : shape === 'min-below' ? 1 : random.integer(2, 4);
  const min = shape === 'min-below' ? random.integer(2, 3) : shape === 'below' ? 1 : declared;
  // 60m a pod is what the autoscaler aims at.
  const wanted =
    shape === 'below' ? random.integer(1, 2) : shape === 'min-below' ? min : declared + random.integer(3, 5);
  const behavior =
    shape === 'below' ? { scaleDown: { stabilizationWindowSeconds: random.pick([0, 30, 60]) } } : undefined;
  const set = { name, kind, replicas: declared };
  const scaler = hpa({ name, target: { kind, name }, min, max, ...(behavior === undefined ? {} : { behavior }) });
  stage.commit(name, [workload(set), scaler]);
  stage.cluster.load.set(name, kind, name, () => wanted * 60);
  const syncOptions = [
    ...(mode === 'client-side' ? [] : [mode]),
    ...(ruleName === 'no rule' ? [] : ['RespectIgnoreDifferences=true']),
  ];
  const home = random.chance(0.15) ? 'teams' : 'argocd';
  const sourcing = random.pick(['single', 'single', 'single', 'multiple', 'hydrated'] as const);
  const app = stage.deploy({
    name,
    namespace: home,
    destination: name,
    sourcing,
    ...(syncOptions.length > 0 ? { syncOptions } : {}),
    ...(ruleName === 'no rule' ? {} : { ignoreDifferences: [rule] }),
  });
  const target: WriteTarget = { apiVersion: apiVersionOf(kind), kind, namespace: name, name };
  const ended = stage.expect({
    case: `hpa ${shape} ${kind} ${mode}, ${ruleName}`,
    kind: 'replicas',
    workload: target,
    field: '/spec/replicas',
    applications: [app],
    contenders: [
      { kind: 'argocd', name },
      { kind: 'hpa', name },
    ],
    proven: true,
    isOne: (actor) => actor === `argocd/${name}`,
    isRival: (actor) => actor === `hpa/${name}`,
  });
  const end = stage.random.chance(0.5)
    ? endLater(stage, { app, path: name, kind, set: workload(set), scaler }, ended)
    : 'none';
  return `hpa ${shape} (${declared}, ${min}-${max}, wants ${wanted}) ${kind} ${mode}, ${ruleName}, ends: ${end}`;
}

export function kedaFight(stage: Stage, name: string): string {
  const busyFor = stage.random.integer(40, 200);
  const idleFor = stage.random.integer(200, 600);
  stage.commit(name, [workload({ name, replicas: stage.random.integer(1, 2) })]);
  const start = stage.cluster.scheduler.time();
  stage.cluster.load.set(name, 'Deployment', name, (now) => {
    const second = ((now - start) / 1000) % (busyFor + idleFor);
    return second < idleFor ? 0 : 30;
  });
  const app = stage.deploy({ name, destination: name });
  const scaled = scaledObject({
    name,
    namespace: name,
    target: { kind: 'Deployment', name },
    max: 5,
    cooldownSeconds: 30,
  });
  stage.later(0.5, () => stage.cluster.create([scaled]));
  const ended = stage.expect({
    case: 'keda',
    kind: 'replicas',
    workload: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: name, name },
    field: '/spec/replicas',
    applications: [app],
    contenders: [
      { kind: 'argocd', name },
      { kind: 'keda', or: ['hpa'] },
    ],
    proven: true,
    isOne: (actor) => actor === `argocd/${name}`,
    isRival: (actor) => actor === `keda/${name}` || actor === `hpa/keda-hpa-${name}`,
  });
  if (!stage.random.chance(0.3)) return 'keda, ends: none';
  stage.later(stage.minutes * stage.random.between(0.4, 0.6), () => {
    patchRule(stage, app, 'Deployment', true);
    ended('rule-added');
  });
  return 'keda, ends: rule-added';
}

interface Fight {
  readonly app: { readonly namespace: string; readonly name: string };
  readonly path: string;
  readonly kind: WorkloadKind;
  readonly set: KubeObject;
  readonly scaler: KubeObject;
}

/** Somebody ends it, about half way, in one of the ways there are. */
function endLater(stage: Stage, fight: Fight, ended: (reason: Ending) => void): string {
  const way = stage.random.pick(['rule', 'half rule', 'self-heal-off', 'scaler-gone', 'field-left-git'] as const);
  const person = new FieldWriter(stage.cluster.context, { actor: 'human/ada', manager: 'kubectl-patch' });
  stage.later(stage.minutes * stage.random.between(0.45, 0.65), () => {
    switch (way) {
      case 'rule':
      case 'half rule':
        patchRule(stage, fight.app, fight.kind, way === 'rule');
        return ended('rule-added');
      case 'self-heal-off':
        person.merge(applicationTarget(fight.app), { spec: { syncPolicy: { automated: { selfHeal: false } } } });
        return ended('self-heal-off');
      case 'scaler-gone':
        // Out of Git: the next sync prunes it, and until then the fight goes on.
        stage.commit(fight.path, [fight.set]);
        return whenDeleted(stage, fight, () => ended('scaler-gone'));
      case 'field-left-git': {
        const { replicas: _replicas, ...spec } = (fight.set.spec ?? {}) as Record<string, JsonObject>;
        stage.commit(fight.path, [{ ...fight.set, spec }, fight.scaler]);
        return whenSynced(stage, fight, () => ended('field-left-git'));
      }
    }
  });
  return way;
}

function whenDeleted(stage: Stage, fight: Fight, act: () => void): void {
  const { name } = fight.scaler.metadata;
  stage.cluster.store.follow(HPA, ({ type, object }) => {
    if (type === 'DELETED' && object.metadata.name === name && object.metadata.namespace === fight.path) act();
  });
}

/**
 * The autoscaler sometimes wants what Git says, and sometimes more: quiet for a quarter of an hour is not the end.
 */
export function dormantFight(stage: Stage, name: string): string {
  stage.commit(name, [
    workload({ name, replicas: 3 }),
    hpa({ name, target: { kind: 'Deployment', name }, min: 3, max: 10, behavior: CALM_AT_ONCE }),
  ]);
  const start = stage.cluster.scheduler.time();
  const busyMinutes = stage.random.integer(3, 6);
  const calmMinutes = stage.random.integer(6, 16);
  stage.cluster.load.set(name, 'Deployment', name, (time) => {
    const minute = ((time - start) / 60_000) % (busyMinutes + calmMinutes);
    return minute < busyMinutes ? 480 : 180;
  });
  const app = stage.deploy({ name, destination: name });
  expectHpaFight(stage, name, 'dormant', app);
  return `an HPA that wants more for ${busyMinutes} of every ${busyMinutes + calmMinutes} min`;
}

const CALM_AT_ONCE: JsonObject = { scaleDown: { stabilizationWindowSeconds: 0 } };

/** A Deployment that an HPA of the same name scales, against the self-heal of `app`. */
export function expectHpaFight(
  stage: Stage,
  name: string,
  what: string,
  app: { readonly namespace: string; readonly name: string },
): (reason: Ending) => void {
  return stage.expect({
    case: what,
    kind: 'replicas',
    workload: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: name, name },
    field: '/spec/replicas',
    applications: [app],
    contenders: [
      { kind: 'argocd', name: app.name },
      { kind: 'hpa', name },
    ],
    proven: true,
    isOne: (actor) => actor === `argocd/${app.name}`,
    isRival: (actor) => actor === `hpa/${name}`,
  });
}

/** Calls `act` after the next full sync of the Application. */
function whenSynced(stage: Stage, fight: Fight, act: () => void): void {
  const since = stage.cluster.scheduler.now();
  let done = false;
  stage.cluster.store.follow(APPLICATION, ({ object }) => {
    if (done || object.metadata.name !== fight.app.name || object.metadata.namespace !== fight.app.namespace) return;
    const state = object.status?.['operationState'];
    const full = listAt(state, 'operation', 'sync', 'resources').length === 0;
    if (textAt(state, 'phase') !== 'Succeeded' || !full || Date.parse(textAt(state, 'finishedAt')) < since) return;
    done = true;
    act();
  });
}

/** Adds the rule to what is there, as a careful person does. */
export function patchRule(
  stage: Stage,
  app: { readonly namespace: string; readonly name: string },
  kind: WorkloadKind,
  respected: boolean,
): void {
  const person = new FieldWriter(stage.cluster.context, { actor: 'human/ada', manager: 'kubectl-patch' });
  const live = stage.cluster.store.get(APPLICATION, app.namespace, app.name);
  const options = listAt(live?.spec, 'syncPolicy', 'syncOptions');
  const respect = respected && !options.includes('RespectIgnoreDifferences=true');
  person.merge(applicationTarget(app), {
    spec: {
      ignoreDifferences: [...listAt(live?.spec, 'ignoreDifferences'), replicasRule(kind)],
      ...(respect ? { syncPolicy: { syncOptions: [...options, 'RespectIgnoreDifferences=true'] } } : {}),
    },
  });
}

export function applicationTarget(app: { readonly namespace: string; readonly name: string }): WriteTarget {
  return { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', ...app };
}
