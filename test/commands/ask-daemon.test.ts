/** A daemon that shows its page to those who may see it, asked with the tokens that people have. */
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DaemonFlags } from '../../src/commands/ask-daemon.ts';
import { fix } from '../../src/commands/fix.ts';
import { why } from '../../src/commands/why.ts';
import {
  type ApiCluster,
  commandIo,
  stageTextbook,
  startApiCluster,
  type WatchedCluster,
  watchCluster,
} from '../support/api-cluster.ts';
import { canMakeCertificates, makeIdentity } from '../support/certificates.ts';
import { temporaryPath, writeKubeconfig } from '../support/kubeconfigs.ts';

const ACCOUNTS = {
  'token-of-ana': { username: 'ana', paths: ['/api/v1/report'] },
  'token-of-bob': { username: 'bob', paths: ['/metrics'] },
};
let rig: ApiCluster;
let watched: WatchedCluster;

beforeAll(async () => {
  rig = await startApiCluster({ accounts: ACCOUNTS });
  stageTextbook(rig);
  rig.cluster.run(1);
  watched = await watchCluster(rig, { pageAuth: 'token-review' });
});
afterAll(async () => {
  await watched?.[Symbol.asyncDispose]();
  await rig?.[Symbol.asyncDispose]();
});

function file(content: string): string {
  const path = temporaryPath(`token-${Math.random()}`);
  writeFileSync(path, content);
  return path;
}

/** A kubeconfig whose user has this token, for a cluster that is not asked. */
const kubeconfigOf = (user: Readonly<Record<string, unknown>>) =>
  writeKubeconfig({ server: 'https://127.0.0.1:1', user });

async function ask(flags: DaemonFlags): Promise<string> {
  const typed = commandIo(rig);
  expect(await why(['shop/web'], { server: watched.daemon.address, ...flags }, typed.io)).toBe(0);
  return typed.stdout();
}

describe('a daemon that wants to know who asks', () => {
  it('answers the token in a file, which is read anew each time', async () => {
    const tokenFile = file('token-of-ana\n');
    expect(await ask({ tokenFile })).toContain('Deployment shop/web');
    writeFileSync(tokenFile, 'token-of-bob');
    await expect(ask({ tokenFile })).rejects.toThrow(
      /answers 403: The owner of this token may not get this path: grant get on it as a nonResourceURL/,
    );
    const typed = commandIo(rig);
    writeFileSync(tokenFile, 'token-of-ana');
    expect(await fix(['shop/web'], { server: watched.daemon.address, tokenFile }, typed.io)).toBe(0);
    expect(typed.stdout()).toContain('TW101');
  });

  it('answers the token of the kubeconfig, where that is asked for', async () => {
    const kubeconfig = kubeconfigOf({ token: 'token-of-ana' });
    expect(await ask({ kubeToken: true, kubeconfig })).toContain('Deployment shop/web');
    // A token file of the kubeconfig's own rotates, too.
    const rotating = kubeconfigOf({ tokenFile: file('token-of-ana') });
    expect(await ask({ kubeToken: true, kubeconfig: rotating })).toContain('Deployment shop/web');
    await expect(ask({ kubeconfig })).rejects.toThrow(/send a token with --token-file FILE, .* --kube-token\.$/);
  });

  it.each<[string, () => DaemonFlags, RegExp]>([
    ['no token', () => ({}), /wants to know who asks: send a token with --token-file FILE/],
    ['a token that nobody has', () => ({ tokenFile: file('x') }), /answers 401: The API server does not know this/],
    [
      'a file that is not there',
      () => ({ tokenFile: '/nowhere' }),
      /^--token-file \/nowhere cannot be read \(ENOENT\)\.$/,
    ],
    ['an empty file', () => ({ tokenFile: file('\n') }), / is empty\.$/],
    ['two tokens in a file', () => ({ tokenFile: file('a b') }), / holds more than one token\.$/],
    ['two flags', () => ({ tokenFile: file('a'), kubeToken: true }), /use one of them\.$/],
    [
      'the kubeconfig of a certificate',
      () => ({ kubeToken: true, kubeconfig: kubeconfigOf({}) }),
      /^--kube-token: the kubeconfig proves who you are without a token; make one with kubectl create token/,
    ],
    [
      'the kubeconfig to a stranger on the way',
      () => ({ kubeToken: true, kubeconfig: kubeconfigOf({ token: 'x' }), server: 'http://tugwatch.example' }),
      /^--kube-token goes over HTTPS or to this machine only/,
    ],
  ])('says in one sentence what is wrong with %s', async (_what, flags, sentence) => {
    await expect(ask(flags())).rejects.toThrow(sentence);
  });

  it.each(['tokenFile', 'kubeToken', 'certificateAuthority'])('%s makes no sense without a daemon', async (flag) => {
    const typed = commandIo(rig);
    await expect(why(['shop/web'], { [flag]: 'x' }, typed.io)).rejects.toThrow(/^--[a-z-]+ goes with --server: /);
  });
});

describe.skipIf(!canMakeCertificates())('a daemon behind HTTPS (skipped where there is no openssl)', () => {
  it('is believed by the authority that is named', async () => {
    const { ca, cert, key } = makeIdentity('tugwatch');
    const [tlsCertFile, tlsKeyFile] = [file(cert), file(key)];
    await using behind = await watchCluster(rig, { pageAuth: 'token-review', tlsCertFile, tlsKeyFile });
    const flags = { server: behind.daemon.address, tokenFile: file('token-of-ana') };
    expect(flags.server).toMatch(/^https:/);
    expect(await ask({ ...flags, certificateAuthority: file(ca) })).toContain('Deployment shop/web');
    await expect(ask(flags)).rejects.toThrow(
      /^Nobody known vouches for the certificate of https:.* with --certificate-authority\.$/,
    );
    await expect(ask({ ...flags, certificateAuthority: '/nowhere' })).rejects.toThrow(/cannot be read \(ENOENT\)/);
  });
});
