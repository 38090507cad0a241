/** What a new configuration changes in a running daemon, and what has to wait for the next start. */
import type { Config } from './schema.ts';
import { FILE_SETTINGS, SETTINGS, type SettingKey, TAKEN_AT_ONCE } from './settings.ts';

export interface ConfigChange {
  /** The configuration to go on with: what takes effect at once from the new one, the rest as it was. */
  readonly config: Config;
  /** Settings that take effect now. */
  readonly taken: readonly SettingKey[];
  /** Settings that differ and wait for a restart. */
  readonly waiting: readonly SettingKey[];
}

export function compareConfig(running: Config, next: Config): ConfigChange {
  const changed = (Object.keys({ ...SETTINGS, ...FILE_SETTINGS }) as SettingKey[]).filter(
    (key) => JSON.stringify(running[key]) !== JSON.stringify(next[key]),
  );
  const taken = changed.filter((key) => TAKEN_AT_ONCE.has(key));
  const taking = Object.fromEntries(taken.map((key) => [key, next[key]])) as Partial<Config>;
  return {
    config: { ...running, ...taking },
    taken,
    waiting: changed.filter((key) => !TAKEN_AT_ONCE.has(key)),
  };
}
