import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { toYaml } from '../../src/remedy/yaml.ts';
import { fc } from '../support/property.ts';

describe('YAML to commit', () => {
  it.each([
    'on',
    'yes',
    'no',
    'Off',
    'y',
    '0777',
    '1:30',
    '1e3',
    'null',
    '~',
    'true',
    '',
    ' x',
    '- a',
    '{a: b}',
    '# c',
    'a: b',
    "it's",
  ])('keeps the text %j a text, for tools that read YAML 1.1', (text) => {
    expect(parse(toYaml({ [text]: text }), { version: '1.1' })).toEqual({ [text]: text });
  });

  it('keeps every text and number', () => {
    const value = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.array(value)), (given) => {
        fc.pre(!Object.hasOwn(given, '__proto__') && !Object.hasOwn(given, '<<'));
        expect(parse(toYaml(given), { version: '1.1' })).toEqual({ ...given });
      }),
    );
  });

  it('breaks no long line: jq expressions stay in one piece', () => {
    const expression = `.spec${'.template'.repeat(40)} | select(.name == "x")`;
    expect(toYaml({ jqPathExpressions: [expression] })).toContain(expression);
  });
});
