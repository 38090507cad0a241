/** What looks like a fight and is none: nothing here may be called a conflict. */
import { FieldWriter, type WriteTarget } from '../actors/writers.ts';
import { apiVersionOf, configMap, hpa, replicasRule, type WorkloadKind, workload } from '../blueprints.ts';
import type { JsonObject } from '../json.ts';
import type { KubeObject } from '../objects.ts';
import type { Stage } from '../stage.ts';

function deploymentOf(name: string): WriteTarget {
  return { apiVersion: 'apps/v1', kind: 'Deployment', namespace: name, name };
}

/** Load that goes up and down slowly. */
function wave(stage: Stage, low: number, high: number): (now: number) => number {
  const period = stage.random.between(6, 20) * 60_000;
  const start = stage.cluster.scheduler.time();
  return (now) => (low + ((high - low) * (1 - Math.cos(((now - start) / period) * 2 * Math.PI))) / 2) * 60;
}

/** Commits an image release now and then. */
function release(stage: Stage, name: string, replicas: number | undefined, kind: WorkloadKind = 'Deployment'): number {
  const releases = stage.random.integer(1, 4);
  for (let index = 0; index < releases; index += 1) {
    const blueprint = { name, kind, image: `registry.example/${name}:1.${5 + index}.0` };
    const manifest = workload(replicas === undefined ? blueprint : { ...blueprint, replicas });
    stage.later(stage.minutes * stage.random.between(0.2, 0.9), () => stage.recommit(name, manifest));
  }
  return releases;
}

export function protectedHpa(stage: Stage, name: string): string {
  const kind = stage.random.pick<WorkloadKind>(['Deployment', 'StatefulSet', 'Rollout']);
  const rules: readonly JsonObject[] = [
    replicasRule(kind),
    { group: '*', kind: `${kind.slice(0, 4)}*`, jsonPointers: ['/spec/replicas'] },
    { group: kind === 'Rollout' ? 'argoproj.io' : 'apps', kind, jqPathExpressions: ['.spec.replicas'] },
    { group: '*', kind: '*', managedFieldsManagers: [stage.cluster.context.platform.controllerManager] },
  ];
  const rule = stage.random.pick(rules);
  stage.commit(name, [workload({ name, kind, replicas: 2 }), hpa({ name, target: { kind, name }, min: 2, max: 10 })]);
  stage.cluster.load.set(name, kind, name, wave(stage, 2, 8));
  stage.deploy({
    name,
    destination: name,
    ignoreDifferences: [rule],
    syncOptions: ['RespectIgnoreDifferences=true', ...(stage.random.chance(0.3) ? ['ServerSideApply=true'] : [])],
  });
  release(stage, name, 2, kind);
  const target = { ...deploymentOf(name), apiVersion: apiVersionOf(kind), kind };
  stage.expectHarmless({ case: 'protected', workload: target, why: 'a rule that matches, and Respect', notices: [] });
  return `protected ${kind} by ${JSON.stringify(rule)}`;
}

export function omittedReplicas(stage: Stage, name: string): string {
  stage.commit(name, [workload({ name }), hpa({ name, target: { kind: 'Deployment', name }, min: 2, max: 10 })]);
  stage.cluster.load.set(name, 'Deployment', name, wave(stage, 2, 7));
  stage.deploy({ name, destination: name });
  release(stage, name, undefined);
  stage.expectHarmless({ case: 'omitted', workload: deploymentOf(name), why: 'replicas are not in Git', notices: [] });
  return 'replicas not in Git';
}

/** Nothing heals: each deploy resets the replicas once. */
export function resetOnSync(stage: Stage, name: string): string {
  const ignored = stage.random.chance(0.5);
  stage.commit(name, [
    workload({ name, replicas: 2 }),
    hpa({ name, target: { kind: 'Deployment', name }, min: 2, max: 10 }),
  ]);
  stage.cluster.load.set(name, 'Deployment', name, () => 7 * 60);
  stage.deploy({
    name,
    destination: name,
    ...(ignored ? { ignoreDifferences: [replicasRule('Deployment')] } : { automated: { prune: true } }),
  });
  // Once: resets by frequent deploys may be called a conflict, and should not be asked about here.
  stage.later(stage.minutes * 0.5, () =>
    stage.recommit(name, workload({ name, replicas: 2, image: `registry.example/${name}:1.5.0` })),
  );
  const why = ignored ? 'ignored, not respected: reset by a deploy' : 'no self-heal: reset by a deploy';
  stage.expectHarmless({ case: 'reset', workload: deploymentOf(name), why, notices: ['reset-on-sync'] });
  return why;
}

