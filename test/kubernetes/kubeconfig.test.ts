import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname } from 'node:path';
import * as pkg from '@kubernetes/client-node';
import { describe, expect, it, vi } from 'vitest';
import {
  type Environment,
  type KubeConfigChoice,
  KubeConfigError,
  loadKubeConfig,
} from '../../src/kubernetes/kubeconfig.ts';
import { temporaryPath, writeKubeconfig } from '../support/kubeconfigs.ts';

function serverOf(choice: KubeConfigChoice, env: Environment = {}): string | undefined {
  return loadKubeConfig(pkg, choice, env).getCurrentCluster()?.server;
}

function messageOf(choice: KubeConfigChoice, env: Environment = {}): string {
  try {
    loadKubeConfig(pkg, choice, env);
  } catch (error) {
    expect(error).toBeInstanceOf(KubeConfigError);
    return (error as Error).message;
  }
  throw new Error('it led to a cluster');
}

function fileWith(name: string, text: string): string {
  const file = temporaryPath(name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

describe('which cluster is watched', () => {
  const one = writeKubeconfig({ server: 'https://one', context: 'one' });
  const two = writeKubeconfig({ server: 'https://two', context: 'two' });

  it('is that of --kubeconfig before anything else', () => {
    expect(serverOf({ kubeconfig: one }, { KUBECONFIG: two })).toBe('https://one');
  });

  it('is that of $KUBECONFIG, whose first file names the current context', () => {
    expect(serverOf({}, { KUBECONFIG: [two, one].join(delimiter) })).toBe('https://two');
  });

  it('is the one that --context names in any file of $KUBECONFIG', () => {
    expect(serverOf({ context: 'one' }, { KUBECONFIG: [two, one].join(delimiter) })).toBe('https://one');
  });

  it('is the one it runs in, when it runs in a pod, whatever kubeconfig its image carries', () => {
    const root = temporaryPath('pod');
    const mount = `${root}/var/run/secrets/kubernetes.io/serviceaccount`;
    mkdirSync(mount, { recursive: true });
    writeFileSync(`${mount}/token`, 'pod-token');
    writeFileSync(`${mount}/namespace`, 'monitoring');
    vi.stubEnv('KUBERNETES_SERVICE_HOST', 'fd00::1');
    vi.stubEnv('KUBERNETES_SERVICE_PORT', '443');
    const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBECONFIG: one };
    expect(loadKubeConfig(pkg, {}, env, root).getCurrentCluster()?.server).toBe('https://[fd00::1]:443');
    expect(loadKubeConfig(pkg, { kubeconfig: two }, env, root).getCurrentCluster()?.server).toBe('https://two');
    expect(loadKubeConfig(pkg, { context: 'one' }, env, root).getCurrentCluster()?.server).toBe('https://one');
    vi.unstubAllEnvs();
  });

  it('is that of ~/.kube/config when nothing else is said', () => {
    const home = temporaryPath('home');
    mkdirSync(`${home}/.kube`, { recursive: true });
    writeKubeconfig({ server: 'https://usual' }, `${home}/.kube/config`);
    expect(serverOf({}, { HOME: home })).toBe('https://usual');
  });

  it('is a plain server on this machine when one is given', () => {
    expect(serverOf({ server: 'http://127.0.0.1:8001/' }, { KUBECONFIG: one })).toBe('http://127.0.0.1:8001');
  });

  it('may speak plain HTTP, as kubectl proxy does, and is shown no credentials there', async () => {
    const kubeconfig = writeKubeconfig({ server: 'http://127.0.0.1:8001', token: 'for TLS only', context: 'proxy' });
    const config = loadKubeConfig(pkg, { kubeconfig }, {});
    const options: { headers?: object } = {};
    await config.applyToHTTPSOptions(options);
    expect(config.getCurrentContext()).toBe('proxy');
    expect(JSON.stringify(options.headers ?? {})).not.toContain('for TLS only');
  });

  it('is shown them where it speaks TLS', async () => {
    const options: { headers?: object } = {};
    const kubeconfig = writeKubeconfig({ server: 'https://127.0.0.1:8001', token: 'for TLS only' });
    await loadKubeConfig(pkg, { kubeconfig }, {}).applyToHTTPSOptions(options);
    expect(JSON.stringify(options.headers)).toContain('for TLS only');
  });
});

describe('a kubeconfig that leads nowhere gets one sentence', () => {
  it.each<[string, () => string, string]>([
    [
      'when it is not there',
      () => messageOf({ kubeconfig: temporaryPath('missing') }),
      "the kubeconfig …/missing isn't there; check --kubeconfig and $KUBECONFIG",
    ],
    [
      'when it is a directory',
      () => messageOf({ kubeconfig: dirname(temporaryPath('x')) }),
      'the kubeconfig … is not a file; name one that is',
    ],
    [
      'when it is empty',
      () => messageOf({ kubeconfig: fileWith('empty', '') }),
      'the kubeconfig …/empty cannot be understood: expected a document, but the input is empty',
    ],
    [
      'when it says nothing',
      () => messageOf({ kubeconfig: fileWith('null', 'null\n') }),
      'the kubeconfig …/null is empty or no kubeconfig; check the file',
    ],
    [
      'when it is another YAML file',
      () => messageOf({ kubeconfig: fileWith('other', 'kind: Deployment\n') }),
      'the kubeconfig …/other names no cluster; is it a kubeconfig?',
    ],
    [
      'when it lacks the address of its cluster',
      () => messageOf({ kubeconfig: fileWith('bare', 'clusters: [{name: a, cluster: {}}]\n') }),
      'the kubeconfig …/bare cannot be understood: clusters[0].cluster.server is missing',
    ],
    [
      'when --context names none of its contexts',
      () =>
        messageOf({
          kubeconfig: writeKubeconfig({ server: 'https://x', context: 'prod' }, temporaryPath('k')),
          context: 'prd',
        }),
      '…/k has no context prd; it has prod',
    ],
    [
      'when there is none anywhere',
      () => messageOf({}, { HOME: temporaryPath('nobody') }),
      "no cluster to talk to: …/nobody/.kube/config isn't there, KUBECONFIG is not set and this is no pod with a service account; name a kubeconfig with --kubeconfig FILE",
    ],
  ])('%s', (_when, say, sentence) => {
    expect(say().replaceAll(dirname(temporaryPath('x')), '…')).toBe(sentence);
  });

  it('when it is no YAML at all', () => {
    expect(messageOf({ kubeconfig: fileWith('broken', '{[') })).toMatch(
      /^the kubeconfig .* cannot be understood: [^\n]+$/,
    );
  });
});
