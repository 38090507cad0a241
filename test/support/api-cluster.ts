/** An embedded cluster in virtual time behind its API server: what commands and the daemon talk to in tests. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandIo } from '../../src/commands/io.ts';
import { type ConfigSources, loadConfig } from '../../src/config/load.ts';
import { type Daemon, type DaemonOptions, startDaemon } from '../../src/daemon/daemon.ts';
import { application, hpa, workload } from '../../src/embedded/blueprints.ts';
import { type ApiServerOptions, startApiServer } from '../../src/embedded/http/api-server.ts';
import { findResource } from '../../src/embedded/kinds.ts';
import type { KubeObject } from '../../src/embedded/objects.ts';
import { createClient, type WritingClient } from '../../src/kubernetes/client.ts';
import { systemTimers } from '../../src/kubernetes/timers.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { VirtualCluster } from '../embedded/virtual-cluster.ts';

export type ApiCluster = Awaited<ReturnType<typeof startApiCluster>>;

export interface SeenCall {
  readonly method: string;
  readonly path: string;
}

export async function startApiCluster(options: Partial<ApiServerOptions> = {}) {
  const cluster = new VirtualCluster();
  const { store, scheduler } = cluster;
  const calls: SeenCall[] = [];
  const server = await startApiServer({
    store,
    now: () => scheduler.now(),
    observe: ({ verb, path }) => calls.push({ method: verb, path }),
    ...options,
  });
  const kubeconfig = join(mkdtempSync(join(tmpdir(), 'tugwatch-cluster-')), 'kubeconfig');
  writeFileSync(kubeconfig, server.kubeconfig);
  const read = (group: string, resource: string, namespace: string, name: string): KubeObject => {
    const info = findResource(group, resource);
    const found = info === undefined ? undefined : store.list(info).find((object) => isNamed(object, namespace, name));
    if (found === undefined) throw new Error(`no ${resource} ${namespace}/${name}`);
    return found;
  };
  return {
    cluster,
    server,
    /** A file. */
    kubeconfig,
    /** Requests that reached a resource, in order. */
    calls: calls as readonly SeenCall[],
    read,
    application: (name = 'web') => read('argoproj.io', 'applications', 'argocd', name),
    client: (): Promise<WritingClient> => createClient({ server: server.url, version: '0.0.0-test', env: {} }),
    [Symbol.asyncDispose]: () => server.close(),
  };
}

function isNamed(object: KubeObject, namespace: string, name: string): boolean {
  return object.metadata.name === name && (object.metadata.namespace ?? '') === namespace;
}

export function writesOf({ calls }: ApiCluster): SeenCall[] {
  return calls.filter(({ method }) => !['get', 'list', 'watch', ''].includes(method));
}

/** What Git says of shop/<name>, and the load it has; an Application of this path makes it a fight. Its URL. */
export function stageSource({ cluster }: ApiCluster, name = 'web'): string {
  const repository = cluster.git.repository(`https://git.example/${name}`);
  repository.commit(name, () => [
    workload({ name, replicas: 3 }),
    hpa({ name, target: { kind: 'Deployment', name }, min: 3, max: 10 }),
  ]);
  cluster.load.set('shop', 'Deployment', name, () => 520);
  return repository.url;
}

type ApplicationChanges = Partial<Parameters<typeof application>[0]>;

/** The textbook: Git declares 3 replicas of shop/<name>, the HPA wants 9, nothing protects the field, self-heal is on. */
export function stageTextbook(rig: ApiCluster, name = 'web', changes: ApplicationChanges = {}): void {
  const repoURL = stageSource(rig, name);
  rig.cluster.create([application({ name, repoURL, destination: 'shop', ...changes })]);
}

export interface WatchedCluster extends AsyncDisposable {
  readonly daemon: Daemon;
  /** What the daemon logged, one record a line. */
  readonly log: readonly Record<string, unknown>[];
  /** Lets virtual time pass in steps that the daemon follows; ends early when `until` holds. */
  pass(minutes: number, until?: () => boolean): Promise<void>;
}

/** A daemon that watches the cluster in its virtual time. */
export async function watchCluster(
  rig: ApiCluster,
  flags: ConfigSources['flags'] = {},
  options: Partial<DaemonOptions> = {},
): Promise<WatchedCluster> {
  const { scheduler } = rig.cluster;
  const log: Record<string, unknown>[] = [];
  const client = await rig.client();
  const daemon = await startDaemon({
    config: loadConfig({ env: {}, flags: { host: '127.0.0.1', port: 0, ...flags } }),
    client,
    logger: createLogger({ format: 'json', destination: { write: (line) => log.push(JSON.parse(line)) } }),
    timers: { ...systemTimers, now: () => scheduler.now(), monotonic: () => scheduler.now() },
    ...options,
  });
  await daemon.whenReady();
  const { model } = daemon.engine.pipeline;
  const hasSeen = () => {
    const facts = [...model.applications.values(), ...model.workloads.values(), ...model.hpas.values()];
    const known = new Map(facts.map((fact) => [fact.uid, fact.resourceVersion]));
    return ['applications', 'deployments', 'horizontalpodautoscalers'].every((resource) => {
      const group = { applications: 'argoproj.io', deployments: 'apps' }[resource] ?? 'autoscaling';
      const info = findResource(group, resource);
      const live = info === undefined ? [] : rig.cluster.store.list(info);
      return live.every(({ metadata }) => known.get(metadata.uid ?? '') === metadata.resourceVersion);
    });
  };
  return {
    daemon,
    log,
    async pass(minutes, until = () => false) {
      const end = scheduler.now() + minutes * 60_000;
      while (scheduler.now() < end && !until()) {
        scheduler.runFor(5_000);
        while (!hasSeen()) await new Promise((resolve) => setImmediate(resolve));
        // Asking for the report is what moves the daemon's time in steps that it follows: a leap would be a standstill.
        daemon.report();
        await daemon.remediator?.idle();
      }
    },
    async [Symbol.asyncDispose]() {
      await daemon.stop();
      await client.close();
    },
  };
}

export interface Typed {
  readonly io: CommandIo;
  stdout(): string;
  stderr(): string;
}

/** A command's surroundings in the cluster's time. `answer`: somebody sits at a terminal and types it. */
export function commandIo({ cluster }: ApiCluster, answer?: string): Typed {
  const written = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof written) => ({
    write: (text: string) => {
      written[name] += text;
    },
  });
  async function* type(): AsyncGenerator<Uint8Array> {
    if (answer !== undefined) yield new TextEncoder().encode(answer);
  }
  return {
    io: {
      stdin: Object.assign(type(), { isTTY: answer !== undefined }),
      stdout: stream('stdout'),
      stderr: stream('stderr'),
      env: { USER: 'ana' },
      now: () => cluster.scheduler.now(),
      monotonic: () => cluster.scheduler.now(),
      signal: new AbortController().signal,
    },
    stdout: () => written.stdout,
    stderr: () => written.stderr,
  };
}
