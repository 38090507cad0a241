import { describe, expect, it } from 'vitest';
import { LazyJqEngine, loadJqEngine } from '../../src/kubernetes/jq-engine.ts';
import type { Json } from '../../src/model/facts.ts';

const DEPLOYMENT: Json = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
  spec: {
    replicas: 3,
    template: {
      spec: {
        containers: [
          { name: 'x', env: [1] },
          { name: 'y', env: [2] },
        ],
      },
    },
  },
};

const engine = await loadJqEngine();

describe('jq as Argo CD runs it: del(<expression>)', () => {
  it('takes a path away', () => {
    expect(engine.deletePaths('.spec.replicas', { spec: { replicas: 3, paused: false } })).toEqual({
      outcome: 'ok',
      output: { spec: { paused: false } },
    });
  });

  it('takes a field of the list item that has the name away, and of no other', () => {
    const result = engine.deletePaths('.spec.template.spec.containers[] | select(.name=="x").env', DEPLOYMENT);
    expect(result).toMatchObject({
      outcome: 'ok',
      output: { spec: { template: { spec: { containers: [{ name: 'x' }, { name: 'y', env: [2] }] } } } },
    });
  });

  it('leaves the object as it was when the path is not there', () => {
    expect(engine.deletePaths('.spec.nothing', DEPLOYMENT)).toEqual({ outcome: 'ok', output: DEPLOYMENT });
  });

  it.each([
    ['.spec.replicas |', 'a pipe into nothing'],
    ['.spec.replicas # no', 'a comment that swallows the closing bracket'],
    ['replicas', 'a function that is not there'],
    ['.spec[', 'an open bracket'],
    ['', 'nothing at all'],
    ['.a; .b', 'two arguments'],
  ])('calls %j invalid: %s', (expression) => {
    const result = engine.deletePaths(expression, DEPLOYMENT);
    expect(result.outcome).toBe('invalid');
    expect(result.outcome !== 'ok' && result.message).toMatch(/syntax error|not defined/);
  });

  it.each([
    ['error("no")', 'no'],
    ['.metadata.name.first.second', 'Cannot index string with string ("first")'],
    ['.spec.replicas + 1', 'Invalid path expression with result 4'],
    ['halt', 'the expression gives 0 results in place of one'],
  ])('tells %j, which fails when it runs, from one that does not parse', (expression, message) => {
    const result = engine.deletePaths(expression, DEPLOYMENT);
    expect(result).toEqual({ outcome: 'failed', message });
  });

  it('cuts an endless expression off, works on afterwards, and does not wait for it a second time', async () => {
    const impatient = await loadJqEngine({ timeoutMs: 50 });
    const endless = impatient.deletePaths('def f: f; f', DEPLOYMENT);
    expect(endless).toEqual({ outcome: 'failed', message: 'the expression does not end within 50 ms' });
    expect(impatient.deletePaths('[range(1e12)] | .[0]', DEPLOYMENT).outcome).toBe('failed');
    expect(impatient.deletePaths('.spec', { spec: 1, kind: 'x' })).toEqual({ outcome: 'ok', output: { kind: 'x' } });
    expect(impatient.deletePaths('def f: f; f', { other: 'object' })).toEqual(endless);
  });

  it('gives the same answer for the same question', () => {
    const first = engine.deletePaths('.spec.replicas', DEPLOYMENT);
    expect(engine.deletePaths('.spec.replicas', DEPLOYMENT)).toBe(first);
    expect(engine.deletePaths('.spec.replicas', { spec: { replicas: 1 } })).toEqual({
      outcome: 'ok',
      output: { spec: {} },
    });
  });

  it('refuses to answer before it is loaded rather than make an answer up', async () => {
    const lazy = new LazyJqEngine();
    expect(lazy.loaded).toBe(false);
    expect(() => lazy.deletePaths('.a', {})).toThrow('before it was loaded');
    await lazy.load();
    expect(lazy.loaded).toBe(true);
    expect(lazy.deletePaths('.a', { a: 1 })).toEqual({ outcome: 'ok', output: {} });
  });
});
