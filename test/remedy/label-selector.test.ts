import { describe, expect, it } from 'vitest';
import { matchesSelector, parseSelector } from '../../src/remedy/label-selector.ts';

const LABELS = { team: 'shop', 'app.kubernetes.io/part-of': 'front', canary: '' };

describe('a label selector', () => {
  it.each([
    ['', true],
    ['team=shop', true],
    ['team==shop', true],
    [' team = shop , canary ', true],
    ['team=billing', false],
    ['team!=billing', true],
    ['team!=shop', false],
    ['tier!=db', true],
    ['tier', false],
    ['!tier', true],
    ['!team', false],
    ['canary=', true],
    ['app.kubernetes.io/part-of=front', true],
    ['team=shop,tier=db', false],
    ['constructor', false],
  ])('%j matches: %s', (text, matches) => {
    const selector = parseSelector(text);
    expect(selector).not.toBe(null);
    expect(matchesSelector(selector ?? [], LABELS)).toBe(matches);
  });

  it.each(['team in (shop)', 'team=shop,', '=shop', '!team=shop', 'team=a b', 'UPPER.example/', 'team=-x'])(
    '%j is none',
    (text) => expect(parseSelector(text)).toBe(null),
  );
});
