/**
 * Argo CD in one cluster and what it deploys in another. The embedded Argo CD writes beside itself, so its own objects are
 * moved instead: the hub's address answers for them from the one store, and for everything else from the other.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { application, appProject, configMap, hpa, workload } from '../../src/embedded/blueprints.ts';
import { createEmbeddedCluster } from '../../src/embedded/cluster.ts';
import { type SeenRequest, startApiServer } from '../../src/embedded/http/api-server.ts';
import type { KubeObject } from '../../src/embedded/objects.ts';
import { RealScheduler } from '../../src/embedded/scheduler.ts';
import { writeKubeconfig } from './kubeconfigs.ts';

/** As Argo CD names the workload cluster; nobody listens there. */
export const SPOKE_SERVER = 'https://prod-eu.example:6443';

const ARGO_CD_KINDS =
  /^\/api(?:s\/argoproj\.io\/v1alpha1|\/v1)\/(?:namespaces\/[^/]+\/)?(?:applications|applicationsets|appprojects|configmaps)\b/;

export interface HubAndSpoke extends AsyncDisposable {
  /** Kubeconfig of the hub. */
  readonly kubeconfig: string;
  /** Configuration file that names the workload cluster prod-eu. */
  readonly config: string;
  /** What was asked of the workload cluster. */
  readonly asked: readonly SeenRequest[];
  path(name: string): string;
  /** The workload cluster goes away, or is back. */
  spokeDown(): Promise<void>;
  spokeUp(): Promise<void>;
}

/** The fight of `startLiveFight` over shop/web of prod-eu; the hub has a shop/web too, with the same mark and its own HPA. */
export async function startHubAndSpoke(): Promise<HubAndSpoke> {
  const scheduler = new RealScheduler({ pace: 5, begin: 12_000 });
  const spoke = createEmbeddedCluster({ scheduler, seed: 3, argocd: { version: '2.12' } });
  const repository = spoke.git.repository('https://git.example/shop');
  const scaler = () => hpa({ name: 'web', target: { kind: 'Deployment', name: 'web' }, min: 3, max: 10 });
  repository.commit('web', () => [workload({ name: 'web', replicas: 3 }), scaler()]);
  spoke.load.set('shop', 'Deployment', 'web', () => 520);
  const namespaces = ['argocd', 'shop'].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
  const app = application({ name: 'web', repoURL: repository.url, destination: 'shop' });
  spoke.create([
    ...namespaces,
    configMap('argocd-cm', {}, 'argocd'),
    appProject('default'),
    { ...app, spec: { ...app.spec, destination: { namespace: 'shop', server: SPOKE_SERVER } } },
  ]);
  const hub = createEmbeddedCluster({ scheduler, seed: 4, argocd: null });
  const inShop = (object: KubeObject) => ({ ...object, metadata: { ...object.metadata, namespace: 'shop' } });
  const twin = inShop(workload({ name: 'web', replicas: 3 }));
  const annotations = { 'argocd.argoproj.io/tracking-id': 'web:apps/Deployment:shop/web' };
  hub.create([...namespaces, { ...twin, metadata: { ...twin.metadata, annotations } }, inShop(scaler())]);
  hub.load.set('shop', 'Deployment', 'web', () => 520);
  scheduler.catchUp();

  const now = () => scheduler.now();
  const argocd = await startApiServer({ store: spoke.store, now });
  const rest = await startApiServer({ store: hub.store, now });
  const router = createServer((incoming, answer) => {
    const base = ARGO_CD_KINDS.test(incoming.url ?? '') ? argocd.url : rest.url;
    const { method = 'GET', headers } = incoming;
    const onward = request(new URL(incoming.url ?? '/', base), { method, headers }, (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      answer.flushHeaders();
      reply.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    answer.on('close', () => onward.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => router.listen(0, '127.0.0.1', resolve));

  const asked: SeenRequest[] = [];
  const serveSpoke = (port: number) =>
    startApiServer({ store: spoke.store, now, port, observe: (seen) => void asked.push(seen) });
  let server: Awaited<ReturnType<typeof serveSpoke>> | null = await serveSpoke(0);
  const { port, url } = server;
  const directory = mkdtempSync(join(tmpdir(), 'tugwatch-hub-'));
  const path = (name: string) => join(directory, name);
  // Plain HTTP is refused to a kubeconfig that wants certificates verified.
  const reach = (to: string) => writeKubeconfig({ server: to, cluster: { 'insecure-skip-tls-verify': true } });
  const kubeconfig = reach(`http://127.0.0.1:${(router.address() as AddressInfo).port}`);
  const clusters = [{ name: 'prod-eu', server: SPOKE_SERVER, kubeconfig: reach(url) }];
  writeFileSync(path('tugwatch.yaml'), JSON.stringify({ clusters }));
  return {
    kubeconfig,
    config: path('tugwatch.yaml'),
    asked,
    path,
    async spokeDown() {
      await server?.close();
      server = null;
    },
    async spokeUp() {
      server = await serveSpoke(port);
    },
    async [Symbol.asyncDispose]() {
      scheduler.stop();
      router.closeAllConnections();
      router.close();
      await Promise.all([argocd.close(), rest.close(), server?.close()]);
      rmSync(directory, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}
