/** The status of an Application after a comparison (controller/appcontroller.go persistAppStatus). Pure. */
import { getAt, type JsonObject, type JsonValue, listAt, numberAt, shareUnchanged, textAt } from '../json.ts';
import { formatSeconds, type KubeObject } from '../objects.ts';
import type { ComparedResource } from './compare.ts';

export interface StatusInput {
  readonly app: KubeObject;
  readonly compared: readonly ComparedResource[];
  /** { revision, source } or { revisions, sources } as compared. */
  readonly desired: JsonObject;
  /** Conditions that hold now, without times. */
  readonly conditions: readonly { readonly type: string; readonly message: string }[];
  /** The comparison failed: everything is Unknown. */
  readonly failed: boolean;
  /** A comparison with the latest revisions also says when it was. */
  readonly reconciled: boolean;
  readonly controllerNamespace: string;
  readonly now: number;
}

/** The status with operationState and history as they are. The very same object when nothing differs. */
export function comparedStatus(input: StatusInput): JsonObject {
  const { app, compared, desired, failed } = input;
  const previous = app.status ?? {};
  const at = formatSeconds(input.now);
  const outOfSync = compared.some((resource) => !resource.synced);
  const rules = listAt(app.spec, 'ignoreDifferences');
  const { revision, revisions, ...sources } = desired as Record<string, JsonValue>;
  const comparedTo: Record<string, JsonValue> = { destination: getAt(app.spec, 'destination') ?? {}, ...sources };
  if (rules.length > 0) comparedTo['ignoreDifferences'] = rules;
  const sync: Record<string, JsonValue> = { comparedTo };
  if (revision !== undefined) sync['revision'] = revision;
  if (revisions !== undefined) sync['revisions'] = revisions;
  sync['status'] = failed ? 'Unknown' : outOfSync ? 'OutOfSync' : 'Synced';
  const { conditions: known, ...rest } = previous as Record<string, JsonValue>;
  const conditions = withTimes(input.conditions, known, at);
  const images = imagesOf(compared);
  const status: JsonObject = {
    ...rest,
    ...(conditions.length > 0 ? { conditions } : {}),
    controllerNamespace: input.controllerNamespace,
    health: healthOf(previous, compared, at),
    reconciledAt: input.reconciled ? at : textAt(previous, 'reconciledAt') || at,
    resourceHealthSource: 'appTree',
    resources: compared.map((resource) => resourceStatus(resource, failed)),
    sourceHydrator: previous['sourceHydrator'] ?? {},
    sourceType: 'Directory',
    summary: images.length > 0 ? { images } : {},
    sync,
  };
  return shareUnchanged(previous, status) as JsonObject;
}

function withTimes(
  conditions: readonly { readonly type: string; readonly message: string }[],
  known: JsonValue | undefined,
  at: string,
): JsonObject[] {
  return conditions.map(({ type, message }) => {
    const same = listAt(known).find((old) => textAt(old, 'type') === type && textAt(old, 'message') === message);
    return { lastTransitionTime: textAt(same, 'lastTransitionTime') || at, message, type };
  });
}

function resourceStatus(resource: ComparedResource, failed: boolean): JsonObject {
  const { info, name, namespace } = resource;
  const status: Record<string, JsonValue> = info.group === '' ? {} : { group: info.group };
  status['kind'] = info.kind;
  status['name'] = name;
  if (namespace !== '') status['namespace'] = namespace;
  if (resource.manifest === undefined) status['requiresPruning'] = true;
  status['status'] = failed ? 'Unknown' : resource.synced ? 'Synced' : 'OutOfSync';
  status['version'] = info.version;
  return status;
}

function healthOf(previous: JsonObject, compared: readonly ComparedResource[], at: string): JsonObject {
  const status = compared.some((resource) => resource.live === undefined)
    ? 'Missing'
    : compared.some((resource) => !isHealthy(resource.live))
      ? 'Progressing'
      : 'Healthy';
  const same = textAt(previous, 'health', 'status') === status;
  const since = same ? textAt(previous, 'health', 'lastTransitionTime') : '';
  return { lastTransitionTime: since || at, status };
}

const WORKLOADS: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'Rollout']);

/** True when a workload has what its spec asks for; anything else is healthy. */
export function isHealthy(object: KubeObject | undefined): boolean {
  if (object === undefined || !WORKLOADS.has(object.kind)) return true;
  const wanted = numberAt(1, object.spec, 'replicas');
  const observed = Number(getAt(object.status, 'observedGeneration') ?? 0);
  const updated = numberAt(0, object.status, 'updatedReplicas');
  const available = numberAt(0, object.status, 'availableReplicas');
  return observed >= (object.metadata.generation ?? 1) && updated >= wanted && available >= wanted;
}

function imagesOf(compared: readonly ComparedResource[]): string[] {
  const images = new Set<string>();
  for (const { live } of compared) {
    for (const container of listAt(live?.spec, 'template', 'spec', 'containers'))
      images.add(textAt(container, 'image'));
  }
  images.delete('');
  return [...images].sort();
}
