/**
 * The KEDA operator: scales between 0 and 1 by itself through /scale, and leaves the rest to an HPA that it makes and
 * owns (kedacore/keda pkg/scaling/executor/scale_scaledobjects.go).
 */
import type { ClusterContext } from '../context.ts';
import { type JsonObject, numberAt, objectAt, textAt } from '../json.ts';
import { findKind, kindOf } from '../kinds.ts';
import { type KubeObject, namespaceOf } from '../objects.ts';

const SCALED_OBJECT = kindOf('keda.sh/v1alpha1', 'ScaledObject');
const HPA = kindOf('autoscaling/v2', 'HorizontalPodAutoscaler');
const MANAGER = 'keda-operator';

export class KedaOperator {
  readonly #context: ClusterContext;
  /** When each scaler was last active, by uid. */
  readonly #activeAt = new Map<string, number>();

  constructor(context: ClusterContext) {
    this.#context = context;
    context.store.follow(SCALED_OBJECT, ({ type, object }) => {
      const uid = object.metadata.uid ?? '';
      if (type === 'DELETED') {
        this.#activeAt.delete(uid);
        this.#deleteHpa(object);
      } else if (type === 'ADDED') {
        this.#activeAt.set(uid, context.scheduler.time());
        context.scheduler.after(context.random.between(200, 900), () => this.#makeHpa(object));
        this.#pollForEver(namespaceOf(object), object.metadata.name, uid);
      }
    });
  }

  #makeHpa(scaled: KubeObject): void {
    const { store } = this.#context;
    const name = hpaName(scaled);
    if (store.get(HPA, namespaceOf(scaled), name) !== undefined) return;
    const spec = scaled.spec ?? {};
    const ref = objectAt(spec, 'scaleTargetRef');
    store.create(
      {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: {
          name,
          namespace: namespaceOf(scaled),
          labels: { 'app.kubernetes.io/managed-by': MANAGER, 'scaledobject.keda.sh/name': scaled.metadata.name },
          ownerReferences: [
            {
              apiVersion: scaled.apiVersion,
              kind: scaled.kind,
              name: scaled.metadata.name,
              uid: scaled.metadata.uid ?? '',
              controller: true,
              blockOwnerDeletion: true,
            },
          ],
        },
        spec: {
          scaleTargetRef: {
            apiVersion: textAt(ref, 'apiVersion') || 'apps/v1',
            kind: textAt(ref, 'kind') || 'Deployment',
            name: textAt(ref, 'name'),
          },
          // An HPA cannot go to 0: below 1 the operator scales by itself.
          minReplicas: Math.max(1, numberAt(0, spec, 'minReplicaCount')),
          maxReplicas: numberAt(100, spec, 'maxReplicaCount'),
          metrics: [
            {
              type: 'External',
              external: {
                metric: { name: 's0-queue' },
                target: { type: 'AverageValue', averageValue: String(itemsPerPod(spec)) },
              },
            },
          ],
        },
      },
      { manager: MANAGER, actor: `keda/${scaled.metadata.name}` },
    );
  }

  #deleteHpa(scaled: KubeObject): void {
    const { store } = this.#context;
    if (store.get(HPA, namespaceOf(scaled), hpaName(scaled)) === undefined) return;
    store.delete(HPA, namespaceOf(scaled), hpaName(scaled), { manager: MANAGER });
  }

  #pollForEver(namespace: string, name: string, uid: string): void {
    const { scheduler, store, random } = this.#context;
    const scaled = store.get(SCALED_OBJECT, namespace, name);
    if (scaled === undefined || scaled.metadata.uid !== uid) return;
    const seconds = numberAt(30, scaled.spec, 'pollingInterval');
    scheduler.after(seconds * 1000 + random.between(0, 100), () => {
      const live = store.get(SCALED_OBJECT, namespace, name);
      if (live === undefined || live.metadata.uid !== uid) return;
      this.#poll(live);
      this.#pollForEver(namespace, name, uid);
    });
  }

  #poll(scaled: KubeObject): void {
    const { store, scheduler, load } = this.#context;
    const spec = scaled.spec ?? {};
    const uid = scaled.metadata.uid ?? '';
    const ref = objectAt(spec, 'scaleTargetRef');
    const kind = textAt(ref, 'kind') || 'Deployment';
    const info = findKind(textAt(ref, 'apiVersion') || 'apps/v1', kind);
    const name = textAt(ref, 'name');
    const namespace = namespaceOf(scaled);
    const target = info === undefined ? undefined : store.get(info, namespace, name);
    if (info === undefined || target === undefined) return;
    const now = scheduler.time();
    const active = (load.at(namespace, kind, name, now) ?? 0) > 0;
    if (active) this.#activeAt.set(uid, now);
    const min = numberAt(0, spec, 'minReplicaCount');
    const replicas = numberAt(1, target.spec, 'replicas');
    const author = { manager: MANAGER, actor: `keda/${scaled.metadata.name}` };
    if (active && replicas === 0) {
      store.scale(info, namespace, name, Math.max(1, min), author);
      return;
    }
    const idleSince = this.#activeAt.get(uid) ?? now;
    const cooledDown = now - idleSince >= numberAt(300, spec, 'cooldownPeriod') * 1000;
    if (!active && min === 0 && replicas > 0 && cooledDown) store.scale(info, namespace, name, 0, author);
  }
}

function hpaName(scaled: KubeObject): string {
  return `keda-hpa-${scaled.metadata.name}`;
}

function itemsPerPod(spec: JsonObject): number {
  const triggers = spec['triggers'];
  const first = Array.isArray(triggers) ? triggers[0] : undefined;
  return Number(textAt(first, 'metadata', 'value') || '10');
}
