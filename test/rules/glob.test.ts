import { describe, expect, it } from 'vitest';
import { looksLikeGlob, matchesGlob } from '../../src/rules/glob.ts';
import { fc } from '../support/property.ts';

/** Each row: pattern, text, whether gobwas/glob v0.2.3 without separators matches (its readme and syntax/lexer). */
const ROWS: readonly (readonly [string, string, boolean, string])[] = [
  ['apps', 'apps', true, 'a plain text is itself'],
  ['apps', 'extensions', false, 'and nothing else'],
  ['', '', true, 'the empty group is the core group'],
  ['', 'apps', false, 'and matches no other group'],
  ['*', 'apps', true, 'a star is any text'],
  ['*', '', true, 'the empty text too: the core group'],
  ['*', 'networking.k8s.io', true, 'across dots'],
  ['*', 'a/b', true, 'across slashes, since no separators are given'],
  ['**', 'a/b.c', true, 'two stars are one star here'],
  ['Deploy*', 'Deployment', true, 'a prefix'],
  ['*Set', 'StatefulSet', true, 'a suffix'],
  ['*full*', 'StatefulSet', false, 'case counts'],
  ['?eployment', 'Deployment', true, 'one character'],
  ['Deployment?', 'Deployment', false, 'exactly one'],
  ['{Deployment,StatefulSet}', 'StatefulSet', true, 'either of two'],
  ['{Deploy*,Stateful*}', 'StatefulSet', true, 'globs within'],
  ['{,apps}', '', true, 'an empty alternative'],
  ['{1..3}', '2', false, 'no counting: the text 1..3'],
  ['[DS]*', 'DaemonSet', true, 'one of a list'],
  ['[A-D]*', 'DaemonSet', true, 'one of a range'],
  ['[!A-D]*', 'DaemonSet', false, 'none of a range'],
  ['[^D]*', 'DaemonSet', true, 'a caret is a plain member of the list'],
  ['[A-Dx]*', 'DaemonSet', false, 'a range with more in it does not compile, and matches nothing'],
  ['[D', 'D', false, 'an open bracket does not compile'],
  ['{D', 'D', false, 'an open brace does not compile'],
  ['D}', 'D}', true, 'a closing brace alone is text'],
  ['a,b', 'a,b', true, 'a comma outside braces is text'],
  ['\\*', '*', true, 'a backslash quotes'],
  ['\\*', 'x', false, 'and only that'],
  ['!Deployment', 'StatefulSet', false, 'no negation by an exclamation mark'],
  ['@(a|b)', 'a', false, 'no extended globs'],
  ['a.c', 'abc', false, 'a dot is a dot'],
];

describe('globs in group and kind, as gobwas/glob reads them for Argo CD', () => {
  it.each(ROWS)('%j against %j: %s (%s)', (pattern, text, expected) => {
    expect(matchesGlob(pattern, text)).toBe(expected);
  });

  it('takes no longer over a hostile pattern than over any other', () => {
    expect(matchesGlob(`${'*a'.repeat(60)}b`, 'a'.repeat(63))).toBe(false);
    expect(matchesGlob(`${'{a,a*}'.repeat(40)}b`, 'a'.repeat(63))).toBe(false);
  });

  it('never throws, whatever people write', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'*?[]{}\\,!-ab(.|^$/') }), fc.string(), (pattern, text) => {
        expect(typeof matchesGlob(pattern, text)).toBe('boolean');
      }),
    );
  });

  it('takes a text without special characters for itself and nothing else', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9.-]*$/), fc.stringMatching(/^[A-Za-z0-9.-]*$/), (pattern, text) => {
        expect(matchesGlob(pattern, text)).toBe(pattern === text);
        expect(matchesGlob(`${pattern}*`, text)).toBe(text.startsWith(pattern));
        expect(matchesGlob(`*${pattern}*`, text)).toBe(text.includes(pattern));
        expect(matchesGlob(`{${pattern},${text}}`, text)).toBe(true);
      }),
    );
  });

  it('knows a name that somebody meant as a glob', () => {
    expect(looksLikeGlob('web-*')).toBe(true);
    expect(looksLikeGlob('web-1.2')).toBe(false);
  });
});
