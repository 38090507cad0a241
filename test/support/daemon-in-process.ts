/** The daemon in this process, with its log kept and with time that a test can bend. */

import { loadConfig } from '../../src/config/load.ts';
import { type Daemon, startDaemon } from '../../src/daemon/daemon.ts';
import { createClient } from '../../src/kubernetes/client.ts';
import { type Deadline, systemTimers, type Timers } from '../../src/kubernetes/timers.ts';
import { createLogger } from '../../src/telemetry/logger.ts';

/** Real time, but for what a test does to it. A class on purpose: nothing may rely on copying its members. */
export class BentTimers implements Timers {
  readonly #long = new Set<() => void>();
  /** Added to the clock on the wall, and to the one that never goes back. */
  wallAhead = 0;
  monotonicAhead = 0;

  now(): number {
    return systemTimers.now() + this.wallAhead;
  }

  monotonic(): number {
    return systemTimers.monotonic() + this.monotonicAhead;
  }

  random(): number {
    return systemTimers.random();
  }

  deadline(ms: number, expire: () => void): Deadline {
    return systemTimers.deadline(ms, expire);
  }

  /** Waits of half a minute and more last until `passMinutes`. */
  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (ms < 25_000) return systemTimers.sleep(ms, signal);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#long.add(resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
    await promise;
  }

  /** Waits of half a minute and more that are under way. */
  get waiting(): number {
    return this.#long.size;
  }

  passMinutes(): void {
    for (const resolve of this.#long) resolve();
    this.#long.clear();
  }
}

export interface DaemonRig extends AsyncDisposable {
  readonly daemon: Daemon;
  readonly timers: BentTimers;
  /** Lines of the log with this event, so far. */
  logged(event: string): Record<string, unknown>[];
  /** The whole log, so far. */
  log(): readonly Record<string, unknown>[];
}

export async function startDaemonHere(
  server: string,
  timers = new BentTimers(),
  settings: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<DaemonRig> {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>) };
  const client = await createClient({ version: '0.0.0-test', server, env: {} });
  const daemon = await startDaemon({
    config: loadConfig({ env: {}, flags: { ...settings, port: 0, host: '127.0.0.1' } }),
    client,
    logger: createLogger({ format: 'json', destination }),
    timers,
    env,
  });
  return {
    daemon,
    timers,
    logged: (event) => lines.filter((line) => line['event'] === event),
    log: () => lines,
    async [Symbol.asyncDispose]() {
      await daemon.stop();
      await client.close();
    },
  };
}
