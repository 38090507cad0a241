import { describe, expect, it } from 'vitest';
import type { Conflict } from '../../src/model/verdicts.ts';
import { buildReport, rfc3339 } from '../../src/report/build-report.ts';
import { endingOf, storyOf } from '../../src/report/narrative.ts';
import * as given from '../support/report-fixtures.ts';

const NOW = rfc3339(given.T0 + 255_000);

function documentOf(overrides: Partial<Conflict> = {}) {
  const [document] = buildReport({
    window: { from: given.T0, to: given.T0 + 255_000 },
    conflicts: [{ conflict: given.aConflict(overrides), remedy: given.aRemedy() }],
    notices: [],
    risks: [],
  }).conflicts;
  if (document === undefined) throw new Error('the report lost its conflict');
  return document;
}

describe('the story of a fight', () => {
  it('tells how it began, was found and went on, and what it cost', () => {
    expect(storyOf(documentOf())).toEqual([
      'At 2026-11-21 05:44:58 UTC hpa/web changed /spec/replicas of Deployment shop/web from 3 to 6: the first contested write.',
      'Tugwatch confirmed it at 2026-11-21 05:44:59 UTC, 0.8 s after that.',
      "The two sides undid each other's writes 17 times, one reversal every 15 s at the median of the last ones.",
      'Argo CD ran 17 self-heals on it.',
      'The cost: 1,288 replica-seconds short, down to 3 of 9 wanted, 51 pods created and 48 deleted.',
    ]);
  });

  it('does not name a first write that is not kept any more', () => {
    const [first] = storyOf(documentOf({ evidence: given.evidenceOf(3, given.T0 + 90_000) }));
    expect(first).toBe('The fight over /spec/replicas of Deployment shop/web began at 2026-11-21 05:44:58 UTC.');
  });

  it('tells heals that failed, other syncs, and that more were not kept', () => {
    const heal = { at: given.T0, endedAt: given.T0, kind: 'self-heal', phase: 'Succeeded' } as const;
    const heals = [...Array.from({ length: 39 }, () => heal), { ...heal, kind: 'manual' as const, phase: 'Failed' }];
    const story = storyOf(documentOf({ course: { ...given.courseOf(0), heals } }));
    expect(story).toContain('Argo CD ran at least 39 self-heals and 1 other sync on it; 1 failed.');
  });

  it('calls a suspicion a suspicion, and names gaps', () => {
    const story = storyOf(documentOf({ state: 'suspected', detectedAt: null, insufficientHistory: true }));
    expect(story[1]).toBe('It is suspected, not confirmed. A restart or a gap in what was seen lies within it.');
  });
});

describe('the end of a fight', () => {
  it('is open while it goes on', () => {
    expect(endingOf(documentOf(), NOW)).toEqual([
      'It had not ended at 2026-11-21 05:49:13 UTC, where this report ends: going on.',
      'The last reversal was at 2026-11-21 05:48:59 UTC, 14 s before.',
    ]);
  });

  it('has a reason, and a proof', () => {
    const over = { state: 'resolved', activity: 'over', resolvedAt: given.T0 + 900_000 } as const;
    expect(endingOf(documentOf({ ...over, resolution: 'rule-added' }), NOW)).toEqual([
      'It ended: a rule protects the field now.',
      'The last reversal was at 2026-11-21 05:48:59 UTC; 10 min 59 s later, at 2026-11-21 05:59:58 UTC, Tugwatch called it over.',
    ]);
    expect(endingOf(documentOf({ ...over, resolution: 'quiet' }), NOW)).toContain(
      'Its cause may still stand: the remedy below keeps it from coming back.',
    );
  });
});
