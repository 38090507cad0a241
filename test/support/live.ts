/** A client and a reflector against a server of this process. */
import { createClient, type WritingClient } from '../../src/kubernetes/client.ts';
import { project } from '../../src/kubernetes/projections/project.ts';
import { Reflector } from '../../src/kubernetes/reflector.ts';
import type { ReflectorOptions } from '../../src/kubernetes/reflector-options.ts';
import type { WatchedResource } from '../../src/kubernetes/resources.ts';
import { FakeTimers } from './fake-timers.ts';
import { FaultyServer } from './faulty-server.ts';
import { Journal } from './journal.ts';

export const DEPLOYMENTS: WatchedResource = {
  apiVersion: 'apps/v1',
  resource: 'deployments',
  kind: 'Deployment',
  namespaced: true,
  mandatory: true,
  fact: 'workload',
};

export function clientOf(server: string): Promise<WritingClient> {
  return createClient({ server, version: '0.0.0-test', env: {} });
}

export interface Rig extends AsyncDisposable {
  readonly server: FaultyServer;
  readonly timers: FakeTimers;
  readonly journal: Journal;
  readonly reflector: Reflector;
  /** What a consumer of the changes knows equals what the server holds. */
  readonly agrees: () => boolean;
}

/** A reflector on Deployments against a faulty server; `prepare` runs before its first request. */
export async function watchDeployments(
  prepare: (server: FaultyServer, timers: FakeTimers) => void = () => {},
  options: Partial<ReflectorOptions> & { readonly seed?: number } = {},
): Promise<Rig> {
  const server = await FaultyServer.start();
  const timers = new FakeTimers(options.seed ?? 1);
  const journal = new Journal();
  server.onHang = () => timers.expire();
  prepare(server, timers);
  const client = await clientOf(server.url);
  const reflector = new Reflector({
    client,
    timers,
    target: { resource: DEPLOYMENTS, namespace: '' },
    decode: (raw) => project(raw, DEPLOYMENTS),
    emit: journal.emit,
    observe: journal.observe,
    ...options,
  });
  const running = reflector.run();
  return {
    server,
    timers,
    journal,
    reflector,
    agrees: () => sameMap(journal.versions(), server.truth()),
    async [Symbol.asyncDispose]() {
      await reflector.stop();
      await running;
      await client.close();
      await server.close();
    },
  };
}

export function sameMap(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}
