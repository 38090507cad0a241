/** The pods of every owner and whether they are ready: what the kubelets know, and what the metrics API answers from. */
export interface PodRecord {
  readonly name: string;
  readonly namespace: string;
  /** uid of the ReplicaSet or StatefulSet. */
  readonly owner: string;
  /** In time of the actors (Scheduler.time). */
  readonly createdAt: number;
  ready: boolean;
  readyAt: number | undefined;
}

export class PodLedger {
  readonly #byOwner = new Map<string, PodRecord[]>();

  /** Pods of an owner, oldest first. */
  of(owner: string): readonly PodRecord[] {
    return this.#byOwner.get(owner) ?? [];
  }

  add(pod: PodRecord): void {
    const pods = this.#byOwner.get(pod.owner);
    if (pods === undefined) this.#byOwner.set(pod.owner, [pod]);
    else pods.push(pod);
  }

  remove(owner: string, name: string): void {
    const left = this.of(owner).filter((pod) => pod.name !== name);
    if (left.length === 0) this.#byOwner.delete(owner);
    else this.#byOwner.set(owner, left);
  }

  has(pod: PodRecord): boolean {
    return this.of(pod.owner).includes(pod);
  }
}
