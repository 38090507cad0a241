/** What every actor of the embedded cluster is given: the objects, the time, its own randomness, and the pods. */
import type { EventRecorder } from './event-recorder.ts';
import type { LoadBook } from './load-book.ts';
import type { PodLedger } from './pod-ledger.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import type { Store } from './store.ts';

export interface ClusterContext {
  readonly store: Store;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly pods: PodLedger;
  readonly load: LoadBook;
  readonly events: EventRecorder;
  readonly platform: Platform;
}

/** How this cluster is built, as far as it shows. */
export interface Platform {
  /** Field manager of the built-in controllers: 'kube-controller-manager', or the name of a single binary: 'k3s'. */
  readonly controllerManager: string;
  /** Pods as objects and events about single pods: what a person wants to see, and what thousands of clusters do not. */
  readonly podObjects: boolean;
  /** v1 Events are written. */
  readonly events: boolean;
  /** Seconds from a pod's creation to its readiness, lowest and highest. */
  readonly podReadySeconds: readonly [number, number];
  /** How much a measured load may be off, as a share of it. */
  readonly metricsNoise: number;
}

/** As little as verdicts need: pods are counted, ready together, and measured exactly. For clusters by the thousand. */
export const LEAN_PLATFORM: Partial<Platform> = {
  podObjects: false,
  events: false,
  podReadySeconds: [6, 6],
  metricsNoise: 0,
};

export const DEFAULT_PLATFORM: Platform = {
  controllerManager: 'kube-controller-manager',
  podObjects: true,
  events: true,
  podReadySeconds: [3, 10],
  metricsNoise: 0.03,
};

/**
 * Runs a reconcile function once per key, a little after the key was added, as a controller's work queue does: a key
 * that is waiting is not added twice.
 */
export class WorkQueue {
  readonly #context: ClusterContext;
  readonly #reconcile: (key: string) => void;
  readonly #latency: readonly [number, number];
  readonly #waiting = new Set<string>();

  /** `latency`: ms from an event to its handling, lowest and highest. */
  constructor(
    context: ClusterContext,
    reconcile: (key: string) => void,
    latency: readonly [number, number] = [15, 60],
  ) {
    this.#context = context;
    this.#reconcile = reconcile;
    this.#latency = latency;
  }

  add(key: string): void {
    if (this.#waiting.has(key)) return;
    this.#waiting.add(key);
    this.#context.scheduler.after(this.#context.random.between(...this.#latency), () => {
      this.#waiting.delete(key);
      this.#reconcile(key);
    });
  }
}

/** 'namespace/name' to its parts. */
export function splitKey(key: string): [namespace: string, name: string] {
  const slash = key.indexOf('/');
  return [key.slice(0, slash), key.slice(slash + 1)];
}
