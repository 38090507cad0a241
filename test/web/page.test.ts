import { describe, expect, it } from 'vitest';
import { buildReport } from '../../src/report/build-report.ts';
import type { Report } from '../../src/report/schema.ts';
import { renderIncidentReport } from '../../src/web/views/incident.ts';
import { renderConflictPage, renderNoSuchConflict, renderOverview, renderRisks } from '../../src/web/views/page.ts';
import { risksByRule } from '../../src/web/views/risks.ts';
import { inputNaming } from '../support/hostile-report.ts';
import * as given from '../support/report-fixtures.ts';

const READY = { ok: true, reasons: [] };
const remedy = given.aRemedy();
const naming = (name: string) => buildReport(inputNaming(name));
const window = { from: given.T0 - 3_000, to: given.T0 + 255_000 };

function overview(report: Report, readiness: { ok: boolean; reasons: string[] } = READY): string {
  return renderOverview({ report, readiness, digest: 'abc' });
}

/** The tags of a page with the names of their attributes, in order: all that a browser would act on. */
function skeleton(page: string): string[] {
  return [...page.replace(/<style>[\s\S]*?<\/style>/, '').matchAll(/<[^>]*>/g)].map(([tag]) =>
    tag.replace(/="[^"]*"/g, '=""'),
  );
}

