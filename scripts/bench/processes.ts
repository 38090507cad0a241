/** Processes under measurement: what they use is read from /proc, what they say from their output. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface MemoryUse {
  /** Resident now, bytes (VmRSS). */
  readonly rss: number;
  /** The most that was ever resident (VmHWM). */
  readonly peak: number;
}

/** One process, ended with the scope that holds it. */
export class Measured implements AsyncDisposable {
  stdout = '';
  stderr = '';
  /** performance.now() at the start. */
  readonly startedAt = performance.now();
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;
  readonly #lines: ((line: string, at: number) => void)[] = [];
  #rest = '';
  #ended = false;

  /** `helper`: not measured, and told through a channel when this process ends, however it ends. */
  constructor(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}, helper = false) {
    this.#child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe', ...(helper ? (['ipc'] as const) : [])],
      env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', ...env },
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#takeErrors(text));
    this.exited = new Promise((resolve, reject) => {
      this.#child.on('error', reject);
      this.#child.on('close', (code) => {
        this.#ended = true;
        resolve(code);
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Every line of stderr from now on, with the time it came: milliseconds since the epoch, with fractions. */
  onErrorLine(take: (line: string, at: number) => void): void {
    this.#lines.push(take);
  }

  memory(): MemoryUse {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
    return { rss: kilobytes('VmRSS') * 1024, peak: kilobytes('VmHWM') * 1024 };
  }

  /** Processor seconds used so far, of all its threads. */
  cpuSeconds(): number {
    const { own } = cpuOf(this.pid);
    return own;
  }

  /** Resolves when `look` finds something; rejects when the process ends before, or after `withinMs`. */
  async until<T>(
    what: string,
    look: () => T | undefined | Promise<T | undefined>,
    { withinMs = 120_000, everyMs = 2 }: { readonly withinMs?: number; readonly everyMs?: number } = {},
  ): Promise<T> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      if (this.#ended || performance.now() > deadline) {
        const why = this.#ended ? 'it ended before' : `not within ${withinMs / 1000} s`;
        throw new Error(`${what}: ${why}\n${this.stdout.slice(-2_000)}\n${this.stderr.slice(-4_000)}`);
      }
      await pause(everyMs);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#ended) this.#child.kill('SIGKILL');
    await this.exited.catch(() => {});
  }

  #takeErrors(text: string): void {
    const at = performance.timeOrigin + performance.now();
    this.stderr += text;
    this.#rest += text;
    const lines = this.#rest.split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) for (const take of this.#lines) take(line, at);
  }
}

/** Processor seconds of a process so far, and of the children that it has waited for. */
function cpuOf(pid: number): { readonly own: number; readonly children: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // After the name, which stands in brackets and may hold anything; utime, stime and the same of children are fields 14 to 17, in
  // ticks of 1/100 s.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const sum = (first: number) => (Number(fields[first]) + Number(fields[first + 1])) / 100;
  return { own: sum(11), children: sum(13) };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Where a program stands on PATH; null where it does not. */
export function onPath(program: string): string | null {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const file = join(folder, program);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not in this one.
    }
  }
  return null;
}

/** Wall milliseconds of a whole process, from start to exit, as whoever starts it waits for it. */
export function wholeRun(command: string, args: readonly string[]): number {
  const began = performance.now();
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'ignore'] });
  return performance.now() - began;
}

/** What a whole process says, and the processor seconds that it took. @throws Error when it fails */
export function costOfRun(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): { readonly stdout: string; readonly cpuSeconds: number } {
  const before = cpuOf(process.pid).children;
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${stderr}`);
  return { stdout, cpuSeconds: cpuOf(process.pid).children - before };
}
