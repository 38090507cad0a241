import { describe, expect, test, vi } from 'vitest';
import { KeptLines, LabelSet, renderFamily, type Subject } from '../../src/telemetry/exposition.ts';
import type { Declaration, Sample } from '../../src/telemetry/families.ts';

function familyOf(type: Declaration['type'], labels: readonly string[]): Declaration {
  return { name: 'x', type, help: 'Two\nlines.', labels, stability: 'evolving' };
}

function linesOf(family: Declaration, samples: readonly Sample[]): string[] {
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
    expect(() => renderFamily(counter, [{ labels: { a: '' }, value: -1 }])).toThrow('-1 is no value of the counter x');
    const kept = new KeptLines();
    const subject = { set: new LabelSet({ a: '' }) };
    const more = { by: [new LabelSet({ c: '' })], valuesOf: () => [1] };
    expect(() => kept.render({ ...counter, ...more }, [subject])).toThrow('x declares no label c');
    expect(() => kept.render({ ...counter, valuesOf: () => [-1] }, [subject])).toThrow(
      '-1 is no value of the counter x',
    );
    expect(kept.render({ ...counter, valuesOf: () => [1] }, [subject]).toString()).toMatch(/\nx\{a=""\} 1$/);
  });
});

describe('the lines of a family about many', () => {
  interface Workload extends Subject {
    readonly up: number;
    readonly down: number | null;
  }
  const valuesOf = vi.fn(({ up, down }: Workload) => [up, down]);
  const by = [new LabelSet({ way: 'up' }), new LabelSet({ way: 'down' })];
  const family = { ...familyOf('counter', ['a', 'way']), by, valuesOf };
  const web: Workload = { set: new LabelSet({ a: 'web' }), up: 1, down: 0 };
  const api: Workload = { set: new LabelSet({ a: 'api' }), up: 5, down: null };
  const rendered = (kept: KeptLines, shown: readonly Workload[], of = family) =>
    kept.render(of, shown).toString().split('\n').slice(2);
  const WEB = ['x{a="web",way="up"} 1', 'x{a="web",way="down"} 0'];
  const API = ['x{a="api",way="up"} 5'];

  test('are those of its subjects, in their order', () => {
    const kept = new KeptLines();
    expect(rendered(kept, [])).toEqual([]);
    expect(rendered(kept, [web, api])).toEqual([...WEB, ...API]);
    expect(rendered(kept, [api, web])).toEqual([...API, ...WEB]);
    expect(rendered(kept, [api])).toEqual(API);
    expect(rendered(kept, [])).toEqual([]);
    // Another family has lines of its own.
    expect(rendered(new KeptLines(), [api], { ...family, name: 'y' })).toEqual(['y{a="api",way="up"} 5']);
  });

  test('are asked for again only of another subject, and made again only where a value is another one', () => {
    const kept = new KeptLines();
    rendered(kept, [web, api]);
    valuesOf.mockClear();
    const made = vi.spyOn(LabelSet.prototype, 'text', 'get');
    try {
      const before = kept.render(family, [web, api]);
      expect(kept.render(family, [web, api])).toBe(before);
      expect(valuesOf).not.toHaveBeenCalled();
      expect(rendered(kept, [{ ...web }, api])).toEqual([...WEB, ...API]);
      expect(valuesOf).toHaveBeenCalledTimes(1);
      expect(kept.render(family, [web, { ...api }])).toBe(before);
      expect(made).not.toHaveBeenCalled();
      expect(rendered(kept, [{ ...web, up: 2 }, api])).toEqual(['x{a="web",way="up"} 2', WEB[1], ...API]);
      expect(made.mock.contexts).toContain(web.set);
      expect(made.mock.contexts).not.toContain(api.set);
      // One more or one fewer is another text, too.
      expect(rendered(kept, [{ ...web, down: null }, api])).toEqual(['x{a="web",way="up"} 1', ...API]);
      expect(rendered(kept, [web, { ...api, down: 3 }])).toEqual([...WEB, ...API, 'x{a="api",way="down"} 3']);
    } finally {
      made.mockRestore();
    }
  });

  test('are not those of a making that failed', () => {
    const kept = new KeptLines();
    expect(() => kept.render(family, [web, { ...api, up: -1 }])).toThrow('-1 is no value');
    expect(rendered(kept, [web, api])).toEqual([...WEB, ...API]);
  });
});