describe('the status page', () => {
  const fight = { window, notices: [], risks: [] };
  const report = buildReport({
    window,
    conflicts: [
      { conflict: given.aConflict(), remedy },
      { conflict: given.aConflict({ id: 'maybe', state: 'suspected', detectedAt: null }), remedy },
      { conflict: given.aResolvedConflict(), remedy },
    ],
    notices: [given.aNotice()],
    risks: [given.aRisk()],
    health: { watches: [given.aWatch()], skippedLines: 0 },
  });

  it('says first how many fights there are, in the title too', () => {
    const page = overview(report);
    expect(page).toContain('<title>1 fight now, 1 suspected · Tugwatch</title>');
    expect(page).toContain('<h1>1 fight now, 1 suspected</h1>');
  });

  it('shows who fights whom, since when, at what cost, and the command that ends it', () => {
    const page = overview(report);
    expect(page).toContain('fight over /spec/replicas of Deployment shop/web (9 &lt;-&gt; 3)');
    expect(page).toContain('<dt>Going for</dt><dd>4 min 15 s');
    expect(page).toContain(
      '<time datetime="2026-11-21T05:44:58.741Z" title="2026-11-21 05:44:58 UTC">05:44:58</time> UTC',
    );
    expect(page).toContain('<dt>Short by</dt><dd>1,288 <small>replica-seconds, down to 3 of 9 wanted</small>');
    expect(page).toContain('kubectl patch applications.argoproj.io web -n argocd --type json -p');
    expect(page).toContain('href="./conflicts/7f3a1c9e2b40"');
  });

  it('reads without script: nothing is hidden but the copy buttons', () => {
    const page = overview(report);
    const hidden = skeleton(page).filter((tag) => / hidden[ >]/.test(tag));
    expect(hidden.length).toBeGreaterThan(0);
    expect(hidden.every((tag) => tag.startsWith('<button'))).toBe(true);
    expect(page).toContain('<noscript><meta http-equiv="refresh" content="15"></noscript>');
  });

  it('loads nothing from elsewhere', () => {
    expect(overview(report).replace('http://www.w3.org/2000/svg', '')).not.toMatch(
      /(src|href|url\()=?["']?(https?:)?\/\//,
    );
  });

  it('says when the picture begins later than the conflict, and shows the rhythm of all of it', () => {
    const drawn = (evidence: ReturnType<typeof given.evidenceOf>) =>
      overview(buildReport({ ...fight, conflicts: [{ conflict: given.aConflict({ evidence }), remedy }] }));
    expect(drawn(given.evidenceOf(2))).not.toContain('The whole fight');
    expect(drawn(given.evidenceOf(2, given.T0 + 60_000))).toContain('over time (UTC); the last 4 writes');
    expect(drawn(given.evidenceOf(40))).toContain('The whole fight: reversals per 20 s.');
  });

  it('stays small with 200 conflicts and 5,000 risks, and leads to all of them', () => {
    const conflicts = Array.from({ length: 200 }, (_, index) => ({
      conflict: given.aConflict({ id: `c${index}` }),
      remedy,
    }));
    const risks = Array.from({ length: 5_000 }, (_, index) =>
      given.aRisk({ rule: `TW10${index % 3}`, workload: { ...given.WEB, name: `web-${index}` } }),
    );
    const large = buildReport({ window, conflicts, notices: [], risks });
    const page = overview(large);
    expect(page.match(/<article/g)).toHaveLength(10);
    for (const { id } of large.conflicts) expect(page).toContain(`href="./conflicts/${id}"`);
    for (const rule of ['TW100', 'TW101', 'TW102']) expect(page).toContain(`href="./risks/${rule}"`);
    expect(page).toContain('All 1,667 workloads with TW100');
    expect(page.length).toBeLessThan(600_000);
  });

  it('unfolds the first step of the only fight, and folds those of several', () => {
    const conflicts = [given.aConflict(), given.aConflict({ id: 'other' })].map((conflict) => ({ conflict, remedy }));
    const steps = (page: string) => page.match(/-first"( open)?>/g);
    expect(steps(overview(buildReport({ ...fight, conflicts: conflicts.slice(0, 1) })))).toEqual(['-first" open>']);
    expect(steps(overview(buildReport({ ...fight, conflicts })))).toEqual(['-first">', '-first">']);
  });
});

describe('the risks of one rule', () => {
  const READ = { readiness: READY, digest: '' };
  const risks = Array.from({ length: 120 }, (_, index) =>
    given.aRisk({ workload: { ...given.WEB, name: `web-${String(index).padStart(3, '0')}` } }),
  );
  const report = buildReport({ window, conflicts: [], notices: [], risks });
  const [group] = risksByRule(report.risks);
  const page = (number: number) => (group === undefined ? null : renderRisks({ report, ...READ }, group, number));

  it('come page by page, each once', () => {
    const names = [1, 2, 3].flatMap((number) => page(number)?.match(/web-\d{3}(?=<\/strong>)/g) ?? []);
    expect(names).toEqual(risks.map(({ workload }) => workload.name));
    expect(page(1)).toContain('rel="next" href="?page=2"');
    expect(page(1)).not.toContain('rel="prev"');
    expect(page(3)).not.toContain('rel="next"');
  });

  it('have no page before the first, after the last or in between', () => {
    expect([0, 4, 1.5, Number.NaN].map(page)).toEqual([null, null, null, null]);
  });

  it('are named with the most urgent rule first', () => {
    const mixed = [
      given.aRisk({ rule: 'TW101', severity: 'info' }),
      given.aRisk({ rule: 'TW109', severity: 'critical' }),
    ];
    const groups = risksByRule(buildReport({ window, conflicts: [], notices: [], risks: mixed }).risks);
    expect(groups.map(([{ rule }]) => rule)).toEqual(['TW109', 'TW101']);
  });
});

describe('silence on the status page', () => {
  const quiet = (watches = [given.aWatch()]) =>
    buildReport({ window, conflicts: [], notices: [], risks: [], health: { watches, skippedLines: 0 } });

  it('is called peace when everything is seen, with what was watched', () => {
    const watched = { workloads: 1_204, applications: 310, autoscalers: 88, auditedAt: given.T0 + 135_000 };
    const page = overview(buildReport({ window, conflicts: [], notices: [], risks: [given.aRisk()], watched }));
    expect(page).toContain('<h1>No fight</h1>');
    const text = page.replace(/<[^>]*>/g, '');
    expect(text).toContain(
      '1,204 workloads, 310 Applications and 88 autoscalers watched, last audit 2 min ago, risks: 1',
    );
    expect(overview(quiet())).toContain('<h1>No fight</h1>');
  });

  it('is not called peace before everything was listed', () => {
    const page = overview(quiet(), { ok: false, reasons: ['applications.argoproj.io not listed yet (listing)'] });
    expect(page).toContain('<h1>No fight seen, but not everything is seen</h1>');
    expect(page).toContain('applications.argoproj.io not listed yet (listing).');
    expect(page).not.toContain('No writers undo');
  });

  it('is not called peace while a watch that verdicts need is broken', () => {
    const page = overview(quiet([given.aWatch({ state: 'interrupted' })]));
    expect(page).toContain('<h1>No fight seen, but not everything is seen</h1>');
    expect(page).toContain('the watch of deployments.apps is interrupted');
    const stale = overview(quiet([given.aWatch({ lastContactAt: given.T0 - 600_000 })]));
    expect(stale).toContain('<h1>No fight seen, but not everything is seen</h1>');
    expect(stale).toContain('nothing heard of deployments.apps for 14 min.');
    const optional = overview(quiet([given.aWatch({ state: 'absent', mandatory: false })]));
    expect(optional).toContain('<h1>No fight</h1>');
  });
});

describe("a conflict's own page", () => {
  it('has all the evidence, unfolded', () => {
    const report = buildReport({
      window,
      conflicts: [{ conflict: given.aConflict(), remedy }],
      notices: [],
      risks: [],
    });
    const [conflict] = report.conflicts;
    if (conflict === undefined) throw new Error('the report lost its conflict');
    const page = renderConflictPage({ report, readiness: READY, digest: 'abc' }, conflict);
    expect(page.match(/<tr><td>/g)).toHaveLength(conflict.evidence.length);
    expect(page).toContain('href="../assets/icon.svg"');
    expect(page).toContain('href="../conflicts/7f3a1c9e2b40/report.html" download');
  });

  it('names what else came up about the same workload or Application, and nothing else', () => {
    const ours = { workload: { ...given.WEB }, application: null };
    const report = buildReport({
      window,
      conflicts: [{ conflict: given.aConflict(), remedy }],
      notices: [
        given.aNotice({ ...ours, message: 'ours' }),
        given.aNotice({ workload: null, application: given.WEB_APP, message: 'our Application' }),
        given.aNotice({ message: 'of another' }),
      ],
      risks: [given.aRisk({ ...ours, message: 'our risk' }), given.aRisk({ message: 'another risk' })],
    });
    const [conflict] = report.conflicts;
    if (conflict === undefined) throw new Error('the report lost its conflict');
    const page = renderConflictPage({ report, readiness: READY, digest: '' }, conflict);
    for (const text of ['> ours<', '> our Application<', 'our risk']) expect(page).toContain(text);
    for (const text of ['of another', 'another risk']) expect(page).not.toContain(text);
  });

  it('says so when there is no such conflict', () => {
    const report = buildReport({ window, conflicts: [], notices: [], risks: [] });
    expect(renderNoSuchConflict({ report, readiness: READY, digest: '' })).toContain('<h1>No such conflict</h1>');
  });
});

describe('hostile names on the page', () => {
  it('change not one tag and not one attribute of it', () => {
    const tame = naming('tame');
    const evil = naming(given.HOSTILE);
    expect(skeleton(overview(evil))).toEqual(skeleton(overview(tame)));
    const [one] = evil.conflicts;
    const [other] = tame.conflicts;
    if (one === undefined || other === undefined) throw new Error('the report lost its conflict');
    expect(skeleton(renderIncidentReport(evil))).toEqual(skeleton(renderIncidentReport(tame)));
    expect(skeleton(renderConflictPage({ report: evil, readiness: READY, digest: '' }, one))).toEqual(
      skeleton(renderConflictPage({ report: tame, readiness: READY, digest: '' }, other)),
    );
  });

  it('are shown as they are, with what they hide', () => {
    const page = overview(naming(given.HOSTILE));
    expect(page).toContain(
      'x\\x1b[2J\\x9b31m\\x0d\\x0a\\u202egnp.\\u2028&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;',
    );
    expect(page.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  });
});
