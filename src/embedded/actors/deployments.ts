/** The Deployment controller: a ReplicaSet per pod template, their sizes, the revision, and the status. */
import { type ClusterContext, WorkQueue } from '../context.ts';
import { deploymentStatus } from '../deployment-status.ts';
import { type JsonObject, numberAt, objectAt, sameJson, stableText } from '../json.ts';
import { kindOf } from '../kinds.ts';
import { annotationOf, controllerOf, type KubeObject, namespaceOf } from '../objects.ts';
import { safeHash } from '../random.ts';
import { planSizes, rollingBudget, type SetSize } from '../rolling-update.ts';

const DEPLOYMENT = kindOf('apps/v1', 'Deployment');
const REPLICA_SET = kindOf('apps/v1', 'ReplicaSet');
const REVISION = 'deployment.kubernetes.io/revision';
const DESIRED = 'deployment.kubernetes.io/desired-replicas';
const MAX = 'deployment.kubernetes.io/max-replicas';
/** Annotations that a ReplicaSet does not take over from its Deployment. */
const NOT_COPIED: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  DESIRED,
  MAX,
]);

/** Hash of a pod template; one template object is hashed once. */
const hashes = new WeakMap<object, string>();

export function templateHash(template: JsonObject): string {
  let hash = hashes.get(template);
  if (hash === undefined) {
    hash = safeHash(stableText(template));
    hashes.set(template, hash);
  }
  return hash;
}

export class DeploymentController {
  readonly #context: ClusterContext;
  readonly #queue: WorkQueue;
  readonly #setsByOwner = new Map<string, Set<string>>();

  constructor(context: ClusterContext) {
    this.#context = context;
    this.#queue = new WorkQueue(context, (key) => this.#reconcile(key));
    context.store.follow(DEPLOYMENT, ({ type, object, previous }) => {
      if (type === 'DELETED') this.#collect(object);
      else if (previous?.spec !== object.spec || previous?.metadata.annotations !== object.metadata.annotations) {
        this.#queue.add(`${namespaceOf(object)}/${object.metadata.name}`);
      }
    });
    context.store.follow(REPLICA_SET, ({ type, object }) => this.#noteSet(object, type === 'DELETED'));
  }

  #noteSet(set: KubeObject, deleted: boolean): void {
    const owner = controllerOf(set);
    if (owner?.kind !== 'Deployment') return;
    const names = this.#setsByOwner.get(owner.uid) ?? new Set();
    if (deleted) names.delete(set.metadata.name);
    else names.add(set.metadata.name);
    this.#setsByOwner.set(owner.uid, names);
    this.#queue.add(`${namespaceOf(set)}/${owner.name}`);
  }

