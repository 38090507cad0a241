/** The cluster of `tugwatch demo`: three fights and two workloads that only look like one, in minutes made seconds. */
import { FieldWriter, insist, repeat } from './actors/writers.ts';
import { application, appProject, configMap, hpa, replicasRule, scaledObject, workload } from './blueprints.ts';
import { createEmbeddedCluster, type EmbeddedCluster } from './cluster.ts';
import type { KubeObject } from './objects.ts';
import { RealScheduler } from './scheduler.ts';

export interface DemoOptions {
  readonly seed?: number;
  /** How much faster the actors live than the clock on the wall. Above 6, two heals may fall into one second. */
  readonly pace?: number;
}

export interface Demo {
  readonly cluster: EmbeddedCluster;
  /** Wall clock, ms: timestamps of the cluster are true. */
  readonly now: () => number;
  /** What a person would do about the HPA fight: patches the Application `web` with a rule that is respected. */
  endTheFight(): void;
  stop(): void;
}

const PACE = 5;
/** The cluster is this old when the demo begins: pods run, the autoscaler has not acted yet. */
const BEGIN_MS = 12_000;

/**
 * Starts it. `web` fights (Git 3, its HPA wants 9; the first reversal comes within 5 s), so do `worker` (KEDA, 0 and
 * 1) and `checkout` (an injector over the pod template); `catalog` rolls out, `search` is scaled by an HPA alone.
 */
export function demoScenario(options: DemoOptions = {}): Demo {
  const scheduler = new RealScheduler({ pace: options.pace ?? PACE, begin: BEGIN_MS });
  const cluster = createEmbeddedCluster({ scheduler, seed: options.seed ?? 1 });
  const shop = cluster.git.repository('https://git.example/shop');
  const catalog = cluster.git.repository('https://git.example/catalog');
  const deploy = (name: string, manifests: readonly KubeObject[], repository = shop) => {
    repository.commit(name, () => manifests);
    return application({ name, repoURL: repository.url, destination: 'shop' });
  };
  const target = (name: string) => ({ kind: 'Deployment' as const, name });
  const apps = [
    deploy('web', [
      workload({ name: 'web', replicas: 3 }),
      hpa({ name: 'web', target: target('web'), min: 3, max: 10 }),
    ]),
    deploy('worker', [workload({ name: 'worker', replicas: 1 })]),
    deploy('checkout', [workload({ name: 'checkout', replicas: 2 })]),
    deploy('catalog', [workload({ name: 'catalog', replicas: 3 })], catalog),
    deploy('search', [workload({ name: 'search' }), hpa({ name: 'search', target: target('search'), min: 2, max: 8 })]),
  ];
  cluster.load.set('shop', 'Deployment', 'web', () => 520);
  cluster.load.set('shop', 'Deployment', 'worker', (time) => (time % 240_000 < 200_000 ? 0 : 8));
  cluster.load.set('shop', 'Deployment', 'search', (time) => 150 + 120 * Math.sin(time / 60_000));
  cluster.create([...namespaces(), configMap('argocd-cm', {}, 'argocd'), appProject('default'), ...apps]);
  // A little later, so that the textbook fight is the first to be seen.
  const keda = scaledObject({
    name: 'worker',
    namespace: 'shop',
    target: target('worker'),
    max: 5,
    pollingSeconds: 15,
    cooldownSeconds: 15,
  });
  scheduler.after(25_000, () => cluster.create([keda]));
  const checkout = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' };
  const injector = { actor: 'controller/mesh-injector', manager: 'mesh-injector' };
  const field = '/spec/template/spec/containers/0/env/0/value';
  scheduler.after(20_000, () => insist(cluster.context, injector, checkout, field, 'debug', 12));
  release(cluster, catalog.url);
  scheduler.catchUp();
  return {
    cluster,
    now: () => scheduler.now(),
    endTheFight: () => endTheFight(cluster),
    stop: () => scheduler.stop(),
  };
}

function namespaces(): KubeObject[] {
  return ['argocd', 'shop'].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
}

/** A new image of `catalog` every two minutes of the actors. */
function release(cluster: EmbeddedCluster, url: string): void {
  let minor = 4;
  repeat(cluster.context, 120, () => {
    minor += 1;
    const image = `registry.example/catalog:1.${minor}.0`;
    cluster.git.repository(url).commit('catalog', () => [workload({ name: 'catalog', replicas: 3, image })]);
  });
}

function endTheFight(cluster: EmbeddedCluster): void {
  const person = new FieldWriter(cluster.context, { actor: 'human/ada', manager: 'kubectl-patch' });
  const web = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', namespace: 'argocd', name: 'web' };
  person.merge(web, {
    spec: {
      ignoreDifferences: [replicasRule('Deployment')],
      syncPolicy: { syncOptions: ['RespectIgnoreDifferences=true'] },
    },
  });
}
