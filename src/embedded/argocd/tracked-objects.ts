/** Which objects carry the mark of which application: what an application manages even when Git no longer has it. */
import type { KindInfo } from '../kinds.ts';
import { type KubeObject, namespaceOf } from '../objects.ts';
import type { StoreEvent } from '../store.ts';
import { instanceOf, type TrackingMethod } from './manifests.ts';

export interface TrackedObject {
  readonly info: KindInfo;
  readonly namespace: string;
  readonly name: string;
}

const NONE: readonly string[] = [];

export class TrackedObjects {
  readonly #byInstance = new Map<string, Map<string, TrackedObject>>();

  /** The mark of each object as it was last read: most writes leave labels and annotations alone. */
  readonly #marks = new WeakMap<KubeObject, string>();

  /** Takes a change in; returns the instances that the object belongs to now or belonged to before. */
  note(event: StoreEvent, tracking: TrackingMethod): readonly string[] {
    const { object, previous } = event;
    const before = previous === undefined ? undefined : this.#markOf(previous, tracking);
    const unmarked = previous !== undefined && before === undefined;
    const sameMeta =
      previous?.metadata.annotations === object.metadata.annotations &&
      previous?.metadata.labels === object.metadata.labels;
    if (unmarked && sameMeta) return NONE;
    const now = sameMeta && before !== undefined ? before : instanceOf(object, tracking);
    if (now !== undefined) this.#marks.set(object, now);
    if (now === before && event.type === 'MODIFIED') return now === undefined ? NONE : [now];
    const key = `${event.info.plural}/${namespaceOf(event.object)}/${event.object.metadata.name}`;
    if (before !== undefined && (before !== now || event.type === 'DELETED')) this.#byInstance.get(before)?.delete(key);
    if (now !== undefined && event.type !== 'DELETED' && before !== now) this.#add(now, key, event.info, event.object);
    const instances = now === undefined ? [] : [now];
    return before === undefined || before === now ? instances : [...instances, before];
  }

  #markOf(object: KubeObject, tracking: TrackingMethod): string | undefined {
    return this.#marks.get(object) ?? instanceOf(object, tracking);
  }

  #add(instance: string, key: string, info: KindInfo, object: KubeObject): void {
    const objects = this.#byInstance.get(instance) ?? new Map<string, TrackedObject>();
    objects.set(key, { info, namespace: namespaceOf(object), name: object.metadata.name });
    this.#byInstance.set(instance, objects);
  }

  of(instance: string): readonly TrackedObject[] {
    return [...(this.#byInstance.get(instance)?.values() ?? [])];
  }
}

/** True when something Git could declare changed: anything but status and bookkeeping. */
export function isDeclarableChange(event: StoreEvent): boolean {
  const { object, previous, type } = event;
  if (type !== 'MODIFIED' || previous === undefined) return true;
  const before = previous.metadata;
  const after = object.metadata;
  if (before.labels !== after.labels || before.annotations !== after.annotations) return true;
  for (const key in object) {
    if (key !== 'metadata' && key !== 'status' && object[key] !== previous[key]) return true;
  }
  return Object.keys(previous).some((key) => object[key] === undefined);
}
