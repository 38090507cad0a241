/** status.operationState of an Application, cut down (argo-cd types.go:1416-1466). */
import type { Json, OperationFact, OperationResource } from '../../model/facts.ts';
import { madeOnce } from '../../model/made-once.ts';
import {
  countAt,
  flagAt,
  type JsonObject,
  listAt,
  objectAt,
  shortTextAt,
  textAt,
  textsAt,
  timeAt,
} from './read-json.ts';

/** Kinds that scale, are scaled, or own such an object: always kept, whatever their number. */
const KEPT_KINDS: ReadonlySet<string> = new Set([
  'Deployment',
  'StatefulSet',
  'Rollout',
  'DaemonSet',
  'HorizontalPodAutoscaler',
  'ScaledObject',
  'Application',
  'ApplicationSet',
]);

/** Of all other kinds only so many are looked at, so that memory does not grow with the size of an Application. */
export const MAX_OTHERS = 200;

/** Keeps every item of a kind that matters, and of the others the first ones that `wanted` accepts. */
export function keepRelevant(items: readonly Json[], wanted: (item: Json) => boolean): readonly Json[] {
  let others = 0;
  return items.filter((item) => {
    if (isKept(item)) return true;
    if (others >= MAX_OTHERS || !wanted(item)) return false;
    others += 1;
    return true;
  });
}

/** Keeps every item of a kind that matters, and of the others those that `wanted` accepts and that stand at the beginning. */
function keepFirst(items: readonly Json[], wanted: (item: Json) => boolean): readonly Json[] {
  return items.filter((item, index) => isKept(item) || (index < MAX_OTHERS && wanted(item)));
}

/** Whether an item is kept, however many there are. */
export function isKept(item: Json): boolean {
  return KEPT_KINDS.has(textAt(item, 'kind'));
}

export function readResource(item: Json): OperationResource {
  return {
    group: textAt(item, 'group'),
    kind: textAt(item, 'kind'),
    namespace: textAt(item, 'namespace'),
    name: textAt(item, 'name'),
  };
}

/**
 * null while there is none or it is only starting: at each start the controller sets operationState to nil for a
 * moment, and then writes one without a phase (util/argo/argo.go:939).
 */
export function readOperation(raw: JsonObject): OperationFact | null {
  const state = objectAt(raw, 'status', 'operationState');
  return state === undefined ? null : readState(state);
}

const readState = madeOnce((state: JsonObject): OperationFact | null => {
  const phase = textAt(state, 'phase');
  const startedAt = timeAt(state, 'startedAt');
  if (phase === '' || startedAt === null) return null;
  const sync = objectAt(state, 'operation', 'sync');
  const initiator = objectAt(state, 'operation', 'initiatedBy');
  const named = keepFirst(listAt(sync, 'resources'), () => true).map(readResource);
  return {
    phase,
    startedAt,
    finishedAt: timeAt(state, 'finishedAt'),
    automated: flagAt(initiator, 'automated'),
    username: textAt(initiator, 'username'),
    // The controller writes an operation that somebody patched in by hand back with an empty initiatedBy.
    initiated: initiator !== undefined && Object.keys(initiator).length > 0,
    resources: named,
    attempts: countAt(sync, 'autoHealAttemptsCount') ?? 0,
    revision: revisionOf(objectAt(state, 'syncResult')) || revisionOf(sync),
    syncOptions: textsAt(sync, 'syncOptions'),
    results: readResults(state, named),
    message: shortTextAt(state, 'message'),
  };
});

/** A single-source revision, or those of all sources joined by commas. */
export function revisionOf(value: JsonObject | undefined): string {
  return textAt(value, 'revision') || textsAt(value, 'revisions').join(',');
}

function readResults(state: JsonObject, named: readonly OperationResource[]): OperationFact['results'] {
  // A self-heal names objects without a namespace, so the namespace takes no part.
  const keys = new Set(named.map((resource) => `${resource.group}/${resource.kind}/${resource.name}`));
  const results = keepFirst(listAt(state, 'syncResult', 'resources'), (item) =>
    keys.has(`${textAt(item, 'group')}/${textAt(item, 'kind')}/${textAt(item, 'name')}`),
  );
  return results.map((item) => ({
    ...readResource(item),
    status: textAt(item, 'status'),
    message: shortTextAt(item, 'message'),
  }));
}
