/** The mandatory kinds are listed first, in turns of one thread; whoever waits for the server keeps nobody. */
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { KubeClient } from '../../src/kubernetes/client.ts';
import { LiveSource } from '../../src/kubernetes/live-source.ts';
import { Precedence } from '../../src/kubernetes/precedence.ts';
import { WATCHED_RESOURCES } from '../../src/kubernetes/resources.ts';
import { rawApplication } from '../support/cluster.ts';
import { rawDeployment } from '../support/raw-objects.ts';

/** Turns that pass when they are told to. */
function turns() {
  const waiting: (() => void)[] = [];
  return {
    next: () => new Promise<void>((resolve) => waiting.push(resolve)),
    async pass(): Promise<void> {
      for (const resolve of waiting.splice(0)) resolve();
      await Promise.resolve().then(() => {});
    },
  };
}

/** Whether it has happened by now. */
function watched(promise: Promise<void> | undefined): () => boolean {
  let done = promise === undefined;
  void promise?.then(() => {
    done = true;
  });
  return () => done;
}

describe('whoever waits for the mandatory kinds', () => {
  it('goes on after two turns in which none of them had anything to do', async () => {
    const { next, pass } = turns();
    const precedence = new Precedence(() => false, next);
    const mayGo = watched(precedence.mayGo());
    for (let turn = 0; turn < 5; turn += 1) {
      precedence.went();
      await pass();
      expect(mayGo()).toBe(false);
      // Their own pause for others is no reason to go before them.
      await pass();
      expect(mayGo()).toBe(false);
    }
    await pass();
    expect(mayGo()).toBe(true);
  });

  it('goes on as soon as all of them are listed, and never waits again', async () => {
    const { next, pass } = turns();
    let listed = false;
    let asked = 0;
    const precedence = new Precedence(() => {
      asked += 1;
      return listed;
    }, next);
    const mayGo = watched(precedence.mayGo());
    listed = true;
    precedence.went();
    await pass();
    expect(mayGo()).toBe(true);
    const before = asked;
    // A watch that breaks later is listed anew, and nobody waits for that.
    listed = false;
    expect(precedence.mayGo()).toBeUndefined();
    expect(asked).toBe(before);
  });
});

it('reads a long list of Applications behind those that readiness waits for', async () => {
  const told: string[] = [];
  const bookmark = {
    type: 'BOOKMARK',
    object: { metadata: { resourceVersion: '9', annotations: { 'k8s.io/initial-events-end': 'true' } } },
  };
  const resources = WATCHED_RESOURCES.filter(
    ({ resource }) => resource === 'deployments' || resource === 'applications',
  );
  const signal = new AbortController();
  async function* streamOf(path: string): AsyncGenerator<Uint8Array> {
    const make = path.endsWith('/applications')
      ? (name: string) => rawApplication({ name })
      : (name: string) => rawDeployment({ name }, 1);
    for (let index = 0; index < 20; index += 1) {
      // As a socket brings them.
      await setImmediate();
      told.push(path.slice(path.lastIndexOf('/') + 1));
      yield Buffer.from(`${JSON.stringify({ type: 'ADDED', object: make(`web-${index}`) })}\n`);
    }
    yield Buffer.from(`${JSON.stringify(bookmark)}\n`);
    await new Promise((resolve) => signal.signal.addEventListener('abort', resolve));
  }
  const client = {
    server: 'http://127.0.0.1',
    cluster: '',
    user: '',
    get: () => Promise.reject(new Error('not asked for')),
    stream: async (path: string) => streamOf(path),
    close: async () => {},
  } as unknown as KubeClient;
  const source = new LiveSource({ client, resources });
  let facts = 0;
  const running = source.run((change) => {
    if (change.type === 'upsert') facts += 1;
  });
  await source.whenSettled();
  const lastDeployment = told.lastIndexOf('deployments');
  const before = told.slice(0, lastDeployment).filter((kind) => kind === 'applications');
  // A few come before anybody knows of the others; side by side it would be half of them.
  expect(before.length).toBeLessThanOrEqual(4);
  expect(told.filter((kind) => kind === 'applications')).toHaveLength(20);
  expect(facts).toBe(40);
  signal.abort();
  await source.stop();
  await running;
});
