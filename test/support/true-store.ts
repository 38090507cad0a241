/** The truth that a faulty server holds: Deployments, their versions, and the events that lead from one to the next. */

export interface TrueObject {
  readonly apiVersion: 'apps/v1';
  readonly kind: 'Deployment';
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation: number;
    readonly annotations?: { readonly [key: string]: string };
  };
  readonly spec: { readonly replicas: number; readonly template: object };
}

export interface TrueEvent {
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: TrueObject;
}

export class TrueStore {
  /** Every version that ever was: 'uid@resourceVersion'. */
  readonly versions = new Set<string>();
  /** The version of the latest event, and the oldest from which a watch can catch up. */
  version = 10;
  compacted = 0;
  readonly #objects = new Map<string, TrueObject>();
  #history: TrueEvent[] = [];
  #uids = 0;

  /** Creates or changes an object; `bytes` of text are added to it. */
  put(name: string, replicas: number, bytes = 0): TrueEvent {
    const before = this.#objects.get(name);
    this.version += 1;
    const object: TrueObject = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {
        name,
        namespace: 'shop',
        uid: before?.metadata.uid ?? `uid-${++this.#uids}`,
        resourceVersion: String(this.version),
        generation: (before?.metadata.generation ?? 0) + 1,
        ...(bytes === 0 ? {} : { annotations: { note: 'ü'.repeat(bytes / 2) } }),
      },
      spec: { replicas, template: { metadata: { labels: { app: name } } } },
    };
    this.#objects.set(name, object);
    this.versions.add(`${object.metadata.uid}@${object.metadata.resourceVersion}`);
    return this.#happen({ version: this.version, type: before === undefined ? 'ADDED' : 'MODIFIED', object });
  }

  /** null when there is no such object. */
  remove(name: string): TrueEvent | null {
    const object = this.#objects.get(name);
    if (object === undefined) return null;
    this.version += 1;
    this.#objects.delete(name);
    const metadata = { ...object.metadata, resourceVersion: String(this.version) };
    return this.#happen({ version: this.version, type: 'DELETED', object: { ...object, metadata } });
  }

  objects(): TrueObject[] {
    return [...this.#objects.values()];
  }

  /** Events after a version, in order. */
  since(version: number): TrueEvent[] {
    return this.#history.filter((event) => event.version > version);
  }

  /** Forgets the past: who watches from before must list anew. */
  compact(): void {
    this.compacted = this.version;
    this.#history = [];
  }

  /** Forgets that the latest event happened, though it did. */
  forgetLast(): void {
    this.#history.pop();
  }

  #happen(event: TrueEvent): TrueEvent {
    this.#history.push(event);
    return event;
  }
}
