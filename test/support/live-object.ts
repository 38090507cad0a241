/** One object as an API server keeps it: a write moves the ownership of the fields it changes (KEP-555). */
import type { Json, Millis } from '../../src/model/facts.ts';
import type { RawObject } from './cluster.ts';

/** A member by name, or the item of a list by its keys. */
export type Step = string | { readonly [key: string]: string };
export type Path = readonly Step[];
/** undefined takes the field away. */
export type FieldChange = readonly [path: Path, value: Json | undefined];

/** Under which name a client writes. `unsigned`: a zero through /scale, which leaves no owner. */
export interface Signature {
  readonly manager: string;
  readonly operation?: 'Apply' | 'Update';
  readonly subresource?: string;
  readonly unsigned?: boolean;
}

export const PATH_REPLICAS: Path = ['spec', 'replicas'];
export const PATH_IMAGE: Path = ['spec', 'template', 'spec', 'containers', { name: 'app' }, 'image'];

interface Entry {
  readonly signature: Signature;
  time: Millis;
  readonly paths: Map<string, Path>;
}

export class LiveObject {
  readonly #raw: RawObject;
  readonly #entries: Entry[] = [];
  #version: number;
  #generation = 1;

  constructor(raw: RawObject, version = 1) {
    this.#raw = structuredClone(raw);
    this.#version = version;
  }

  /** False when nothing changes: the server then sends no event. */
  write(signature: Signature, at: Millis, changes: readonly FieldChange[]): boolean {
    const changed = changes.filter(([path, value]) => !same(this.read(path), value));
    for (const [path, value] of changed) {
      this.#disown(path);
      this.#set(path, value);
      if (value !== undefined && signature.unsigned !== true) this.#own(signature, path, at);
    }
    // An apply owns what it sends, changed or not; together with whoever owned the same value before. One that changes
    // neither a value nor an owner leaves no trace, not even a time.
    let taken = 0;
    if (signature.operation === 'Apply') {
      for (const [path, value] of changes) {
        if (value === undefined || this.#owns(signature, path)) continue;
        this.#own(signature, path, at);
        taken += 1;
      }
    }
    if (changed.length === 0 && taken === 0) return false;
    this.#version += 1;
    if (changed.some(([path]) => path[0] !== 'metadata' && path[0] !== 'status')) this.#generation += 1;
    return true;
  }

  read(path: Path): Json | undefined {
    let node: Json | undefined = this.#raw;
    for (const step of path) node = member(node, step);
    return node;
  }

  /** The object as the server would send it now. */
  raw(): RawObject {
    const raw = structuredClone(this.#raw);
    raw['metadata'] = {
      ...(raw['metadata'] as RawObject),
      resourceVersion: String(this.#version),
      generation: this.#generation,
      managedFields: this.#entries.filter((entry) => entry.paths.size > 0).map(rawEntry),
    };
    return raw;
  }

  #entryOf(signature: Signature): Entry | undefined {
    return this.#entries.find(
      ({ signature: known }) =>
        known.manager === signature.manager &&
        (known.operation ?? 'Update') === (signature.operation ?? 'Update') &&
        (known.subresource ?? '') === (signature.subresource ?? ''),
    );
  }

  #owns(signature: Signature, path: Path): boolean {
    return this.#entryOf(signature)?.paths.has(JSON.stringify(path)) ?? false;
  }

  #own(signature: Signature, path: Path, at: Millis): void {
    let entry = this.#entryOf(signature);
    if (entry === undefined) {
      entry = { signature, time: at, paths: new Map() };
      this.#entries.push(entry);
    }
    entry.time = at;
    entry.paths.set(JSON.stringify(path), path);
  }

  #disown(path: Path): void {
    for (const entry of this.#entries) entry.paths.delete(JSON.stringify(path));
  }

  #set(path: Path, value: Json | undefined): void {
    let node: Json = this.#raw;
    for (const step of path.slice(0, -1)) {
      let next = member(node, step);
      if (next === undefined && typeof step === 'string') {
        next = {};
        (node as RawObject)[step] = next;
      }
      if (next === undefined) throw new Error(`no ${JSON.stringify(step)} in the object`);
      node = next;
    }
    const last = path.at(-1);
    if (typeof last !== 'string') throw new Error('a path ends with a name');
    if (value === undefined) delete (node as RawObject)[last];
    else (node as RawObject)[last] = value;
  }
}

function member(node: Json | undefined, step: Step): Json | undefined {
  if (typeof step === 'string') return (node as RawObject | undefined)?.[step];
  if (!Array.isArray(node)) return undefined;
  return node.find((item) => Object.entries(step).every(([key, value]) => (item as RawObject)[key] === value));
}

/** The entry of a /scale write carries no time (seen on 1.36); others have whole seconds. */
function rawEntry({ signature, time, paths }: Entry): Json {
  const fieldsV1: RawObject = {};
  for (const path of paths.values()) {
    let node = fieldsV1;
    for (const step of path) {
      const key = typeof step === 'string' ? `f:${step}` : `k:${JSON.stringify(step)}`;
      node[key] ??= {};
      node = node[key] as RawObject;
    }
  }
  const subresource = signature.subresource ?? '';
  return {
    manager: signature.manager,
    operation: signature.operation ?? 'Update',
    apiVersion: 'v1',
    fieldsType: 'FieldsV1',
    fieldsV1,
    ...(subresource === '' ? { time: wholeSeconds(time) } : { subresource }),
  };
}

/** A time as Kubernetes writes it. */
export function wholeSeconds(at: Millis): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

function same(a: Json | undefined, b: Json | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
