import { describe, expect, it } from 'vitest';
import { buildReport, type ReportInput } from '../../src/report/build-report.ts';
import { incidentFileName, renderConflictReport, renderIncidentReport } from '../../src/web/views/incident.ts';
import * as given from '../support/report-fixtures.ts';

const remedy = given.aRemedy();
const fight: ReportInput = {
  window: { from: given.T0 - 3_000, to: given.T0 + 255_000 },
  conflicts: [{ conflict: given.aConflict(), remedy }],
  notices: [given.aNotice()],
  risks: [given.aRisk()],
  watched: { workloads: 3, applications: 3, autoscalers: 2, auditedAt: given.T0 },
};

describe('the incident report', () => {
  const page = renderIncidentReport(buildReport(fight));

  it('tells what happened, the cost, the end, the way out, the proof and what else came up', () => {
    const headings = [...page.matchAll(/<h[123][^>]*>(.*?)<\/h[123]>/g)].map(([, text = '']) =>
      text.replace(/<[^>]*>/g, ''),
    );
    expect(headings).toEqual([
      'Incident report: Deployment shop/web',
      'Deployment shop/web /spec/replicas',
      'What happened',
      'What it cost',
      'What ended it',
      'How to end it for good',
      'Evidence',
      'What else came up: no fight, but worth knowing',
      'What else is at risk. Risks: what the next scale, sync or deploy would start',
      'warning TW101 unprotected-replicas 1 workload',
    ]);
    expect(page).toContain('class="picture wide"');
    expect(page).toContain('3 workloads, 3 Applications and 2 autoscalers were watched.');
  });

  it('is one file without script and without anything from elsewhere', () => {
    expect(page).not.toMatch(/<script|<link|<img|<iframe|\ssrc=|\son\w+=|javascript:|url\(/i);
    for (const [, target = ''] of page.matchAll(/href="([^"]*)"/g)) expect(target).toMatch(/^#/);
    expect(page).toContain(`content="default-src &#39;none&#39;; style-src &#39;sha256-`);
    expect(page).not.toContain(' hidden>Copy');
  });

  it('has contents that lead to each of several conflicts', () => {
    const conflicts = ['a', 'b'].map((id) => ({ conflict: given.aConflict({ id }), remedy }));
    const several = renderIncidentReport(buildReport({ ...fight, conflicts }));
    for (const id of ['a', 'b']) {
      expect(several).toContain(`href="#conflict-${id}"`);
      expect(several).toContain(`<article class="card confirmed" id="conflict-${id}"`);
    }
    expect(several).toContain('Incident report: 2 conflicts (2 confirmed)');
  });

  it('says so when nothing fought', () => {
    expect(renderIncidentReport(buildReport({ ...fight, conflicts: [] }))).toContain('<strong>No fight.</strong>');
  });

  it('of one conflict leaves out what does not belong to it', () => {
    const report = buildReport(fight);
    const [conflict] = report.conflicts;
    if (conflict === undefined) throw new Error('the report lost its conflict');
    const one = renderConflictReport(conflict, report);
    expect(one).toContain('What happened');
    expect(one).not.toContain('What else');
  });

  it('has a file name that any file system takes', () => {
    const [conflict] = buildReport({
      ...fight,
      conflicts: [
        {
          conflict: given.aConflict({
            id: '../a',
            workload: { ...given.WEB, name: `${given.HOSTILE}${'x'.repeat(253)}` },
          }),
          remedy,
        },
      ],
    }).conflicts;
    if (conflict === undefined) throw new Error('the report lost its conflict');
    expect(incidentFileName(conflict)).toMatch(/^[A-Za-z0-9.-]{1,180}\.html$/);
  });
});
