/** Rollouts on a real API server: what people, Argo CD and autoscalers do to them, and a reflector that watches it. */
import type { WritingClient } from '../../src/kubernetes/client.ts';
import { project } from '../../src/kubernetes/projections/project.ts';
import { Reflector } from '../../src/kubernetes/reflector.ts';
import type { ReflectorOptions } from '../../src/kubernetes/reflector-options.ts';
import type { WatchedResource } from '../../src/kubernetes/resources.ts';
import { systemTimers, type Timers } from '../../src/kubernetes/timers.ts';
import { eventually } from './eventually.ts';
import { FakeTimers } from './fake-timers.ts';
import { Journal } from './journal.ts';
import { sameMap } from './live.ts';
import type { RealCluster } from './real-cluster.ts';

export const ROLLOUTS: WatchedResource = {
  apiVersion: 'argoproj.io/v1alpha1',
  resource: 'rollouts',
  kind: 'Rollout',
  namespaced: true,
  mandatory: false,
  fact: 'workload',
};

const { apiVersion, kind } = ROLLOUTS;
/** A server that starts again on a noisy machine, and a watch that backs off meanwhile. */
const PATIENCE_MS = 120_000;

export class RealRollouts {
  readonly #client: WritingClient;
  readonly namespace: string;

  /** A namespace a test: what one leaves behind is nothing to the others. */
  constructor(client: WritingClient, namespace: string) {
    this.#client = client;
    this.namespace = namespace;
  }

  get collection(): string {
    return `/apis/${apiVersion}/namespaces/${this.namespace}/rollouts`;
  }

  async create(name: string, replicas: number, fieldManager = 'argocd-controller'): Promise<void> {
    const body = { apiVersion, kind, metadata: { name }, spec: { replicas } };
    await this.#client.send('POST', this.collection, { query: { fieldManager }, body });
  }

  /** As Argo CD writes a declared value back. */
  async declare(name: string, replicas: number, fieldManager = 'argocd-controller'): Promise<void> {
    const body = { spec: { replicas } };
    const contentType = 'application/merge-patch+json';
    await this.#client.send('PATCH', `${this.collection}/${name}`, { query: { fieldManager }, contentType, body });
  }

  /** As an autoscaler does, through /scale. */
  async scale(name: string, replicas: number, fieldManager = 'kube-controller-manager'): Promise<void> {
    const metadata = { name, namespace: this.namespace };
    const body = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata, spec: { replicas } };
    await this.#client.send('PUT', `${this.collection}/${name}/scale`, { query: { fieldManager }, body });
  }

  async remove(name: string): Promise<void> {
    await this.#client.send('DELETE', `${this.collection}/${name}`);
  }

  /** 'namespace/name' to resourceVersion. */
  async truth(): Promise<Map<string, string>> {
    const { items } = (await this.#client.get(this.collection)) as {
      items: { metadata: { namespace: string; name: string; resourceVersion: string } }[];
    };
    return new Map(
      items.map(({ metadata: { namespace, name, resourceVersion } }) => [`${namespace}/${name}`, resourceVersion]),
    );
  }
}

export interface RolloutWatch extends AsyncDisposable {
  readonly journal: Journal;
  readonly reflector: Reflector;
  /** Its deadlines fire when the test says so; everything else takes the time it takes. */
  readonly deadlines: FakeTimers;
  /** Resolves when what the watch told is what the server holds, and the watch is well. */
  readonly untilTrue: () => Promise<void>;
  /** Waits, and says what happened instead when it waits in vain. */
  readonly until: (what: string, condition: () => boolean | Promise<boolean>) => Promise<void>;
  /** Replicas of one object, as they were told. */
  readonly replicasOf: (name: string) => (number | null)[];
}

/** @param server where it is reached through something else */
export async function watchRollouts(
  cluster: RealCluster,
  rollouts: RealRollouts,
  options: Partial<ReflectorOptions> & { readonly server?: string } = {},
): Promise<RolloutWatch> {
  const { server, ...rest } = options;
  const journal = new Journal();
  const deadlines = new FakeTimers();
  const timers: Timers = { ...systemTimers, deadline: (ms, expire) => deadlines.deadline(ms, expire) };
  const reflector = new Reflector({
    client: await cluster.client(server),
    timers,
    target: { resource: ROLLOUTS, namespace: rollouts.namespace },
    decode: (raw) => project(raw, ROLLOUTS),
    emit: journal.emit,
    observe: journal.observe,
    ...rest,
  });
  const running = reflector.run();
  const until = async (what: string, condition: () => boolean | Promise<boolean>) => {
    await eventually(what, condition, PATIENCE_MS).catch((error: Error) => {
      const last = journal.events.slice(-20).map((event) => JSON.stringify(event));
      throw new Error(`${error.message}\n${last.join('\n')}\n${JSON.stringify(reflector.health())}`);
    });
  };
  return {
    journal,
    reflector,
    deadlines,
    async untilTrue() {
      const agrees = async () =>
        reflector.health().state === 'watching' && sameMap(journal.versions(), await rollouts.truth());
      await until('what was told is what is there', agrees);
    },
    until,
    replicasOf: (name) =>
      journal
        .upserts()
        .flatMap(({ fact }) => (fact.fact === 'workload' && fact.ref.name === name ? [fact.replicas] : [])),
    async [Symbol.asyncDispose]() {
      await reflector.stop();
      await running;
    },
  };
}

/** A fresh list held against the watch: 0 when it has told everything. Asks again while the watch is being mended. */
export async function correctionsOf({ reflector }: RolloutWatch): Promise<number> {
  let counted: number | null = null;
  const ask = async () => {
    counted = await reflector.requestRelist();
    return counted !== null;
  };
  await eventually('a list was held against the watch', ask, PATIENCE_MS);
  return counted ?? Number.NaN;
}
