/** An embedded cluster in real time behind its API server, which a test can restart, and whose history it can lose. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ArgoCdVersion } from '../../src/embedded/argocd/profiles.ts';
import { application, appProject, configMap, hpa, workload } from '../../src/embedded/blueprints.ts';
import { createEmbeddedCluster, type EmbeddedCluster } from '../../src/embedded/cluster.ts';
import { type ApiServer, type ApiServerOptions, startApiServer } from '../../src/embedded/http/api-server.ts';
import { RealScheduler } from '../../src/embedded/scheduler.ts';

export interface LiveCluster extends AsyncDisposable {
  readonly cluster: EmbeddedCluster;
  readonly scheduler: RealScheduler;
  readonly server: () => ApiServer;
  /** Path of a kubeconfig that names the server. */
  readonly kubeconfig: string;
  /** A path in a directory that goes with the cluster. */
  path(name: string): string;
  /** The server goes away; its objects live on. */
  down(): Promise<void>;
  /** It is back on the same port; `changes` hold from now on. */
  up(changes?: Partial<ApiServerOptions>): Promise<void>;
}

/** Five times as fast as life, as in the demo. */
const PACE = 5;

/**
 * One fight: Git says 3 replicas of shop/web, its HPA wants more, and Argo CD heals: one of before 2.12.7 after five
 * seconds each time (one second here), for ever; a later one counts its attempts and waits longer after each.
 */
export async function startLiveFight(
  options: Partial<ApiServerOptions> = {},
  version: ArgoCdVersion = '2.12',
): Promise<LiveCluster> {
  const scheduler = new RealScheduler({ pace: PACE, begin: 12_000 });
  const cluster = createEmbeddedCluster({ scheduler, seed: 3, argocd: { version } });
  const repository = cluster.git.repository('https://git.example/shop');
  repository.commit('web', () => [
    workload({ name: 'web', replicas: 3, env: { PASSWORD: 'hunter2-in-env' } }),
    hpa({ name: 'web', target: { kind: 'Deployment', name: 'web' }, min: 3, max: 10 }),
  ]);
  cluster.load.set('shop', 'Deployment', 'web', () => 520);
  const namespaces = ['argocd', 'shop'].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
  cluster.create([
    ...namespaces,
    configMap('argocd-cm', { 'oidc.config': 'clientSecret: hunter2-in-oidc' }, 'argocd'),
    appProject('default'),
    application({ name: 'web', repoURL: repository.url, destination: 'shop' }),
  ]);
  scheduler.catchUp();
  return serve(cluster, scheduler, options);
}

async function serve(
  cluster: EmbeddedCluster,
  scheduler: RealScheduler,
  options: Partial<ApiServerOptions>,
): Promise<LiveCluster> {
  const directory = mkdtempSync(join(tmpdir(), 'tugwatch-e2e-'));
  const start = (changes: Partial<ApiServerOptions>) =>
    startApiServer({ store: cluster.store, now: () => scheduler.now(), ...options, ...changes });
  let server = await start({});
  const { port } = server;
  const kubeconfig = join(directory, 'kubeconfig');
  writeFileSync(kubeconfig, server.kubeconfig);
  return {
    cluster,
    scheduler,
    kubeconfig,
    server: () => server,
    path: (name) => join(directory, name),
    down: () => server.close(),
    async up(changes = {}) {
      server = await start({ port, ...changes });
    },
    async [Symbol.asyncDispose]() {
      scheduler.stop();
      await server.close();
      rmSync(directory, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}
