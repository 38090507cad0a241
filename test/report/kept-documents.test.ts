/** What stays from report to report is made once; the text and the digest are those of the whole all the same. */
import { describe, expect, it } from 'vitest';
import { buildReport } from '../../src/report/build-report.ts';
import { escapeHidden, renderJson } from '../../src/report/json.ts';
import type { Report } from '../../src/report/schema.ts';
import { digestOf } from '../../src/web/events.ts';
import { renderOverview } from '../../src/web/views/page.ts';
import { inputNaming } from '../support/hostile-report.ts';
import { fc } from '../support/property.ts';
import * as given from '../support/report-fixtures.ts';

const window = { from: given.T0 - 3_000, to: given.T0 + 255_000 };
const remedy = given.aRemedy();

function reportOf(conflicts: Parameters<typeof buildReport>[0]['conflicts'], to = window.to): Report {
  return buildReport({ window: { ...window, to }, conflicts, notices: [], risks: [] });
}

/** How many characters of JSON are made meanwhile. */
function stringified(work: () => unknown): number {
  const { stringify } = JSON;
  let characters = 0;
  JSON.stringify = ((...args: Parameters<typeof stringify>) => {
    const text = stringify(...args);
    characters += text?.length ?? 0;
    return text;
  }) as typeof stringify;
  try {
    work();
  } finally {
    JSON.stringify = stringify;
  }
  return characters;
}

describe('a report that follows another', () => {
  const conflicts = Array.from({ length: 50 }, (_, index) => ({
    conflict: given.aConflict({ id: `${index}`, evidence: given.evidenceOf(10) }),
    remedy,
  }));
  const [first, ...rest] = conflicts;
  if (first === undefined) throw new Error('no conflict');

  it('has the very same documents of what has not changed', () => {
    const before = reportOf(conflicts);
    const changed = { conflict: { ...first.conflict, reversals: 99 }, remedy };
    const after = reportOf([changed, ...rest], window.to + 1_000);
    const fresh = after.conflicts.filter((document) => !before.conflicts.includes(document));
    expect(fresh.map(({ id, reversals }) => [id, reversals])).toEqual([['0', 99]]);
    // Of one in which only seconds went on, evidence and course are the same.
    expect(fresh[0]?.evidence).toBe(before.conflicts.find(({ id }) => id === '0')?.evidence);
    expect(fresh[0]?.course).toBe(before.conflicts.find(({ id }) => id === '0')?.course);
    expect(fresh[0]?.remedy).toBe(before.conflicts[0]?.remedy);
  });

  it('costs the text of what has changed, not of all', () => {
    const whole = stringified(() => renderJson(reportOf(conflicts)));
    const again = stringified(() => renderJson(reportOf(conflicts, window.to + 1_000)));
    const changed = { conflict: { ...first.conflict, reversals: 100 }, remedy };
    const next = stringified(() => renderJson(reportOf([changed, ...rest], window.to + 2_000)));
    expect(again).toBeLessThan(500);
    expect(next).toBeLessThan(again + whole / 20);
  });

  it('costs no text to be told apart, and is the same where nothing has changed', () => {
    const before = reportOf(conflicts);
    digestOf(before);
    const again = reportOf(conflicts, window.to + 1_000);
    expect(stringified(() => digestOf(again))).toBeLessThan(500);
    expect(digestOf(again)).toBe(digestOf(before));
    const changed = reportOf([{ conflict: { ...first.conflict, reversals: 99 }, remedy }, ...rest]);
    expect(stringified(() => digestOf(changed))).toBeLessThan(500);
    expect(digestOf(changed)).not.toBe(digestOf(before));
    expect(digestOf(reportOf(rest))).not.toBe(digestOf(before));
  });

  it('has the digest of an equal one where audits and notices are new and say the same', () => {
    const risks = () => [given.aRisk({ message: 'The HPA and Git both set it.' })];
    const report = (said: ReturnType<typeof risks>) =>
      buildReport({ window, conflicts, notices: [given.aNotice()], risks: said });
    expect(digestOf(report(risks()))).toBe(digestOf(report(risks())));
    expect(digestOf(report([given.aRisk({ message: 'Another.' })]))).not.toBe(digestOf(report(risks())));
  });
});

describe('the remedies of conflicts', () => {
  it('are looked up for those that a page shows, and are never those of a report before', () => {
    let looked = 0;
    let way = given.aRemedy({ summary: 'One way.' });
    const many = Array.from({ length: 100 }, (_, index) => ({
      conflict: given.aConflict({ id: `${index}` }),
      get remedy() {
        looked += 1;
        return way;
      },
    }));
    const report = reportOf(many);
    digestOf(report);
    expect(looked).toBe(0);
    renderOverview({ report, readiness: { ok: true, reasons: [] }, digest: '' });
    expect(new Set([looked > 0, looked < 50])).toEqual(new Set([true]));
    expect(renderJson(report)).toContain('One way.');
    way = given.aRemedy({ summary: 'Another way.' });
    const later = reportOf(many, window.to + 1_000);
    expect(later.conflicts[0]).toBe(report.conflicts[0]);
    expect(renderJson(later)).not.toContain('One way.');
    expect(renderJson(later)).toBe(escapeHidden(JSON.stringify(later)));
  });
});

describe('the remedies of risks', () => {
  it('are made of those that are looked at, and are in the document all the same', () => {
    let made = 0;
    const risks = Array.from({ length: 100 }, (_, index) => ({
      ...given.aRisk({ workload: { ...given.WEB, name: `w${100 + index}` } }),
      get remedy() {
        made += 1;
        return remedy;
      },
    }));
    const report = buildReport({ window, conflicts: [], notices: [], risks });
    digestOf(report);
    const readiness = { ok: true, reasons: [] };
    expect(renderOverview({ report, readiness, digest: '' })).toContain('w100');
    expect(made).toBe(3);
    expect(report.risks[99]?.remedy.summary).toBe(remedy.summary);
    expect(made).toBe(4);
    expect(renderJson(report)).toBe(escapeHidden(JSON.stringify(report)));
    expect(Object.keys(report.risks[0] ?? {}).indexOf('remedy')).toBe(6);
  });
});

describe('the text of a report', () => {
  it('is that of JSON.stringify, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const report = buildReport(inputNaming(name));
        expect(renderJson(report)).toBe(escapeHidden(JSON.stringify(report)));
        for (const conflict of report.conflicts)
          expect(renderJson(conflict)).toBe(escapeHidden(JSON.stringify(conflict)));
      }),
      { numRuns: 30 },
    );
  });

  it('leaves out what an older report has not', () => {
    const { course, ...older } = buildReport(inputNaming('web')).conflicts[0] ?? {};
    const report = {
      ...buildReport(inputNaming('web')),
      conflicts: [older, { ...older, course: undefined }],
    } as Report;
    expect(course).toBeDefined();
    expect(renderJson(report)).toBe(escapeHidden(JSON.stringify(report)));
    expect(digestOf(report)).toMatch(/^[\w-]{16}$/);
  });
});
