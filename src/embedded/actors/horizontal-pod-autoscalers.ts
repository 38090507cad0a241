/** The HorizontalPodAutoscaler controller: looks every 15 s and writes through /scale. */
import { limitReplicas, newHistory, replicasFor, type ScalingHistory } from '../autoscaling.ts';
import type { ClusterContext } from '../context.ts';
import { HpaStatus } from '../hpa-status.ts';
import { type JsonObject, listAt, numberAt, objectAt, sameJson, textAt } from '../json.ts';
import { findKind, type KindInfo, kindOf } from '../kinds.ts';
import { type KubeObject, namespaceOf } from '../objects.ts';
import type { PodRecord } from '../pod-ledger.ts';

const HPA = kindOf('autoscaling/v2', 'HorizontalPodAutoscaler');
const REPLICA_SET = kindOf('apps/v1', 'ReplicaSet');
/** --horizontal-pod-autoscaler-sync-period */
const SYNC_MS = 15_000;
/** From readiness to the first sample of the metrics API. */
const METRICS_DELAY_MS = 15_000;

interface Target {
  readonly info: KindInfo;
  readonly object: KubeObject;
}

type Metrics =
  | { readonly found: true; readonly replicas: number; readonly ratio: number; readonly current: JsonObject }
  | { readonly found: false; readonly message: string };

export class HorizontalPodAutoscalerController {
  readonly #context: ClusterContext;
  readonly #histories = new Map<string, ScalingHistory>();

  constructor(context: ClusterContext) {
    this.#context = context;
    context.store.follow(HPA, ({ type, object }) => {
      const uid = object.metadata.uid ?? '';
      if (type === 'DELETED') this.#histories.delete(uid);
      else if (type === 'ADDED') {
        this.#histories.set(uid, newHistory());
        this.#lookLater(namespaceOf(object), object.metadata.name, uid);
      }
    });
  }

