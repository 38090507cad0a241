import { expect, it, vi } from 'vitest';
import { LabelSet } from '../../src/telemetry/exposition.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import * as given from '../support/report-fixtures.ts';

function countsOf(index: number) {
  return given.aCount({
    conflictId: `${index}`,
    replicaSecondsShort: 1288,
    workload: { ...given.WEB, name: `w${index}` },
  });
}

it('costs the lines of the conflicts in which something was counted since the last scrape, whatever else is open', async () => {
  let contested = Array.from({ length: 100 }, (_, index) => countsOf(index));
  const snapshot = () => given.aSnapshot({ contested });
  const metrics = createMetrics({ version: '0.1.0', revision: '', snapshot });
  const first = await metrics.render();
  const made = vi.spyOn(LabelSet.prototype, 'text', 'get');
  try {
    expect(await metrics.render()).toEqual(first);
    expect(made).not.toHaveBeenCalled();
    contested = contested.with(7, { ...countsOf(7), reversals: 18, podsUp: 52 });
    const lines = Buffer.concat(await metrics.render())
      .toString()
      .split('\n');
    const ofSeven = lines.filter((line) => line.includes('workload="w7"'));
    expect(ofSeven.find((line) => line.startsWith('tugwatch_conflict_reversals_total{'))).toMatch(/ 18$/);
    expect(ofSeven.find((line) => line.includes('direction="up"'))).toMatch(/ 52$/);
    // Reversals have a line, and pods one each for up and down.
    const sets = new Set(made.mock.contexts.filter((set) => 'workload' in (set as LabelSet).labels));
    expect(sets.size).toBe(1);
    expect(made.mock.calls.length).toBeLessThanOrEqual(5);
  } finally {
    made.mockRestore();
  }
});
