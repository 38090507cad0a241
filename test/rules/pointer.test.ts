import { describe, expect, it } from 'vitest';
import { pointerCovers, pointerOf, tokensOf } from '../../src/rules/pointer.ts';
import { fc } from '../support/property.ts';

// Few letters, so that one pointer often begins as another does; those that must be escaped among them.
const token = fc.string({ unit: fc.constantFrom('a', 'b', '/', '~', '0', '1'), maxLength: 3 });
const tokens = fc.array(token, { maxLength: 4 });

describe('a JSON pointer', () => {
  it('is its tokens, whatever is in them', () => {
    fc.assert(
      fc.property(tokens, (some) => {
        const pointer = pointerOf(some);
        expect(pointer === '' ? [] : tokensOf(pointer)).toEqual(some);
      }),
    );
  });

  it('covers a field when its tokens are the first of those of the field', () => {
    fc.assert(
      fc.property(tokens, tokens, fc.nat(4), (some, more, from) => {
        const [rule, field] = [some.slice(from), [...some, ...more]];
        const covers = rule.length > 0 && rule.every((each, index) => each === field[index]);
        expect(pointerCovers(pointerOf(rule), pointerOf(field))).toBe(covers);
      }),
    );
  });

  it.each([
    ['/spec', '/spec/replicas', true],
    ['/spec/replicas', '/spec/replicas', true],
    ['/spec/replicas', '/spec', false],
    ['/spec/rep', '/spec/replicas', false],
    ['/spec/', '/spec/replicas', false],
    ['/', '/spec', false],
    ['', '/spec', false],
    ['spec', '/spec', false],
    ['/metadata/annotations/a~1b', '/metadata/annotations/a~1b', true],
    ['/metadata/annotations/a', '/metadata/annotations/a~1b', false],
  ])('%j covers %j: %s', (rule, field, covers) => {
    expect(pointerCovers(rule, field)).toBe(covers);
  });
});
