/** `tugwatch run`: the daemon, until SIGTERM or SIGINT. */

import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import type { ConfigKey } from '../config/settings.ts';
import { type Daemon, startDaemon } from '../daemon/daemon.ts';
import { keepHeapLean } from '../daemon/lean-heap.ts';
import { createLogger, type Logger } from '../telemetry/logger.ts';
import { openClient, openSpokes } from './connect.ts';
import type { CommandIo } from './io.ts';
import { wantsColour } from './terminal.ts';
import { UsageError } from './usage-error.ts';

export type RunFlags = Partial<Record<ConfigKey, string>> & { readonly config?: string };

/** Resolves to the exit code when the daemon was told to stop. @throws ConfigError, KubeConfigError, UsageError */
export async function run(flags: RunFlags, io: CommandIo): Promise<number> {
  keepHeapLean();
  const { config: file, ...settings } = flags;
  const load = () => loadConfig({ file, env: io.env, flags: settings });
  const config = load();
  const logger = loggerFor(config, io);
  const client = await openClient(config, io.env);
  const spokes = await openSpokes(config.clusters, io.env);
  const hangUp = () => Promise.all([client, ...spokes.map((spoke) => spoke.client)].map((each) => each.close()));
  let daemon: Daemon | null = null;
  // Without a file there is nothing to read again, and the end of the terminal stays the end of the daemon.
  const forget = file === undefined ? undefined : io.onHangup?.(() => daemon?.reloadConfig());
  const configOrigin = file === undefined ? undefined : { file, load };
  daemon = await startDaemon({ config, configOrigin, client, spokes, logger, env: io.env }).catch(
    async (error: unknown) => {
      await hangUp();
      throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
    },
  );
  const stopped = new Promise<void>((resolve) => {
    if (io.signal.aborted) resolve();
    io.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  try {
    await Promise.race([stopped, daemon.ended]);
  } finally {
    forget?.();
    logger.info({ event: 'stopping' }, 'stopping');
    await daemon.stop();
    await hangUp();
  }
  return 0;
}

export function loggerFor(config: Pick<Config, 'logLevel' | 'logFormat'>, io: CommandIo): Logger {
  const format = config.logFormat === 'auto' ? (io.stderr.isTTY === true ? 'text' : 'json') : config.logFormat;
  return createLogger({ level: config.logLevel, format, colour: wantsColour(io.stderr, io.env) });
}
