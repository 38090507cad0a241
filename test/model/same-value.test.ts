import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { inherit, sameValue } from '../../src/model/same-value.ts';
import { fc } from '../support/property.ts';

describe('values that are equal', () => {
  it.each<[unknown, unknown, boolean]>([
    [3, 3, true],
    [3, '3', false],
    [null, null, true],
    [[], [], true],
    [{ a: 1 }, { a: 1 }, true],
    [null, {}, false],
    [[], {}, false],
    [[1, 2], [2, 1], false],
    [{ a: 1, b: [2] }, { b: [2], a: 1 }, true],
    [{ a: 1 }, { a: 1, b: undefined }, false],
    [{ a: { b: 1 } }, { a: { b: 2 } }, false],
  ])('%j and %j: %s', (a, b, same) => {
    expect(sameValue(a, b)).toBe(same);
    expect(sameValue(b, a)).toBe(same);
  });

  it('are those that Node calls equal, of any JSON', () => {
    const json = fc
      .jsonValue({ maxDepth: 3, noUnicodeString: false })
      .map((value) => JSON.parse(JSON.stringify(value)));
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(sameValue(a, b)).toBe(isDeepStrictEqual(a, b));
        expect(sameValue(a, structuredClone(a))).toBe(true);
      }),
    );
  });

  it('are held by what comes next, and nothing else is', () => {
    const before = { same: [{ a: 1 }], other: [1], gone: [3] };
    const next = inherit(before as Record<string, unknown>, { same: [{ a: 1 }], other: [2], fresh: [3] });
    expect(next).toEqual({ same: [{ a: 1 }], other: [2], fresh: [3] });
    expect(next['same']).toBe(before.same);
  });
});
