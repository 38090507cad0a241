import { describe, expect, it } from 'vitest';
import { buildReport } from '../../src/report/build-report.ts';
import type { Report } from '../../src/report/schema.ts';
import { renderConflictPage, renderNoSuchConflict, renderOverview } from '../../src/web/views/page.ts';
import * as given from '../support/report-fixtures.ts';

const READY = { ok: true, reasons: [] };
const remedy = given.aRemedy();
const window = { from: given.T0 - 3_000, to: given.T0 + 255_000 };

function overview(report: Report, readiness: { ok: boolean; reasons: string[] } = READY): string {
  return renderOverview({ report, readiness, digest: 'abc' });
}

/** A report in which every text that a cluster controls is `name`. */
function reportNaming(name: string): Report {
  const workload = { apiVersion: name, kind: name, namespace: name, name };
  const application = { namespace: name, name };
  const itsRemedy = given.aRemedy({
    summary: name,
    owner: { kind: name, namespace: name, name },
    steps: [
      { id: name, where: 'live', why: name, target: workload, patch: null, yaml: name, commands: [name] },
      {
        id: name,
        where: 'git',
        why: name,
        target: null,
        patch: [{ op: 'add', path: name, value: name }],
        yaml: null,
        commands: [],
      },
    ],
    warnings: [{ id: name, message: name }],
    verify: { message: name, command: name },
  });
  const conflict = given.aConflict({
    id: name,
    workload,
    application,
    field: name,
    otherFields: [name],
    summary: name,
    contenders: [
      { kind: 'argocd', manager: name, name, values: [name] },
      { kind: 'human', manager: name, name: null, values: [{ [name]: name }] },
    ],
    evidence: [
      { at: given.T0, writer: name, from: name, to: name, source: name },
      { at: given.T0 + 1, writer: `hpa/${name}`, from: name, to: name, source: name },
    ],
    failingRules: [{ place: name, reason: 'name-mismatch', message: name }],
  });
  return buildReport({
    window,
    conflicts: [
      { conflict, remedy: itsRemedy },
      { conflict: { ...conflict, id: `${name}-over`, state: 'resolved', resolvedAt: given.T0 + 5 }, remedy: itsRemedy },
    ],
    notices: [given.aNotice({ message: name, workload, application })],
    risks: [given.aRisk({ workload, application, name, message: name, remedy: itsRemedy, suppressed: name })],
    health: { watches: [given.aWatch({ cluster: name, resource: name, message: name })], skippedLines: 1 },
  });
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
    expect(page).toContain('since 05:44:58 UTC');
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

  it('shows 20 conflicts in full and where the others are', () => {
    const conflicts = Array.from({ length: 23 }, (_, index) => ({
      conflict: given.aConflict({ id: `c${index}` }),
      remedy,
    }));
    const page = overview(buildReport({ window, conflicts, notices: [], risks: [] }));
    expect(page.match(/<article/g)).toHaveLength(20);
    expect(page).toContain('3 more conflicts in the <a href="./api/v1/report">');
  });
});

describe('silence on the status page', () => {
  const quiet = (watches = [given.aWatch()]) =>
    buildReport({ window, conflicts: [], notices: [], risks: [], health: { watches, skippedLines: 0 } });

  it('is called peace when everything is seen', () => {
    expect(overview(quiet())).toContain('<h1>Nothing fights</h1>');
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
    const optional = overview(quiet([given.aWatch({ state: 'absent', mandatory: false })]));
    expect(optional).toContain('<h1>Nothing fights</h1>');
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
    expect(page).toContain('evidence" open>');
    expect(page).toContain('href="../assets/icon.svg"');
    expect(overview(report).match(/<tr><td>/g)).toHaveLength(12);
  });

  it('says so when there is no such conflict', () => {
    const report = buildReport({ window, conflicts: [], notices: [], risks: [] });
    expect(renderNoSuchConflict({ report, readiness: READY, digest: '' })).toContain('<h1>No such conflict</h1>');
  });
});

describe('hostile names on the page', () => {
  it('change not one tag and not one attribute of it', () => {
    const tame = reportNaming('tame');
    const evil = reportNaming(given.HOSTILE);
    expect(skeleton(overview(evil))).toEqual(skeleton(overview(tame)));
    const [one] = evil.conflicts;
    const [other] = tame.conflicts;
    if (one === undefined || other === undefined) throw new Error('the report lost its conflict');
    expect(skeleton(renderConflictPage({ report: evil, readiness: READY, digest: '' }, one))).toEqual(
      skeleton(renderConflictPage({ report: tame, readiness: READY, digest: '' }, other)),
    );
  });

  it('are shown as they are, with what they hide', () => {
    const page = overview(reportNaming(given.HOSTILE));
    expect(page).toContain(
      'x\\x1b[2J\\x9b31m\\x0d\\x0a\\u202egnp.\\u2028&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;',
    );
    expect(page.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  });
});
