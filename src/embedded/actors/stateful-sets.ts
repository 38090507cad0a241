/** The StatefulSet controller: pods one by one and in order, the highest ordinal goes first. */
import { type ClusterContext, WorkQueue } from '../context.ts';
import { type JsonObject, numberAt, objectAt, sameJson } from '../json.ts';
import { kindOf } from '../kinds.ts';
import { type KubeObject, namespaceOf } from '../objects.ts';
import type { PodRecord } from '../pod-ledger.ts';
import { templateHash } from './deployments.ts';
import { Kubelets } from './kubelets.ts';

const STATEFUL_SET = kindOf('apps/v1', 'StatefulSet');

export class StatefulSetController {
  readonly #context: ClusterContext;
  readonly #queue: WorkQueue;
  readonly #kubelets: Kubelets;
  readonly #keys = new Map<string, string>();
  /** Template hash each pod was made from, by set uid and pod name. */
  readonly #revisions = new Map<string, string>();

  constructor(context: ClusterContext) {
    this.#context = context;
    this.#queue = new WorkQueue(context, (key) => this.#reconcile(key));
    this.#kubelets = new Kubelets(context, (owner) => {
      const key = this.#keys.get(owner);
      if (key !== undefined) this.#queue.add(key);
    });
    context.store.follow(STATEFUL_SET, ({ type, object, previous }) => {
      const uid = object.metadata.uid ?? '';
      if (type === 'DELETED') {
        this.#keys.delete(uid);
        for (const pod of context.pods.of(uid)) this.#stop(object, pod);
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
    const set = store.get(STATEFUL_SET, key.slice(0, slash), key.slice(slash + 1));
    if (set === undefined) return;
    const revision = `${set.metadata.name}-${templateHash(objectAt(set.spec, 'template'))}`;
    this.#step(set, revision);
    const status = this.#statusOf(set, pods.of(set.metadata.uid ?? ''), revision);
    if (sameJson(status, set.status)) return;
    store.update({ ...set, status }, { manager: platform.controllerManager }, { subresource: 'status' });
  }

  /** One step towards spec: at most one pod is started or stopped (podManagementPolicy OrderedReady). */
  #step(set: KubeObject, revision: string): void {
    const wanted = numberAt(1, set.spec, 'replicas');
    const running = [...this.#context.pods.of(set.metadata.uid ?? '')].sort((a, b) => ordinalOf(a) - ordinalOf(b));
    const last = running.at(-1);
    if (running.length > wanted && last !== undefined) {
      this.#stop(set, last);
      this.#queue.add(`${namespaceOf(set)}/${set.metadata.name}`);
      return;
    }
    if (running.some((pod) => !pod.ready)) return;
    const missing = running.findIndex((pod, index) => ordinalOf(pod) !== index);
    if (running.length < wanted) {
      this.#start(set, `${set.metadata.name}-${missing < 0 ? running.length : missing}`, revision);
      return;
    }
    const outdated = running.filter((pod) => this.#revisions.get(`${pod.owner}/${pod.name}`) !== revision).at(-1);
    if (outdated !== undefined) {
      this.#stop(set, outdated);
      this.#queue.add(`${namespaceOf(set)}/${set.metadata.name}`);
    }
  }

  #start(set: KubeObject, name: string, revision: string): void {
    const pod = this.#kubelets.start(set, name);
    this.#revisions.set(`${pod.owner}/${pod.name}`, revision);
    this.#tell(set, 'SuccessfulCreate', `create Pod ${name} in StatefulSet ${set.metadata.name} successful`);
  }

  #stop(set: KubeObject, pod: PodRecord): void {
    this.#kubelets.stop(pod);
    this.#revisions.delete(`${pod.owner}/${pod.name}`);
    this.#tell(set, 'SuccessfulDelete', `delete Pod ${pod.name} in StatefulSet ${set.metadata.name} successful`);
  }

  #statusOf(set: KubeObject, pods: readonly PodRecord[], revision: string): JsonObject {
    const ready = pods.filter((pod) => pod.ready).length;
    const updated = pods.filter((pod) => this.#revisions.get(`${pod.owner}/${pod.name}`) === revision).length;
    const current = String(set.status?.['currentRevision'] ?? revision);
    const settled = updated === pods.length && ready === pods.length;
    return {
      observedGeneration: set.metadata.generation ?? 1,
      replicas: pods.length,
      ...(ready > 0 ? { readyReplicas: ready } : {}),
      ...(updated > 0 ? { currentReplicas: updated, updatedReplicas: updated } : {}),
      currentRevision: settled ? revision : current,
      updateRevision: revision,
      collisionCount: 0,
      availableReplicas: ready,
    };
  }

  #tell(set: KubeObject, reason: string, message: string): void {
    const { events, platform } = this.#context;
    if (!platform.podObjects) return;
    const manager = platform.controllerManager;
    events.record({ regarding: set, type: 'Normal', reason, message, component: 'statefulset-controller', manager });
  }
}

function ordinalOf(pod: PodRecord): number {
  return Number(pod.name.slice(pod.name.lastIndexOf('-') + 1));
}
