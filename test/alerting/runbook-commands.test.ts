/**
 * Every command of every runbook is run: those about a workload, an Application or the daemon's answers against the demo's
 * cluster and daemon, those about Tugwatch's own objects held against the manifests that make them.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { addressOf, reportOf, TugwatchProcess } from '../support/tugwatch-process.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const PAGES = readdirSync(`${ROOT}docs/runbooks`).filter((name) => name !== 'README.md');

interface Outcome {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

function shell(command: string, env: Readonly<Record<string, string>>): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile('bash', ['-ec', command], { env, cwd: ROOT, timeout: 20_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.code ?? 'killed'), stdout, stderr });
    });
  });
}

/** One command a line, in the order of the page. */
function commandsOf(page: string): string[] {
  const text = readFileSync(`${ROOT}docs/runbooks/${page}`, 'utf8');
  return [...text.matchAll(/^( *)```sh\n(.*?)^\1```/gms)]
    .flatMap(([, , block = '']) => block.split('\n'))
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** About Tugwatch's own objects, which the demo's cluster does not have. */
function isAboutItself(command: string): boolean {
  return /kubectl -n tugwatch |manifests\/|serviceaccount:tugwatch/.test(command);
}

const missing: string[] = [];
for (const program of ['kubectl', 'jq', 'curl']) {
  const { code } = await shell(`command -v ${program}`, { PATH: process.env['PATH'] ?? '' });
  if (code !== 0) missing.push(program);
}

describe('the commands of the runbooks', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tugwatch-runbooks-'));
  const kubeconfig = join(folder, 'kubeconfig');
  let demo: TugwatchProcess;
  let address: string;
  let env: Record<string, string>;

  beforeAll(async () => {
    writeFileSync(join(folder, 'tugwatch'), `#!/bin/sh\nexec ${process.execPath} ${ROOT}bin/tugwatch.js "$@"\n`, {
      mode: 0o755,
    });
    demo = new TugwatchProcess(['demo', '--write-kubeconfig', kubeconfig]);
    address = await addressOf(demo);
    env = { PATH: `${folder}:${process.env['PATH']}`, KUBECONFIG: kubeconfig, HOME: folder };
    await eventually('a confirmed conflict over shop/web', async () =>
      (await reportOf(address)).conflicts.some(
        ({ state, workload }) => state === 'confirmed' && workload.name === 'web',
      ),
    );
  }, 40_000);
  afterAll(async () => {
    await demo[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, maxRetries: 10 });
  });

  it('are there on every page', () => {
    for (const page of PAGES) expect(commandsOf(page), page).not.toEqual([]);
  });

  // Pages that end the fight come last: it would be gone for the others.
  const ordered = PAGES.toSorted((a, b) => Number(commandsOf(a).some(ends)) - Number(commandsOf(b).some(ends)));

  it.for(ordered)('of %s do what they say', async (page, { skip }) => {
    if (missing.length > 0) skip(`${missing.join(' and ')} not on the PATH: install to run the runbooks' commands`);
    for (const command of commandsOf(page).filter((each) => !isAboutItself(each))) {
      // Nobody is there to answer, nobody waits half an hour, and the daemon is not on its usual port.
      const run = command
        .replace('http://localhost:8080', address)
        .replace(/ --apply$/, ' --apply --yes')
        .replace(/--duration \d+m/, '--duration 1s')
        .replace('-o tugwatch.ndjson', `-o ${folder}/${page}.ndjson`);
      const outcome = await shell(run, env);
      // Risks are what `audit --fail-on risk` fails for, and a fight that is over already has nothing to apply.
      const allowed = / --fail-on /.test(command) ? [0, 1] : [0];
      expect(allowed, `${run}\n${outcome.stdout}${outcome.stderr}`).toContain(outcome.code);
      // What selects or audits may find nothing; a recording goes to its file.
      if (/ -o /.test(command) && command.startsWith('tugwatch record'))
        expect(readFileSync(`${folder}/${page}.ndjson`, 'utf8')).toContain('"deployments"');
      else if (!/select\(|\btugwatch audit/.test(command)) expect(outcome.stdout, run).not.toBe('');
    }
  });

  it('about Tugwatch itself name what the manifests make', () => {
    const made = readdirSync(`${ROOT}manifests/base`)
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => readFileSync(`${ROOT}manifests/base/${name}`, 'utf8'))
      .join('---\n');
    const about = PAGES.flatMap(commandsOf).filter(isAboutItself);
    expect(about).not.toEqual([]);
    for (const command of about) {
      for (const [, kind = '', name = ''] of command.matchAll(/\b(deployment|service|serviceaccount)[/:](\S+)/g)) {
        const [namespace, account] = name.split(':');
        const wanted = kind === 'serviceaccount' ? account : namespace;
        expect(made, command).toMatch(
          new RegExp(`kind: ${kind}\\nmetadata:\\n  name: ${wanted}\\n  namespace: tugwatch`, 'i'),
        );
      }
      for (const [, variable = ''] of command.matchAll(/\b(TUGWATCH_\w+)=/g)) {
        expect(readFileSync(`${ROOT}docs/configuration.md`, 'utf8'), command).toContain(variable);
      }
      for (const [, path = ''] of command.matchAll(/ -k (\S+)/g)) {
        expect(readdirSync(ROOT + path), command).toContain('kustomization.yaml');
      }
    }
  });
});

function ends(command: string): boolean {
  return / --apply$|kubectl patch/.test(command);
}
