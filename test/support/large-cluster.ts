/** A server with very many workloads and Applications, some of them very large: made page by page, and never written to. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import type { JsonObject } from '../../src/embedded/json.ts';

export interface LargeClusterOptions {
  /** Deployments, each with three ReplicaSets and an Application, every second one with an HPA. */
  readonly workloads: number;
  /** Every so many Applications have so many more entries in status.resources: 1 MB are about 3000. */
  readonly large: { readonly every: number; readonly resources: number };
  /** Lists come in the stream of a watch (KEP-3157); false: in pages only. */
  readonly streams: boolean;
}

export interface LargeCluster extends AsyncDisposable {
  readonly url: string;
  /** Bytes of lists that were sent. */
  readonly sent: () => number;
}

type Make = (index: number) => JsonObject;

const REVISION = 'a'.repeat(40);
const TIME = '2026-01-01T00:00:00Z';
const TEAMS = 200;

export async function startLargeCluster(options: LargeClusterOptions): Promise<LargeCluster> {
  const { workloads } = options;
  const kinds = new Map<string, { readonly count: number; readonly make: Make }>([
    ['/apis/apps/v1/deployments', { count: workloads, make: deployment }],
    ['/apis/apps/v1/replicasets', { count: workloads * 3, make: replicaSet }],
    ['/apis/autoscaling/v2/horizontalpodautoscalers', { count: Math.ceil(workloads / 2), make: (i) => hpa(2 * i) }],
    ['/apis/argoproj.io/v1alpha1/applications', { count: workloads, make: (i) => application(i, options) }],
  ]);
  let sent = 0;
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    response.setHeader('content-type', 'application/json');
    const streamed = searchParams.has('sendInitialEvents');
    if (streamed && !options.streams) return void response.writeHead(422).end('{"kind":"Status","code":422}');
    if (searchParams.has('watch') && !streamed) return response.flushHeaders();
    const { count, make } = kinds.get(pathname) ?? { count: 0, make: () => ({}) };
    if (streamed) return void Readable.from(initialLines(count, make)).pipe(response, { end: false });
    const start = Number(searchParams.get('continue') ?? 0);
    const end = Math.min(count, start + Number(searchParams.get('limit') ?? 500));
    const items = Array.from({ length: end - start }, (_, index) => JSON.stringify(make(start + index)));
    const metadata = { resourceVersion: '1000000', ...(end < count ? { continue: String(end) } : {}) };
    const text = `{"kind":"List","metadata":${JSON.stringify(metadata)},"items":[${items.join(',')}]}`;
    sent += text.length;
    response.end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent: () => sent,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function* initialLines(count: number, make: Make): Generator<string> {
  for (let index = 0; index < count; index += 1) yield `{"type":"ADDED","object":${JSON.stringify(make(index))}}\n`;
  const metadata = { resourceVersion: '1000000', annotations: { 'k8s.io/initial-events-end': 'true' } };
  yield `${JSON.stringify({ type: 'BOOKMARK', object: { metadata } })}\n`;
}

const nameOf = (index: number) => `app-${String(index).padStart(5, '0')}`;
const teamOf = (index: number) => `team-${index % TEAMS}`;

function metaOf(kind: string, index: number, name: string, more: JsonObject = {}): JsonObject {
  const uid = `${kind}-${name}`;
  return { name, namespace: teamOf(index), uid, resourceVersion: '7', generation: 2, creationTimestamp: TIME, ...more };
}

function template(name: string): JsonObject {
  const env = Array.from({ length: 20 }, (_, index) => ({ name: `SETTING_${index}`, value: 'as it is' }));
  return { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'app', image: `x/${name}:1`, env }] } };
}

function deployment(index: number): JsonObject {
  const name = nameOf(index);
  const spec = { replicas: 3, selector: { matchLabels: { app: name } }, template: template(name) };
  const tracking = `${name}:apps/Deployment:${teamOf(index)}/${name}`;
  const annotations = {
    'argocd.argoproj.io/tracking-id': tracking,
    'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ spec }),
  };
  const fieldsV1 = { 'f:spec': { 'f:replicas': {}, 'f:template': { 'f:spec': { 'f:containers': {} } } } };
  const entry = { manager: 'argocd-controller', operation: 'Update', time: TIME, fieldsType: 'FieldsV1', fieldsV1 };
  const metadata = metaOf('deployment', index, name, { annotations, managedFields: [entry] });
  return { metadata, spec, status: { replicas: 3, readyReplicas: 3, updatedReplicas: 3 } };
}

function replicaSet(number: number): JsonObject {
  const index = Math.floor(number / 3);
  const name = nameOf(index);
  const hash = `hash${number % 3}`;
  const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name, uid: `deployment-${name}`, controller: true };
  const labels = { 'pod-template-hash': hash };
  const metadata = metaOf('replicaset', index, `${name}-${hash}`, { labels, ownerReferences: [owner] });
  return { metadata, spec: { replicas: number % 3 === 0 ? 3 : 0, template: template(name) }, status: {} };
}

function hpa(index: number): JsonObject {
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: nameOf(index) };
  const status = { currentReplicas: 3, desiredReplicas: 3 };
  return {
    metadata: metaOf('hpa', index, nameOf(index)),
    spec: { minReplicas: 3, maxReplicas: 9, scaleTargetRef },
    status,
  };
}

function application(index: number, { large }: LargeClusterOptions): JsonObject {
  const name = nameOf(index);
  const namespace = teamOf(index);
  const own = { group: 'apps', version: 'v1', kind: 'Deployment', namespace, name, status: 'Synced' };
  const more = Array.from({ length: index % large.every === 0 ? large.resources : 5 }, (_, number) => {
    return {
      group: '',
      version: 'v1',
      kind: 'ConfigMap',
      namespace,
      name: `settings-${number}-of-${name}`,
      status: 'Synced',
    };
  });
  const resources = [own, ...more];
  const results = resources.map((resource) => ({ ...resource, message: 'configured', syncPhase: 'Sync' }));
  const operationState = {
    phase: 'Succeeded',
    startedAt: TIME,
    finishedAt: TIME,
    operation: { sync: { revision: REVISION }, initiatedBy: { automated: true } },
    syncResult: { revision: REVISION, resources: results },
  };
  return {
    metadata: { ...metaOf('application', index, name), namespace: 'argocd' },
    spec: {
      project: 'default',
      destination: { namespace, server: 'https://kubernetes.default.svc' },
      source: { repoURL: 'https://git.example/apps', path: name, targetRevision: 'HEAD' },
      syncPolicy: { automated: { prune: true, selfHeal: true } },
    },
    status: {
      resources,
      sync: { status: 'Synced', revision: REVISION },
      health: { status: 'Healthy' },
      operationState,
    },
  };
}
