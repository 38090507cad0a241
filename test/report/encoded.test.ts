import { expect, it } from 'vitest';
import { encoded } from '../../src/report/encoded.ts';
import { fc } from '../support/property.ts';

it('is UTF-8, whatever the text is made of', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (text) => {
      expect(encoded(text).equals(Buffer.from(text, 'utf8'))).toBe(true);
    }),
  );
  for (const text of ['', 'plain', 'é', 'Ł', '\u{1f600}', '\ud800']) expect(encoded(text)).toEqual(Buffer.from(text));
});