  #lookLater(namespace: string, name: string, uid: string): void {
    this.#context.scheduler.after(SYNC_MS + this.#context.random.between(0, 40), () => {
      const hpa = this.#context.store.get(HPA, namespace, name);
      if (hpa === undefined || hpa.metadata.uid !== uid) return;
      this.#look(hpa);
      this.#lookLater(namespace, name, uid);
    });
  }

  #look(hpa: KubeObject): void {
    const { store, scheduler, platform } = this.#context;
    const now = scheduler.now();
    const status = new HpaStatus(hpa, now);
    const target = this.#targetOf(hpa);
    if (target === undefined) {
      status.set('AbleToScale', 'False', 'FailedGetScale', "the HPA controller was unable to get the target's scale");
    } else {
      status.set(
        'AbleToScale',
        'True',
        'SucceededGetScale',
        "the HPA controller was able to get the target's current scale",
      );
      this.#scale(hpa, target, status);
    }
    const next = status.build();
    if (sameJson(next, hpa.status)) return;
    const live = store.get(HPA, namespaceOf(hpa), hpa.metadata.name);
    if (live === undefined) return;
    store.update({ ...live, status: next }, { manager: platform.controllerManager }, { subresource: 'status' });
  }

  #targetOf(hpa: KubeObject): Target | undefined {
    const ref = objectAt(hpa.spec, 'scaleTargetRef');
    const info = findKind(textAt(ref, 'apiVersion') || 'apps/v1', textAt(ref, 'kind'));
    if (info?.hasScale !== true) return undefined;
    const object = this.#context.store.get(info, namespaceOf(hpa), textAt(ref, 'name'));
    return object === undefined ? undefined : { info, object };
  }

  #scale(hpa: KubeObject, target: Target, status: HpaStatus): void {
    const spec = hpa.spec ?? {};
    const now = this.#context.scheduler.time();
    const current = numberAt(1, target.object.spec, 'replicas');
    const observed = numberAt(numberAt(0, target.object.status, 'replicas'), target.object.status, 'HPAReplicas');
    const min = numberAt(1, spec, 'minReplicas');
    const max = numberAt(1, spec, 'maxReplicas');
    status.currentReplicas = observed;
    status.currentMetrics = [];
    let wanted: number;
    let why: string;
    if (current === 0 && min !== 0) {
      status.set(
        'ScalingActive',
        'False',
        'ScalingDisabled',
        'scaling is disabled since the replica count of the target is zero',
      );
      return;
    }
    if (current > max) {
      wanted = max;
      why = 'Current number of replicas above Spec.MaxReplicas';
    } else if (current < min) {
      wanted = min;
      why = 'Current number of replicas below Spec.MinReplicas';
    } else {
      const metrics = this.#measure(hpa, target, current, status);
      if (metrics === undefined) return;
      const history = this.#histories.get(hpa.metadata.uid ?? '') ?? newHistory();
      const limited = limitReplicas(spec, current, metrics.replicas, history, now);
      wanted = limited.replicas;
      why = metrics.ratio > 1 ? `${METRIC_NAME} above target` : 'All metrics below target';
      status.currentMetrics = [metrics.current];
      status.noteLimits(limited, current);
    }
    if (wanted !== current) {
      this.#rescale(hpa, target, current, wanted, why);
      status.rescaled(wanted);
    }
    status.desiredReplicas = wanted;
  }

  #measure(
    hpa: KubeObject,
    target: Target,
    current: number,
    status: HpaStatus,
  ): (Metrics & { found: true }) | undefined {
    const rivals = this.#rivalsOf(hpa);
    if (rivals.length > 0) {
      const selector = selectorText(target.object);
      const names = [hpa, ...rivals].map((other) => `${namespaceOf(other)}/${other.metadata.name}`).join(' ');
      const message = `pods by selector ${selector} are controlled by multiple HPAs: [${names}]`;
      status.set('ScalingActive', 'False', 'AmbiguousSelector', message);
      this.#warn(hpa, 'AmbiguousSelector', message);
      return undefined;
    }
    const metrics = this.#readMetrics(hpa, target, current);
    if (metrics.found) {
      const message = `the HPA was able to successfully calculate a replica count from ${METRIC_NAME}`;
      status.set('ScalingActive', 'True', 'ValidMetricFound', message);
      return metrics;
    }
    status.currentMetrics = [{ type: '' }];
    const why = `failed to get cpu utilization: ${metrics.message}`;
    status.set(
      'ScalingActive',
      'False',
      'FailedGetResourceMetric',
      `the HPA was unable to compute the replica count: ${why}`,
    );
    this.#warn(hpa, 'FailedGetResourceMetric', why);
    return undefined;
  }

  #readMetrics(hpa: KubeObject, target: Target, current: number): Metrics {
    const { load, scheduler, random, platform } = this.#context;
    const now = scheduler.time();
    const { object } = target;
    const total = load.at(namespaceOf(object), object.kind, object.metadata.name, now);
    const pods = this.#podsOf(target);
    const measured = pods.filter((pod) => pod.readyAt !== undefined && now - pod.readyAt >= METRICS_DELAY_MS).length;
    if (total === undefined || pods.length === 0) {
      return {
        found: false,
        message: 'unable to get metrics for resource cpu: no metrics returned from resource metrics API',
      };
    }
    const noisy = total * (1 + platform.metricsNoise * random.between(-1, 1));
    const metric = objectAt(listAt(hpa.spec, 'metrics')[0]);
    if (metric['type'] === 'External') return external(metric, noisy, current, pods.length);
    if (measured === 0) {
      return { found: false, message: 'did not receive metrics for targeted pods (pods might be unready)' };
    }
    const request = cpuRequest(object);
    const percent = numberAt(80, metric, 'resource', 'target', 'averageUtilization');
    const target1 = (request * percent) / 100;
    const replicas = replicasFor(current, {
      total: noisy,
      target: target1,
      measured,
      unmeasured: pods.length - measured,
    });
    const average = Math.round(noisy / measured);
    const utilization = Math.round((average * 100) / request);
    const value = { averageValue: `${average}m`, averageUtilization: utilization };
    const reading = { type: 'Resource', resource: { name: 'cpu', current: value } };
    return { found: true, replicas, ratio: noisy / measured / target1, current: reading };
  }

  /** Pods of the target: of its ReplicaSets, or its own. */
  #podsOf(target: Target): PodRecord[] {
    const { store, pods } = this.#context;
    const uid = target.object.metadata.uid ?? '';
    if (target.info.kind === 'StatefulSet') return [...pods.of(uid)];
    const sets = store.list(REPLICA_SET, namespaceOf(target.object));
    const own = sets.filter((set) => set.metadata.ownerReferences?.some((owner) => owner.uid === uid));
    return own.flatMap((set) => pods.of(set.metadata.uid ?? ''));
  }

  #rivalsOf(hpa: KubeObject): KubeObject[] {
    const ref = objectAt(hpa.spec, 'scaleTargetRef');
    return this.#context.store.list(HPA, namespaceOf(hpa)).filter((other) => {
      const theirs = objectAt(other.spec, 'scaleTargetRef');
      return other !== hpa && theirs['kind'] === ref['kind'] && theirs['name'] === ref['name'];
    });
  }

  #rescale(hpa: KubeObject, target: Target, current: number, wanted: number, why: string): void {
    const { store, scheduler, platform, events } = this.#context;
    const author = { manager: platform.controllerManager, actor: `hpa/${hpa.metadata.name}` };
    store.scale(target.info, namespaceOf(hpa), target.object.metadata.name, wanted, author);
    const history = this.#histories.get(hpa.metadata.uid ?? '');
    if (history !== undefined) {
      const recent = history.changes.filter(({ at }) => at > scheduler.time() - 1_800_000);
      history.changes = [...recent, { at: scheduler.time(), by: wanted - current }];
    }
    events.record({
      regarding: hpa,
      type: 'Normal',
      reason: 'SuccessfulRescale',
      message: `New size: ${wanted}; reason: ${why}`,
      component: 'horizontal-pod-autoscaler',
      manager: platform.controllerManager,
    });
  }

  #warn(hpa: KubeObject, reason: string, message: string): void {
    const manager = this.#context.platform.controllerManager;
    const component = 'horizontal-pod-autoscaler';
    this.#context.events.record({ regarding: hpa, type: 'Warning', reason, message, component, manager });
  }
}

const METRIC_NAME = 'cpu resource utilization (percentage of request)';

function external(metric: JsonObject, total: number, current: number, pods: number): Metrics {
  const target = Number(textAt(metric, 'external', 'target', 'averageValue') || '1');
  const replicas = replicasFor(current, { total, target, measured: pods, unmeasured: 0 });
  const name = objectAt(metric, 'external', 'metric');
  const value = { averageValue: String(Math.round(total / pods)) };
  const reading = { type: 'External', external: { metric: name, current: value } };
  return { found: true, replicas, ratio: total / pods / target, current: reading };
}

/** requests.cpu of a pod of the workload, millicores. */
function cpuRequest(object: KubeObject): number {
  const containers = listAt(object.spec, 'template', 'spec', 'containers');
  const sum = containers.reduce<number>((total, container) => {
    const text = textAt(container, 'resources', 'requests', 'cpu');
    return total + (text.endsWith('m') ? Number(text.slice(0, -1)) : Number(text || '0') * 1000);
  }, 0);
  return sum || 100;
}

function selectorText(object: KubeObject): string {
  const labels = Object.entries(objectAt(object.spec, 'selector', 'matchLabels'));
  return labels.map(([key, value]) => `${key}=${value}`).join(',');
}
