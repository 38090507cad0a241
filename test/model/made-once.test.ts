import { expect, it } from 'vitest';
import { madeOnce } from '../../src/model/made-once.ts';

it('makes for each object once, whatever it makes, and for none of its copies', () => {
  let made = 0;
  const next = madeOnce((_of: object) => {
    made += 1;
    return made === 1 ? undefined : made;
  });
  const [one, frozen] = [{ a: 1 }, Object.freeze([1])];
  expect([next(one), next(frozen), next(one), next(frozen)]).toEqual([undefined, 2, undefined, 2]);
  expect(next({ ...one })).toBe(3);
  expect(Reflect.ownKeys(one)).toEqual(['a']);
});

it('keeps what several make of one object apart', () => {
  const [double, square] = [madeOnce(({ n }: { n: number }) => n * 2), madeOnce(({ n }: { n: number }) => n * n)];
  const of = { n: 3 };
  expect([double(of), square(of), double(of)]).toEqual([6, 9, 6]);
});

it('remembers nothing where the making failed', () => {
  let fails = true;
  const make = madeOnce(() => {
    if (fails) throw new RangeError('too deep');
    return 'made';
  });
  const of = {};
  expect(() => make(of)).toThrow('too deep');
  expect(() => make(of)).toThrow('too deep');
  fails = false;
  expect(make(of)).toBe('made');
});
