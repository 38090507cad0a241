import { describe, expect, it } from 'vitest';
import { conflictId, displayWriter, writerKey } from '../../src/detect/identity.ts';
import { WEB, writerOf } from '../support/facts.ts';
import { fc } from '../support/property.ts';

describe('the key of a writer', () => {
  it.each([
    ['an HPA is told by its name', 'hpa:web', 'hpa:web'],
    ['an Application is told by its name', 'argocd:web', 'argocd:web'],
    ['a controller is told by its manager', 'controller:mesh-injector', 'controller:mesh-injector'],
    ['people are one, whatever tool they hold', 'human:kubectl', 'human'],
    ['those who sign nothing are one', 'unknown:', 'unknown'],
  ])('%s', (_, writer, key) => {
    expect(writerKey(writerOf(writer))).toBe(key);
  });
});

describe('a writer in evidence', () => {
  it.each([
    ['hpa:web', 'hpa/web'],
    ['human:kubectl', 'human/kubectl'],
    ['unknown:', 'unknown'],
  ])('%s is written %s', (writer, text) => {
    expect(displayWriter(writerOf(writer))).toBe(text);
  });
});

describe('the id of a conflict', () => {
  it('is twelve hex digits, whoever is named first, and stays over releases', () => {
    expect(conflictId(WEB, '/spec/replicas', ['hpa:web', 'argocd:web'])).toBe('1607d2f8c278');
    expect(conflictId(WEB, '/spec/replicas', ['argocd:web', 'hpa:web'])).toBe('1607d2f8c278');
  });

  it('differs by object, field and contender', () => {
    const part = fc.stringMatching(/^[a-z0-9-]{1,12}$/);
    const input = fc.record({ name: part, field: part, contender: part });
    fc.assert(
      fc.property(input, input, (a, b) => {
        const id = ({ name, field, contender }: typeof a) =>
          conflictId({ ...WEB, name }, `/${field}`, [contender, 'argocd:web']);
        expect(id(a)).toMatch(/^[0-9a-f]{12}$/);
        expect(id(a) === id(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
      { numRuns: 500 },
    );
  });
});
