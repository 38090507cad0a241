/**
 * A Kubernetes API server to test against: k8s.io/apiextensions-apiserver is the API server without the built-in kinds,
 * and can be built by one command. Kept in the cache folder of the user, since that takes minutes.
 */
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const VERSION = 'v0.36.1';
const MODULE = 'k8s.io/apiextensions-apiserver';

/** The programs of a cluster, or why there is none, in one sentence without an end. */
export type FoundServer = { readonly apiServer: string; readonly etcd: string } | { readonly missing: string };

/** What is there already; nothing is built. */
export function findServer(env: NodeJS.ProcessEnv = process.env): FoundServer {
  const etcd = findProgram('etcd', env);
  if (etcd === null) return { missing: 'etcd is not installed (Debian: apt-get install etcd-server)' };
  if (findProgram('openssl', env) === null) return { missing: 'openssl is not installed' };
  const apiServer = join(cacheFolder(env), 'apiextensions-apiserver');
  return isExecutable(apiServer) ? { apiServer, etcd } : { missing: 'the API server is not built' };
}

/** Builds the server unless it is there. Gives up after `minutes`, with nothing half built left behind. */
export async function provideServer(minutes: number, env: NodeJS.ProcessEnv = process.env): Promise<FoundServer> {
  const found = findServer(env);
  if ('etcd' in found || found.missing !== 'the API server is not built') return found;
  const go = findProgram('go', env);
  if (go === null) return { missing: 'Go is not installed, and the API server has to be built' };
  const folder = cacheFolder(env);
  mkdirSync(folder, { recursive: true });
  const scratch = mkdtempSync(join(folder, 'build-'));
  try {
    const failure = await build(go, scratch, minutes, env);
    if (failure !== null) return { missing: failure };
    // In one step, so that two builds at a time do not trip over each other.
    renameSync(join(scratch, 'apiextensions-apiserver'), join(folder, 'apiextensions-apiserver'));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return findServer(env);
}

/** Why it failed; null when it did not. */
function build(go: string, into: string, minutes: number, env: NodeJS.ProcessEnv): Promise<string | null> {
  process.stdout.write(`building ${MODULE}@${VERSION}, which takes some minutes the first time\n`);
  // Flags that are good for the module one works in, such as -mod=vendor, are refused for one that is named.
  const building = spawn(go, ['install', `${MODULE}@${VERSION}`], {
    env: { ...env, GOBIN: into, GOFLAGS: '' },
    stdio: ['ignore', 'inherit', 'pipe'],
    // A group of its own: the compilers that it starts must end with it.
    detached: true,
  });
  let said = '';
  let late = false;
  building.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2000);
  });
  const timer = setTimeout(() => {
    late = true;
    if (building.pid !== undefined) process.kill(-building.pid, 'SIGKILL');
  }, minutes * 60_000);
  return new Promise((resolve) => {
    const end = (failure: string | null) => {
      clearTimeout(timer);
      resolve(failure);
    };
    building.on('error', (error) => end(`go could not be run (${error.message})`));
    building.on('close', (code) => {
      const last = said.trim().split('\n').at(-1) ?? '';
      if (late) end(`building the API server took longer than ${minutes} minutes`);
      else end(code === 0 ? null : `the API server could not be built (${last.slice(0, 200)})`);
    });
  });
}

function cacheFolder(env: NodeJS.ProcessEnv): string {
  const cache = env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache');
  return join(cache, 'tugwatch', `apiextensions-apiserver-${VERSION}`);
}

function findProgram(name: string, env: NodeJS.ProcessEnv): string | null {
  const found = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8', env });
  return found.status === 0 ? found.stdout.trim() : null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
