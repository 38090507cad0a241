/** A real Prometheus (Debian's package) that scrapes one target every second, for as long as a test needs it. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../support/eventually.ts';

/** Why there is none; null when there is. */
export function whyNoPrometheus(): Promise<string | null> {
  return new Promise((resolve) => {
    execFile('prometheus', ['--version'], (error) =>
      resolve(
        error === null
          ? null
          : 'prometheus is not on the PATH: install the Debian package prometheus to run the queries',
      ),
    );
  });
}

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  /** [seconds, text]: of an instant query one, of a range query many. */
  readonly values: readonly (readonly [number, string])[];
}

export class Prometheus implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #address: string;
  readonly #ended: Promise<void>;

  private constructor(child: ChildProcess, folder: string, address: string) {
    this.#child = child;
    this.#folder = folder;
    this.#address = address;
    this.#ended = new Promise((resolve) => child.on('close', () => resolve()));
  }

  /** `target` as host:port. */
  static async start(target: string, ruleFile: string): Promise<Prometheus> {
    const folder = mkdtempSync(join(tmpdir(), 'tugwatch-prometheus-'));
    const address = `127.0.0.1:${await freePort()}`;
    writeFileSync(
      join(folder, 'prometheus.yml'),
      JSON.stringify({
        global: { scrape_interval: '1s', evaluation_interval: '1s' },
        rule_files: [ruleFile],
        scrape_configs: [{ job_name: 'tugwatch', static_configs: [{ targets: [target] }] }],
      }),
    );
    const child = spawn(
      'prometheus',
      [
        `--config.file=${folder}/prometheus.yml`,
        `--storage.tsdb.path=${folder}/data`,
        `--web.listen-address=${address}`,
        '--log.level=error',
      ],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    const prometheus = new Prometheus(child, folder, `http://${address}`);
    await eventually('Prometheus is ready', async () => (await fetch(`http://${address}/-/ready`)).ok);
    return prometheus;
  }

  instant(query: string): Promise<Series[]> {
    return this.#query('query', { query });
  }

  /** The last `seconds`, a point a second. */
  range(query: string, seconds: number): Promise<Series[]> {
    const end = Date.now() / 1_000;
    return this.#query('query_range', { query, start: String(end - seconds), end: String(end), step: '1' });
  }

  /** Values of a label among the series that match. */
  async labelValues(selector: string, label: string): Promise<string[]> {
    return (await this.ask(`label/${label}/values?${new URLSearchParams({ 'match[]': selector })}`)) as string[];
  }

  async #query(kind: string, parameters: Record<string, string>): Promise<Series[]> {
    const data = (await this.ask(`${kind}?${new URLSearchParams(parameters)}`)) as {
      resultType: string;
      result: { metric: Record<string, string>; value?: [number, string]; values?: [number, string][] }[];
    };
    return data.result.map(({ metric, value, values }) => ({
      metric,
      values: values ?? (value === undefined ? [] : [value]),
    }));
  }

  /** The data of an answer of the API. @throws Error with what Prometheus says */
  async ask(path: string): Promise<unknown> {
    const answer = (await (await fetch(`${this.#address}/api/v1/${path}`)).json()) as {
      status: string;
      error?: string;
      data: unknown;
    };
    if (answer.status !== 'success') throw new Error(`${path}: ${answer.error}`);
    return answer.data;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.#ended;
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