  /** What the garbage collector does when a Deployment is deleted. */
  #collect(deployment: KubeObject): void {
    const { store, platform } = this.#context;
    for (const set of this.#setsOf(deployment)) {
      store.delete(REPLICA_SET, namespaceOf(set), set.metadata.name, { manager: platform.controllerManager });
    }
    this.#setsByOwner.delete(deployment.metadata.uid ?? '');
  }

  #setsOf(deployment: KubeObject): KubeObject[] {
    const names = this.#setsByOwner.get(deployment.metadata.uid ?? '') ?? [];
    return [...names]
      .map((name) => this.#context.store.get(REPLICA_SET, namespaceOf(deployment), name))
      .filter((set) => set !== undefined);
  }

  #reconcile(key: string): void {
    const slash = key.indexOf('/');
    const deployment = this.#context.store.get(DEPLOYMENT, key.slice(0, slash), key.slice(slash + 1));
    if (deployment === undefined) return;
    const sets = this.#setsOf(deployment);
    const hash = templateHash(objectAt(deployment.spec, 'template'));
    const found = sets.find((set) => set.metadata.labels?.['pod-template-hash'] === hash);
    const old = sets.filter((set) => set !== found).sort((a, b) => revisionOf(a) - revisionOf(b));
    const revision = Math.max(0, ...old.map(revisionOf)) + 1;
    const current = found === undefined ? this.#createSet(deployment, hash, old, revision) : found;
    this.#resize(deployment, this.#reviseSet(deployment, current, revision, old.length > 0), old);
    this.#cleanUp(deployment, old);
    this.#writeStatus(deployment, current.metadata.name, found === undefined);
  }

  #createSet(deployment: KubeObject, hash: string, old: readonly KubeObject[], revision: number): KubeObject {
    const { store, platform } = this.#context;
    const spec = deployment.spec ?? {};
    const replicas = Number(spec['replicas'] ?? 1);
    const { surge } = rollingBudget(spec, replicas);
    const running = old.reduce((sum, set) => sum + Number(set.spec?.['replicas'] ?? 0), 0);
    const size = running === 0 ? replicas : Math.max(0, Math.min(replicas, replicas + surge - running));
    const template = objectAt(spec, 'template');
    const labels = { ...objectAt(template, 'metadata', 'labels'), 'pod-template-hash': hash } as Record<string, string>;
    const selector = objectAt(spec, 'selector');
    const set: KubeObject = {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name: `${deployment.metadata.name}-${hash}`,
        namespace: namespaceOf(deployment),
        labels,
        annotations: {
          ...copiedAnnotations(deployment),
          ...sizeAnnotations(replicas, surge),
          [REVISION]: `${revision}`,
        },
        ownerReferences: [
          {
            apiVersion: 'apps/v1',
            kind: 'Deployment',
            name: deployment.metadata.name,
            uid: deployment.metadata.uid ?? '',
            controller: true,
            blockOwnerDeletion: true,
          },
        ],
      },
      spec: {
        replicas: size,
        selector: { ...selector, matchLabels: { ...objectAt(selector, 'matchLabels'), 'pod-template-hash': hash } },
        template: { ...template, metadata: { ...objectAt(template, 'metadata'), labels } },
      },
    };
    const created = store.create(set, { manager: platform.controllerManager });
    this.#tellScaling(deployment, created.metadata.name, 0, size);
    return created;
  }

  /** An old template that came back keeps its ReplicaSet and gets the newest revision. */
  #reviseSet(deployment: KubeObject, set: KubeObject, revision: number, hasOld: boolean): KubeObject {
    if (!hasOld || revisionOf(set) >= revision) return set;
    const annotations = { ...set.metadata.annotations, ...copiedAnnotations(deployment), [REVISION]: `${revision}` };
    return this.#context.store.update(
      { ...set, metadata: { ...set.metadata, annotations } },
      { manager: this.#context.platform.controllerManager },
    );
  }

  #resize(deployment: KubeObject, current: KubeObject, old: readonly KubeObject[]): void {
    const spec = deployment.spec ?? {};
    const replicas = Number(spec['replicas'] ?? 1);
    const budget = rollingBudget(spec, replicas);
    const sizes = planSizes({
      replicas,
      budget,
      recreate: objectAt(spec, 'strategy')['type'] === 'Recreate',
      paused: spec['paused'] === true,
      current: sizeOf(current),
      old: old.map(sizeOf),
    });
    for (const set of [current, ...old]) {
      const from = Number(set.spec?.['replicas'] ?? 0);
      const to = sizes.get(set.metadata.name) ?? from;
      const annotations = { ...set.metadata.annotations, ...sizeAnnotations(replicas, budget.surge) };
      const active = from > 0 || to > 0;
      if (to === from && (!active || sameJson(annotations, set.metadata.annotations))) continue;
      this.#context.store.update(
        { ...set, metadata: { ...set.metadata, annotations }, spec: { ...set.spec, replicas: to } },
        { manager: this.#context.platform.controllerManager },
      );
      if (to !== from) this.#tellScaling(deployment, set.metadata.name, from, to);
    }
  }

  #cleanUp(deployment: KubeObject, old: readonly KubeObject[]): void {
    const limit = numberAt(10, deployment.spec, 'revisionHistoryLimit');
    const idle = old.filter((set) => set.spec?.['replicas'] === 0 && numberAt(0, set.status, 'replicas') === 0);
    const author = { manager: this.#context.platform.controllerManager };
    for (const set of idle.slice(0, Math.max(0, idle.length - limit))) {
      this.#context.store.delete(REPLICA_SET, namespaceOf(set), set.metadata.name, author);
    }
  }

  #writeStatus(before: KubeObject, currentName: string, created: boolean): void {
    const { store, scheduler, platform } = this.#context;
    const deployment = store.get(DEPLOYMENT, namespaceOf(before), before.metadata.name);
    if (deployment === undefined) return;
    const sets = this.#setsOf(deployment);
    const current = sets.find((set) => set.metadata.name === currentName);
    if (current === undefined) return;
    const status = deploymentStatus(deployment, current, sets, created, scheduler.now());
    const revision = annotationOf(current, REVISION) ?? '1';
    if (status === deployment.status && annotationOf(deployment, REVISION) === revision) return;
    const marked = annotationOf(deployment, REVISION) === revision;
    const annotations = { ...deployment.metadata.annotations, [REVISION]: revision };
    const metadata = marked ? deployment.metadata : { ...deployment.metadata, annotations };
    store.update(
      { ...deployment, metadata, status },
      { manager: platform.controllerManager },
      { subresource: 'status' },
    );
  }

  #tellScaling(deployment: KubeObject, set: string, from: number, to: number): void {
    if (from === to) return;
    this.#context.events.record({
      regarding: deployment,
      type: 'Normal',
      reason: 'ScalingReplicaSet',
      message: `Scaled ${to > from ? 'up' : 'down'} replica set ${set} from ${from} to ${to}`,
      component: 'deployment-controller',
      manager: this.#context.platform.controllerManager,
    });
  }
}

function revisionOf(set: KubeObject): number {
  return Number(annotationOf(set, REVISION) ?? 0);
}

function sizeOf(set: KubeObject): SetSize {
  return {
    name: set.metadata.name,
    replicas: numberAt(0, set.spec, 'replicas'),
    available: numberAt(0, set.status, 'availableReplicas'),
    desired: Number(annotationOf(set, DESIRED) ?? Number.NaN),
  };
}

function sizeAnnotations(replicas: number, surge: number): { [DESIRED]: string; [MAX]: string } {
  return { [DESIRED]: String(replicas), [MAX]: String(replicas + surge) };
}

function copiedAnnotations(deployment: KubeObject): { [key: string]: string } {
  const entries = Object.entries(deployment.metadata.annotations ?? {});
  return Object.fromEntries(entries.filter(([name]) => !NOT_COPIED.has(name)));
}
