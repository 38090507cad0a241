/**
 * A real Kubernetes API server of its own on a real etcd, both on loopback. It serves no built-in kinds, only what
 * custom-kinds.ts defines. It can be restarted, frozen and compacted.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findServer } from '../../scripts/api-server.ts';
import { createClient, type WritingClient } from '../../src/kubernetes/client.ts';
import { type Authority, makeAuthority, makeIdentity, type ServerIdentity } from './certificates.ts';
import { CUSTOM_KINDS } from './custom-kinds.ts';
import { eventually } from './eventually.ts';
import { writeKubeconfig } from './kubeconfigs.ts';

/** A noisy machine with two cores takes its time for a server that starts. */
const START_MS = 90_000;
const DISABLED_PLUGINS = [
  'NamespaceLifecycle',
  'MutatingAdmissionWebhook',
  'ValidatingAdmissionWebhook',
  'ValidatingAdmissionPolicy',
  'MutatingAdmissionPolicy',
].join();

export class RealCluster implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'tugwatch-cluster-'));
  readonly #programs: { readonly apiServer: string; readonly etcd: string };
  readonly #authority: Authority = makeAuthority('clients');
  #identity: ServerIdentity = makeIdentity('server');
  readonly #clients: WritingClient[] = [];
  #etcd: ChildProcess | null = null;
  #server: ChildProcess | null = null;
  #etcdUrl = '';
  #port = 0;
  #logs = 0;

  private constructor() {
    const found = findServer();
    if ('missing' in found) throw new Error(`${found.missing}: run npm run test:apiserver`);
    this.#programs = found;
  }

  static async start(): Promise<RealCluster> {
    const cluster = new RealCluster();
    try {
      await cluster.#startEtcd();
      await cluster.startServer();
      await cluster.#define();
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  get url(): string {
    return `https://127.0.0.1:${this.#port}`;
  }

  /** Whether etcd can be asked how far it is, without which no API server serves a list in a stream. */
  async streamsLists(): Promise<boolean> {
    const { version } = (await this.#ask('/v3/maintenance/status', {})) as { version: string };
    const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
    if (major !== 3 || minor > 5) return major >= 3;
    return minor === 5 ? patch >= 13 : minor === 4 && patch >= 31;
  }

  get port(): number {
    return this.#port;
  }

  /** A kubeconfig of somebody who may do everything; `server` where it is reached through something else. */
  kubeconfig(server: string = this.url, path?: string): string {
    const { cert, key } = this.#authority.issue('/O=system:masters/CN=operator');
    const cluster = { 'certificate-authority-data': base64(this.#identity.ca) };
    const user = { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) };
    return writeKubeconfig({ server, cluster, user }, path);
  }

  client(server?: string): Promise<WritingClient> {
    return this.clientOf(this.kubeconfig(server));
  }

  /** Closed with the cluster. */
  async clientOf(kubeconfig: string): Promise<WritingClient> {
    const client = await createClient({ kubeconfig, version: '0.0.0-test', env: {} });
    this.#clients.push(client);
    return client;
  }

  /** Starts the API server where it was before, and waits until it serves. */
  async startServer(): Promise<void> {
    if (this.#port === 0) this.#port = await freePort();
    const file = (name: string, text: string) => {
      writeFileSync(join(this.#folder, name), text);
      return join(this.#folder, name);
    };
    // It asks nobody who a client is or what it may do: a certificate of system:masters needs neither.
    const nobody = writeKubeconfig({ server: 'https://127.0.0.1:1', cluster: { 'insecure-skip-tls-verify': true } });
    const started = this.#spawn('server', this.#programs.apiServer, [
      `--etcd-servers=${this.#etcdUrl}`,
      `--secure-port=${this.#port}`,
      '--bind-address=127.0.0.1',
      `--tls-cert-file=${file('server.crt', this.#identity.cert)}`,
      `--tls-private-key-file=${file('server.key', this.#identity.key)}`,
      `--client-ca-file=${file('clients.crt', this.#authority.ca)}`,
      '--authentication-skip-lookup=true',
      `--authentication-kubeconfig=${nobody}`,
      `--authorization-kubeconfig=${nobody}`,
      `--kubeconfig=${nobody}`,
      `--disable-admission-plugins=${DISABLED_PLUGINS}`,
      // Its rules are objects of a kind that is not served here.
      '--enable-priority-and-fairness=false',
    ]);
    this.#server = started;
    const client = await this.client();
    const paths = ['/apis/apiextensions.k8s.io/v1/customresourcedefinitions', ...this.#served];
    for (const path of paths) {
      await this.#untilIt(started, `${path} is served`, () => client.get(path, { query: { limit: '1' } }));
    }
  }

  /** As a process that is killed: no connection is ended in order. */
  async stopServer(): Promise<void> {
    await end(this.#server);
    this.#server = null;
  }

  async restartServer(): Promise<void> {
    await this.stopServer();
    await this.startServer();
  }

  /** From now on it comes with a certificate of another authority; takes effect when it is started again. */
  rotateAuthority(): void {
    this.#identity = makeIdentity('server-rotated');
  }

  /** Its sockets stay open and nothing comes out of them. */
  freeze(): void {
    this.#server?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#server?.kill('SIGCONT');
  }

  /** etcd's revision, which is the latest resourceVersion of all kinds. */
  async revision(): Promise<number> {
    const { header } = (await this.#ask('/v3/maintenance/status', {})) as { header: { revision: string } };
    return Number(header.revision);
  }

  /** etcd forgets every version but the latest, as the API server has it do every five minutes. */
  async compact(): Promise<void> {
    await this.#ask('/v3/kv/compaction', { revision: String(await this.revision()), physical: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
    await end(this.#server);
    await end(this.#etcd);
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 10 });
  }

  /** Collections that are defined by now. */
  readonly #served: string[] = [];

  async #define(): Promise<void> {
    const client = await this.client();
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    for (const { body } of CUSTOM_KINDS) await client.send('POST', path, { body });
    for (const { collection } of CUSTOM_KINDS) {
      await eventually(`${collection} is served`, () => client.get(collection), START_MS);
      this.#served.push(collection);
    }
  }

  async #startEtcd(): Promise<void> {
    const [clients, peers] = [await freePort(), await freePort()];
    this.#etcdUrl = `http://127.0.0.1:${clients}`;
    const peerUrl = `http://127.0.0.1:${peers}`;
    const started = this.#spawn('etcd', this.#programs.etcd, [
      `--data-dir=${join(this.#folder, 'etcd')}`,
      `--listen-client-urls=${this.#etcdUrl}`,
      `--advertise-client-urls=${this.#etcdUrl}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--initial-cluster=default=${peerUrl}`,
    ]);
    this.#etcd = started;
    await this.#untilIt(started, 'etcd answers', () => this.revision());
  }

  async #ask(path: string, body: object): Promise<unknown> {
    const answer = await fetch(this.#etcdUrl + path, { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`etcd answers ${answer.status} to ${path}: ${await answer.text()}`);
    return answer.json();
  }

  #spawn(name: string, program: string, args: readonly string[]): ChildProcess {
    this.#logs += 1;
    const log = join(this.#folder, `${name}-${this.#logs}.log`);
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'] } });
    const out = createWriteStream(log);
    child.stdout.pipe(out, { end: false });
    child.stderr.pipe(out, { end: false });
    child.on('close', () => out.end());
    Object.assign(child, { log });
    return child;
  }

  /** Waits for a process that starts; one that ends instead fails at once, with its last words. */
  async #untilIt(child: ChildProcess, what: string, ask: () => Promise<unknown>): Promise<void> {
    const log = String(Reflect.get(child, 'log'));
    const lastWords = () => readFileSync(log, 'utf8').split('\n').slice(-15).join('\n');
    const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
    await eventually(what, async () => hasEnded() || ask().then(() => true), START_MS).catch((error: Error) => {
      throw new Error(`${error.message}\n${lastWords()}`);
    });
    if (hasEnded()) throw new Error(`it ended before ${what}:\n${lastWords()}`);
  }
}

async function end(child: ChildProcess | null): Promise<void> {
  if (child === null || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

/** Below the ports that the system gives to connections, so that it is still free after a restart. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 15_000 + Math.floor(Math.random() * 15_000);
    const probe = createServer();
    const free = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => resolve(true));
    });
    await new Promise((resolve) => probe.close(resolve));
    if (free) return port;
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
