import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { reportSchema } from '../../src/report/schema.ts';
import { VERSION } from '../../src/version.ts';
import { noRecordings, recordingPath, recordingText } from '../support/recordings.ts';

const BIN = new URL('../../bin/tugwatch.js', import.meta.url).pathname;

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function tugwatch(...args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [BIN, ...args], { maxBuffer: 64e6 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });
}

function fileWith(name: string, content: string | Buffer): string {
  const file = join(mkdtempSync(join(tmpdir(), 'tugwatch-cli-')), name);
  writeFileSync(file, content);
  return file;
}

describe('the command line', () => {
  it('has the version of the package', async () => {
    const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(VERSION).toBe(manifest.version);
    expect(await tugwatch('--version')).toMatchObject({ code: 0, stdout: `${VERSION}\n` });
  });

  it.each(['run', 'demo', 'replay', 'record', 'audit', 'why', 'fix'])('explains %s with --help', async (command) => {
    const { code, stdout } = await tugwatch(command, '--help');
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: tugwatch ${command}`);
  });

  it.each([
    ['a command that does not exist', ['frob'], "unknown command 'frob'"],
    ['an unknown flag', ['replay', '--frob', 'x'], "unknown option '--frob'"],
    ['a missing file', ['replay', '/nowhere.ndjson'], '/nowhere.ndjson cannot be read: there is no such file.'],
    ['an unknown output', ['replay', '-o', 'xml', 'x'], '--output xml is not known: use text, json or html.'],
    [
      'an unknown level',
      ['replay', '--fail-on', 'all', 'x'],
      '--fail-on all is not known: use confirmed, suspected, risk.',
    ],
    ['a kubeconfig that is not there', ['run', '--kubeconfig', '/nowhere'], "the kubeconfig /nowhere isn't there"],
    ['a manifest that is not there', ['audit', '/nowhere'], '/nowhere cannot be read'],
    ['a name that is no workload', ['why', 'web'], 'web names no workload: use NAMESPACE/NAME'],
  ])('answers %s with one sentence and exit code 2', async (_what, args, sentence) => {
    const { code, stdout, stderr } = await tugwatch(...args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(sentence);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

describe.skipIf(noRecordings)('replay', () => {
  it('prints a report that keeps the contract, and fails on a confirmed conflict when asked', async () => {
    const { code, stdout, stderr } = await tugwatch(
      'replay',
      recordingPath('slow'),
      '--output',
      'json',
      '--fail-on',
      'confirmed',
    );
    expect(stderr).toBe('');
    expect(code).toBe(1);
    const report = reportSchema.parse(JSON.parse(stdout));
    expect(report.conflicts).toHaveLength(1);
    expect(report.conflicts[0]).toMatchObject({
      kind: 'replicas',
      field: '/spec/replicas',
      state: 'confirmed',
      startedAt: '2026-11-21T05:58:44.720Z',
      detectedAt: '2026-11-21T05:58:47.823Z',
    });
  });

  it('exits with 0 where nothing fights, and with 1 on a risk when asked', async () => {
    expect(await tugwatch('replay', recordingPath('fixed'), '--fail-on', 'suspected')).toMatchObject({ code: 0 });
    expect(await tugwatch('replay', recordingPath('noselfheal'), '--fail-on', 'risk')).toMatchObject({ code: 1 });
  });

  it('writes an incident report, over one file or over parts of one stream', async () => {
    const lines = recordingText('slow').split('\n');
    const middle = lines.length >> 1;
    const parts = [lines.slice(0, middle), lines.slice(middle)].map((part, index) =>
      fileWith(`part-${index}.ndjson`, `${part.join('\n')}\n`),
    );
    const whole = await tugwatch('replay', recordingPath('slow'), '--output', 'html');
    expect(whole).toMatchObject({ code: 0, stderr: '' });
    expect(whole.stdout).toMatch(/^<!doctype html>\n/);
    expect(whole.stdout).toContain('<h1>Incident report: Deployment slow/slow</h1>');
    expect(whole.stdout).toContain(
      'At 2026-11-21 05:58:44 UTC hpa/slow changed /spec/replicas of Deployment slow/slow',
    );
    expect((await tugwatch('replay', ...parts, '-o', 'html')).stdout).toBe(whole.stdout);
  });

  it('gives the same bytes twice', async () => {
    const [first, second] = await Promise.all(
      [1, 2].map(() => tugwatch('replay', recordingPath('window'), '-o', 'json')),
    );
    expect(first?.stdout).toBe(second?.stdout);
  });

  it('skips a broken line, counts it, and finds the fight all the same', async () => {
    const lines = gunzipSync(readFileSync(recordingPath('orders')))
      .toString()
      .split('\n');
    lines.splice(10, 0, '{"at": "2026-');
    const file = fileWith('broken.ndjson', lines.join('\n'));
    const { code, stdout, stderr } = await tugwatch('replay', file, '-o', 'json');
    expect(code).toBe(0);
    expect(stderr).toMatch(/^warning: .*broken\.ndjson: 1 of \d+ lines skipped \(line 11\)/);
    expect(JSON.parse(stdout).conflicts).toHaveLength(1);
  });

  it('uses what is there of a truncated archive, and says where it ends', async () => {
    const packed = readFileSync(recordingPath('legacy'));
    const file = fileWith('cut.ndjson.gz', packed.subarray(0, packed.length >> 1));
    const { code, stdout, stderr } = await tugwatch('replay', file, '-o', 'json');
    expect(code).toBe(0);
    expect(stderr).toMatch(/cut\.ndjson\.gz: it is cut off after line \d+; what stands before was used\./);
    expect(JSON.parse(stdout).conflicts[0].state).toBe('confirmed');
  });

  it.each([
    ['an empty file', 'empty.ndjson', ''],
    ['a file that is something else', 'picture.ndjson', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3])],
    ['a recording with nothing but broken lines', 'all-broken.ndjson', 'one\ntwo\n'],
    ['an empty archive', 'empty.ndjson.gz', gzipSync('')],
  ])('refuses %s with exit code 2', async (_what, name, content) => {
    const { code, stderr } = await tugwatch('replay', fileWith(name, content));
    expect(code).toBe(2);
    expect(stderr).toMatch(new RegExp(`^tugwatch: .*${name}`));
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('reads standard input, and ends quietly when its reader has gone', async () => {
    const child = spawn('sh', [
      '-c',
      `gzip -dc "$1" | "$2" "$3" replay - | head -n 1`,
      'sh',
      recordingPath('window'),
      process.execPath,
      BIN,
    ]);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    await new Promise((resolve) => child.on('close', resolve));
    expect(stdout).toMatch(/^1 conflict \(1 confirmed\)/);
    expect(stderr).toBe('');
  });
});