export function scaledByHandOnce(stage: Stage, name: string): string {
  stage.commit(name, [workload({ name, replicas: 3 }), configMap('flags', { beta: 'off' })]);
  stage.deploy({ name, destination: name });
  const person = new FieldWriter(stage.cluster.context, { actor: 'human/ada', manager: 'kubectl' });
  const editor = new FieldWriter(stage.cluster.context, { actor: 'human/ada', manager: 'kubectl-edit' });
  const flags = { apiVersion: 'v1', kind: 'ConfigMap', namespace: name, name: 'flags' };
  stage.later(stage.minutes * 0.3, () => person.scale(deploymentOf(name), 7));
  stage.later(stage.minutes * 0.6, () => editor.set(flags, '/data/beta', 'on'));
  const notices = ['manual-override-reverted'];
  stage.expectHarmless({
    case: 'by hand',
    workload: deploymentOf(name),
    why: 'a scale by hand, reverted once',
    notices,
  });
  stage.expectHarmless({ case: 'by hand', workload: flags, why: 'a hotfix by hand, reverted once', notices: [] });
  return 'a person scales once and edits a ConfigMap once';
}

export function releases(stage: Stage, name: string): string {
  stage.commit(name, [workload({ name, replicas: 3 })]);
  stage.deploy({ name, destination: name });
  const count = release(stage, name, 3);
  const person = new FieldWriter(stage.cluster.context, { actor: 'human/ada', manager: 'kubectl-rollout' });
  stage.later(stage.minutes * 0.5, () =>
    person.set(deploymentOf(name), '/spec/template/metadata/annotations', {
      'kubectl.kubernetes.io/restartedAt': '2026-11-21T06:00:00Z',
    }),
  );
  stage.expectHarmless({ case: 'releases', workload: deploymentOf(name), why: 'rollouts and a restart', notices: [] });
  return `${count} releases and a restart`;
}

/** One writer that cannot make up its mind. */
export function thrashingHpa(stage: Stage, name: string): string {
  const behavior = {
    scaleUp: { stabilizationWindowSeconds: 0 },
    scaleDown: { stabilizationWindowSeconds: 0 },
  };
  stage.commit(name, [
    workload({ name }),
    hpa({ name, target: { kind: 'Deployment', name }, min: 1, max: 9, behavior }),
  ]);
  const start = stage.cluster.scheduler.time();
  stage.cluster.load.set(name, 'Deployment', name, (now) => (Math.floor((now - start) / 45_000) % 2 === 0 ? 60 : 420));
  stage.deploy({ name, destination: name });
  stage.expectHarmless({
    case: 'hpa thrash',
    workload: deploymentOf(name),
    why: 'the HPA alone goes up and down',
    notices: ['hpa-thrash'],
  });
  return 'an HPA that thrashes alone';
}

/** What the autoscaler wants is what Git says. */
export function agreement(stage: Stage, name: string): string {
  stage.commit(name, [
    workload({ name, replicas: 4 }),
    hpa({ name, target: { kind: 'Deployment', name }, min: 2, max: 10 }),
  ]);
  stage.cluster.load.set(name, 'Deployment', name, () => 4 * 60);
  stage.deploy({ name, destination: name });
  stage.expectHarmless({
    case: 'agreement',
    workload: deploymentOf(name),
    why: 'the HPA wants what Git says',
    notices: [],
  });
  return 'an HPA that agrees with Git';
}

