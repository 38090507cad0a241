import { describe, expect, it } from 'vitest';
import type { Conflict } from '../../src/model/verdicts.ts';
import { buildReport } from '../../src/report/build-report.ts';
import { WhyNews } from '../../src/report/why-news.ts';
import { selectWorkload, type WhyDocument } from '../../src/report/why-text.ts';
import * as given from '../support/report-fixtures.ts';

function look(conflict: Partial<Conflict> | null, more: { notices?: string[] } = {}): WhyDocument {
  const report = buildReport({
    window: { from: given.T0, to: given.T0 + 255_000 },
    conflicts: conflict === null ? [] : [{ conflict: given.aConflict(conflict), remedy: given.aRemedy() }],
    notices: (more.notices ?? []).map((message) => given.aNotice({ workload: given.WEB, message })),
    risks: [],
  });
  return selectWorkload(report, { namespace: 'shop', name: 'web' });
}

const suspected = { state: 'suspected', detectedAt: null, evidence: given.evidenceOf(1) } as const;

describe('what is new since the last look', () => {
  it('nothing, where nothing happened', () => {
    const news = new WhyNews({});
    news.begin(look({}), []);
    expect(news.since(look({}), [])).toEqual([]);
  });

  it('is a row for each write, under one heading', () => {
    const news = new WhyNews({});
    news.begin(look({ evidence: given.evidenceOf(2) }), []);
    const lines = news.since(look({ evidence: given.evidenceOf(3) }), []);
    expect(lines[0]).toMatch(/^TIME \(UTC\) {5}WRITER +FROM +TO +SEEN IN$/);
    const added = given.evidenceOf(3).length - given.evidenceOf(2).length;
    expect(lines.length).toBe(1 + added);
    expect(lines.at(-1)).toMatch(/^05:45:\d\d\.\d{3} {3}argocd\/web +\d +3 +managedFields argocd-controller$/);
    expect(news.since(look({ evidence: given.evidenceOf(4) }), []).join()).not.toContain('WRITER');
  });

  it('counts a write once, which the workload and its conflict both show', () => {
    const evidence = given.evidenceOf(1);
    const rows = look({ evidence }).conflicts[0]?.evidence ?? [];
    const news = new WhyNews({});
    news.begin(look(null), []);
    expect(news.since(look({ ...suspected, evidence }), rows).filter((line) => /managedFields/.test(line)).length).toBe(
      evidence.length,
    );
  });

  it('is the verdict with its remedy when a fight is confirmed, and how it ended', () => {
    const news = new WhyNews({ width: 100 });
    news.begin(look(null), []);
    const confirmed = news.since(look({}), []).join('\n');
    expect(confirmed).toMatch(/^05:44:59\.\d{3} {3}CONFIRMED {2}/m);
    expect(confirmed).toContain('How to end it');
    expect(confirmed).toContain('kubectl patch applications');
    const over = {
      state: 'resolved',
      resolution: 'rule-added',
      resolvedAt: given.T0 + 300_000,
      activity: 'over',
    } as const;
    const ended = news.since(look(over), []).join('\n');
    expect(ended).toMatch(/RESOLVED {2}.*a rule protects the field now/s);
    expect(ended).not.toContain('How to end it');
  });

  it('does not repeat a remedy that stands above', () => {
    const news = new WhyNews({});
    news.begin(look(suspected), []);
    const lines = news.since(look({ evidence: suspected.evidence }), []);
    expect(lines.length).toBe(1);
    expect(lines[0]).toContain('CONFIRMED');
  });

  it('tells a notice once, though its numbers change', () => {
    const news = new WhyNews({});
    news.begin(look(null), []);
    expect(news.since(look(null, { notices: ['a full swing every 1 min 2 s'] }), []).length).toBe(1);
    expect(news.since(look(null, { notices: ['a full swing every 58 s'] }), [])).toEqual([]);
  });

  it('lets no control character through', () => {
    const news = new WhyNews({});
    news.begin(look(null), []);
    for (const line of news.since(look({ summary: given.HOSTILE }), [])) expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});
