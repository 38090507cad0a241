/** `why --watch`, of a daemon and of a cluster, and the kubectl plugin under the real kubectl. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { reportSchema } from '../../src/report/schema.ts';
import { eventually } from '../support/eventually.ts';
import { type LiveCluster, startLiveFight } from '../support/live-cluster.ts';
import { addressOf, startDaemonProcess, TugwatchProcess } from '../support/tugwatch-process.ts';

const BIN = new URL('../../bin/', import.meta.url).pathname;
/** Each starts programs that take seconds, and on a busy machine many. */
const LIMIT = 180_000;
const WAIT = 80_000;
const noKubectl = spawnSync('kubectl', ['version', '--client']).status !== 0;

let live: LiveCluster;
beforeAll(async () => {
  live = await startLiveFight();
});
afterAll(() => live[Symbol.asyncDispose]());

/** Rows of both sides, after the first answer. */
function rows(stdout: string): { readonly hpa: number; readonly argocd: number } {
  const followed = stdout.slice(stdout.indexOf('TIME (UTC)     WRITER                     FROM'));
  const count = (writer: string) => followed.match(new RegExp(`^[\\d:.]+ {3}${writer} `, 'gm'))?.length ?? 0;
  return { hpa: count('hpa/web'), argocd: count('argocd/web') };
}

async function followed(...args: readonly string[]): Promise<{ stdout: string; stderr: string; code: number | null }> {
  await using command = new TugwatchProcess(['why', ...args, '--watch']);
  await eventually(
    'both sides were seen to write twice',
    () => {
      const { hpa, argocd } = rows(command.stdout);
      return hpa >= 2 && argocd >= 2;
    },
    WAIT,
  );
  command.kill('SIGINT');
  const { code } = await command.exited;
  return { stdout: command.stdout, stderr: command.stderr, code };
}

describe('tugwatch why --watch', { timeout: LIMIT }, () => {
  it('follows a cluster write by write, to the verdict and its remedy', async () => {
    const { stdout, stderr, code } = await followed('shop/web', '--kubeconfig', live.kubeconfig);
    expect(code).toBe(0);
    expect(stderr).toContain('Following workload shop/web; Ctrl-C ends it.');
    expect(stdout).toMatch(/CONFIRMED {2}HPA web/);
    expect(stdout).toContain('kubectl patch applications.argoproj.io/web -n argocd');
  });

  it('follows a daemon', async () => {
    await using daemon = startDaemonProcess(live.kubeconfig);
    const address = await addressOf(daemon);
    const { stdout, code } = await followed('deploy/web', '-n', 'shop', '--server', address);
    expect(code).toBe(0);
    expect(stdout).toMatch(/CONFIRMED {2}HPA web/);
  });

  it('waits for a daemon that was there and went away', async () => {
    await using daemon = startDaemonProcess(live.kubeconfig);
    const address = await addressOf(daemon);
    await using command = new TugwatchProcess(['why', 'shop/web', '--watch', '--server', address]);
    await eventually('it follows', () => command.stderr.includes('Following'), WAIT);
    daemon.kill('SIGTERM');
    await daemon.exited;
    await eventually(
      'it says so',
      () => /warning: No tugwatch answers at .* Asking again\./.test(command.stderr),
      WAIT,
    );
    command.kill('SIGINT');
    expect((await command.exited).code).toBe(0);
  });

  it('writes one document a line as JSON', async () => {
    await using command = new TugwatchProcess(['why', 'shop/web', '-w', '-o', 'json', '--kubeconfig', live.kubeconfig]);
    await eventually('three changes', () => command.stdout.split('\n').length > 3, WAIT);
    command.kill('SIGINT');
    await command.exited;
    for (const line of command.stdout.trim().split('\n'))
      expect(reportSchema.safeParse(JSON.parse(line)).success).toBe(true);
  });

  it('ends with one sentence where the workload is not there', async () => {
    await using command = new TugwatchProcess(['why', 'shop/nobody', '-w', '--kubeconfig', live.kubeconfig]);
    expect((await command.exited).code).toBe(2);
    expect(command.stderr).toMatch(
      /^tugwatch: There is no workload nobody in namespace shop of .*: check the name, or -n\.\n$/,
    );
  });
});

describe.skipIf(noKubectl)('kubectl tugwatch (skipped where no kubectl is on the PATH)', { timeout: LIMIT }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'tugwatch-plugin-'));
  beforeAll(() => symlinkSync(join(BIN, 'kubectl-tugwatch.js'), join(folder, 'kubectl-tugwatch')));
  afterAll(() => rmSync(folder, { recursive: true, maxRetries: 10 }));

  /** A kubeconfig whose context names the namespace. */
  function inNamespace(namespace: string): string {
    const file = join(folder, `${namespace}.yaml`);
    const config = parse(readFileSync(live.kubeconfig, 'utf8')) as { contexts: { context: object }[] };
    const contexts = config.contexts.map((one) => ({ ...one, context: { ...one.context, namespace } }));
    writeFileSync(file, JSON.stringify({ ...config, contexts }));
    return file;
  }

  async function kubectl(kubeconfig: string, ...args: string[]): Promise<{ stdout: string; stderr: string }> {
    const path = [folder, dirname(process.execPath), process.env['PATH']].join(delimiter);
    const env = { PATH: path, HOME: folder, KUBECONFIG: kubeconfig };
    return promisify(execFile)('kubectl', ['tugwatch', ...args], { env });
  }

  it('is found by kubectl, and looks where the context points', async () => {
    const { stdout } = await kubectl(inNamespace('shop'), 'why', 'deploy/web');
    expect(stdout).toContain('Deployment shop/web');
    expect(stdout).toContain('TW101');
  });

  it.each([
    ['KIND NAME with -n', ['why', 'deploy', 'web', '-n', 'shop']],
    ['NAME with -n', ['why', 'web', '-n', 'shop']],
  ])('takes %s', async (_, args) => {
    expect((await kubectl(inNamespace('argocd'), ...args)).stdout).toContain('Deployment shop/web');
  });

  it('says in one sentence what is not there, and under which name it was called', async () => {
    const missing = kubectl(inNamespace('argocd'), 'why', 'sts/web');
    await expect(missing).rejects.toMatchObject({
      stderr: expect.stringMatching(/^tugwatch: There is no sts web in namespace argocd of .*\n$/m),
    });
    expect((await kubectl(live.kubeconfig, 'why', '--help')).stdout).toContain('Usage: kubectl tugwatch why');
  });
});
