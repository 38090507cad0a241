/** The estate's server and the clients under measurement, each started as a process of its own. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EstateSize, PATHS } from './estate.ts';
import type { Counts } from './estate-counts.ts';
import type { Play, Played } from './estate-play.ts';
import { Measured } from './processes.ts';
import { scrape } from './scrape.ts';

/** How a daemon introduces itself, where there is only one. */
const CLIENT = 'bench';
const HERE = import.meta.dirname;
const ROOT = join(HERE, '..', '..');

/** A folder for what this run writes, and the program as an image holds it. */
export interface Workshop extends Disposable {
  readonly folder: string;
  /** The bundle. */
  readonly program: string;
  /** Flags that the image gives to Node, and its environment. */
  readonly nodeFlags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export function openWorkshop(): Workshop {
  const folder = mkdtempSync(join(tmpdir(), 'tugwatch-bench-'));
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.ts'), '--outdir', folder], { cwd: ROOT });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  return {
    folder,
    program: join(folder, 'tugwatch.js'),
    ...imageSettings(),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** What the Dockerfile says in ENTRYPOINT ["/nodejs/bin/node", "--flag", "/app/tugwatch.js"] and in ENV NAME=value …. */
function imageSettings(): Pick<Workshop, 'nodeFlags' | 'env'> {
  const text = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
  const [, entrypoint = '[]'] = /^ENTRYPOINT (\[.*\])$/m.exec(text) ?? [];
  const env = [...text.matchAll(/^ENV (.*)$/gm)].flatMap(([, pairs = '']) => pairs.split(' '));
  return {
    nodeFlags: (JSON.parse(entrypoint) as string[]).filter((part) => part.startsWith('--')),
    env: Object.fromEntries(env.map((pair) => pair.split('=', 2) as [string, string])),
  };
}

export class EstateServer implements AsyncDisposable {
  readonly url: string;
  readonly #process: Measured;

  private constructor(process: Measured, url: string) {
    this.#process = process;
    this.url = url;
  }

  static async start(size: EstateSize): Promise<EstateServer> {
    const args = [join(HERE, 'estate-server.ts'), JSON.stringify(size)];
    const server = new Measured(process.execPath, args, {}, true);
    const line = await server.until('the estate is served', () => /^\{.*\}$/m.exec(server.stdout)?.[0]);
    return new EstateServer(server, (JSON.parse(line) as { url: string }).url);
  }

  /** What a client asked since the last call. */
  async counts(client = CLIENT): Promise<Counts> {
    return (await (await fetch(`${this.url}/bench/counts?client=${client}`)).json()) as Counts;
  }

  /** Milliseconds that so many bytes take on their way to a client, which no scrape of that size can do without. */
  async bytesMs(count: number): Promise<number> {
    const { ms } = await scrape(`${this.url}/bench/bytes?count=${count}`, { process: this.#process });
    return ms;
  }

  async play(play: Play): Promise<Played> {
    const answer = await fetch(`${this.url}/bench/play?play=${encodeURIComponent(JSON.stringify(play))}`);
    return (await answer.json()) as Played;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process[Symbol.asyncDispose]();
  }
}

/** Rarely enough not to be most of what the daemon does. */
const READYZ_EVERY_MS = 25;

export interface RunningDaemon {
  readonly process: Measured;
  readonly address: string;
  /** Milliseconds from the start of the process until /readyz answers 200. */
  readonly readyAfterMs: number;
  /** The same until every kind is in as well: /readyz does not wait for Applications, without which nobody can be told from anybody. */
  readonly listedAfterMs: number;
}

/** `tugwatch run` against a server, ready. `client`: under which name the server counts what it asks. @throws Error after `withinMs` */
export async function startDaemon(
  { folder, program, nodeFlags, env }: Workshop,
  server: string,
  flags: readonly string[] = [],
  client = CLIENT,
  withinMs = 120_000,
): Promise<RunningDaemon> {
  const kubeconfig = join(folder, `kubeconfig-${client}-${new URL(server).port}`);
  const cluster = { server, 'insecure-skip-tls-verify': true };
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'bench', cluster }],
      users: [{ name: 'bench', user: { token: client } }],
      contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'bench' } }],
      'current-context': 'bench',
    }),
  );
  const where = ['--port', '0', '--host', '127.0.0.1', '--kubeconfig', kubeconfig, '--log-format', 'json'];
  const daemon = new Measured(process.execPath, [...nodeFlags, program, 'run', ...where, ...flags], env);
  const address = await daemon.until(
    'the daemon says its address',
    () => /"address":"(http:[^"]+)"/.exec(daemon.stderr)?.[1],
  );
  const since = () => performance.now() - daemon.startedAt;
  const isReady = async () => ((await fetch(`${address}/readyz`)).ok ? since() : undefined);
  const toldSo = () => (daemon.stderr.includes('"event":"ready"') ? true : undefined);
  const [readyAfterMs] = await Promise.all([
    daemon.until('the daemon is ready', isReady, { withinMs, everyMs: READYZ_EVERY_MS }),
    daemon.until('the daemon says that all is listed', toldSo, { withinMs }),
  ]);
  return { process: daemon, address, readyAfterMs, listedAfterMs: since() };
}

/** Calls back with the name of the workload, and with when the log told so, for each fight that a daemon confirms. */
export function onConfirmed(daemon: Measured, told: (name: string, at: number) => void): void {
  daemon.onErrorLine((line, at) => {
    if (!line.includes('"event":"conflict-confirmed"')) return;
    const { workload } = JSON.parse(line) as { workload: string };
    told(workload.slice(workload.lastIndexOf('/') + 1), at);
  });
}

/** Milliseconds that bare pages of the same lists take, from the start of the process to its end, and what it saw. */
export async function runBareClient(server: string): Promise<{ readonly ms: number; readonly objects: number }> {
  await using client = new Measured(process.execPath, [join(HERE, 'bare-client.ts'), server, ...Object.values(PATHS)]);
  const line = await client.until('the bare client has listed', () => /^\d+$/m.exec(client.stdout)?.[0]);
  return { ms: performance.now() - client.startedAt, objects: Number(line) };
}
