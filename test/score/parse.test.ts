import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../scripts/score/promql/duration.ts';
import { parseExpression } from '../../scripts/score/promql/parse.ts';
import { metricsOf, PromqlError } from '../../scripts/score/promql/syntax.ts';

describe('an expression', () => {
  it('keeps range, function, grouping and operator', () => {
    expect(parseExpression('sum by (name, namespace) (rate(syncs[10m])) > 0.01')).toMatchObject({
      type: 'binary',
      operator: '>',
      left: {
        type: 'aggregation',
        operator: 'sum',
        without: false,
        labels: ['name', 'namespace'],
        argument: { type: 'range-call', function: 'rate', range: 600_000, selector: { metric: 'syncs' } },
      },
      right: { type: 'number', value: 0.01 },
    });
  });

  it('is grouped by the precedence of its operators', () => {
    expect(parseExpression('a or b and c > 2')).toMatchObject({
      operator: 'or',
      right: { operator: 'and', right: { operator: '>' } },
    });
  });

  it('may carry its grouping behind, comments, negative numbers and labels to match on', () => {
    expect(parseExpression('count(a) without (x) # all')).toMatchObject({ without: true, labels: ['x'] });
    expect(parseExpression('a > -1')).toMatchObject({ right: { value: -1 } });
    expect(parseExpression('a and on (x) b')).toMatchObject({ matching: { on: true, labels: ['x'] } });
  });

  it('names every metric that it reads', () => {
    expect(metricsOf(parseExpression('(a != b) and changes(c[15m]) == 0'))).toEqual(['a', 'b', 'c']);
  });
});

describe('what is not evaluated is refused with what and why', () => {
  it.each([
    ['(changes(', /"\(changes\(" is no PromQL at character \d+/],
    ['', /empty|no PromQL/],
    ['topk(3, a)', /"topk\(3, a\)" is not evaluated: of aggregations only sum, /],
    ['deriv(a[5m])', /of functions only rate, increase, changes are known/],
    ['rate(a)', /rate is known only over/],
    ['rate(a[5m:1m])', /rate is known only over/],
    ['a offset 5m', /"a offset 5m" is not evaluated/],
    ['a > bool 1', /bool/],
    ['a * on (x) group_left (y) b', /group_left/],
    ['a and 3', /and takes vectors/],
    ['1 > 2', /compares two numbers/],
    ['{job="x"}', /without a plain metric name/],
    ['a{b=~"("}', /pattern "\("/],
    ['sum(3)', /takes a vector/],
  ])('%s', (source, message) => {
    expect(() => parseExpression(source)).toThrow(PromqlError);
    expect(() => parseExpression(source)).toThrow(message);
  });
});

describe('a duration', () => {
  it('adds up its units', () => {
    expect(parseDuration('1h30m')).toBe(5_400_000);
    expect(parseDuration('0m')).toBe(0);
    expect(parseDuration('1d500ms')).toBe(86_400_500);
  });

  it('is none where units are missing or in the wrong order', () => {
    expect(['', '10', '5m1h', 'soon'].map(parseDuration)).toEqual([null, null, null, null]);
  });
});
