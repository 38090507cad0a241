/**
 * What the API server fills in (kubernetes pkg/apis/apps/v1/defaults.go and its neighbours), as the recordings show it. Every function
 * returns the very same object when nothing was missing, so that an unchanged part stays `===`.
 */
import { getAt, isList, isObject, type JsonObject, type JsonValue, objectAt, textAt } from './json.ts';
import type { KubeObject } from './objects.ts';

/** `value` with the missing keys of `defaults`; null counts as missing, as it does for a typed object. */
function fill(value: JsonValue | undefined, defaults: JsonObject): JsonObject {
  const given = isObject(value) ? value : {};
  let filled: Record<string, JsonValue> | undefined;
  for (const key in defaults) {
    if (given[key] !== undefined && given[key] !== null) continue;
    filled ??= { ...given };
    filled[key] = defaults[key] ?? null;
  }
  return filled ?? given;
}

function withChild(parent: JsonObject, key: string, child: JsonValue | undefined): JsonObject {
  return parent[key] === child || child === undefined ? parent : { ...parent, [key]: child };
}

function mapList(list: JsonValue | undefined, change: (item: JsonObject) => JsonObject): JsonValue | undefined {
  if (!isList(list)) return list;
  const changed = list.map((item) => (isObject(item) ? change(item) : item));
  return changed.every((item, index) => item === list[index]) ? list : changed;
}

const CONTAINER: JsonObject = { terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File' };

function defaultContainer(container: JsonObject): JsonObject {
  const image = textAt(container, 'image');
  const tag = /:([^:/]+)$/.exec(image)?.[1] ?? 'latest';
  const policy = tag === 'latest' ? 'Always' : 'IfNotPresent';
  const filled = fill(container, { ...CONTAINER, imagePullPolicy: policy, resources: {} });
  return withChild(
    filled,
    'ports',
    mapList(filled['ports'], (port) => fill(port, { protocol: 'TCP' })),
  );
}

const POD_SPEC: JsonObject = {
  restartPolicy: 'Always',
  terminationGracePeriodSeconds: 30,
  dnsPolicy: 'ClusterFirst',
  securityContext: {},
  schedulerName: 'default-scheduler',
};

/** Templates already filled in: they are compared and hashed by identity, and seen again in every version. */
const filledTemplates = new WeakSet<object>();

function defaultPodTemplate(template: JsonValue | undefined): JsonObject {
  const given = isObject(template) ? template : {};
  if (filledTemplates.has(given)) return given;
  const spec = fill(given['spec'], POD_SPEC);
  const withContainers = withChild(spec, 'containers', mapList(spec['containers'], defaultContainer));
  const filled = withChild(given, 'spec', withContainers);
  filledTemplates.add(filled);
  return filled;
}

function withSpec(object: KubeObject, spec: JsonObject): KubeObject {
  return spec === object.spec ? object : { ...object, spec };
}

const ROLLING_UPDATE: JsonObject = { maxUnavailable: '25%', maxSurge: '25%' };

export function defaultDeployment(object: KubeObject): KubeObject {
  let spec = fill(object.spec, {
    replicas: 1,
    strategy: { type: 'RollingUpdate', rollingUpdate: ROLLING_UPDATE },
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
  });
  let strategy = fill(spec['strategy'], { type: 'RollingUpdate' });
  if (strategy['type'] === 'RollingUpdate') {
    strategy = withChild(strategy, 'rollingUpdate', fill(strategy['rollingUpdate'], ROLLING_UPDATE));
  }
  spec = withChild(spec, 'strategy', strategy);
  return withSpec(object, withChild(spec, 'template', defaultPodTemplate(spec['template'])));
}

export function defaultReplicaSet(object: KubeObject): KubeObject {
  const spec = fill(object.spec, { replicas: 1 });
  return withSpec(object, withChild(spec, 'template', defaultPodTemplate(spec['template'])));
}

export function defaultStatefulSet(object: KubeObject): KubeObject {
  const spec = fill(object.spec, {
    replicas: 1,
    podManagementPolicy: 'OrderedReady',
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
    revisionHistoryLimit: 10,
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    serviceName: '',
  });
  return withSpec(object, withChild(spec, 'template', defaultPodTemplate(spec['template'])));
}

export function defaultDaemonSet(object: KubeObject): KubeObject {
  const spec = fill(object.spec, {
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
    revisionHistoryLimit: 10,
  });
  return withSpec(object, withChild(spec, 'template', defaultPodTemplate(spec['template'])));
}

export function defaultPod(object: KubeObject): KubeObject {
  const spec = fill(object.spec, { ...POD_SPEC, enableServiceLinks: true });
  return withSpec(object, withChild(spec, 'containers', mapList(spec['containers'], defaultContainer)));
}

const CPU_METRIC: JsonValue = [
  { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
];
const SCALE_UP: JsonObject = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
};
const SCALE_DOWN: JsonObject = {
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
};

/** spec.behavior is filled in only where a part of it is given (pkg/apis/autoscaling/v2/defaults.go). */
export function defaultHorizontalPodAutoscaler(object: KubeObject): KubeObject {
  let spec = fill(object.spec, { minReplicas: 1, metrics: CPU_METRIC });
  if (isObject(spec['behavior'])) {
    const behavior = objectAt(spec, 'behavior');
    const up = withChild(behavior, 'scaleUp', fill(behavior['scaleUp'], SCALE_UP));
    spec = withChild(spec, 'behavior', withChild(up, 'scaleDown', fill(up['scaleDown'], SCALE_DOWN)));
  }
  return withSpec(object, spec);
}

export function defaultService(object: KubeObject): KubeObject {
  const spec = fill(object.spec, { type: 'ClusterIP', sessionAffinity: 'None', internalTrafficPolicy: 'Cluster' });
  const ports = mapList(spec['ports'], (port) =>
    fill(port, { protocol: 'TCP', targetPort: getAt(port, 'port') ?? null }),
  );
  return withSpec(object, withChild(spec, 'ports', ports));
}

/** For kinds that the server leaves as they are. */
export function keepAsIs(object: KubeObject): KubeObject {
  return object;
}
