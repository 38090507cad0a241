import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';

const load = (env: Record<string, string>) => loadConfig({ env, flags: {} });

describe('the settings of remediation', () => {
  it('suggest and permit nothing until somebody says otherwise', () => {
    expect(load({})).toMatchObject({
      remediationMode: 'suggest',
      remediationNamespaces: [],
      remediationSelector: [],
      remediationPerHour: 5,
    });
  });

  it('come from the environment as from a file', () => {
    expect(
      load({
        TUGWATCH_REMEDIATION_MODE: 'apply',
        TUGWATCH_REMEDIATION_NAMESPACES: 'shop, team-*',
        TUGWATCH_REMEDIATION_SELECTOR: 'team=shop,!legacy',
        TUGWATCH_REMEDIATION_PER_HOUR: '2',
      }),
    ).toMatchObject({
      remediationMode: 'apply',
      remediationNamespaces: ['shop', 'team-*'],
      remediationSelector: [
        { key: 'team', value: 'shop', negated: false },
        { key: 'legacy', value: null, negated: true },
      ],
      remediationPerHour: 2,
    });
  });

  it.each([
    ['TUGWATCH_REMEDIATION_MODE', 'yes', 'TUGWATCH_REMEDIATION_MODE is wrong'],
    ['TUGWATCH_REMEDIATION_SELECTOR', 'team in (shop)', 'use a label selector, such as team=shop,tier!=db'],
    ['TUGWATCH_REMEDIATION_PER_HOUR', '0', 'TUGWATCH_REMEDIATION_PER_HOUR is wrong'],
  ])('refuse %s=%s in one sentence', (name, value, sentence) => {
    expect(() => load({ [name]: value })).toThrow(sentence);
  });
});