export function twoAutoscalers(stage: Stage, name: string): string {
  const target = { kind: 'Deployment' as const, name };
  stage.commit(name, [
    workload({ name }),
    hpa({ name, target, min: 2, max: 10 }),
    hpa({ name: `${name}-b`, target, min: 2, max: 8 }),
  ]);
  stage.cluster.load.set(name, 'Deployment', name, () => 6 * 60);
  stage.deploy({ name, destination: name });
  const notices = ['ambiguous-selector'];
  stage.expectHarmless({
    case: 'two HPAs',
    workload: deploymentOf(name),
    why: 'AmbiguousSelector: neither scales',
    notices,
  });
  return 'two HPAs on one deployment';
}

/** Nothing is compared, so nothing heals. */
export function brokenComparison(stage: Stage, name: string): string {
  stage.commit(name, [workload({ name, replicas: 2 })]);
  stage.deploy({
    name,
    destination: name,
    ignoreDifferences: [{ group: 'apps', kind: 'Deployment', jqPathExpressions: ['.spec.replicas |'] }],
  });
  const notices = ['comparison-error'];
  stage.expectHarmless({ case: 'jq', workload: deploymentOf(name), why: 'a jq expression does not parse', notices });
  return 'a jq expression that does not parse';
}

export function waitingForPrune(stage: Stage, name: string): string {
  stage.commit(name, [workload({ name, replicas: 2 }), configMap('old', { a: '1' })]);
  stage.deploy({ name, destination: name, automated: { prune: false, selfHeal: true } });
  stage.later(stage.minutes * 0.2, () => stage.commit(name, [workload({ name, replicas: 2 })]));
  const notices = ['prune-pending'];
  stage.expectHarmless({ case: 'prune', workload: deploymentOf(name), why: 'an object waits for a prune', notices });
  return 'an object that waits for a prune';
}

/** Deleted by a person, made again by a self-heal: another object of the same name. */
export function deletedAndRemade(stage: Stage, name: string): string {
  stage.commit(name, [workload({ name, replicas: 2 })]);
  stage.deploy({ name, destination: name });
  const person = new FieldWriter(stage.cluster.context, { actor: 'human/ada', manager: 'kubectl' });
  stage.later(stage.minutes * 0.3, () => person.delete(deploymentOf(name)));
  stage.later(stage.minutes * 0.6, () => person.delete(deploymentOf(name)));
  const why = 'deleted twice by hand and made again';
  stage.expectHarmless({ case: 'deleted', workload: deploymentOf(name), why, notices: [] });
  return why;
}

/** Paused in the middle of a release, and taken up again. Git says nothing of `paused`. */
export function pausedRollout(stage: Stage, name: string): string {
  stage.commit(name, [workload({ name, replicas: 3 })]);
  stage.deploy({ name, destination: name });
  const person = new FieldWriter(stage.cluster.context, { actor: 'human/ada', manager: 'kubectl-rollout' });
  stage.later(stage.minutes * 0.4, () => person.set(deploymentOf(name), '/spec/paused', true));
  stage.later(stage.minutes * 0.45, () =>
    stage.recommit(name, workload({ name, replicas: 3, image: `registry.example/${name}:1.5.0` })),
  );
  stage.later(stage.minutes * 0.7, () => person.set(deploymentOf(name), '/spec/paused', undefined));
  stage.expectHarmless({ case: 'paused', workload: deploymentOf(name), why: 'a paused rollout', notices: [] });
  return 'a rollout that is paused and taken up again';
}

/** Nobody declares it: a person and an HPA take turns, and no Argo CD is in it. */
export function unmanaged(stage: Stage, name: string): string {
  const inPlace = (manifest: KubeObject) => ({ ...manifest, metadata: { ...manifest.metadata, namespace: name } });
  stage.cluster.create([
    inPlace(workload({ name, replicas: 2 })),
    inPlace(hpa({ name, target: { kind: 'Deployment', name }, min: 2, max: 10 })),
  ]);
  stage.cluster.load.set(name, 'Deployment', name, wave(stage, 2, 9));
  const person = new FieldWriter(stage.cluster.context, { actor: 'human/ada', manager: 'kubectl' });
  stage.later(stage.minutes * 0.5, () => person.scale(deploymentOf(name), 3));
  stage.expectHarmless({
    case: 'unmanaged',
    workload: deploymentOf(name),
    why: 'not deployed by Argo CD',
    notices: [],
  });
  return 'an HPA on a deployment that nobody declares';
}
