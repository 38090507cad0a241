/** Raw objects of one kind in, changes out: each version once, each end once, and nothing that the server did not say. */
import type { Change, Fact, Json, ObjectRef } from '../model/facts.ts';
import { type KnownObject, KnownObjects, type Version, versionOf } from './known-objects.ts';
import type { JsonObject } from './projections/read-json.ts';
import type { SkippedReason } from './reflector-events.ts';
import type { RelistCheck } from './relist-check.ts';
import type { WatchedResource } from './resources.ts';
import type { Timers } from './timers.ts';
import type { WatchLine } from './watch-stream.ts';

/** A raw line as the server told it; SYNCED closes a list. Only a recorder wants these. */
export interface RawLine {
  readonly type: WatchLine['type'] | 'SYNCED';
  readonly object: JsonObject;
}

export interface ObjectFeedOptions {
  readonly resource: WatchedResource;
  readonly timers: Timers;
  /** Raw object → what is kept of it; null when nothing is. The raw object ends here. */
  readonly decode: (raw: Json) => Fact | null;
  /** Objects of which nothing is kept here, not even that they are there. None when absent. */
  readonly ignores?: ((raw: Json) => boolean) | undefined;
  readonly emit: (change: Change) => void;
  readonly skip: (key: string, reason: SkippedReason) => void;
  readonly tap?: ((line: RawLine) => void) | undefined;
}

export class ObjectFeed {
  readonly known = new KnownObjects();
  /** A check that runs now wants to know what the watch tells. */
  check: RelistCheck | null = null;
  readonly #options: ObjectFeedOptions;

  constructor(options: ObjectFeedOptions) {
    this.#options = options;
  }

  /** An item of a list. */
  list(raw: JsonObject): void {
    if (this.ignores(raw)) return;
    const version = this.#identify(raw);
    if (version === null) return;
    this.#options.tap?.({ type: 'ADDED', object: raw });
    if (this.known.compare(version) === 'same') this.known.markListed(version);
    else this.#upsert(raw, version, 'list');
  }

  /**
   * A line of a list in a stream, before its end. What happens meanwhile comes in the same stream. A server whose cache
   * was behind shows versions that lie before what is known, and then what led from there to now: no write is made of
   * going back. True unless the object has still to be led to where it is known to be.
   */
  listLine({ type, object: raw }: WatchLine): boolean {
    if (this.ignores(raw)) return true;
    const version = this.#identify(raw);
    if (version === null) return true;
    if (type === 'DELETED') this.#delete(raw, version);
    else if (this.known.compare(version) === 'older') {
      this.known.markListed(version);
      return false;
    } else this.list(raw);
    return true;
  }

  /** The list is complete: what it did not show is gone. */
  completeList(resourceVersion: string): void {
    for (const { object, ghost } of this.known.completeList()) {
      // A recording says by its next list what is gone; only what no complete list ever showed must be named.
      if (ghost) this.#options.tap?.({ type: 'DELETED', object: this.#remainsOf(object) });
      this.#emitDelete(object, 'list');
    }
    this.#options.tap?.({ type: 'SYNCED', object: { metadata: { resourceVersion } } });
  }

  /** A line of a watch. False when it was a version that lies before what is known: a replay, and no progress. */
  watch({ type, object: raw }: WatchLine): boolean {
    if (type === 'BOOKMARK') {
      this.#options.tap?.({ type, object: raw });
      return true;
    }
    if (this.ignores(raw)) return true;
    const version = this.#identify(raw);
    if (version === null) return true;
    if (type === 'DELETED') {
      this.#delete(raw, version);
      return true;
    }
    const sighting = this.known.compare(version);
    if (sighting === 'older') {
      this.#options.skip(version.key, 'older-version');
      return false;
    }
    this.#options.tap?.({ type, object: raw });
    if (sighting !== 'same') this.#upsert(raw, version, 'watch');
    return true;
  }

  /** Whether nothing is to be kept of an object. */
  ignores(raw: JsonObject): boolean {
    return this.#options.ignores?.(raw) ?? false;
  }

  #identify(raw: JsonObject): Version | null {
    const version = versionOf(raw);
    if (version === null) this.#options.skip('', 'no-name');
    return version;
  }

  #upsert(raw: JsonObject, version: Version, origin: 'list' | 'watch'): void {
    const { key } = version;
    const before = this.known.get(key);
    this.check?.told(key, before?.resourceVersion, version.resourceVersion);
    const fact = this.#decode(raw, key);
    if (before !== undefined && (fact === null || before.uid !== version.uid)) this.#emitDelete(before, origin);
    this.known.keep(version, origin, fact !== null);
    if (fact !== null) this.#options.emit({ type: 'upsert', at: this.#options.timers.now(), origin, fact });
  }

  #delete(raw: JsonObject, version: Version): void {
    const { key } = version;
    const before = this.known.get(key);
    this.#options.tap?.({ type: 'DELETED', object: raw });
    // A late end of an earlier object of that name says nothing of the one that is there now.
    if (before === undefined || before.uid !== version.uid) return;
    this.check?.told(key, before.resourceVersion, null);
    this.known.end(key);
    this.#emitDelete(before, 'watch');
  }

  #decode(raw: JsonObject, key: string): Fact | null {
    try {
      return this.#options.decode(raw);
    } catch {
      // One object that cannot be read must not cost the sight of all the others.
      this.#options.skip(key, 'unreadable');
      return null;
    }
  }

  #emitDelete(object: KnownObject, origin: 'list' | 'watch'): void {
    if (!object.emitted) return;
    const at = this.#options.timers.now();
    const { fact } = this.#options.resource;
    this.#options.emit({ type: 'delete', at, origin, fact, ref: this.#refOf(object), uid: object.uid });
  }

  #remainsOf({ namespace, name, uid, resourceVersion }: KnownObject): JsonObject {
    const { apiVersion, kind } = this.#options.resource;
    return { apiVersion, kind, metadata: { namespace, name, uid, resourceVersion } };
  }

  #refOf({ namespace, name }: KnownObject): ObjectRef {
    const { apiVersion, kind } = this.#options.resource;
    return { apiVersion, kind, namespace, name };
  }
}
