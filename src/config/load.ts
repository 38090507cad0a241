/** One precedence: a flag beats the environment, which beats the file, which beats the default. */
import { validate } from 'node-cron';
import type { z } from 'zod';
import { complaintOf } from './complaint.ts';
import { ConfigError } from './config-error.ts';
import { type ConfigFile, readConfigFile } from './config-file.ts';
import { type Config, configSchema } from './schema.ts';
import { type ConfigKey, environmentName, flagName, SETTINGS } from './settings.ts';

export { ConfigError } from './config-error.ts';

export interface ConfigSources {
  /** --config: a YAML file with settings by name. */
  readonly file?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Flags that were given, by setting; undefined ones were not. */
  readonly flags: Readonly<Partial<Record<ConfigKey, unknown>>>;
}

/** @throws ConfigError naming the line of the file, the variable or the flag that is wrong, and what it takes */
export function loadConfig(sources: ConfigSources): Config {
  const file = sources.file === undefined ? null : readConfigFile(sources.file);
  const merged: Record<string, unknown> = { ...file?.settings };
  const elsewhere = new Map<PropertyKey, string>();
  const take = (key: string, value: unknown, origin: string) => {
    if (value === undefined) return;
    merged[key] = value;
    elsewhere.set(key, origin);
  };
  for (const key of Object.keys(SETTINGS)) take(key, sources.env[environmentName(key)], environmentName(key));
  for (const [key, value] of Object.entries(sources.flags)) take(key, value, flagName(key));
  /** 'TUGWATCH_PORT', 'port in tugwatch.yaml:3'; the name alone of what was not given at all. */
  const originOf = (...path: readonly PropertyKey[]): string => {
    const key = String(path[0]);
    return elsewhere.get(key) ?? (file !== null && Object.hasOwn(file.settings, key) ? inFile(key, file, path) : key);
  };

  const result = configSchema.safeParse(merged, { error: complaintOf });
  if (!result.success) throw new ConfigError(sentenceOf(result.error.issues[0], merged, originOf));
  if (!validate(result.data.auditSchedule)) {
    throw new ConfigError(
      `${originOf('auditSchedule')} is no cron expression: "${result.data.auditSchedule}"; use five fields, such as "*/10 * * * *".`,
    );
  }
  const { tlsCertFile, tlsKeyFile } = result.data;
  if ((tlsCertFile === '') !== (tlsKeyFile === '')) {
    const [given, missing] = tlsKeyFile === '' ? ['tlsCertFile', 'tlsKeyFile'] : ['tlsKeyFile', 'tlsCertFile'];
    throw new ConfigError(`${originOf(given)} is wrong: it needs ${missing} beside it.`);
  }
  if (result.data.checkpointFile !== '' && result.data.checkpointConfigMap !== '') {
    const [first, second] = [originOf('checkpointFile'), originOf('checkpointConfigMap')];
    throw new ConfigError(`${first} and ${second} exclude each other: keep the checkpoint in one place.`);
  }
  return result.data;
}

function inFile(key: string, file: ConfigFile, path: readonly PropertyKey[]): string {
  return `${key} in ${file.whereIs(path)}`;
}

function sentenceOf(
  issue: z.core.$ZodIssue | undefined,
  merged: Readonly<Record<string, unknown>>,
  originOf: (...path: readonly PropertyKey[]) => string,
): string {
  if (issue === undefined) return 'The configuration is not understood.';
  const { code, path, message } = issue;
  if (code === 'unrecognized_keys' && path.length === 0) {
    const [unknown = ''] = issue.keys;
    return `${originOf(unknown)} is no setting: use ${Object.keys(configSchema.shape).join(', ')}.`;
  }
  const within = code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  return `${originOf(...path, ...within)} is wrong: ${placeOf(path, merged)}${message}${hintFor(path, merged)}.`;
}

/** 'receiver on-call, urlFile: ', where the wrong value lies inside of a setting. */
function placeOf([key, index, ...rest]: readonly PropertyKey[], merged: Readonly<Record<string, unknown>>): string {
  const what = key === 'receivers' ? 'receiver' : key === 'clusters' ? 'cluster' : null;
  if (what === null || index === undefined) return '';
  const list = merged[String(key)] as readonly { readonly name?: unknown }[];
  const name = list[Number(index)]?.name;
  const which = typeof name === 'string' ? `${what} ${name}` : `${what} ${Number(index) + 1} of the list`;
  return [which, ...rest.map((step) => (typeof step === 'number' ? `item ${step + 1}` : String(step)))]
    .join(', ')
    .concat(': ');
}

/** Kubernetes gives pods beside a Service called tugwatch variables of the same names (enableServiceLinks). */
function hintFor([key]: readonly PropertyKey[], merged: Readonly<Record<string, unknown>>): string {
  const isLink = key === 'port' && String(merged['port']).startsWith('tcp://');
  return isLink
    ? '; Kubernetes has set it because of a Service called tugwatch: set enableServiceLinks: false in the pod'
    : '';
}
