/** Everybody else who writes: people at a terminal, schedulers, injectors and webhooks. */
import type { ClusterContext } from '../context.ts';
import { getAt, isList, type JsonValue, type PathPart, parsePointer, removeAt, sameJson, setAt } from '../json.ts';
import { kindOf } from '../kinds.ts';
import type { KubeObject } from '../objects.ts';
import { mergePatch } from '../patches.ts';

/** Names one object for a writer. */
export interface WriteTarget {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export interface WriterName {
  /** 'human/ada', 'controller/mesh-injector'. */
  readonly actor: string;
  /** Field manager: 'kubectl', 'kubectl-edit', 'argocd-server', 'mesh-injector'. */
  readonly manager: string;
}

/** Writes fields of objects once, as kubectl and most controllers do. An object that is not there is left alone. */
export class FieldWriter {
  readonly #context: ClusterContext;
  readonly #name: WriterName;

  constructor(context: ClusterContext, name: WriterName) {
    this.#context = context;
    this.#name = name;
  }

  /** Through /scale, as kubectl scale does. */
  scale(target: WriteTarget, replicas: number): void {
    const info = kindOf(target.apiVersion, target.kind);
    if (this.#read(target) === undefined) return;
    this.#context.store.scale(info, target.namespace, target.name, replicas, this.#name);
  }

  /** Sets (or with undefined removes) the value at a JSON pointer. */
  set(target: WriteTarget, pointer: string, value: JsonValue | undefined): void {
    const live = this.#read(target);
    if (live === undefined) return;
    const path = pathIn(live, pointer);
    const next = value === undefined ? removeAt(live, path) : setAt(live, path, value);
    if (!sameJson(next, live)) this.#context.store.update(next as KubeObject, this.#name);
  }

  /** An RFC 7386 merge patch, as `kubectl patch --type merge`. */
  merge(target: WriteTarget, patch: JsonValue): void {
    const live = this.#read(target);
    if (live === undefined) return;
    const next = mergePatch(live, patch);
    if (!sameJson(next, live)) this.#context.store.update(next as KubeObject, this.#name);
  }

  delete(target: WriteTarget): void {
    if (this.#read(target) === undefined) return;
    const info = kindOf(target.apiVersion, target.kind);
    this.#context.store.delete(info, target.namespace, target.name, this.#name);
  }

  #read(target: WriteTarget): KubeObject | undefined {
    const info = kindOf(target.apiVersion, target.kind);
    return this.#context.store.get(info, info.namespaced ? target.namespace : '', target.name);
  }
}

/** The parts of a pointer, with numbers where a list stands. */
function pathIn(object: KubeObject, pointer: string): PathPart[] {
  const path: PathPart[] = [];
  for (const part of parsePointer(pointer)) path.push(isList(getAt(object, ...path)) ? Number(part) : part);
  return path;
}

/** Calls `act` again and again, `everySeconds` apart with a little jitter, until it is stopped. */
export function repeat(context: ClusterContext, everySeconds: number, act: () => void): () => void {
  let stopped = false;
  const next = () => {
    if (stopped) return;
    act();
    context.scheduler.after(everySeconds * 1000 * context.random.between(0.97, 1.03), next);
  };
  context.scheduler.after(everySeconds * 1000, next);
  return () => {
    stopped = true;
  };
}

/** Keeps one field at its value: whenever it differs, writes it back `delaySeconds` later. An injector, a webhook. */
export function insist(
  context: ClusterContext,
  name: WriterName,
  target: WriteTarget,
  pointer: string,
  value: JsonValue,
  delaySeconds: number,
): () => void {
  const writer = new FieldWriter(context, name);
  const info = kindOf(target.apiVersion, target.kind);
  let planned: (() => void) | undefined;
  const look = (object: KubeObject) => {
    const differs = !sameJson(getAt(object, ...pathIn(object, pointer)), value);
    if (!differs || planned !== undefined) return;
    planned = context.scheduler.after(delaySeconds * 1000 * context.random.between(0.9, 1.1), () => {
      planned = undefined;
      writer.set(target, pointer, value);
    });
  };
  let stopped = false;
  context.store.follow(info, ({ object, type }) => {
    if (stopped || object.metadata.name !== target.name || type === 'DELETED') return;
    if ((object.metadata.namespace ?? '') === (info.namespaced ? target.namespace : '')) look(object);
  });
  const live = context.store.get(info, info.namespaced ? target.namespace : '', target.name);
  if (live !== undefined) look(live);
  return () => {
    stopped = true;
    planned?.();
  };
}
