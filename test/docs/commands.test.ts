/** Every command that the documents print is run, against an embedded cluster in which the fight of the examples goes on. */
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type LiveCluster, startLiveFight } from '../support/live-cluster.ts';
import { addressOf, reportOf, startDaemonProcess, type TugwatchProcess } from '../support/tugwatch-process.ts';

const ROOT = new URL('../..', import.meta.url).pathname;

interface Printed {
  readonly command: string;
  readonly file: string;
}

/** Commands that are not run here, and where they are, or why they cannot be. A line that excuses nothing fails. */
const ELSEWHERE: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/^(docker|BASE_IMAGE=)/, 'needs an engine and a registry'],
  [/^npm (ci|test|run (build|check|generate|score|tools|test:apiserver|soak|bench))\b/, 'CI itself'],
  [/^npm ci && npm (start|test)$/, 'test/e2e/demo.test.ts, and CI itself'],
  [/^npx vitest/, 'this very run'],
  [/^node scripts\/rules\.ts/, 'test/alerting'],
  [/^helm install/, 'test/docs/install.test.ts renders it'],
  [
    /^kubectl (apply|delete|kustomize) (-k )?(deploy|manifests\/(base|overlays)[\w/-]*)( --dry-run=server)?$/,
    'test/docs/install.test.ts',
  ],
  [/^kubectl auth can-i/, 'the embedded API server has no accounts; test/manifests-install holds the rights'],
  [/ --from-file=dist\//, 'test/build makes that file'],
  [/^kubectl create clusterrole(binding)? /, 'the embedded API server has no RBAC'],
  [/^kubectl -n tugwatch /, 'needs pods that run; the names are held below'],
  [/^(npm run --silent tugwatch -- |tugwatch )run\b/, 'test/e2e'],
  [/^tugwatch test-message /, 'test/commands/test-message.test.ts, where there are receivers'],
  [/ --watch$/, 'test/e2e/why-watch.test.ts'],
  [/^\$ kubectl tugwatch|^kubectl tugwatch/, 'test/e2e, where the plugin is on the PATH'],
  [/ fix \S+ --apply$/, 'test/e2e/fix.test.ts, where the question is answered'],
];

function printedCommands(): Printed[] {
  const files = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...markdownIn('docs')];
  const printed = files.flatMap((file) => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    return [...text.matchAll(/^[ \t]*```(?:sh|console)\n([\s\S]*?)^[ \t]*```/gm)].flatMap(([, block = '']) =>
      block
        .replace(/\\\n\s*/g, ' ')
        .split('\n')
        .map((line) => line.replace(/\s{2,}#.*$/, '').trim())
        .filter((line) => line !== '' && !line.startsWith('#'))
        .map((command) => ({ command, file })),
    );
  });
  return [...new Map(printed.map((one) => [one.command, one])).values()];
}

function markdownIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.startsWith('decisions'))
    .map((name) => join(folder, name));
}

const all = printedCommands();
const here = all.filter(({ command }) => !ELSEWHERE.some(([pattern]) => pattern.test(command)));

describe('the commands of the documents', () => {
  it('are many', () => expect(here.length).toBeGreaterThan(25));

  it.each(ELSEWHERE)('%s excuses a command that is printed: %s', (pattern) => {
    expect(all.filter(({ command }) => pattern.test(command))).not.toEqual([]);
  });

  it('name what is installed by its name', () => {
    for (const { command } of all) {
      for (const [, name] of command.matchAll(/\b(?:deployment|service)\/(\w+)/g))
        expect(['tugwatch', 'web']).toContain(name);
    }
  });
});

let live: LiveCluster;
let daemon: TugwatchProcess;
let address = '';

beforeAll(async () => {
  live = await startLiveFight();
  const bin = live.path('path');
  mkdirSync(bin);
  const installed = join(bin, 'tugwatch');
  writeFileSync(installed, `#!/bin/sh\nexec node ${join(ROOT, 'bin/tugwatch.js')} "$@"\n`);
  chmodSync(installed, 0o755);
  for (const name of ['package.json', 'bin', 'src', 'node_modules', 'manifests'])
    symlinkSync(join(ROOT, name), live.path(name));
  daemon = startDaemonProcess(
    live.kubeconfig,
    '--leader-election',
    'always',
    '--lease-namespace',
    'tugwatch',
    '--checkpoint-config-map',
    'tugwatch/tugwatch-checkpoint',
    '--events',
    'verdicts',
  );
  address = await addressOf(daemon);
  await eventually('the fight is confirmed', async () =>
    (await reportOf(address)).conflicts.some(({ state }) => state === 'confirmed'),
  );
}, 60_000);

afterAll(async () => {
  await daemon[Symbol.asyncDispose]();
  await live[Symbol.asyncDispose]();
});

/** The command as a reader would paste it, but for the daemon's address and the length of a recording. */
async function paste(command: string): Promise<{ code: number; stdout: string }> {
  const pasted = command.replaceAll('http://localhost:8080', address).replace('--duration 30m', '--duration 2s');
  const options = {
    cwd: live.path('.'),
    env: { ...process.env, PATH: `${live.path('path')}:${process.env['PATH']}`, KUBECONFIG: live.kubeconfig },
    timeout: 80_000,
  };
  const script = `set -o pipefail; ${pasted}`;
  return new Promise((resolve, reject) => {
    execFile('bash', ['-c', script], options, (error, stdout, stderr) => {
      if (error === null) resolve({ code: 0, stdout });
      else if (typeof error.code === 'number' && stderr === '') resolve({ code: error.code, stdout });
      else reject(new Error(`${pasted}: ${stderr || error.message}`));
    });
  });
}

/** Programs that a command calls and this machine may lack; the skip is in the title. */
function lackingFor(command: string): string {
  const lacking = ['kubectl', 'curl', 'jq'].filter(
    (program) => new RegExp(`(?:^|[|] *)${program}\\b`).test(command) && !isInstalled(program),
  );
  return lacking.length === 0 ? '' : `skipped, no ${lacking.join(' and ')} here: `;
}

function isInstalled(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('a reader who pastes', () => {
  // In the order of the documents: what is recorded is replayed afterwards.
  for (const { command, file } of here) {
    const skipped = lackingFor(command);
    it.skipIf(skipped !== '')(`${skipped}${file}: ${command}`, { timeout: 90_000 }, async () => {
      const { code, stdout } = await paste(command);
      // Risks are found here, and whoever asks for it gets the exit code of that.
      expect(code).toBe(/ --fail-on risk$/.test(command) && command.startsWith('tugwatch') ? 1 : 0);
      // Silent are those that write a file, and those that choose what is wrong where nothing is.
      if (!/ -o \S+\.ndjson| > | select\(/.test(command)) expect(stdout).not.toBe('');
    });
  }
});
