import { describe, expect, it } from 'vitest';
import { buildReport } from '../../src/report/build-report.ts';
import { renderReportText } from '../../src/report/text.ts';
import * as given from '../support/report-fixtures.ts';

const window = { from: given.T0 - 3_000, to: given.T0 + 255_000 };
const remedy = given.aRemedy();

const full = buildReport({
  window,
  conflicts: [
    {
      conflict: given.aConflict({
        failingRules: [
          {
            place: 'spec.ignoreDifferences[0]',
            reason: 'group-missing',
            message: 'the rule names no group, so it matches the core group only: add group: apps.',
          },
        ],
      }),
      remedy,
    },
    { conflict: given.aResolvedConflict(), remedy },
  ],
  notices: [given.aNotice({ count: 3 })],
  risks: [
    given.aRisk(),
    given.aRisk({ workload: { ...given.WEB, name: 'pay' }, suppressed: 'TW101: a load test until Friday' }),
  ],
  safe: [given.aSafe()],
  health: {
    watches: [
      given.aWatch({ gaps: 1 }),
      given.aWatch({
        resource: 'rollouts.argoproj.io',
        mandatory: false,
        state: 'absent',
        message: 'the API server does not serve it; looked for again every minute',
      }),
    ],
    skippedLines: 2,
  },
});

function lines(text: string): string[] {
  return text.split('\n');
}

describe('the report on a terminal', () => {
  it('reads as on-call wants it at three in the morning', async () => {
    await expect(renderReportText(full, { width: 100 })).toMatchFileSnapshot('golden/report-100.txt');
  });

  it('keeps every sentence and every row whole in a pipe', async () => {
    await expect(renderReportText(full, { evidenceRows: 3 })).toMatchFileSnapshot('golden/report-pipe.txt');
  });

  it('says so in one line when there is nothing', () => {
    const text = renderReportText(buildReport({ window, conflicts: [], notices: [], risks: [] }));
    expect(text).toBe(
      'No conflict, 0 notices, 0 risks; seen from 2026-11-21 05:44:55 to 2026-11-21 05:49:13 UTC (4 min 18 s).\n',
    );
  });

  it('never wraps a command, and wraps every sentence that a space allows', () => {
    const text = renderReportText(full, { width: 60 });
    for (const command of remedy.steps.flatMap((step) => step.commands)) expect(text).toContain(command);
    expect(lines(text).filter((line) => line.length > 60 && !line.includes('kubectl'))).toEqual([]);
  });

  it('starts a command of several lines at the left edge, so that its here-document ends', () => {
    const command = 'cat <<EOF | kubectl apply -f -\nkind: ConfigMap\nEOF';
    const [step] = remedy.steps;
    if (step === undefined) throw new Error('the remedy has no step');
    const patched = given.aRemedy({ steps: [{ ...step, commands: [command] }] });
    const report = buildReport({
      window,
      conflicts: [{ conflict: given.aConflict(), remedy: patched }],
      notices: [],
      risks: [],
    });
    expect(renderReportText(report, { width: 80 })).toContain(`\n${command}\n`);
  });

  it('shows the patch of a step that has no command', () => {
    const [step] = remedy.steps;
    if (step === undefined) throw new Error('the remedy has no step');
    const bare = given.aRemedy({ steps: [{ ...step, commands: [] }] });
    const report = buildReport({
      window,
      conflicts: [{ conflict: given.aConflict(), remedy: bare }],
      notices: [],
      risks: [],
    });
    expect(renderReportText(report)).toContain(`     ${JSON.stringify(step.patch)}\n`);
  });

  it('uses colours only when asked to', () => {
    expect(renderReportText(full)).not.toContain('\u001b');
    const coloured = renderReportText(full, { colour: true, width: 100 });
    expect(coloured).toContain('\u001b[31mCONFIRMED');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes are what is looked for
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(renderReportText(full, { width: 100 }));
  });

  it('shows the date of every write when they are of several days', () => {
    const evidence = [...given.evidenceOf(1), ...given.evidenceOf(1, given.T0 + 86_400_000)];
    const report = buildReport({
      window,
      conflicts: [{ conflict: given.aConflict({ evidence }), remedy }],
      notices: [],
      risks: [],
    });
    expect(renderReportText(report)).toContain('    2026-11-22 05:44:59.555   argocd/web   6      3    managedFields');
  });

  it('offers no remedy for what a rule ended, and one for what is merely quiet', () => {
    const text = (resolution: 'rule-added' | 'quiet') =>
      renderReportText(
        buildReport({
          window,
          conflicts: [{ conflict: given.aResolvedConflict({ resolution }), remedy }],
          notices: [],
          risks: [],
        }),
      );
    expect(text('rule-added')).not.toContain('How to end it');
    expect(text('quiet')).toContain('How to end it');
  });

  it('prints the steps of a risk when asked for them', () => {
    const command = remedy.steps[0]?.commands[0] ?? 'none';
    const risks = buildReport({ window, conflicts: [], notices: [], risks: [given.aRisk()] });
    expect(renderReportText(risks)).not.toContain(command);
    expect(renderReportText(risks, { riskRemedies: true })).toContain(command);
  });
});

describe('hostile names on a terminal', () => {
  it('are made visible wherever they stand, and start no line of their own', () => {
    const evil = given.HOSTILE;
    const workload = { apiVersion: evil, kind: evil, namespace: evil, name: evil };
    const application = { namespace: evil, name: evil };
    const evilRemedy = given.aRemedy({
      summary: evil,
      steps: [{ id: evil, where: 'live', why: evil, target: workload, patch: null, yaml: evil, commands: [evil] }],
      warnings: [{ id: evil, message: evil }],
      verify: { message: evil, command: evil },
    });
    const text = renderReportText(
      buildReport({
        window,
        conflicts: [
          {
            conflict: given.aConflict({
              id: evil,
              workload,
              application,
              field: evil,
              otherFields: [evil],
              summary: evil,
              evidence: [{ at: given.T0, writer: evil, from: evil, to: { [evil]: evil }, source: evil }],
              failingRules: [{ place: evil, reason: 'name-mismatch', message: evil }],
            }),
            remedy: evilRemedy,
          },
        ],
        notices: [given.aNotice({ message: evil })],
        risks: [
          given.aRisk({ workload, application, name: evil, message: evil, remedy: evilRemedy, suppressed: evil }),
        ],
        safe: [given.aSafe({ workload, application, reason: evil })],
        health: { watches: [given.aWatch({ cluster: evil, resource: evil, message: evil })], skippedLines: 0 },
      }),
      { width: 100, riskRemedies: true },
    );
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(text).toContain('x\\x1b[2J\\x9b31m\\x0d');
    // Only YAML and commands keep their line feeds, and what follows one is indented or starts with the name's rest.
    expect(lines(text).filter((line) => line.startsWith('CONFIRMED'))).toHaveLength(1);
  });
});
