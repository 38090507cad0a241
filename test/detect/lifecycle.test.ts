import { describe, expect, it } from 'vitest';
import { assertTransition } from '../../src/detect/lifecycle.ts';

const STATES = [null, 'suspected', 'confirmed', 'resolved'] as const;
const ALLOWED = new Set([
  'null suspected',
  'null confirmed',
  'suspected confirmed',
  'suspected resolved',
  'confirmed resolved',
  'resolved suspected',
  'resolved confirmed',
]);

describe('a conflict', () => {
  for (const from of STATES) {
    for (const to of ['suspected', 'confirmed', 'resolved'] as const) {
      const allowed = ALLOWED.has(`${from} ${to}`);
      it(`${allowed ? 'may' : 'may not'} go from ${from ?? 'nothing'} to ${to}`, () => {
        const step = () => assertTransition(from, to);
        if (allowed) expect(step).not.toThrow();
        else expect(step).toThrow(`a conflict cannot go from ${from ?? 'nothing'} to ${to}`);
      });
    }
  }
});
