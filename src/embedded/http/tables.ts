/** The meta.k8s.io Tables that `kubectl get` prints (kubernetes pkg/printers/internalversion/printers.go). */
import { getAt, type JsonObject, type JsonValue, listAt, numberAt, objectAt, textAt } from '../json.ts';
import type { KindInfo } from '../kinds.ts';
import type { KubeObject } from '../objects.ts';

type Column = readonly [name: string, value: (object: KubeObject) => JsonValue];

const count = (object: KubeObject, ...path: string[]) => numberAt(0, object, ...path);

const COLUMNS: { readonly [kind: string]: readonly Column[] } = {
  Deployment: [
    ['Ready', (object) => `${count(object, 'status', 'readyReplicas')}/${count(object, 'spec', 'replicas')}`],
    ['Up-to-date', (object) => count(object, 'status', 'updatedReplicas')],
    ['Available', (object) => count(object, 'status', 'availableReplicas')],
  ],
  StatefulSet: [
    ['Ready', (object) => `${count(object, 'status', 'readyReplicas')}/${count(object, 'spec', 'replicas')}`],
  ],
  ReplicaSet: [
    ['Desired', (object) => count(object, 'spec', 'replicas')],
    ['Current', (object) => count(object, 'status', 'replicas')],
    ['Ready', (object) => count(object, 'status', 'readyReplicas')],
  ],
  Rollout: [
    ['Desired', (object) => count(object, 'spec', 'replicas')],
    ['Current', (object) => count(object, 'status', 'replicas')],
    ['Available', (object) => count(object, 'status', 'availableReplicas')],
  ],
  HorizontalPodAutoscaler: [
    [
      'Reference',
      (object) =>
        `${textAt(object, 'spec', 'scaleTargetRef', 'kind')}/${textAt(object, 'spec', 'scaleTargetRef', 'name')}`,
    ],
    ['Targets', targetsOf],
    ['MinPods', (object) => count(object, 'spec', 'minReplicas')],
    ['MaxPods', (object) => count(object, 'spec', 'maxReplicas')],
    ['Replicas', (object) => count(object, 'status', 'currentReplicas')],
  ],
  Pod: [
    ['Ready', (object) => `${isReady(object) ? 1 : 0}/${listAt(object, 'spec', 'containers').length}`],
    ['Status', (object) => textAt(object, 'status', 'phase') || 'Pending'],
  ],
  Application: [
    ['Sync Status', (object) => textAt(object, 'status', 'sync', 'status')],
    ['Health Status', (object) => textAt(object, 'status', 'health', 'status')],
  ],
  Event: [
    ['Type', (object) => textAt(object, 'type')],
    ['Reason', (object) => textAt(object, 'reason')],
    [
      'Object',
      (object) =>
        `${textAt(object, 'involvedObject', 'kind').toLowerCase()}/${textAt(object, 'involvedObject', 'name')}`,
    ],
    ['Message', (object) => textAt(object, 'message')],
  ],
  ConfigMap: [['Data', (object) => Object.keys(objectAt(object, 'data')).length]],
};

function isReady(pod: KubeObject): boolean {
  return listAt(pod, 'status', 'conditions').some(
    (condition) => getAt(condition, 'type') === 'Ready' && getAt(condition, 'status') === 'True',
  );
}

function targetsOf(hpa: KubeObject): string {
  const wanted = numberAt(undefined, hpa, 'spec', 'metrics', 0, 'resource', 'target', 'averageUtilization');
  const seen = numberAt(undefined, hpa, 'status', 'currentMetrics', 0, 'resource', 'current', 'averageUtilization');
  const name = textAt(hpa, 'spec', 'metrics', 0, 'resource', 'name') || 'external';
  return `${name}: ${seen === undefined ? '<unknown>' : `${seen}%`}/${wanted === undefined ? '<unknown>' : `${wanted}%`}`;
}

/** A Table of the objects. `now` in ms is what ages are counted from. */
export function tableOf(info: KindInfo, objects: readonly KubeObject[], metadata: JsonObject, now: number): JsonObject {
  const columns = COLUMNS[info.kind] ?? [];
  const names = ['Name', ...columns.map(([name]) => name), 'Age'];
  const definition = (name: string) => ({
    name,
    type: 'string',
    format: name === 'Name' ? 'name' : '',
    description: '',
    priority: 0,
  });
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: names.map(definition),
    rows: objects.map((object) => ({
      cells: [object.metadata.name, ...columns.map(([, value]) => value(object)), ageOf(object, now)],
      object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
    })),
  };
}

function ageOf(object: KubeObject, now: number): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(object.metadata.creationTimestamp ?? '')) / 1000));
  if (Number.isNaN(seconds)) return '<unknown>';
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
}

/** True when the client would rather have a Table. */
export function wantsTable(accept: string): boolean {
  return accept.includes('as=Table');
}
