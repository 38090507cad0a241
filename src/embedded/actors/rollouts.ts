/**
 * The Argo Rollouts controller, as far as it is seen: ReplicaSets per template, annotations, status, and spec.replicas
 * set to 1 where it is absent (argo-rollouts rollout/controller.go:460). Canary without steps: all at once.
 */
import { type ClusterContext, WorkQueue } from '../context.ts';
import { type JsonObject, numberAt, objectAt, sameJson } from '../json.ts';
import { kindOf } from '../kinds.ts';
import { annotationOf, controllerOf, formatSeconds, type KubeObject, namespaceOf } from '../objects.ts';
import { templateHash } from './deployments.ts';

const ROLLOUT = kindOf('argoproj.io/v1alpha1', 'Rollout');
const REPLICA_SET = kindOf('apps/v1', 'ReplicaSet');
const REVISION = 'rollout.argoproj.io/revision';
const HASH_LABEL = 'rollouts-pod-template-hash';
const AUTHOR = { manager: 'rollouts-controller', actor: 'rollouts' };

export class RolloutController {
  readonly #context: ClusterContext;
  readonly #queue: WorkQueue;

  constructor(context: ClusterContext) {
    this.#context = context;
    this.#queue = new WorkQueue(context, (key) => this.#reconcile(key), [20, 90]);
    context.store.follow(ROLLOUT, ({ type, object, previous }) => {
      if (type === 'DELETED') this.#collect(object);
      else if (previous?.spec !== object.spec) this.#queue.add(`${namespaceOf(object)}/${object.metadata.name}`);
    });
    context.store.follow(REPLICA_SET, ({ object }) => {
      const owner = controllerOf(object);
      if (owner?.kind === 'Rollout') this.#queue.add(`${namespaceOf(object)}/${owner.name}`);
    });
  }

  #setsOf(rollout: KubeObject): KubeObject[] {
    const all = this.#context.store.list(REPLICA_SET, namespaceOf(rollout));
    return all.filter((set) => controllerOf(set)?.uid === rollout.metadata.uid);
  }

  #collect(rollout: KubeObject): void {
    for (const set of this.#setsOf(rollout)) {
      this.#context.store.delete(REPLICA_SET, namespaceOf(set), set.metadata.name, AUTHOR);
    }
  }

  #reconcile(key: string): void {
    const { store } = this.#context;
    const slash = key.indexOf('/');
    let rollout = store.get(ROLLOUT, key.slice(0, slash), key.slice(slash + 1));
    if (rollout === undefined) return;
    if (rollout.spec?.['replicas'] === undefined) {
      rollout = store.update({ ...rollout, spec: { ...rollout.spec, replicas: 1 } }, AUTHOR);
    }
    const replicas = numberAt(1, rollout.spec, 'replicas');
    const hash = templateHash(objectAt(rollout.spec, 'template'));
    const sets = this.#setsOf(rollout);
    const current = sets.find((set) => set.metadata.labels?.[HASH_LABEL] === hash);
    if (current === undefined) {
      const highest = Math.max(0, ...sets.map((set) => Number(annotationOf(set, REVISION) ?? 0)));
      this.#createSet(rollout, hash, replicas, highest + 1);
    } else {
      this.#resize(rollout, current, replicas);
      const available = numberAt(0, current.status, 'availableReplicas');
      for (const old of sets) {
        if (old !== current && available >= replicas) this.#resize(rollout, old, 0);
      }
    }
    this.#writeStatus(rollout, hash);
  }

  #createSet(rollout: KubeObject, hash: string, replicas: number, revision: number): void {
    const template = objectAt(rollout.spec, 'template');
    const selector = objectAt(rollout.spec, 'selector');
    const labels = { ...objectAt(template, 'metadata', 'labels'), [HASH_LABEL]: hash } as Record<string, string>;
    const owner = {
      apiVersion: rollout.apiVersion,
      kind: rollout.kind,
      name: rollout.metadata.name,
      uid: rollout.metadata.uid ?? '',
      controller: true,
      blockOwnerDeletion: true,
    };
    const annotations = {
      'rollout.argoproj.io/desired-replicas': String(replicas),
      [REVISION]: String(revision),
    };
    const name = `${rollout.metadata.name}-${hash}`;
    const metadata = { name, namespace: namespaceOf(rollout), labels, annotations, ownerReferences: [owner] };
    this.#context.store.create(
      {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        metadata,
        spec: {
          replicas,
          selector: { ...selector, matchLabels: { ...objectAt(selector, 'matchLabels'), [HASH_LABEL]: hash } },
          template: { ...template, metadata: { ...objectAt(template, 'metadata'), labels } },
        },
      },
      AUTHOR,
    );
    const marked = { ...rollout.metadata.annotations, [REVISION]: String(revision) };
    this.#context.store.update({ ...rollout, metadata: { ...rollout.metadata, annotations: marked } }, AUTHOR);
    this.#tell(rollout, 'NewReplicaSetCreated', `Created ReplicaSet ${name} (revision ${revision})`);
  }

  #resize(rollout: KubeObject, set: KubeObject, replicas: number): void {
    const from = numberAt(0, set.spec, 'replicas');
    if (from === replicas) return;
    const desired = String(numberAt(1, rollout.spec, 'replicas'));
    const annotations = { ...set.metadata.annotations, 'rollout.argoproj.io/desired-replicas': desired };
    const metadata = { ...set.metadata, annotations };
    this.#context.store.update({ ...set, metadata, spec: { ...set.spec, replicas } }, AUTHOR);
    const revision = annotationOf(set, REVISION);
    const direction = replicas > from ? 'up' : 'down';
    const message = `Scaled ${direction} ReplicaSet ${set.metadata.name} (revision ${revision}) from ${from} to ${replicas}`;
    this.#tell(rollout, 'ScalingReplicaSet', message);
  }

  #writeStatus(before: KubeObject, hash: string): void {
    const { store, scheduler } = this.#context;
    const rollout = store.get(ROLLOUT, namespaceOf(before), before.metadata.name);
    if (rollout === undefined) return;
    const sets = this.#setsOf(rollout);
    const status = rolloutStatus(rollout, hash, sets, formatSeconds(scheduler.now()));
    if (sameJson(status, rollout.status)) return;
    store.update({ ...rollout, status }, AUTHOR, { subresource: 'status' });
  }

  #tell(rollout: KubeObject, reason: string, message: string): void {
    const component = 'rollouts-controller';
    this.#context.events.record({ regarding: rollout, type: 'Normal', reason, message, component, manager: component });
  }
}

