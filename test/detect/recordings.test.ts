/** The recordings of a real control plane, through the very replay that `tugwatch replay` runs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareReport } from '../../scripts/score/compare.ts';
import { readExpectations } from '../../scripts/score/expectation.ts';
import { replayFiles } from '../../src/commands/replay.ts';
import type { Report } from '../../src/report/schema.ts';
import { noRecordings, recordingPath, recordingText } from '../support/recordings.ts';

const expectations = noRecordings ? new Map() : readExpectations(join(recordingPath('x'), '..'));

/** What must not depend on how a recording is cut. */
function verdicts(report: Report) {
  return report.conflicts.map(
    ({ id, state, resolution, startedAt, detectedAt, resolvedAt, reversals, contenders, impact }) => ({
      id,
      state,
      resolution,
      startedAt,
      detectedAt,
      resolvedAt,
      reversals,
      contenders,
      impact,
    }),
  );
}

describe.skipIf(noRecordings)('a recording', () => {
  it.each([...expectations])('%s is judged as it must be', async (name, expectation) => {
    const { report } = await replayFiles([recordingPath(name)]);
    expect(compareReport(report, expectation).faults).toEqual([]);
    for (const expected of expectation.conflicts) {
      if (expected.reverts === undefined) continue;
      const found = report.conflicts.find(({ workload }) => workload.name === expected.workload.name);
      expect(found?.reversals, `reversals of ${expected.workload.name}`).toBe(expected.reverts);
    }
  });

  it('of all scenarios together shows those of each, and no other', async () => {
    const text = recordingText('cluster');
    const { report } = await replayFiles([recordingPath('cluster')]);
    const expected = [...expectations.values()]
      .flatMap((expectation) => expectation.conflicts)
      .filter(({ workload }) => text.includes(`"namespace":"${workload.namespace}"`))
      .map(({ kind, field, workload, resolution }) => `${kind} ${field} ${workload.name} ${resolution ?? 'open'}`);
    const found = report.conflicts.map(
      ({ kind, field, workload, resolution }) => `${kind} ${field} ${workload.name} ${resolution ?? 'open'}`,
    );
    expect(expected.length).toBeGreaterThan(10);
    expect(found.sort()).toEqual(expected.sort());
  });

  it.each([
    ['slow', 0.2],
    ['nogroup', 0.5],
    ['manual-drift', 0.7],
    ['keda-zero', 0.05],
  ])('%s cut in two at %d and continued gives the same conflicts and notices', async (name, share) => {
    const lines = recordingText(name).split('\n');
    const cut = Math.floor(share * lines.length);
    const folder = mkdtempSync(join(tmpdir(), 'tugwatch-'));
    try {
      const parts = [lines.slice(0, cut), lines.slice(cut)].map((part, i) => {
        const path = join(folder, `${i}.ndjson`);
        writeFileSync(path, part.join('\n'));
        return path;
      });
      const [whole, continued] = [await replayFiles([recordingPath(name)]), await replayFiles(parts)];
      expect(verdicts(continued.report)).toEqual(verdicts(whole.report));
      expect(continued.report.notices).toEqual(whole.report.notices);
    } finally {
      rmSync(folder, { recursive: true, maxRetries: 10 });
    }
  });

  it('replayed twice gives the same report', async () => {
    const [first, second] = [
      await replayFiles([recordingPath('minbelow')]),
      await replayFiles([recordingPath('minbelow')]),
    ];
    expect(second.report).toEqual(first.report);
  });
});
