/**
 * What a watch has told of each object: enough to see that a list says otherwise, and nothing more. Raw objects and
 * facts are not kept here.
 */
import { object, WHOLE } from './decode/shape.ts';
import type { JsonObject } from './projections/read-json.ts';
import { countAt, objectAt, textAt } from './projections/read-json.ts';

/** One version of one object. `resourceVersion` is opaque: it is compared for equality, never for order. */
export interface Version {
  /** 'namespace/name', what the object is known by. */
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation: number;
}

/**
 * new: not known. same: this very version is known. changed: another version of a known object. recreated: the name is
 * known with another uid. older: a version that lies before what is known, by its
 * generation or because the object has ended.
 */
export type Sighting = 'new' | 'same' | 'changed' | 'recreated' | 'older';

export interface KnownObject extends Omit<Version, 'key'> {
  resourceVersion: string;
  generation: number;
  /** A fact of it was emitted, so its end must be told. */
  emitted: boolean;
  /** The list that last showed it, and the one after which it was first seen. */
  listedIn: number;
  bornIn: number;
}

/** What `versionOf` reads. */
export const IDENTITY = object({
  metadata: object({ namespace: WHOLE, name: WHOLE, uid: WHOLE, resourceVersion: WHOLE, generation: WHOLE }),
});

/** null when the object has no name. */
export function versionOf(raw: JsonObject): Version | null {
  const metadata = objectAt(raw, 'metadata');
  const name = textAt(metadata, 'name');
  if (name === '') return null;
  const namespace = textAt(metadata, 'namespace');
  return {
    // Joined, not concatenated: see keyOf.
    key: [namespace, name].join('/'),
    namespace,
    name,
    uid: textAt(metadata, 'uid'),
    resourceVersion: textAt(metadata, 'resourceVersion'),
    generation: countAt(metadata, 'generation') ?? 0,
  };
}

/** Ends that are remembered: a replayed event must not bring an object back, and a uid is never used twice. */
const REMEMBERED_ENDS = 1000;

export class KnownObjects {
  readonly #objects = new Map<string, KnownObject>();
  readonly #ended = new Set<string>();
  #list = 0;
  #lastComplete = 0;

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): KnownObject | undefined {
    return this.#objects.get(key);
  }

  entries(): IterableIterator<[string, KnownObject]> {
    return this.#objects.entries();
  }

  /** How a version relates to what is known. Changes nothing. */
  compare(version: Version): Sighting {
    const known = this.#objects.get(version.key);
    if (this.#ended.has(version.uid)) return 'older';
    if (known === undefined) return 'new';
    if (known.uid !== version.uid) return 'recreated';
    if (known.resourceVersion === version.resourceVersion) return 'same';
    return version.generation < known.generation ? 'older' : 'changed';
  }

  /** Takes the version as the known one. */
  keep(version: Version, origin: 'list' | 'watch', emitted: boolean): void {
    const known = this.#objects.get(version.key);
    const bornIn = known?.uid === version.uid ? known.bornIn : this.#list;
    const listedIn = origin === 'list' ? this.#list : (known?.listedIn ?? 0);
    const { key, namespace, name, uid, resourceVersion, generation } = version;
    if (known !== undefined && known.uid === uid) {
      known.resourceVersion = resourceVersion;
      known.generation = generation;
      known.emitted = emitted;
      known.listedIn = listedIn;
    } else {
      // Spelt out: a copy by spread is half as large again, and there is one an object.
      this.#objects.set(key, { namespace, name, uid, resourceVersion, generation, emitted, listedIn, bornIn });
    }
    // Only a list, which is a consistent read, may contradict an end that was told.
    this.#ended.delete(version.uid);
  }

  /** The running list shows the very version that is known. */
  markListed(version: Version): void {
    const known = this.#objects.get(version.key);
    if (known !== undefined) known.listedIn = this.#list;
  }

  /** The watch told the end of an object. */
  end(key: string): void {
    const known = this.#objects.get(key);
    if (known === undefined) return;
    this.#objects.delete(key);
    this.#ended.add(known.uid);
    const [oldest] = this.#ended;
    if (oldest !== undefined && this.#ended.size > REMEMBERED_ENDS) this.#ended.delete(oldest);
  }

  beginList(): void {
    this.#list += 1;
  }

  /**
   * Ends the running list as complete and forgets what it did not show. `ghost`: first seen in a list that broke off
   * before this one, so no complete list ever had it.
   */
  completeList(): { readonly object: KnownObject; readonly ghost: boolean }[] {
    const gone = [];
    for (const [key, object] of this.#objects) {
      if (object.listedIn === this.#list) continue;
      gone.push({ object, ghost: object.bornIn > this.#lastComplete });
      this.#objects.delete(key);
    }
    this.#lastComplete = this.#list;
    return gone;
  }

  /** Makes the next list show every object as changed: what facts are made of has changed, not the objects. */
  forgetVersions(): void {
    for (const [key, object] of this.#objects) this.#objects.set(key, { ...object, resourceVersion: '' });
  }
}
