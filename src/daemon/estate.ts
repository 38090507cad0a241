/**
 * The clusters that are watched as one: that of Argo CD, and the workload clusters it deploys into. Each has watches of its
 * own, and what they tell carries the cluster's name from here on. One that cannot be reached costs only itself.
 */
import type { KubeClient } from '../kubernetes/client.ts';
import { LiveSource, type LiveSourceOptions } from '../kubernetes/live-source.ts';
import { WORKLOAD_RESOURCES } from '../kubernetes/resources.ts';
import { placedIn } from '../model/clusters.ts';
import type { Change } from '../model/facts.ts';
import type { WatchHealth } from '../model/health.ts';
import type { LensRequest } from '../model/ports.ts';

/** A workload cluster: its name, the other servers and names that mean it, and the way to it. */
export interface Spoke {
  readonly name: string;
  readonly knownAs: readonly string[];
  readonly client: KubeClient;
}

export interface EstateOptions extends Omit<LiveSourceOptions, 'cluster' | 'resources' | 'observe' | 'warn'> {
  readonly spokes: readonly Spoke[];
  /** Made once a cluster; '' is that of Argo CD. */
  readonly observe: (cluster: string) => NonNullable<LiveSourceOptions['observe']>;
  readonly warn: (message: string) => void;
}

interface Member {
  /** '' for the cluster of Argo CD. */
  readonly name: string;
  readonly source: LiveSource;
}

export class Estate {
  /** The cluster of Argo CD: the daemon is ready when it is seen. */
  readonly hub: LiveSource;
  readonly #spokes: readonly Member[];

  /** @throws Error with a sentence when two clusters would have one name */
  constructor({ spokes, observe, warn, ...options }: EstateOptions) {
    const own = options.client.cluster;
    if (spokes.some(({ name }) => name === own))
      throw new Error(`clusters: ${own} is the name of Argo CD's own cluster here; give the other one another name`);
    this.#spokes = spokes.map(({ name, client }) => ({
      name,
      source: new LiveSource({
        ...options,
        client,
        cluster: name,
        resources: WORKLOAD_RESOURCES,
        observe: inTheNameOf(name, observe(name)),
        warn: (message) => warn(`cluster ${name}: ${message}`),
      }),
    }));
    this.hub = new LiveSource({
      ...options,
      cluster: own,
      observe: observe(''),
      warn,
      onLabelKey: (key) => {
        for (const { source } of this.#spokes) source.useLabelKey(key);
      },
    });
  }

  /** Names of the workload clusters. */
  get spokes(): string[] {
    return this.#spokes.map(({ name }) => name);
  }

  /** Emits until `stop`. Rejects only with what `emit` threw. */
  async run(emit: (change: Change) => void): Promise<void> {
    await Promise.all([
      this.hub.run(emit),
      ...this.#spokes.map(({ name, source }) => source.run((change) => emit(placedIn(change, name)))),
    ]);
  }

  /** Resolves when every kind of the cluster has been listed once, or is known not to be there. */
  whenSettled(cluster = ''): Promise<void> {
    return this.#sourceOf(cluster)?.whenSettled() ?? Promise.resolve();
  }

  requestLens(request: LensRequest): void {
    this.#sourceOf(request.ref.cluster ?? '')?.requestLens(request);
  }

  /** One entry a cluster and kind, Argo CD's own first. */
  health(): WatchHealth[] {
    return this.#all().flatMap((source) => source.health());
  }

  distrust(reason: string): void {
    for (const source of this.#all()) source.distrust(reason);
  }

  /** The corrections of all clusters. */
  async requestRelist(): Promise<number> {
    const corrections = await Promise.all(this.#all().map((source) => source.requestRelist()));
    return corrections.reduce((sum, count) => sum + count, 0);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#all().map((source) => source.stop()));
  }

  #all(): LiveSource[] {
    return [this.hub, ...this.#spokes.map(({ source }) => source)];
  }

  #sourceOf(cluster: string): LiveSource | undefined {
    return cluster === '' ? this.hub : this.#spokes.find(({ name }) => name === cluster)?.source;
  }
}

function inTheNameOf(
  cluster: string,
  observe: NonNullable<LiveSourceOptions['observe']>,
): NonNullable<LiveSourceOptions['observe']> {
  return (about, event) => observe(`${about} of ${cluster}`, event);
}
