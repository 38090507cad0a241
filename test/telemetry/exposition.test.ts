import { describe, expect, test, vi } from 'vitest';
import { LabelSet, renderFamily } from '../../src/telemetry/exposition.ts';
import type { Family, Sample } from '../../src/telemetry/families.ts';

function familyOf(type: Family['type'], labels: readonly string[]): Family {
  return { name: 'x', type, help: 'Two\nlines.', labels, stability: 'evolving', about: 'self', samples: () => [] };
}

function linesOf(family: Family, samples: readonly Sample[]): string[] {
  return renderFamily(family, samples).split('\n').slice(2);
}

describe('the text of a family', () => {
  test('escapes what would end a value or a line', () => {
    const text = renderFamily(familyOf('gauge', ['a']), [{ labels: { a: 'b"c\\d\ne' }, value: 1 }]);
    expect(text).toBe('# HELP x Two\\nlines.\n# TYPE x gauge\nx{a="b\\"c\\\\d\\ne"} 1');
  });

  test('writes what is no finite number as Prometheus reads it', () => {
    const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.1];
    const samples = values.map((value, index) => ({ labels: { a: String(index) }, value }));
    expect(linesOf(familyOf('gauge', ['a']), samples)).toEqual(
      ['NaN', '+Inf', '-Inf', '0.1'].map((text, index) => `x{a="${index}"} ${text}`),
    );
  });

  test('is 0 without labels and without a sample, and empty with labels', () => {
    expect(linesOf(familyOf('counter', []), [])).toEqual(['x 0']);
    expect(linesOf(familyOf('counter', ['a']), [])).toEqual([]);
  });

  test('never has two lines of the same labels', () => {
    const twice = [
      { labels: { a: 'b' }, value: 1 },
      { labels: { a: 'b' }, value: 2 },
    ];
    expect(linesOf(familyOf('counter', ['a']), twice)).toEqual(['x{a="b"} 3']);
    expect(linesOf(familyOf('gauge', ['a']), twice)).toEqual(['x{a="b"} 2']);
  });

  test('refuses labels that are not declared and counters below zero', () => {
    const counter = familyOf('counter', ['a']);
    expect(() => renderFamily(counter, [{ labels: { b: '' }, value: 1 }])).toThrow('x declares no label b');
    const kept = new LabelSet({ a: '' });
    const more = { labels: kept, and: new LabelSet({ c: '' }), value: 1 };
    expect(() => renderFamily(counter, [more])).toThrow('x declares no label c');
    expect(() => renderFamily(counter, [{ labels: kept, value: -1 }])).toThrow('-1 is no value of the counter x');
  });

  test('makes the text of kept labels once, however often it is scraped', () => {
    const read = vi.fn(() => 'b');
    const labels = Object.defineProperty({} as Record<string, string>, 'a', { enumerable: true, get: read });
    const samples = [
      { labels: new LabelSet({ z: 'z' }), value: 0 },
      { labels: new LabelSet(labels), value: 1 },
    ];
    const family = familyOf('gauge', ['a', 'z']);
    for (let scrape = 0; scrape < 3; scrape += 1)
      expect(linesOf(family, samples)).toEqual(['x{z="z"} 0', 'x{a="b"} 1']);
    expect(read).toHaveBeenCalledTimes(1);
  });

  test('makes the lines of kept labels again only where a value is another one', () => {
    const [up, down] = [new LabelSet({ way: 'up' }), new LabelSet({ way: 'down' })];
    const [web, api] = [new LabelSet({ a: 'web' }), new LabelSet({ a: 'api' })];
    const family = familyOf('counter', ['a', 'way']);
    const samples = (value: number) =>
      [web, api].flatMap((labels) => [
        { labels, and: up, value: labels === web ? value : 5 },
        { labels, and: down, value: 0 },
      ]);
    const text = (value: number) => [
      ...[`x{a="web",way="up"} ${value}`, 'x{a="web",way="down"} 0'],
      ...['x{a="api",way="up"} 5', 'x{a="api",way="down"} 0'],
    ];
    expect(linesOf(family, samples(1))).toEqual(text(1));
    const made = vi.spyOn(LabelSet.prototype, 'text', 'get');
    try {
      expect(linesOf(family, samples(1))).toEqual(text(1));
      expect(made).not.toHaveBeenCalled();
      expect(linesOf(family, samples(2))).toEqual(text(2));
      expect(made.mock.contexts).not.toContain(api);
      // One more or one fewer is another text, too.
      expect(linesOf(family, samples(2).slice(1))).toEqual(text(2).slice(1));
      // Another family has lines of its own.
      expect(linesOf({ ...family, name: 'y' }, samples(2))[0]).toBe('y{a="web",way="up"} 2');
    } finally {
      made.mockRestore();
    }
  });
});
