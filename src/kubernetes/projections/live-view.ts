/** An object that was read on its own, just before a change of it: what the guards ask of it. */
import type { ObjectRef } from '../../model/facts.ts';
import type { LiveView } from '../../remedy/attempt.ts';
import { project } from './project.ts';
import { type JsonObject, objectAt, textAt } from './read-json.ts';

export function projectLiveView(raw: JsonObject, ref: ObjectRef): LiveView {
  const fact = project(raw, { apiVersion: ref.apiVersion, resource: '', kind: ref.kind });
  return {
    ref,
    uid: textAt(raw, 'metadata', 'uid'),
    resourceVersion: textAt(raw, 'metadata', 'resourceVersion'),
    deleting: textAt(raw, 'metadata', 'deletionTimestamp') !== '',
    labels: textsIn(objectAt(raw, 'metadata', 'labels')),
    annotations: textsIn(objectAt(raw, 'metadata', 'annotations')),
    fact: fact?.fact === 'application' || fact?.fact === 'applicationset' ? fact : null,
  };
}

/** No prototype, so that a key named 'constructor' finds nothing. */
function textsIn(map: JsonObject | undefined): Readonly<Record<string, string>> {
  const texts: Record<string, string> = Object.create(null);
  for (const [key, value] of Object.entries(map ?? {})) if (typeof value === 'string') texts[key] = value;
  return texts;
}
