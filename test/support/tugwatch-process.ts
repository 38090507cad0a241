/** The program as people run it: a process of its own, its output, its signals, its exit code. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { type Report, reportSchema } from '../../src/report/schema.ts';
import { eventually } from './eventually.ts';

const BIN = new URL('../../bin/tugwatch.js', import.meta.url).pathname;

export interface Exit {
  /** null: ended by a signal. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class TugwatchProcess implements AsyncDisposable {
  stdout = '';
  stderr = '';
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  #ended = false;

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(process.execPath, [BIN, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // No cluster of the machine that runs the tests: only what a test names.
      env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', ...env },
    });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.exited = new Promise((resolve) => {
      this.#child.on('close', (code, signal) => {
        this.#ended = true;
        resolve({ code, signal });
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** The first match of `pattern` in what was printed; an exit before it fails at once. */
  async said(pattern: RegExp, withinMs?: number): Promise<RegExpExecArray> {
    const ended = { value: false };
    const match = await eventually(
      `${pattern} in the output`,
      () => {
        const found = pattern.exec(this.stdout) ?? pattern.exec(this.stderr);
        ended.value = this.#ended;
        return found ?? this.#ended;
      },
      withinMs,
    ).catch((error: Error) => {
      throw new Error(`${error.message}\n${this.stdout}\n${this.stderr}`);
    });
    if (typeof match === 'boolean')
      throw new Error(`it ended before it said ${pattern}:\n${this.stdout}\n${this.stderr}`);
    return match;
  }

  /** Lines of the JSON log with this event, so far. */
  logged(event: string): Record<string, unknown>[] {
    return this.log().filter((line) => line['event'] === event);
  }

  /** Whole lines of the JSON log, so far. */
  log(): Record<string, unknown>[] {
    const whole = this.stderr.slice(0, this.stderr.lastIndexOf('\n') + 1);
    return whole
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#ended) this.#child.kill('SIGKILL');
    await this.exited;
  }
}

/** `tugwatch run` on a free port of loopback. */
export function startDaemonProcess(kubeconfig: string, ...flags: readonly string[]): TugwatchProcess {
  return new TugwatchProcess(['run', '--port', '0', '--host', '127.0.0.1', '--kubeconfig', kubeconfig, ...flags]);
}

/** A daemon at ease takes a second; on a machine with ten times the work it has cores for, half a minute. */
const START_MS = 60_000;

/** The address a daemon prints or logs. */
export async function addressOf(daemon: TugwatchProcess): Promise<string> {
  const [, address = ''] = await daemon.said(/(http:\/\/(?:127\.0\.0\.1|localhost):\d+)\/(?: \(Ctrl-C|"|\n)/, START_MS);
  return address.replace('localhost', '127.0.0.1');
}

/** What a daemon reports, held against the schema. */
export async function reportOf(address: string): Promise<Report> {
  const answer = await fetch(`${address}/api/v1/report`);
  if (!answer.ok) throw new Error(`the report answers ${answer.status}`);
  return reportSchema.parse(await answer.json());
}

/** The value of one series of /metrics; undefined when there is none. `labels` in any order. */
export async function metricOf(
  address: string,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number | undefined> {
  const text = await (await fetch(`${address}/metrics`)).text();
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const line = text
    .split('\n')
    .find((one) => new RegExp(`^${name}[{ ]`).test(one) && wanted.every((part) => one.includes(part)));
  return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ') + 1));
}
