import { describe, expect, it } from 'vitest';
import { type FailOn, fails, parseFailOn } from '../../src/commands/fail-on.ts';
import { UsageError } from '../../src/commands/usage-error.ts';
import type { Report } from '../../src/report/schema.ts';

/** As much of a report as an exit code hangs on. */
function report(input: { detected?: boolean; suspected?: boolean; risk?: 'open' | 'suppressed' }): Report {
  const conflicts =
    input.detected || input.suspected ? [{ detectedAt: input.detected ? '2026-11-21T05:00:00.000Z' : null }] : [];
  const risks = input.risk === undefined ? [] : [{ suppressed: input.risk === 'suppressed' ? 'TW104: known' : null }];
  return { conflicts, risks } as unknown as Report;
}

describe('--fail-on', () => {
  it.each<[string, FailOn | null, Report, boolean]>([
    ['nothing is never a reason', null, report({ detected: true, risk: 'open' }), false],
    ['confirmed: a conflict that was confirmed, resolved or not', 'confirmed', report({ detected: true }), true],
    ['confirmed: not what is only suspected', 'confirmed', report({ suspected: true }), false],
    ['confirmed: not a risk', 'confirmed', report({ risk: 'open' }), false],
    ['suspected: what is suspected', 'suspected', report({ suspected: true }), true],
    ['suspected: what is confirmed, too', 'suspected', report({ detected: true }), true],
    ['suspected: not a risk', 'suspected', report({ risk: 'open' }), false],
    ['risk: a risk', 'risk', report({ risk: 'open' }), true],
    ['risk: not one that somebody silenced', 'risk', report({ risk: 'suppressed' }), false],
    ['risk: not a conflict', 'risk', report({ detected: true }), false],
  ])('%s', (_, level, of, expected) => {
    expect(fails(of, level)).toBe(expected);
  });

  it('takes the words of the contract, and says which it takes otherwise', () => {
    expect(['confirmed', 'suspected', 'risk', undefined].map((word) => parseFailOn(word))).toEqual([
      'confirmed',
      'suspected',
      'risk',
      null,
    ]);
    expect(() => parseFailOn('Confirmed')).toThrow(
      new UsageError('--fail-on Confirmed is not known: use confirmed, suspected, risk.'),
    );
    expect(() => parseFailOn('confirmed', ['risk'])).toThrow('--fail-on confirmed is not known: use risk.');
  });
});
