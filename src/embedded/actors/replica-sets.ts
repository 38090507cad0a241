/** The ReplicaSet controller: keeps as many pods as spec.replicas says and tells how many are ready. */
import { type ClusterContext, WorkQueue } from '../context.ts';
import { type JsonObject, sameJson } from '../json.ts';
import { kindOf } from '../kinds.ts';
import type { KubeObject } from '../objects.ts';
import { namespaceOf } from '../objects.ts';
import type { PodRecord } from '../pod-ledger.ts';
import { Kubelets } from './kubelets.ts';

const REPLICA_SET = kindOf('apps/v1', 'ReplicaSet');

export class ReplicaSetController {
  readonly #context: ClusterContext;
  readonly #queue: WorkQueue;
  readonly #kubelets: Kubelets;
  readonly #keys = new Map<string, string>();

  constructor(context: ClusterContext) {
    this.#context = context;
    this.#queue = new WorkQueue(context, (key) => this.#reconcile(key));
    this.#kubelets = new Kubelets(context, (owner) => {
      const key = this.#keys.get(owner);
      if (key !== undefined) this.#queue.add(key);
    });
    context.store.follow(REPLICA_SET, ({ type, object, previous }) => {
      const uid = object.metadata.uid ?? '';
      if (type === 'DELETED') {
        this.#keys.delete(uid);
        for (const pod of context.pods.of(uid)) this.#kubelets.stop(pod);
      } else if (previous === undefined || previous.spec !== object.spec) {
        const key = `${namespaceOf(object)}/${object.metadata.name}`;
        this.#keys.set(uid, key);
        this.#queue.add(key);
      }
    });
  }

  #reconcile(key: string): void {
    const { store, pods, platform } = this.#context;
    const slash = key.indexOf('/');
    const set = store.get(REPLICA_SET, key.slice(0, slash), key.slice(slash + 1));
    if (set === undefined) return;
    const uid = set.metadata.uid ?? '';
    const wanted = Number(set.spec?.['replicas'] ?? 1);
    const running = pods.of(uid);
    for (let count = running.length; count < wanted; count += 1) this.#start(set);
    if (running.length > wanted) {
      for (const pod of victims(running).slice(0, running.length - wanted)) this.#stop(set, pod);
    }
    const status = replicaSetStatus(set, pods.of(uid));
    if (sameJson(status, set.status)) return;
    store.update({ ...set, status }, { manager: platform.controllerManager }, { subresource: 'status' });
  }

  #start(set: KubeObject): void {
    const pod = this.#kubelets.start(set, `${set.metadata.name}-${this.#context.random.suffix(5)}`);
    this.#tell(set, 'SuccessfulCreate', `Created pod: ${pod.name}`);
  }

  #stop(set: KubeObject, pod: PodRecord): void {
    this.#kubelets.stop(pod);
    this.#tell(set, 'SuccessfulDelete', `Deleted pod: ${pod.name}`);
  }

  #tell(set: KubeObject, reason: string, message: string): void {
    const { events, platform } = this.#context;
    if (!platform.podObjects) return;
    const manager = platform.controllerManager;
    events.record({ regarding: set, type: 'Normal', reason, message, component: 'replicaset-controller', manager });
  }
}

/** Pods in the order they are given up: not ready before ready, young before old. */
function victims(pods: readonly PodRecord[]): PodRecord[] {
  return [...pods].sort((a, b) => Number(a.ready) - Number(b.ready) || b.createdAt - a.createdAt);
}

function replicaSetStatus(set: KubeObject, pods: readonly PodRecord[]): JsonObject {
  const ready = pods.reduce((count, pod) => count + (pod.ready ? 1 : 0), 0);
  return {
    replicas: pods.length,
    ...(pods.length > 0 ? { fullyLabeledReplicas: pods.length } : {}),
    ...(ready > 0 ? { readyReplicas: ready, availableReplicas: ready } : {}),
    terminatingReplicas: 0,
    observedGeneration: set.metadata.generation ?? 1,
  };
}
