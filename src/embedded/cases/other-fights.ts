/** Fights of self-heal against everybody but an autoscaler, over replicas, templates, other fields, whole objects. */
import { FieldWriter, insist, repeat, type WriteTarget } from '../actors/writers.ts';
import { configMap, workload } from '../blueprints.ts';
import type { JsonValue } from '../json.ts';
import type { KubeObject } from '../objects.ts';
import type { Stage } from '../stage.ts';

/** A scheduler that switches a workload off again and again. */
export function downscalerFight(stage: Stage, name: string): string {
  const everySeconds = stage.random.pick([60, 60, 120]);
  stage.commit(name, [workload({ name, replicas: stage.random.integer(2, 4) })]);
  const app = stage.deploy({ name, destination: name });
  const target: WriteTarget = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: name, name };
  const manager = stage.random.pick(['pykube-ng', 'kube-downscaler', 'py-kube-downscaler']);
  const writer = new FieldWriter(stage.cluster.context, { actor: `controller/${manager}`, manager });
  const stop = repeat(stage.cluster.context, everySeconds, () => writer.set(target, '/spec/replicas', 0));
  const ended = stage.expect({
    case: 'downscaler',
    kind: 'replicas',
    workload: target,
    field: '/spec/replicas',
    applications: [app],
    contenders: [
      { kind: 'argocd', name },
      { kind: 'controller', manager },
    ],
    proven: false,
    isOne: (actor) => actor === `argocd/${name}`,
    isRival: (actor) => actor === `controller/${manager}`,
  });
  if (!stage.random.chance(0.3)) return `downscaler every ${everySeconds} s`;
  stage.later(stage.minutes * 0.5, () => {
    stop();
    // Nothing in the cluster shows that a scheduler was switched off: only that it is silent.
    ended('quiet');
  });
  return `downscaler every ${everySeconds} s, stopped half way`;
}

/** Somebody who scales by hand again whenever it was undone. */
export function stubbornPerson(stage: Stage, name: string): string {
  stage.commit(name, [workload({ name, replicas: 2 })]);
  const app = stage.deploy({ name, destination: name });
  const target: WriteTarget = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: name, name };
  const manager = stage.random.pick(['kubectl', 'argocd-server']);
  const writer = new FieldWriter(stage.cluster.context, { actor: 'human/ada', manager });
  const wanted = stage.random.integer(5, 8);
  const times = stage.random.integer(4, 7);
  const scale = () =>
    manager === 'kubectl' ? writer.scale(target, wanted) : writer.set(target, '/spec/replicas', wanted);
  for (let index = 0; index < times; index += 1) stage.later(3 + index * stage.random.between(0.7, 1.4), scale);
  stage.expect({
    case: 'stubborn person',
    kind: 'replicas',
    workload: target,
    field: '/spec/replicas',
    applications: [app],
    contenders: [
      { kind: 'argocd', name },
      { kind: 'human', manager },
    ],
    proven: false,
    isOne: (actor) => actor === `argocd/${name}`,
    isRival: (actor) => actor === 'human/ada',
  });
  return `a person scales ${times} times as ${manager}`;
}

/** A controller that keeps a value of the pod template at its own. */
export function templateTug(stage: Stage, name: string): string {
  const { random } = stage;
  const fields: readonly (readonly [string, JsonValue])[] = [
    ['/spec/template/spec/containers/0/env/0/value', 'debug'],
    ['/spec/template/spec/containers/0/image', 'registry.example/mirror/app:1.4.2'],
    ['/spec/template/spec/containers/0/resources/requests/cpu', '250m'],
  ];
  const [field, value] = random.pick(fields);
  stage.commit(name, [workload({ name, replicas: random.integer(1, 3) })]);
  const app = stage.deploy({ name, destination: name });
  const target: WriteTarget = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: name, name };
  return insistentController(stage, { name, app, target, field, value, kind: 'template', manager: 'mesh-injector' });
}

/** A controller that owns a value which Git declares too: a ConfigMap key, a webhook's CA. */
export function fieldFight(stage: Stage, name: string): string {
  const isWebhook = stage.random.chance(0.5);
  const objects = isWebhook ? [webhook(name)] : [configMap('settings', { mode: 'safe', region: 'eu' })];
  stage.commit(name, [...objects, workload({ name, replicas: 1 })]);
  const app = stage.deploy({ name, destination: name });
  const target: WriteTarget = isWebhook
    ? { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'MutatingWebhookConfiguration', namespace: '', name }
    : { apiVersion: 'v1', kind: 'ConfigMap', namespace: name, name: 'settings' };
  const field = isWebhook ? '/webhooks/0/clientConfig/caBundle' : '/data/mode';
  const value = isWebhook ? 'QSByZWFsIENB' : 'fast';
  const manager = isWebhook ? 'cainjector' : 'settings-operator';
  return insistentController(stage, { name, app, target, field, value, kind: 'field', manager });
}

interface Insistence {
  readonly name: string;
  readonly app: { readonly namespace: string; readonly name: string };
  readonly target: WriteTarget;
  readonly field: string;
  readonly value: JsonValue;
  readonly kind: 'template' | 'field';
  readonly manager: string;
}

function insistentController(stage: Stage, tug: Insistence): string {
  const { name, app, target, field, value, kind, manager } = tug;
  const delay = stage.random.between(1, 20);
  stage.later(1, () => {
    insist(stage.cluster.context, { actor: `controller/${manager}`, manager }, target, field, value, delay);
  });
  stage.expect({
    case: `${manager} over ${field}`,
    kind,
    workload: target,
    field,
    applications: [app],
    contenders: [
      { kind: 'argocd', name },
      { kind: 'controller', manager },
    ],
    proven: false,
    isOne: (actor) => actor === `argocd/${name}`,
    isRival: (actor) => actor === `controller/${manager}`,
  });
  return `${manager} insists on ${field} after ${delay.toFixed(1)} s`;
}

function webhook(name: string): KubeObject {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name },
    webhooks: [
      {
        name: `${name}.example.com`,
        admissionReviewVersions: ['v1'],
        clientConfig: { caBundle: 'Cg==', service: { name, namespace: name, path: '/mutate' } },
        sideEffects: 'None',
      },
    ],
  };
}

/** Two Applications that declare one Deployment, each with replicas of its own. */
export function sharedObject(stage: Stage, name: string): string {
  const first = `${name}-a`;
  const second = `${name}-b`;
  stage.commit(first, [workload({ name, replicas: 2 })]);
  stage.commit(second, [workload({ name, replicas: 5 })]);
  const apps = [first, second].map((app) => stage.deploy({ name: app, destination: name }));
  const isOne = (actor: string) => actor === `argocd/${first}` || actor === `argocd/${second}`;
  stage.expect({
    case: 'two applications on one object',
    kind: 'shared-object',
    workload: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: name, name },
    field: '/spec/replicas',
    applications: apps,
    contenders: [
      { kind: 'argocd', name: first },
      { kind: 'argocd', name: second },
    ],
    proven: false,
    isOne,
    isRival: isOne,
  });
  return 'two applications on one deployment';
}
