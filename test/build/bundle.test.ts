/** What an image runs, tested without an engine: dist/tugwatch.js alone in an empty folder. */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/report/schema.ts';
import { VERSION } from '../../src/version.ts';
import { type Bundle, buildBundle, outcomeOf } from '../support/bundle.ts';
import { eventually } from '../support/eventually.ts';
import { startLiveFight } from '../support/live-cluster.ts';
import { noRecordings, recordingPath } from '../support/recordings.ts';
import { metricOf, reportOf, TugwatchProcess } from '../support/tugwatch-process.ts';

const REVISION = 'abcdef012345';
let bundle: Bundle;
beforeAll(() => {
  bundle = buildBundle(REVISION);
}, 60_000);
afterAll(() => bundle[Symbol.dispose]());

describe('the bundle alone in an empty folder', () => {
  it('says its version and its help', async () => {
    expect(readdirSync(bundle.folder)).toEqual(['tugwatch.js']);
    expect(await bundle.run('--version')).toEqual({ code: 0, stdout: `${VERSION}\n`, stderr: '' });
    const help = await bundle.run('--help');
    expect(help).toMatchObject({ code: 0, stderr: '' });
    for (const command of ['run', 'demo', 'replay', 'record', 'audit', 'why']) expect(help.stdout).toContain(command);
  });

  it('answers bad usage with one sentence and code 2, as the sources do', async () => {
    const { code, stderr } = await bundle.run('replay', 'nowhere.ndjson');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^tugwatch: .*nowhere\.ndjson.*\n$/);
    expect(stderr).not.toContain('defect');
    const run = await bundle.run('run', '--log-level', 'loud');
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(/^tugwatch: --log-level is wrong/);
  });

  it.skipIf(noRecordings)('judges a recording as the sources do, jq and all', async () => {
    const file = recordingPath('jqbad');
    const replayed = await bundle.run('replay', file, '--output', 'json');
    expect(replayed).toMatchObject({ code: 0, stderr: '' });
    // Only jq itself knows that this expression does not compile.
    expect(replayed.stdout).toContain('does not parse');
    await using source = new TugwatchProcess(['replay', file, '--output', 'json']);
    await source.exited;
    expect(JSON.parse(replayed.stdout) as Report).toEqual(JSON.parse(source.stdout) as Report);
  });

  it('runs every command there is, against a cluster and over what it recorded', async () => {
    await using fight = await startLiveFight();
    const live = ['--kubeconfig', fight.kubeconfig];
    const tape = fight.path('tape.ndjson.gz');
    const settings = fight.path('tugwatch.yaml');
    writeFileSync(settings, 'receivers: [{name: ours, type: webhook, url: "https://hooks.example/tugwatch"}]\n');
    /** What each is started with, and what it must say. */
    const examples: Readonly<Record<string, readonly [args: readonly string[], says: RegExp]>> = {
      audit: [[...live, '--output', 'json'], /"rule":\s*"TW101"/],
      why: [['shop/web', ...live], /shop\/web/],
      fix: [['shop/web', ...live], /ignoreDifferences/],
      record: [['-o', tape, '--duration', '2s', ...live], /^$/],
      replay: [[tape, '--output', 'json'], /"schema":\s*"tugwatch\.report\/v1"/],
      'test-message': [['--config', settings, '--receiver', 'ours', '--dry-run'], /"tugwatch\.message\/v1"/],
      demo: [['--once', '--port', '0', '--output', 'json'], /"state":\s*"confirmed"/],
    };
    const { stdout } = await bundle.run('--help');
    const commands = [...stdout.slice(stdout.indexOf('Commands:')).matchAll(/^ {2}([a-z-]+)/gm)].map(
      ([, name]) => name,
    );
    // `run` has a test of its own.
    expect(commands.sort()).toEqual([...Object.keys(examples), 'run', 'help'].sort());
    for (const [command, [args, says]] of Object.entries(examples)) {
      const ran = await bundle.run(command, ...args);
      expect(ran, command).toMatchObject({ code: 0, stdout: expect.stringMatching(says) });
      expect(ran.stderr, command).not.toMatch(/defect|Cannot find|ERR_MODULE/);
    }
    expect(readdirSync(bundle.folder)).toEqual(['tugwatch.js']);
  }, 90_000);

  it('serves the daemon: page, probes, metrics with its commit, and a fight confirmed; SIGTERM ends it', async () => {
    await using fight = await startLiveFight();
    const child = bundle.start(['run'], {
      TUGWATCH_KUBECONFIG: fight.kubeconfig,
      TUGWATCH_HOST: '127.0.0.1',
      TUGWATCH_PORT: '0',
      TUGWATCH_CHECKPOINT_FILE: fight.path('checkpoint.json'),
    });
    const ended = outcomeOf(child);
    let log = '';
    child.stderr?.on('data', (text: string) => {
      log += text;
    });
    try {
      const address = await eventually('it says where it is', () => /"address":"([^"]+)"/.exec(log)?.[1]);
      await eventually('it is ready', async () => (await fetch(`${address}/readyz`)).status === 200);
      await eventually('the fight is confirmed', async () =>
        (await reportOf(address)).conflicts.some(({ state }) => state === 'confirmed'),
      );
      expect((await fetch(`${address}/livez`)).status).toBe(200);
      expect(await (await fetch(`${address}/`)).text()).toContain('shop/web');
      expect(await metricOf(address, 'tugwatch_build_info', { version: VERSION, revision: REVISION })).toBe(1);
    } finally {
      child.kill('SIGTERM');
    }
    expect(await ended).toMatchObject({ code: 0 });
    expect(JSON.parse(readFileSync(fight.path('checkpoint.json'), 'utf8'))).toBeTypeOf('object');
    expect(readdirSync(bundle.folder)).toEqual(['tugwatch.js']);
  });
});

describe('the package as it is installed: bin and dist, no sources', () => {
  it('runs the bundle', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tugwatch-package-'));
    cpSync('bin', join(folder, 'bin'), { recursive: true });
    cpSync(bundle.built, join(folder, 'dist'), { recursive: true });
    const child = spawn(process.execPath, [join(folder, 'bin', 'tugwatch.js'), '--version'], { cwd: folder });
    expect(await outcomeOf(child)).toEqual({ code: 0, stdout: `${VERSION}\n`, stderr: '' });
    rmSync(folder, { recursive: true, maxRetries: 10 });
  });
});

describe('what the build writes beside it', () => {
  it('names every package in the bundle with its licence, and its words', () => {
    expect(readdirSync(bundle.built).sort()).toEqual(['LICENSES.txt', 'extensions', 'tugwatch.js']);
    const text = readFileSync(join(bundle.built, 'LICENSES.txt'), 'utf8');
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      dependencies: Record<string, string>;
    };
    for (const name of Object.keys(dependencies))
      expect(text).toMatch(new RegExp(`^  ${name} \\d\\S* \\([^)]+\\)$`, 'm'));
    expect(text).toContain('Apache License');
    expect(text).not.toContain('vitest');
  });

  it('has no path of the machine that built it', () => {
    const code = readFileSync(join(bundle.built, 'tugwatch.js'), 'utf8');
    expect(code).not.toContain(process.cwd());
  });
});
