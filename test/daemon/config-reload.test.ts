import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/config/schema.ts';
import { ConfigReload } from '../../src/daemon/config-reload.ts';
import { createLogger } from '../../src/telemetry/logger.ts';

/** What only trying can tell. */
const WRONG = 'https://wrong.example.com';
const configOf = (flags: Record<string, unknown> = {}) => loadConfig({ env: {}, flags });

function rig(origin = true) {
  const lines: Record<string, unknown>[] = [];
  const applied: { config: Config; taken: readonly string[] }[] = [];
  const state: { now: number; next: Config | string } = { now: 1_000, next: configOf() };
  const load = () => {
    if (typeof state.next === 'string') throw new ConfigError(state.next);
    return state.next;
  };
  const reload = new ConfigReload({
    initial: configOf(),
    origin: origin ? { file: 'tugwatch.yaml', load } : undefined,
    logger: createLogger({ format: 'json', destination: { write: (line) => lines.push(JSON.parse(line)) } }),
    now: () => state.now,
    check: async ({ externalUrl }) => {
      if (externalUrl === WRONG) throw new Error('receiver team: its template is no jq program.');
    },
    apply: (config, taken) => applied.push({ config, taken }),
  });
  const read = async (next: Config | string) => {
    state.now += 1_000;
    state.next = next;
    await reload.reload();
  };
  return { reload, read, applied, said: () => lines.map(({ level, msg }) => `${level}: ${msg}`) };
}

describe('a configuration that is read again', () => {
  it('counts as taken over at the start', () => {
    expect(rig().reload.status()).toEqual({ successful: true, successAt: 1_000 });
  });

  it('puts into force what can be, and says what', async () => {
    const { reload, read, applied, said } = rig();
    await read(configOf({ logLevel: 'debug', seriesLimit: '9' }));
    expect(applied).toEqual([
      { config: configOf({ logLevel: 'debug', seriesLimit: '9' }), taken: ['logLevel', 'seriesLimit'] },
    ]);
    expect(said()).toEqual(['info: taken over from tugwatch.yaml: logLevel, seriesLimit']);
    expect(reload.status()).toEqual({ successful: true, successAt: 2_000 });
    await read(configOf());
    expect(applied[1]).toEqual({ config: configOf(), taken: ['logLevel', 'seriesLimit'] });
  });

  it('says once what waits for a restart, not its values, and no more when it is taken back', async () => {
    const { read, applied, said } = rig();
    await read(configOf({ kubeconfig: '/private/kubeconfig' }));
    await read(configOf({ kubeconfig: '/private/kubeconfig' }));
    await read(configOf());
    await read(configOf({ kubeconfig: '/private/kubeconfig' }));
    expect(applied).toEqual([]);
    const waits = 'warn: changed in tugwatch.yaml and waiting for a restart: kubeconfig';
    expect(said()).toEqual([waits, waits]);
  });

  it('stays as it was when the file is wrong, says so in one sentence, and recovers', async () => {
    const { reload, read, applied, said } = rig();
    await read('port in tugwatch.yaml is wrong: use a whole number from 0 to 65535.');
    expect(applied).toEqual([]);
    expect(said()).toEqual([
      'error: the configuration stays as it was: port in tugwatch.yaml is wrong: use a whole number from 0 to 65535.',
    ]);
    expect(reload.status()).toEqual({ successful: false, successAt: 1_000 });
    await read(configOf());
    expect(reload.status()).toEqual({ successful: true, successAt: 3_000 });
  });

  it('takes nothing of a file that trying shows to be wrong, and nothing at all once it is closed', async () => {
    const { reload, read, applied, said } = rig();
    await read(configOf({ externalUrl: WRONG, logLevel: 'debug' }));
    expect(applied).toEqual([]);
    expect(said()).toEqual(['error: the configuration stays as it was: receiver team: its template is no jq program.']);
    expect(reload.status()).toEqual({ successful: false, successAt: 1_000 });
    await read(configOf({ logLevel: 'debug' }));
    expect(applied).toHaveLength(1);
    const reading = read(configOf({ logLevel: 'warn' }));
    reload.close();
    await reading;
    expect(applied).toHaveLength(1);
  });

  it('without a file has nothing to read', async () => {
    const { reload, said } = rig(false);
    await reload.reload();
    expect(reload.status().successful).toBe(true);
    expect(said()).toEqual(['info: there is no configuration file to read again: the daemon was started without']);
  });
});
