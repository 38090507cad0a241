/** Fights that something else stops for a while, or whose repair is undone: quiet, and not resolved. */
import { FieldWriter, insist, type WriteTarget } from '../actors/writers.ts';
import { application, appProject, hpa, workload } from '../blueprints.ts';
import type { KubeObject } from '../objects.ts';
import type { Stage } from '../stage.ts';
import { expectHpaFight, patchRule } from './autoscaler-fights.ts';

function contestedPair(stage: Stage, name: string): readonly KubeObject[] {
  stage.cluster.load.set(name, 'Deployment', name, () => 8 * 60);
  const scaler = hpa({ name, target: { kind: 'Deployment', name }, min: 3, max: 10 });
  return [workload({ name, replicas: 3 }), scaler];
}

/** A deny window opens in the middle: OutOfSync and quiet. */
export function windowOpens(stage: Stage, name: string): string {
  const project = `${name}-project`;
  stage.cluster.create([appProject(project)]);
  stage.commit(name, contestedPair(stage, name));
  const app = stage.deploy({ name, destination: name, project });
  const person = new FieldWriter(stage.cluster.context, { actor: 'human/ada', manager: 'kubectl-patch' });
  const target: WriteTarget = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    namespace: 'argocd',
    name: project,
  };
  const windows = [{ kind: 'deny', schedule: '* * * * *', duration: '1h', applications: ['*'] }];
  stage.later(stage.minutes * stage.random.between(0.1, 0.5), () => person.set(target, '/spec/syncWindows', windows));
  expectHpaFight(stage, name, 'deny window', app);
  return 'an HPA fight that a deny window silences';
}

/** From some time on a webhook refuses what Argo CD sends: after its retries it tries no more. */
export function syncIsRefused(stage: Stage, name: string): string {
  stage.commit(name, contestedPair(stage, name));
  const app = stage.deploy({ name, destination: name });
  stage.later(stage.minutes * stage.random.between(0.15, 0.5), () => {
    stage.cluster.store.guard((author, next) =>
      author.actor === `argocd/${name}` && next.kind === 'Deployment' ? 'policy: replicas below the floor' : undefined,
    );
  });
  expectHpaFight(stage, name, 'sync refused', app);
  return 'an HPA fight that ends in failed syncs';
}

/** A person repairs the Application of an ApplicationSet, which undoes it at once. */
export function ownedByApplicationSet(stage: Stage, name: string): string {
  stage.commit(name, contestedPair(stage, name));
  const template = application({
    name: '{{.name}}',
    path: '{{.name}}',
    repoURL: stage.repository.url,
    destination: '{{.name}}',
  });
  stage.cluster.create([
    {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'ApplicationSet',
      metadata: { name: `${name}-set`, namespace: 'argocd' },
      spec: {
        goTemplate: true,
        generators: [{ list: { elements: [{ name }] } }],
        template: { metadata: { name: '{{.name}}' }, spec: template.spec ?? {} },
      },
    },
  ]);
  const app = { namespace: 'argocd', name };
  stage.later(stage.minutes * 0.4, () => patchRule(stage, app, 'Deployment', true));
  expectHpaFight(stage, name, 'applicationset', app);
  return 'an HPA fight whose repair an ApplicationSet undoes';
}

/** A parent application declares the child: a live repair of the child is undone by halves, and the fight ends. */
export function childOfAnApp(stage: Stage, name: string): string {
  stage.commit(name, contestedPair(stage, name));
  const child = application({
    name,
    repoURL: stage.repository.url,
    destination: name,
    syncOptions: ['CreateNamespace=true'],
  });
  stage.commit(`${name}-parent`, [child]);
  stage.deploy({ name: `${name}-parent`, destination: 'argocd' });
  const app = { namespace: 'argocd', name };
  const ended = expectHpaFight(stage, name, 'app of apps', app);
  stage.later(stage.minutes * stage.random.between(0.35, 0.6), () => {
    patchRule(stage, app, 'Deployment', true);
    ended('rule-added');
  });
  return 'an HPA fight whose repair a parent application undoes by halves';
}

/** An HPA over replicas and an injector over the template, on the same Deployment, against the same self-heal. */
export function twoFightsOnOne(stage: Stage, name: string): string {
  stage.commit(name, contestedPair(stage, name));
  const app = stage.deploy({ name, destination: name });
  expectHpaFight(stage, name, 'two fights: replicas', app);
  const target: WriteTarget = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: name, name };
  const field = '/spec/template/spec/containers/0/env/0/value';
  const manager = 'mesh-injector';
  const writer = { actor: `controller/${manager}`, manager };
  stage.later(2, () => insist(stage.cluster.context, writer, target, field, 'debug', stage.random.between(3, 25)));
  stage.expect({
    case: 'two fights: template',
    kind: 'template',
    workload: target,
    field,
    applications: [app],
    contenders: [
      { kind: 'argocd', name },
      { kind: 'controller', manager },
    ],
    proven: false,
    isOne: (actor) => actor === `argocd/${name}`,
    isRival: (actor) => actor === writer.actor,
  });
  return 'an HPA and an injector on one deployment';
}
