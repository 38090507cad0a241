/** The short way to read a time agrees with the long one, whatever was read before. */
import { expect, it } from 'vitest';
import { parseTime } from '../../src/recording/format.ts';
import { fc } from '../support/property.ts';

it('reads times as Date.parse does, in any order', () => {
  const time = fc
    .date({ min: new Date('1960-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString());
  const near = fc.nat({ max: 200_000 }).map((ms) => new Date(Date.UTC(2026, 5, 1) + ms).toISOString());
  const odd = fc.constantFrom(
    '2026-06-01T00:00:60.000Z',
    '2026-06-01T00:00:61.000Z',
    '2026-06-01T00:00:0x.000Z',
    '2026-06-01T00:00:00,000Z',
    '2026-06-01T00:00:00.000z',
    '2026-06-01t00:00:00.000Z',
    '2026-06-01T00:00:00.00+1',
    '2026-06-01T24:00:00.000Z',
    '2026-06-01T24:00:30.000Z',
    '2026-06-01T00:00:30Z',
    '2026-06-01T02:00:30.5+02:00',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(time, near, odd, odd), { maxLength: 20 }), (texts) => {
      for (const text of texts) {
        const well = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text);
        const expected = well ? Date.parse(text) : Number.NaN;
        expect(parseTime(text)).toBe(Number.isNaN(expected) ? null : expected);
      }
    }),
    { numRuns: 500 },
  );
});
