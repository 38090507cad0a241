/**
 * Takes a changed configuration file over while the daemon runs. A file that is wrong changes nothing, is said so in one
 * sentence and shows in the metrics; what cannot change in a running process is named and waits for the next start.
 */
import { compareConfig } from '../config/compare.ts';
import { FileWatch } from '../config/file-watch.ts';
import type { Config } from '../config/schema.ts';
import type { SettingKey } from '../config/settings.ts';
import type { Millis } from '../model/facts.ts';
import type { ConfigStatus } from '../telemetry/families.ts';
import type { Logger } from '../telemetry/logger.ts';

/** A new file takes effect within twice this long: it must look the same at two looks. */
const LOOK_EVERY_MS = 2_000;

/** How the configuration is read again: as at the start, with the same flags and environment. */
export interface ConfigOrigin {
  readonly file: string;
  /** @throws ConfigError */
  readonly load: () => Config;
}

export interface ConfigReloadOptions {
  readonly initial: Config;
  /** Absent where the daemon was given no file: there is nothing to read again. */
  readonly origin: ConfigOrigin | undefined;
  readonly logger: Logger;
  readonly now: () => Millis;
  /** What of a file can only be told by trying. Rejects with a sentence when it is wrong; then nothing of it is taken. */
  readonly check: (config: Config) => Promise<void>;
  /** Puts what takes effect at once into force. `config` is what is in force from now on. */
  readonly apply: (config: Config, taken: readonly SettingKey[]) => void;
}

export class ConfigReload {
  readonly #options: ConfigReloadOptions;
  readonly #watch: FileWatch | null;
  #running: Config;
  #status: ConfigStatus;
  #reading: Promise<void> = Promise.resolve();
  #closed = false;
  /** What was last said to wait for a restart. */
  #saidWaiting = '';

  constructor(options: ConfigReloadOptions) {
    this.#options = options;
    this.#running = options.initial;
    this.#status = { successful: true, successAt: options.now() };
    this.#watch = options.origin === undefined ? null : new FileWatch(options.origin.file, () => void this.reload());
  }

  start(): void {
    this.#watch?.start(LOOK_EVERY_MS);
  }

  close(): void {
    this.#closed = true;
    this.#watch?.close();
  }

  status(): ConfigStatus {
    return this.#status;
  }

  /** Reads the file now, after the reading that is under way. Never rejects. */
  reload(): Promise<void> {
    this.#reading = this.#reading.then(() => this.#read());
    return this.#reading;
  }

  async #read(): Promise<void> {
    const { origin, logger, now, check } = this.#options;
    if (origin === undefined) {
      logger.info({ event: 'config' }, 'there is no configuration file to read again: the daemon was started without');
      return;
    }
    try {
      const next = origin.load();
      await check(next);
      if (this.#closed) return;
      this.#take(next, origin.file);
      this.#status = { successful: true, successAt: now() };
    } catch (error) {
      this.#status = { ...this.#status, successful: false };
      const sentence = error instanceof Error ? error.message : String(error);
      logger.error({ event: 'config' }, `the configuration stays as it was: ${sentence}`);
    }
  }

  #take(next: Config, file: string): void {
    const { logger, apply } = this.#options;
    const { config, taken, waiting } = compareConfig(this.#running, next);
    if (taken.length > 0) {
      apply(config, taken);
      this.#running = config;
      logger.info({ event: 'config', taken }, `taken over from ${file}: ${taken.join(', ')}`);
    } else logger.debug({ event: 'config' }, `${file} was read again and changes nothing that runs`);
    // Values stay out of the log: some settings are nobody else's business. The same state is said once.
    const state = JSON.stringify(waiting.map((key) => [key, next[key]]));
    if (waiting.length > 0 && state !== this.#saidWaiting) {
      logger.warn({ event: 'config', waiting }, `changed in ${file} and waiting for a restart: ${waiting.join(', ')}`);
    }
    this.#saidWaiting = state;
  }
}
