/** Event, v1 and events.k8s.io/v1: the same object under two names for most of its fields. */
import type { EventFact, FactBase } from '../../model/facts.ts';
import { countAt, type JsonObject, objectAt, shortTextAt, textAt, timeAt } from './read-json.ts';

export function projectEvent(raw: JsonObject, base: FactBase): EventFact {
  const regarding = objectAt(raw, 'involvedObject') ?? objectAt(raw, 'regarding');
  return {
    fact: 'event',
    ref: base.ref,
    uid: base.uid,
    resourceVersion: base.resourceVersion,
    generation: base.generation,
    createdAt: base.createdAt,
    regarding: {
      apiVersion: textAt(regarding, 'apiVersion'),
      kind: textAt(regarding, 'kind'),
      namespace: textAt(regarding, 'namespace'),
      name: textAt(regarding, 'name'),
    },
    reason: textAt(raw, 'reason'),
    component:
      textAt(raw, 'source', 'component') ||
      textAt(raw, 'reportingComponent') ||
      textAt(raw, 'reportingController') ||
      textAt(raw, 'deprecatedSource', 'component'),
    count: countAt(raw, 'series', 'count') ?? countAt(raw, 'count') ?? countAt(raw, 'deprecatedCount') ?? 1,
    lastAt:
      timeAt(raw, 'series', 'lastObservedTime') ??
      timeAt(raw, 'lastTimestamp') ??
      timeAt(raw, 'deprecatedLastTimestamp') ??
      timeAt(raw, 'eventTime') ??
      base.createdAt ??
      0,
    message: shortTextAt(raw, 'message') || shortTextAt(raw, 'note'),
  };
}