function rolloutStatus(rollout: KubeObject, hash: string, sets: readonly KubeObject[], at: string): JsonObject {
  const sum = (field: string) => sets.reduce((total, set) => total + numberAt(0, set.status, field), 0);
  const wanted = numberAt(1, rollout.spec, 'replicas');
  const current = sets.find((set) => set.metadata.labels?.[HASH_LABEL] === hash);
  const updated = numberAt(0, current?.status, 'replicas');
  const available = sum('availableReplicas');
  const healthy = available >= wanted && updated === wanted && sum('replicas') === wanted;
  const previous = rollout.status ?? {};
  const stable = healthy ? hash : String(previous['stableRS'] ?? hash);
  const phase = healthy ? 'Healthy' : 'Progressing';
  const since = previous['phase'] === phase ? objectAt(previous, 'conditions', 0)['lastTransitionTime'] : at;
  const condition = {
    lastTransitionTime: since ?? at,
    lastUpdateTime: since ?? at,
    message: healthy ? 'Rollout is healthy' : 'Rollout is not healthy',
    reason: 'RolloutHealthy',
    status: healthy ? 'True' : 'False',
    type: 'Healthy',
  };
  const labels = Object.entries(objectAt(rollout.spec, 'selector', 'matchLabels'));
  return {
    HPAReplicas: sum('replicas'),
    availableReplicas: available,
    blueGreen: {},
    canary: {},
    conditions: [condition],
    currentPodHash: hash,
    ...(healthy ? {} : { message: 'updated replicas are still becoming available' }),
    observedGeneration: String(rollout.metadata.generation ?? 1),
    phase,
    readyReplicas: sum('readyReplicas'),
    replicas: sum('replicas'),
    selector: labels.map(([key, value]) => `${key}=${value}`).join(','),
    stableRS: stable,
    updatedReplicas: updated,
  };
}
