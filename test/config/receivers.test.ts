import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareConfig } from '../../src/config/compare.ts';
import { loadConfig } from '../../src/config/load.ts';

function load(receivers: unknown) {
  const file = join(mkdtempSync(join(tmpdir(), 'tugwatch-receivers-')), 'config.yaml');
  writeFileSync(file, JSON.stringify({ receivers }));
  return loadConfig({ file, env: {}, flags: {} });
}

describe('receivers in the configuration', () => {
  it('are none unless the file names some, and hear of everything about fights unless they say otherwise', () => {
    expect(loadConfig({ env: {}, flags: {} }).receivers).toEqual([]);
    expect(load([{ name: 'team', type: 'slack', url: 'https://x.example/s' }]).receivers).toMatchObject([
      { on: ['confirmed', 'escalated', 'half-fixed', 'resolved'], notices: [], severity: 'info' },
    ]);
  });

  it.each([
    ['a type that is none', [{ name: 'a', type: 'smtp' }], /receiver a, type: use one of the types webhook, slack/],
    ['no address', [{ name: 'a', type: 'slack' }], /receiver a: give url or urlFile/],
    [
      'two addresses',
      [{ name: 'a', type: 'slack', url: 'http://h/secret', urlFile: 'f' }],
      /receiver a: give url or urlFile, not both/,
    ],
    [
      'an address that is none',
      [{ name: 'a', type: 'slack', url: 'xoxb-secret' }],
      /receiver a, url: use a URL that begins/,
    ],
    ['no key', [{ name: 'a', type: 'pagerduty' }], /receiver a: give routingKey or routingKeyFile/],
    [
      'a setting of another type',
      [{ name: 'a', type: 'slack', url: 'http://h', template: '.' }],
      /receiver a: template is no setting here/,
    ],
    [
      'an occasion that is none',
      [{ name: 'a', type: 'slack', url: 'http://h', on: ['paged'] }],
      /receiver a, on, item 1: use confirmed, escalated, half-fixed or resolved\.$/,
    ],
    ['a name twice', [1, 2].map(() => ({ name: 'a', type: 'slack', url: 'http://h' })), /two receivers are named a/],
    [
      'a header that is none',
      [{ name: 'a', type: 'webhook', url: 'http://h', headers: { 'x y': 'secret' } }],
      /receiver a, headers, x y: use the name/,
    ],
    ['no name', [{ type: 'slack', url: 'http://h' }], /receiver 1 of the list, name: it is missing/],
    ['no list', { a: 1 }, /a list of receivers/],
  ])('are refused with %s, in one sentence without a secret', (_what, receivers, sentence) => {
    const refused = () => load(receivers);
    expect(refused).toThrow(sentence);
    expect(refused).toThrow(/^receivers in \/.*:1 is wrong: [^\n]*\.$/);
    expect(refused).not.toThrow(/secret/);
  });

  it('are taken from a changed file at once, also when only a secret differs', () => {
    const before = load([{ name: 'p', type: 'pagerduty', routingKey: 'one' }]);
    const after = load([{ name: 'p', type: 'pagerduty', routingKey: 'two' }]);
    expect(compareConfig(before, after)).toMatchObject({ taken: ['receivers'], waiting: [] });
    expect(compareConfig(before, before).taken).toEqual([]);
  });
});
