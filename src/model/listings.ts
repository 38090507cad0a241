/** Which Applications list an object in their status.resources. */
import type { ApplicationFact, ObjectRef } from './facts.ts';
import { addTo, type Keys, keysOf, removeFrom } from './key-index.ts';
import { keyOf, keyOfParts } from './refs.ts';

export class Listings {
  /** key of the object → keys of the Applications. */
  readonly #byObject = new Map<string, Keys>();
  /** Keys of the objects that more than one Application lists. */
  readonly #shared = new Set<string>();

  /** `cluster`: the one that the Application deploys into; '' is that of Argo CD. */
  add(application: string, { resources }: ApplicationFact, cluster: string): void {
    for (const { group, kind, namespace, name } of resources) {
      const at = keyOfParts(group, kind, namespace, name, cluster);
      addTo(this.#byObject, at, application);
      if (this.#isShared(at)) this.#shared.add(at);
    }
  }

  remove(application: string, { resources }: ApplicationFact, cluster: string): void {
    for (const { group, kind, namespace, name } of resources) {
      const at = keyOfParts(group, kind, namespace, name, cluster);
      removeFrom(this.#byObject, at, application);
      if (this.#shared.size > 0 && !this.#isShared(at)) this.#shared.delete(at);
    }
  }

  /** Keys of the Applications that list the object, in a stable order. */
  of(ref: ObjectRef): string[] {
    const keys = this.#byObject.get(keyOf(ref));
    return keys === undefined ? [] : [...keysOf(keys)].sort();
  }

  /** Keys of the Applications that list an object which another one lists, too. */
  sharing(): ReadonlySet<string> {
    const applications = new Set<string>();
    for (const at of this.#shared) for (const key of keysOf(this.#byObject.get(at))) applications.add(key);
    return applications;
  }

  #isShared(at: string): boolean {
    const keys = this.#byObject.get(at);
    return typeof keys === 'object' && keys.size > 1;
  }
}

/** Whether two versions of an Application list the same objects in the same order, whatever they say of them. */
export function listsTheSame({ resources }: ApplicationFact, other: ApplicationFact): boolean {
  if (resources === other.resources) return true;
  return (
    resources.length === other.resources.length &&
    resources.every((resource, index) => {
      const same = other.resources[index];
      return (
        resource.name === same?.name &&
        resource.namespace === same.namespace &&
        resource.kind === same.kind &&
        resource.group === same.group
      );
    })
  );
}
