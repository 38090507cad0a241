/** Which cluster, and as whom: one explicit order, and one sentence when it leads nowhere. */
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { parse } from 'yaml';
import type { Json } from '../model/facts.ts';
import { listAt, textAt } from './projections/read-json.ts';

/** Mounted into every pod by the kubelet (its admission controller ServiceAccount). */
const SERVICE_ACCOUNT_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** The package, loaded by the caller: importing it costs half a second, and most commands never need it. */
export interface KubeConfigPackage {
  readonly KubeConfig: new () => KubeConfig;
}

export interface KubeConfigChoice {
  /** --kubeconfig: this file and no other. */
  readonly kubeconfig?: string | undefined;
  /** --context: this context instead of the current one. It also rules out the account of a pod. */
  readonly context?: string | undefined;
  /** A server without credentials on this machine, such as the embedded cluster: 'http://127.0.0.1:6443'. */
  readonly server?: string | undefined;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Bad usage, in one sentence that says what to do. Ends a command with code 2. */
export class KubeConfigError extends Error {
  override readonly name = 'KubeConfigError';
}

/**
 * `server`, else `kubeconfig`, else in a pod its service account (a stray kubeconfig in an image must not beat it),
 * else the files of $KUBECONFIG, else ~/.kube/config.
 * @param root  prefix of the path under which a pod finds its service account
 * @throws KubeConfigError
 */
export function loadKubeConfig(
  pkg: KubeConfigPackage,
  choice: KubeConfigChoice,
  env: Environment,
  root = '',
): KubeConfig {
  const config = new pkg.KubeConfig();
  if (choice.server !== undefined) {
    config.loadFromClusterAndUser(
      { name: 'embedded', server: choice.server.replace(/\/$/, ''), skipTLSVerify: choice.server.startsWith('http:') },
      { name: 'nobody' },
    );
    return config;
  }
  const files = kubeconfigFiles(choice, env, root);
  if (files === 'service-account') {
    config.loadFromCluster(root);
    return config;
  }
  for (const [index, file] of files.entries()) {
    const part = index === 0 ? config : new pkg.KubeConfig();
    loadFile(part, file);
    if (index > 0) mergeParts(config, part);
  }
  selectContext(config, choice.context, files.join(delimiter));
  allowPlainHttp(config);
  return config;
}

/**
 * Plain HTTP, such as that of `kubectl proxy`: kubectl takes it and shows it no credentials (client-go clientcmd
 * ClientConfig reads them for TLS only); the package refuses it unless TLS is not to be verified.
 */
function allowPlainHttp(config: KubeConfig): void {
  const cluster = config.getCurrentCluster();
  if (cluster === null || !cluster.server.startsWith('http:') || cluster.skipTLSVerify) return;
  config.clusters = config.clusters.map((one) => (one.name === cluster.name ? { ...one, skipTLSVerify: true } : one));
  const current = config.getCurrentContext();
  config.contexts = config.contexts.map((one) => (one.name === current ? { ...one, user: '' } : one));
}

function kubeconfigFiles(
  choice: KubeConfigChoice,
  env: Environment,
  root: string,
): readonly string[] | 'service-account' {
  if (choice.kubeconfig !== undefined) return [choice.kubeconfig];
  if (choice.context === undefined && env['KUBERNETES_SERVICE_HOST'] && isReadable(root + SERVICE_ACCOUNT_TOKEN)) {
    return 'service-account';
  }
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  if (listed.length > 0) return listed;
  const usual = join(env['HOME'] || homedir(), '.kube', 'config');
  if (isReadable(usual)) return [usual];
  throw new KubeConfigError(
    `no cluster to talk to: ${usual} isn't there, KUBECONFIG is not set and this is no pod with a service account; ` +
      'name a kubeconfig with --kubeconfig FILE',
  );
}

function loadFile(config: KubeConfig, file: string): void {
  try {
    if (!statSync(file).isFile()) throw new KubeConfigError(`the kubeconfig ${file} is not a file; name one that is`);
    config.loadFromFile(file);
    useTokenFiles(config, file);
  } catch (error) {
    if (error instanceof KubeConfigError) throw error;
    throw new KubeConfigError(`the kubeconfig ${file} ${reasonOf(error)}`);
  }
  if (config.clusters.length === 0) {
    throw new KubeConfigError(`the kubeconfig ${file} names no cluster; is it a kubeconfig?`);
  }
}

/** kubectl's `tokenFile` of a user, which the package overlooks: without it such a user would come as nobody. */
function useTokenFiles(config: KubeConfig, file: string): void {
  const text = readFileSync(file, 'utf8');
  if (!text.includes('tokenFile')) return;
  for (const entry of listAt(parse(text) as Json, 'users')) {
    const tokenFile = textAt(entry, 'user', 'tokenFile');
    const index = config.users.findIndex(({ name, token }) => name === textAt(entry, 'name') && !token);
    const user = config.users[index];
    if (tokenFile === '' || user === undefined) continue;
    const provider = { name: 'tokenFile', config: { tokenFile: resolve(dirname(file), tokenFile) } };
    config.users[index] = { ...user, authProvider: provider };
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  if (code === 'ENOENT') return "isn't there; check --kubeconfig and $KUBECONFIG";
  if (code === 'EACCES') return 'may not be read; check its permissions';
  if (error instanceof TypeError) return 'is empty or no kubeconfig; check the file';
  const said = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  return `cannot be understood: ${said.slice(0, 200)}`;
}

/** As kubectl merges $KUBECONFIG: the first file that names a thing wins. */
function mergeParts(config: KubeConfig, part: KubeConfig): void {
  const has = (list: readonly { name: string }[], name: string) => list.some((entry) => entry.name === name);
  for (const cluster of part.clusters) if (!has(config.clusters, cluster.name)) config.addCluster(cluster);
  for (const user of part.users) if (!has(config.users, user.name)) config.addUser(user);
  for (const context of part.contexts) if (!has(config.contexts, context.name)) config.addContext(context);
  if (!config.currentContext && part.currentContext) config.setCurrentContext(part.currentContext);
}

function selectContext(config: KubeConfig, wanted: string | undefined, where: string): void {
  const names = config.contexts.map((context) => context.name);
  const listed = names.length === 0 ? 'it has none' : `it has ${names.slice(0, 10).join(', ')}`;
  if (wanted !== undefined) config.setCurrentContext(wanted);
  const current = config.getCurrentContext();
  if (!current) throw new KubeConfigError(`${where} has no current context; choose one with --context (${listed})`);
  if (!names.includes(current)) throw new KubeConfigError(`${where} has no context ${current}; ${listed}`);
  if (config.getCurrentCluster() === null) {
    throw new KubeConfigError(`context ${current} of ${where} names a cluster that isn't in it`);
  }
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
