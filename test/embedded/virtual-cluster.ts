/** A cluster in virtual time whose every line is kept, for tests that ask what happened. */
import {
  createEmbeddedCluster,
  type EmbeddedCluster,
  type EmbeddedClusterOptions,
} from '../../src/embedded/cluster.ts';
import { LEAN_PLATFORM } from '../../src/embedded/context.ts';
import { listAt, numberAt, textAt } from '../../src/embedded/json.ts';
import type { KubeObject } from '../../src/embedded/objects.ts';
import { VirtualScheduler } from '../../src/embedded/scheduler.ts';

export const START = Date.parse('2026-11-21T05:00:00Z');

export interface SeenOperation {
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly phase: string;
  readonly attempts: number;
  readonly resources: number;
}

export class VirtualCluster {
  readonly scheduler = new VirtualScheduler(START);
  readonly cluster: EmbeddedCluster;
  readonly #versions = new Map<string, KubeObject[]>();

  constructor(options: Partial<EmbeddedClusterOptions> = {}) {
    this.cluster = createEmbeddedCluster({ seed: 7, platform: LEAN_PLATFORM, ...options, scheduler: this.scheduler });
    this.cluster.store.subscribe(({ info, object }) => {
      const key = `${info.plural}/${object.metadata.namespace ?? ''}/${object.metadata.name}`;
      const known = this.#versions.get(key);
      if (known === undefined) this.#versions.set(key, [object]);
      else known.push(object);
    });
  }

  get store() {
    return this.cluster.store;
  }

  get git() {
    return this.cluster.git;
  }

  get load() {
    return this.cluster.load;
  }

  create(objects: readonly KubeObject[], manager?: string): void {
    this.cluster.create(objects, manager);
  }

  run(minutes: number): void {
    this.scheduler.runFor(minutes * 60_000);
  }

  versions(resource: string, namespace: string, name: string): readonly KubeObject[] {
    return this.#versions.get(`${resource}/${namespace}/${name}`) ?? [];
  }

  last(resource: string, namespace: string, name: string): KubeObject {
    const last = this.versions(resource, namespace, name).at(-1);
    if (last === undefined) throw new Error(`${resource} ${namespace}/${name} was never written`);
    return last;
  }

  /** Every value spec.replicas took, in order. */
  replicas(namespace: string, name: string, resource = 'deployments'): number[] {
    const values = this.versions(resource, namespace, name).map((version) => numberAt(-1, version.spec, 'replicas'));
    return values.filter((value, index) => value !== values[index - 1]);
  }

  /** The finished operations of an Application, in order. */
  operations(namespace: string, name: string): SeenOperation[] {
    const seen = new Map<string, SeenOperation>();
    for (const app of this.versions('applications', namespace, name)) {
      const state = app.status?.['operationState'];
      const startedAt = textAt(state, 'startedAt');
      if (textAt(state, 'finishedAt') === '') continue;
      seen.set(startedAt, {
        startedAt: Date.parse(startedAt),
        finishedAt: Date.parse(textAt(state, 'finishedAt')),
        phase: textAt(state, 'phase'),
        attempts: numberAt(0, state, 'operation', 'sync', 'autoHealAttemptsCount'),
        resources: listAt(state, 'operation', 'sync', 'resources').length,
      });
    }
    return [...seen.values()];
  }
}

export function virtualCluster(options: Partial<EmbeddedClusterOptions> = {}): VirtualCluster {
  return new VirtualCluster(options);
}
