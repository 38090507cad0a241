/** Makes pods, lets them become ready, and takes them away: scheduler and kubelets of the embedded cluster in one. */
import type { ClusterContext } from '../context.ts';
import { type JsonObject, objectAt } from '../json.ts';
import { kindOf } from '../kinds.ts';
import { formatSeconds, type KubeObject, namespaceOf } from '../objects.ts';
import type { PodRecord } from '../pod-ledger.ts';

const POD = kindOf('v1', 'Pod');

export class Kubelets {
  readonly #context: ClusterContext;
  readonly #changed: (ownerUid: string) => void;

  /** `changed` is called when a pod of an owner became ready or was deleted by somebody else. */
  constructor(context: ClusterContext, changed: (ownerUid: string) => void) {
    this.#context = context;
    this.#changed = changed;
    if (context.platform.podObjects) {
      context.store.follow(POD, ({ type, object }) => {
        if (type === 'DELETED') this.#forget(object);
      });
    }
  }

  /** Starts a pod of `owner`; it is ready some seconds later. */
  start(owner: KubeObject, name: string): PodRecord {
    const { scheduler, random, platform, pods } = this.#context;
    const pod: PodRecord = {
      name,
      namespace: namespaceOf(owner),
      owner: owner.metadata.uid ?? '',
      createdAt: scheduler.time(),
      ready: false,
      readyAt: undefined,
    };
    pods.add(pod);
    if (platform.podObjects) this.#createObject(owner, pod);
    const [low, high] = platform.podReadySeconds;
    scheduler.after(random.between(low, high) * 1000, () => this.#makeReady(pod));
    return pod;
  }

  stop(pod: PodRecord): void {
    const { pods, store, platform } = this.#context;
    pods.remove(pod.owner, pod.name);
    if (!platform.podObjects || store.get(POD, pod.namespace, pod.name) === undefined) return;
    store.delete(POD, pod.namespace, pod.name, { manager: platform.controllerManager });
  }

  #forget(object: KubeObject): void {
    const owner = object.metadata.ownerReferences?.[0]?.uid ?? '';
    if (!this.#context.pods.of(owner).some((pod) => pod.name === object.metadata.name)) return;
    this.#context.pods.remove(owner, object.metadata.name);
    this.#changed(owner);
  }

  #makeReady(pod: PodRecord): void {
    const { pods, scheduler, store, platform } = this.#context;
    if (!pods.has(pod)) return;
    pod.ready = true;
    pod.readyAt = scheduler.time();
    const live = platform.podObjects ? store.get(POD, pod.namespace, pod.name) : undefined;
    if (live !== undefined) {
      const status = runningStatus(live, formatSeconds(scheduler.now()));
      store.update({ ...live, status }, { manager: 'kubelet' }, { subresource: 'status' });
    }
    this.#changed(pod.owner);
  }

  #createObject(owner: KubeObject, pod: PodRecord): void {
    const template = objectAt(owner.spec, 'template');
    const { metadata: _metadata, spec } = template as { metadata?: JsonObject; spec?: JsonObject };
    this.#context.store.create(
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          name: pod.name,
          namespace: pod.namespace,
          labels: objectAt(template, 'metadata', 'labels') as { readonly [key: string]: string },
          ownerReferences: [
            {
              apiVersion: owner.apiVersion,
              kind: owner.kind,
              name: owner.metadata.name,
              uid: pod.owner,
              controller: true,
              blockOwnerDeletion: true,
            },
          ],
        },
        spec: { ...spec, nodeName: 'node-1' },
        status: {},
      },
      { manager: this.#context.platform.controllerManager },
    );
  }
}

function runningStatus(pod: KubeObject, at: string): JsonObject {
  const condition = (type: string) => ({ type, status: 'True', lastProbeTime: null, lastTransitionTime: at });
  const containers = (pod.spec?.['containers'] ?? []) as readonly JsonObject[];
  return {
    phase: 'Running',
    conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(condition),
    hostIP: '127.0.0.1',
    startTime: at,
    containerStatuses: containers.map((container) => ({
      name: container['name'] ?? '',
      state: { running: { startedAt: at } },
      lastState: {},
      ready: true,
      restartCount: 0,
      image: container['image'] ?? '',
      imageID: '',
    })),
    qosClass: 'Burstable',
  };
}
