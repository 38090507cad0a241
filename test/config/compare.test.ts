import { describe, expect, it } from 'vitest';
import { compareConfig } from '../../src/config/compare.ts';
import { loadConfig } from '../../src/config/load.ts';

const configOf = (flags: Record<string, unknown> = {}) => loadConfig({ env: {}, flags });

describe('a new configuration', () => {
  it('that is the same changes nothing', () => {
    expect(compareConfig(configOf(), configOf())).toEqual({ config: configOf(), taken: [], waiting: [] });
  });

  it('takes effect where a running daemon can change, and waits where it cannot', () => {
    const next = configOf({ logLevel: 'debug', remediationNamespaces: 'shop', port: '9090', namespace: 'shop' });
    const { config, taken, waiting } = compareConfig(configOf(), next);
    expect(taken).toEqual(['logLevel', 'remediationNamespaces']);
    expect(waiting).toEqual(['port', 'namespace']);
    expect(config).toEqual(configOf({ logLevel: 'debug', remediationNamespaces: 'shop' }));
  });
});
