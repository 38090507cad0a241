/**
 * What kube-state-metrics exports of an object. After kubernetes/kube-state-metrics internal/store (deployment.go,
 * statefulset.go, horizontalpodautoscaler.go). Argo Rollouts it does not know.
 */
import { countAt, type JsonObject, textAt } from '../../../src/kubernetes/projections/read-json.ts';
import { METRIC_NAME } from '../promql/series.ts';
import type { Reading } from './exported.ts';

interface Gauge {
  readonly name: string;
  readonly path: readonly [string, string];
  /** What the server leaves out because it is zero; undefined: without the field there is no series. */
  readonly absent?: 0;
}

interface Exporter {
  /** The label that names the object. */
  readonly label: string;
  readonly gauges: readonly Gauge[];
}

const EXPORTERS: Readonly<Record<string, Exporter>> = {
  deployments: {
    label: 'deployment',
    gauges: [
      { name: 'kube_deployment_spec_replicas', path: ['spec', 'replicas'] },
      { name: 'kube_deployment_status_replicas', path: ['status', 'replicas'], absent: 0 },
      { name: 'kube_deployment_status_replicas_available', path: ['status', 'availableReplicas'], absent: 0 },
      { name: 'kube_deployment_status_replicas_ready', path: ['status', 'readyReplicas'], absent: 0 },
      { name: 'kube_deployment_status_replicas_updated', path: ['status', 'updatedReplicas'], absent: 0 },
    ],
  },
  statefulsets: {
    label: 'statefulset',
    gauges: [
      { name: 'kube_statefulset_replicas', path: ['spec', 'replicas'] },
      { name: 'kube_statefulset_status_replicas', path: ['status', 'replicas'], absent: 0 },
      { name: 'kube_statefulset_status_replicas_ready', path: ['status', 'readyReplicas'], absent: 0 },
    ],
  },
  horizontalpodautoscalers: {
    label: 'horizontalpodautoscaler',
    gauges: [
      { name: 'kube_horizontalpodautoscaler_spec_min_replicas', path: ['spec', 'minReplicas'] },
      { name: 'kube_horizontalpodautoscaler_spec_max_replicas', path: ['spec', 'maxReplicas'] },
      { name: 'kube_horizontalpodautoscaler_status_current_replicas', path: ['status', 'currentReplicas'], absent: 0 },
      { name: 'kube_horizontalpodautoscaler_status_desired_replicas', path: ['status', 'desiredReplicas'], absent: 0 },
    ],
  },
};

export const KUBE_RESOURCES: readonly string[] = Object.keys(EXPORTERS);

export const KUBE_METRICS: readonly string[] = Object.values(EXPORTERS).flatMap(({ gauges }) =>
  gauges.map(({ name }) => name),
);

export function exportKubeObject(resource: string, object: JsonObject): readonly Reading[] {
  const exporter = EXPORTERS[resource];
  if (exporter === undefined) return [];
  const { label, gauges } = exporter;
  const names = { namespace: textAt(object, 'metadata', 'namespace'), [label]: textAt(object, 'metadata', 'name') };
  return gauges.flatMap(({ name, path, absent }): Reading[] => {
    const value = countAt(object, ...path) ?? absent;
    return value === undefined ? [] : [{ labels: { [METRIC_NAME]: name, ...names }, value }];
  });
}
