/** How much work each workload is given: what the metrics API measures and autoscalers act on. */
export class LoadBook {
  readonly #loads = new Map<string, (now: number) => number>();

  /** Total work for a workload at a time of the actors (Scheduler.time): millicores for CPU metrics, items for external ones. */
  set(namespace: string, kind: string, name: string, load: (now: number) => number): void {
    this.#loads.set(`${kind}/${namespace}/${name}`, load);
  }

  /** undefined: nobody measures this workload. */
  at(namespace: string, kind: string, name: string, now: number): number | undefined {
    return this.#loads.get(`${kind}/${namespace}/${name}`)?.(now);
  }
}
