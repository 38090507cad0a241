import { expect, it, vi } from 'vitest';
import type { ContestedCounts } from '../../src/model/observations.ts';
import { LabelSet } from '../../src/telemetry/exposition.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import * as given from '../support/report-fixtures.ts';

function countsOf(index: number): ContestedCounts {
  return {
    conflictId: `${index}`,
    workload: { ...given.WEB, name: `w${index}` },
    application: given.WEB_APP,
    field: '/spec/replicas',
    state: 'confirmed',
    reversals: 17,
    replicaSecondsShort: 1288,
    podsUp: 51,
    podsDown: 48,
    writes: { hpa: 22, argocd: 17 },
    replicas: { wanted: 9, spec: 3, declared: 3 },
  };
}

it('costs the lines of the conflicts in which something was counted since the last scrape, whatever else is open', async () => {
  let contested = Array.from({ length: 100 }, (_, index) => countsOf(index));
  const snapshot = () => ({
    now: given.T0,
    contested,
    syncs: () => undefined,
    risks: [],
    notices: {},
    watches: [],
    skippedLines: 0,
  });
  const metrics = createMetrics({ version: '0.1.0', revision: '', snapshot });
  const first = await metrics.render();
  const made = vi.spyOn(LabelSet.prototype, 'text', 'get');
  try {
    expect(await metrics.render()).toEqual(first);
    expect(made).not.toHaveBeenCalled();
    contested = contested.with(7, { ...countsOf(7), reversals: 18, podsUp: 52 });
    const lines = (await metrics.render()).toString().split('\n');
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
