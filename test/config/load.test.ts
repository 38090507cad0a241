import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../../src/config/load.ts';
import { configSchema } from '../../src/config/schema.ts';
import { environmentName, FILE_SETTINGS, flagName, SETTINGS } from '../../src/config/settings.ts';

function fileWith(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'tugwatch-config-')), 'config.yaml');
  writeFileSync(file, text);
  return file;
}

function sentenceOf(load: () => unknown): string {
  try {
    load();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
}

describe('the configuration', () => {
  it('has a default for every setting, and a purpose', () => {
    const config = loadConfig({ env: {}, flags: {} });
    expect(config.port).toBe(8080);
    expect(Object.keys(configSchema.shape)).toEqual(Object.keys({ ...SETTINGS, ...FILE_SETTINGS }));
  });

  it('takes the flag before the environment, the environment before the file, the file before the default', () => {
    const file = fileWith('port: 1001\nnamespace: from-file\nlogLevel: debug\n');
    const env = { TUGWATCH_PORT: '1002', TUGWATCH_NAMESPACE: 'from-env' };
    const config = loadConfig({ file, env, flags: { port: '1003' } });
    expect(config).toMatchObject({ port: 1003, namespace: 'from-env', logLevel: 'debug', seriesLimit: 500 });
  });

  it('names its variables and flags after the setting', () => {
    expect(environmentName('checkpointFile')).toBe('TUGWATCH_CHECKPOINT_FILE');
    expect(flagName('checkpointFile')).toBe('--checkpoint-file');
  });

  it.each([
    ['a setting that does not exist', { file: 'prot: 1\n' }, /^prot in .*config\.yaml:1 is no setting: use host, port/],
    ['a wrong value in the environment', { env: { TUGWATCH_PORT: 'many' } }, /^TUGWATCH_PORT is wrong: /],
    ['a port outside the range', { flags: { port: '70000' } }, /^--port is wrong: /],
    [
      'a schedule that is none',
      { flags: { auditSchedule: 'now and then' } },
      /^--audit-schedule is no cron expression: "now and then"/,
    ],
    [
      'a certificate without a key',
      { flags: { tlsCertFile: 'a.crt' } },
      /^--tls-cert-file is wrong: it needs tlsKeyFile/,
    ],
    [
      'a value of a closed set',
      { env: { TUGWATCH_LOG_LEVEL: 'loud' } },
      /^TUGWATCH_LOG_LEVEL is wrong: use fatal, .*trace or silent\.$/,
    ],
    [
      'text that YAML takes for a number',
      { file: '# one\nhost: a\ncontext: 5\n' },
      /^context in .*config\.yaml:3 is wrong: use text: put quotes around it\.$/,
    ],
    ['a map in place of text', { file: 'host: {a: 1}\n' }, /config\.yaml:1 is wrong: use text\.$/],
    [
      'a list of other things',
      { file: 'localDestinations: [1]\n' },
      /config\.yaml:1 is wrong: use a list of servers or names/,
    ],
    ['a shard that is no text', { file: 'shard: 3\n' }, /config\.yaml:1 is wrong: use index\/number with/],
    [
      'part of a number',
      { flags: { remediationPerHour: '1.5' } },
      /^--remediation-per-hour is wrong: use a whole number, 1 or more\.$/,
    ],
    [
      'a cluster without a kubeconfig, on its line',
      { file: 'clusters:\n  - name: prod-eu\n    kubeconfig: a\n  - name: prod-us\n' },
      /^clusters in .*config\.yaml:4 is wrong: cluster prod-us, kubeconfig: it is missing\.$/,
    ],
    [
      'a setting of a cluster that does not exist, on its line',
      { file: 'clusters:\n  - name: prod-eu\n    kubeconfg: a\n    kubeconfig: a\n' },
      /^clusters in .*config\.yaml:3 is wrong: cluster prod-eu: kubeconfg is no setting here\.$/,
    ],
    [
      "the variable of a Service's address",
      { env: { TUGWATCH_PORT: 'tcp://10.0.0.1:8080' } },
      /^TUGWATCH_PORT is wrong: use a whole number from 0 to 65535; Kubernetes has set it .* enableServiceLinks: false/,
    ],
    ['an alias to nothing', { file: 'host: *a\n' }, /config\.yaml is no valid YAML/],
    [
      'two places for the checkpoint',
      { file: '\ncheckpointFile: a\n', flags: { checkpointConfigMap: 'b/c' } },
      /config\.yaml:2 and --checkpoint-config-map exclude each other/,
    ],
    ['a file that is no YAML', { file: 'a: [1\n' }, /config\.yaml line \d+ is no valid YAML/],
    ['a file that is a list', { file: '- 1\n' }, /config\.yaml is no map of settings/],
  ])(
    'refuses %s in one sentence that says where',
    (_what, {
      file,
      env,
      flags,
    }: { file?: string; env?: Record<string, string>; flags?: Record<string, string> }, sentence) => {
      const sources = { env: env ?? {}, flags: flags ?? {}, ...(file === undefined ? {} : { file: fileWith(file) }) };
      expect(sentenceOf(() => loadConfig(sources))).toMatch(sentence);
    },
  );

  it('says so when the file is not there', () => {
    expect(sentenceOf(() => loadConfig({ file: '/nowhere/config.yaml', env: {}, flags: {} }))).toBe(
      'Cannot read the configuration /nowhere/config.yaml: ENOENT.',
    );
  });

  it('takes an empty file for no settings', () => {
    expect(loadConfig({ file: fileWith(''), env: {}, flags: {} }).port).toBe(8080);
  });
});
