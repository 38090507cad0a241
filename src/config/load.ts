/** One precedence: a flag beats the environment, which beats the file, which beats the default. */
import { readFileSync } from 'node:fs';
import { validate } from 'node-cron';
import { parse, YAMLParseError } from 'yaml';
import type { z } from 'zod';
import { type Config, configSchema } from './schema.ts';
import { type ConfigKey, environmentName, flagName, SETTINGS } from './settings.ts';

/** Bad configuration, in one sentence that says where. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export interface ConfigSources {
  /** --config: a YAML file with settings by name. */
  readonly file?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Flags that were given, by setting; undefined ones were not. */
  readonly flags: Readonly<Partial<Record<ConfigKey, unknown>>>;
}

/** @throws ConfigError naming the file, variable or flag that is wrong, and what it takes */
export function loadConfig(sources: ConfigSources): Config {
  const origins = new Map<string, string>();
  const merged: Record<string, unknown> = {};
  const take = (key: string, value: unknown, origin: string) => {
    if (value === undefined) return;
    merged[key] = value;
    origins.set(key, origin);
  };
  if (sources.file !== undefined) {
    for (const [key, value] of Object.entries(readFile(sources.file))) take(key, value, `${key} in ${sources.file}`);
  }
  for (const key of Object.keys(SETTINGS)) take(key, sources.env[environmentName(key)], environmentName(key));
  for (const [key, value] of Object.entries(sources.flags)) take(key, value, flagName(key));

  const result = configSchema.safeParse(merged);
  if (!result.success) {
    const issue = result.error.issues[0];
    const unknown = issue?.code === 'unrecognized_keys' && issue.path.length === 0 ? issue.keys[0] : undefined;
    const key = unknown ?? String(issue?.path[0] ?? '');
    const origin = origins.get(key) ?? key;
    if (unknown !== undefined)
      throw new ConfigError(`${origin} is no setting: use ${Object.keys(configSchema.shape).join(', ')}.`);
    throw new ConfigError(`${origin} is wrong: ${placeOf(issue, merged)}${issue?.message ?? 'not understood'}.`);
  }
  if (!validate(result.data.auditSchedule)) {
    throw new ConfigError(
      `${origins.get('auditSchedule') ?? 'auditSchedule'} is no cron expression: "${result.data.auditSchedule}"; use five fields, such as "*/10 * * * *".`,
    );
  }
  const { tlsCertFile, tlsKeyFile } = result.data;
  if ((tlsCertFile === '') !== (tlsKeyFile === '')) {
    const [given, missing] = tlsKeyFile === '' ? ['tlsCertFile', 'tlsKeyFile'] : ['tlsKeyFile', 'tlsCertFile'];
    throw new ConfigError(`${origins.get(given) ?? given} is wrong: it needs ${missing} beside it.`);
  }
  if (result.data.checkpointFile !== '' && result.data.checkpointConfigMap !== '') {
    const [file, configMap] = [origins.get('checkpointFile'), origins.get('checkpointConfigMap')];
    throw new ConfigError(`${file} and ${configMap} exclude each other: keep the checkpoint in one place.`);
  }
  return result.data;
}

function readFile(path: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(
      `Cannot read the configuration ${path}: ${(error as NodeJS.ErrnoException).code ?? 'unreadable'}.`,
    );
  }
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    const where =
      error instanceof YAMLParseError && error.linePos !== undefined ? ` line ${error.linePos[0].line}` : '';
    throw new ConfigError(`The configuration ${path}${where} is no valid YAML.`);
  }
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value))
    throw new ConfigError(`The configuration ${path} is no map of settings.`);
  return value as Record<string, unknown>;
}

/** 'receiver on-call, urlFile: ', where the wrong value lies inside of a setting. No value is ever said: it may be a secret. */
function placeOf(issue: z.core.$ZodIssue | undefined, merged: Readonly<Record<string, unknown>>): string {
  const [key, index, ...rest] = issue?.path ?? [];
  if (key !== 'receivers' || index === undefined) return '';
  const list = merged['receivers'] as readonly { readonly name?: unknown }[];
  const name = list[Number(index)]?.name;
  const which = typeof name === 'string' ? `receiver ${name}` : `receiver ${Number(index) + 1} of the list`;
  return [which, ...rest.map(String)].join(', ').concat(': ');
}
