/** One real cluster for all tests of a file, with Rollouts in namespaces of their own. */
import { afterAll, beforeAll } from 'vitest';
import type { WritingClient } from '../../src/kubernetes/client.ts';
import { RealCluster } from './real-cluster.ts';
import { RealRollouts } from './real-rollouts.ts';

export class RealSuite {
  #cluster: RealCluster | null = null;
  #client: WritingClient | null = null;

  constructor() {
    beforeAll(async () => {
      this.#cluster = await RealCluster.start();
      await this.connect();
    });
    afterAll(() => this.#cluster?.[Symbol.asyncDispose]());
  }

  get cluster(): RealCluster {
    if (this.#cluster === null) throw new Error('the cluster is there in tests only');
    return this.#cluster;
  }

  get client(): WritingClient {
    if (this.#client === null) throw new Error('the client is there in tests only');
    return this.#client;
  }

  /** Anew, by what is to be trusted now. */
  async connect(): Promise<void> {
    this.#client = await this.cluster.client();
  }

  /** Rollouts web-0, web-1, … of three replicas. */
  async fill(namespace: string, count: number): Promise<RealRollouts> {
    const rollouts = new RealRollouts(this.client, namespace);
    for (let index = 0; index < count; index += 1) await rollouts.create(`web-${index}`, 3);
    return rollouts;
  }
}
