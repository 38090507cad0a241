import { expect, it } from 'vitest';
import { lookedUp } from '../../src/model/looked-up.ts';

it('is a member as any other, and asks whenever it is read', () => {
  let asked = 0;
  const withPrice = lookedUp('price', ({ unit }: { readonly unit: number }) => {
    asked += 1;
    return unit * asked;
  });
  const one = Object.assign(withPrice({ name: 'one' }, { unit: 10 }), { size: 3 });
  const two = withPrice({ name: 'two' }, { unit: 100 });
  expect(asked).toBe(0);
  expect(Object.keys(one)).toEqual(['name', 'price', 'size']);
  expect(asked).toBe(0);
  expect([one.price, one.price, two.price]).toEqual([10, 20, 300]);
  expect(JSON.stringify(one)).toBe('{"name":"one","price":40,"size":3}');
  const copy = { ...two };
  expect([copy.price, copy.price]).toEqual([500, 500]);
  // All share one getter: with one of its own each object would have a shape of its own.
  const getters = [one, two].map((of) => Object.getOwnPropertyDescriptor(of, 'price')?.get);
  expect(getters[0]).toBe(getters[1]);
});
