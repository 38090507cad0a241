/**
 * The bundle as an image would get and run it: built from nothing but what the Dockerfile copies, then alone in an empty
 * folder, with a bare Node and no environment to speak of.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copiedFromContext, readDockerfile } from './dockerfile.ts';

const ROOT = new URL('../../', import.meta.url).pathname;

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Bundle extends Disposable {
  /** What the build writes. */
  readonly built: string;
  /** tugwatch.js and nothing else. */
  readonly folder: string;
  start(args: readonly string[], env?: Readonly<Record<string, string>>): ChildProcess;
  /** Runs to its end. */
  run(...args: string[]): Promise<Ran>;
}

export function buildBundle(revision: string): Bundle {
  const context = mkdtempSync(join(tmpdir(), 'tugwatch-context-'));
  const folder = mkdtempSync(join(tmpdir(), 'tugwatch-alone-'));
  const built = join(context, 'dist');
  for (const path of copiedFromContext(readDockerfile())) {
    cpSync(join(ROOT, path), join(context, path), { recursive: true });
  }
  // In place of npm ci.
  symlinkSync(join(ROOT, 'node_modules'), join(context, 'node_modules'));
  execFileSync(process.execPath, ['scripts/build.ts'], {
    cwd: context,
    env: { ...process.env, TUGWATCH_REVISION: revision },
  });
  copyFileSync(join(built, 'tugwatch.js'), join(folder, 'tugwatch.js'));
  const start = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    spawn(process.execPath, ['tugwatch.js', ...args], { cwd: folder, env: { HOME: folder, ...env } });
  return {
    built,
    folder,
    start,
    run: (...args) => outcomeOf(start(args)),
    [Symbol.dispose]() {
      for (const directory of [context, folder]) rmSync(directory, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

export function outcomeOf(child: ChildProcess): Promise<Ran> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
}
