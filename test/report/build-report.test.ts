import { describe, expect, it } from 'vitest';
import { buildReport, rfc3339 } from '../../src/report/build-report.ts';
import { renderJson } from '../../src/report/json.ts';
import { reportSchema } from '../../src/report/schema.ts';
import * as given from '../support/report-fixtures.ts';

const window = { from: given.T0 - 3_000, to: given.T0 + 255_000 };
const remedy = given.aRemedy();

function aReport() {
  return buildReport({
    window,
    conflicts: [{ conflict: given.aConflict(), remedy }],
    notices: [given.aNotice()],
    risks: [given.aRisk()],
  });
}

describe('the report document', () => {
  it('names its fields in the order of the contract, what was added behind them', () => {
    const report = aReport();
    expect(Object.keys(report)).toEqual(['schema', 'window', 'conflicts', 'notices', 'risks']);
    expect(Object.keys(report.conflicts[0] ?? {})).toEqual([
      ...['id', 'kind', 'workload', 'field', 'application', 'contenders', 'state', 'startedAt', 'detectedAt'],
      ...['resolvedAt', 'resolution', 'reversals', 'periodSeconds', 'impact', 'evidence', 'remedy'],
      ...['summary', 'activity', 'lastReversalAt', 'otherFields', 'failingRules', 'insufficientHistory', 'course'],
    ]);
    expect(Object.keys(report.conflicts[0]?.impact ?? {}).slice(0, 5)).toEqual([
      'replicaSecondsShort',
      'podsCreated',
      'podsDeleted',
      'lowest',
      'wanted',
    ]);
    expect(Object.keys(report.conflicts[0]?.remedy ?? {})).toEqual(['summary', 'owner', 'steps', 'warnings', 'verify']);
    expect(Object.keys(report.conflicts[0]?.remedy.steps[0] ?? {})).toEqual([
      ...['id', 'where', 'why', 'target', 'patch', 'yaml', 'commands'],
    ]);
    expect(Object.keys(report.notices[0] ?? {}).slice(0, 5)).toEqual([
      ...['kind', 'workload', 'application', 'at', 'message'],
    ]);
    expect(Object.keys(report.risks[0] ?? {}).slice(0, 7)).toEqual([
      ...['rule', 'name', 'severity', 'workload', 'application', 'message', 'remedy'],
    ]);
  });

  it('writes times as RFC 3339 in UTC with milliseconds, and null where there is none', () => {
    const [conflict] = aReport().conflicts;
    expect(conflict).toMatchObject({
      startedAt: '2026-11-21T05:44:58.741Z',
      detectedAt: '2026-11-21T05:44:59.555Z',
      resolvedAt: null,
      resolution: null,
    });
    expect(conflict?.evidence.at(-1)).toEqual({
      at: '2026-11-21T05:48:59.555Z',
      writer: 'argocd/web',
      from: 6,
      to: 3,
      source: 'managedFields argocd-controller',
    });
    expect(() => rfc3339(Number.NaN)).toThrow(RangeError);
  });

  it('rounds seconds to the millisecond, so that floating point noise makes no difference', () => {
    const [conflict] = aReport().conflicts;
    expect(conflict?.impact.replicaSecondsShort).toBe(1288.4);
    expect(conflict?.periodSeconds).toBe(15);
  });

  it('agrees with its own schema and survives a trip through JSON unchanged', () => {
    const report = buildReport({
      window,
      conflicts: [
        { conflict: given.aResolvedConflict(), remedy },
        {
          conflict: given.aConflict({ application: null, field: null, detectedAt: null, periodSeconds: null }),
          remedy,
        },
      ],
      notices: [given.aNotice({ workload: null, application: null })],
      risks: [given.aRisk({ suppressed: 'TW101: load test' })],
      safe: [given.aSafe()],
      health: { watches: [given.aWatch({ lastContactAt: null, listed: false, state: 'listing' })], skippedLines: 3 },
    });
    expect(reportSchema.parse(JSON.parse(renderJson(report)))).toEqual(report);
  });

  it('refuses a document that lacks a contender or names an unknown state', () => {
    const report = aReport();
    const [conflict] = report.conflicts;
    const broken = (change: object) => reportSchema.safeParse({ ...report, conflicts: [{ ...conflict, ...change }] });
    expect(broken({}).success).toBe(true);
    expect(broken({ contenders: conflict?.contenders.slice(0, 1) }).success).toBe(false);
    expect(broken({ state: 'perhaps' }).success).toBe(false);
    expect(broken({ startedAt: '2026-11-21 05:44' }).success).toBe(false);
  });

  it('puts confirmed conflicts first, the oldest first, whatever the order they came in', () => {
    const conflicts = [
      given.aResolvedConflict({ id: 'e' }),
      given.aConflict({ id: 'd', state: 'suspected', startedAt: given.T0 - 9 }),
      given.aConflict({ id: 'c', startedAt: given.T0 + 1 }),
      given.aConflict({ id: 'b' }),
      given.aConflict({ id: 'a' }),
    ].map((conflict) => ({ conflict, remedy }));
    const order = (input: typeof conflicts) =>
      buildReport({ window, conflicts: input, notices: [], risks: [] }).conflicts.map(({ id }) => id);
    expect(order(conflicts)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(order(conflicts.toReversed())).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('gives the same bytes for the same verdicts in another order', () => {
    const notices = [given.aNotice(), given.aNotice({ at: given.T0 }), given.aNotice({ kind: 'rollout' })];
    const risks = [given.aRisk({ rule: 'TW106' }), given.aRisk(), given.aRisk({ workload: given.WEB })];
    const one = buildReport({ window, conflicts: [], notices, risks });
    const other = buildReport({ window, conflicts: [], notices: notices.toReversed(), risks: risks.toReversed() });
    expect(renderJson(other, 2)).toBe(renderJson(one, 2));
  });

  it('leaves out what nobody asked for', () => {
    expect(aReport()).not.toHaveProperty('safe');
    expect(aReport()).not.toHaveProperty('health');
  });
});

describe('the JSON text', () => {
  it('holds no character that a terminal acts on, and still the same values', () => {
    const report = buildReport({
      window,
      conflicts: [],
      notices: [given.aNotice({ message: given.HOSTILE })],
      risks: [],
    });
    const text = renderJson(report, 2);
    expect(text).not.toMatch(/[\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(JSON.parse(text).notices[0].message).toBe(given.HOSTILE);
  });
});
