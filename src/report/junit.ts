/**
 * The audit as JUnit XML, for CI systems that show tests: a suite an object, a failure a risk, a skipped test a silenced
 * one, a passed test a safe workload. The format as Jenkins' xunit plugin reads it (junit-10.xsd).
 */
import type { Risk } from '../model/verdicts.ts';
import { type AuditView, whenLabel } from './audit-view.ts';
import { visibleLines } from './visible.ts';
import { workloadLabel } from './words.ts';

interface Case {
  readonly suite: string;
  readonly name: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly outcome: 'passed' | 'failed' | 'skipped' | 'error';
  readonly type: string;
  readonly message: string;
  readonly text: string;
}

/** Ends in a line feed. */
export function renderJunit(audit: AuditView): string {
  const cases = [
    ...audit.risks.map((risk) => riskCase(risk, 'failed')),
    ...audit.suppressed.map((risk) => riskCase(risk, 'skipped')),
    ...audit.safe.map((each) => passedCase(workloadLabel(each.workload), each.reason)),
    ...(audit.problems ?? []).map(problemCase),
  ];
  const suites = [...Map.groupBy(cases, (each) => each.suite)];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="tugwatch audit" ${totals(cases)}>`,
    ...suites.flatMap(([name, members]) => [
      `  <testsuite name="${escaped(name)}" ${totals(members)}>`,
      ...members.flatMap(caseLines),
      '  </testsuite>',
    ]),
    '</testsuites>',
    '',
  ].join('\n');
}

function riskCase(risk: Risk, outcome: 'failed' | 'skipped'): Case {
  return {
    suite: workloadLabel(risk.workload),
    name: `${risk.rule} ${risk.name}`,
    file: risk.location?.file ?? null,
    line: risk.location?.line ?? null,
    outcome,
    type: risk.severity,
    message: outcome === 'skipped' ? (risk.suppressed ?? '') : risk.message,
    text: [
      risk.message,
      `Bites: ${whenLabel(risk.when)}${risk.certainty === 'assumed' ? ' (assumed)' : ''}`,
      `Remedy: ${risk.remedy.summary}`,
    ].join('\n'),
  };
}

function passedCase(suite: string, reason: string): Case {
  const place = { file: null, line: null };
  return { suite, name: `safe: ${reason}`, ...place, outcome: 'passed', type: '', message: '', text: '' };
}

function problemCase(problem: NonNullable<AuditView['problems']>[number]): Case {
  const { file, line, message } = problem;
  return {
    suite: file,
    name: 'is valid',
    file,
    line,
    outcome: 'error',
    type: 'invalid',
    message,
    text: `Line ${line}: ${message}`,
  };
}

function caseLines(each: Case): string[] {
  const place =
    (each.file === null ? '' : ` file="${escaped(each.file)}"`) + (each.line === null ? '' : ` line="${each.line}"`);
  const open = `    <testcase name="${escaped(each.name)}" classname="${escaped(each.suite)}"${place} time="0"`;
  switch (each.outcome) {
    case 'passed':
      return [`${open}/>`];
    case 'skipped':
      return [`${open}>`, `      <skipped message="${escaped(each.message)}"/>`, '    </testcase>'];
    default: {
      const tag = each.outcome === 'failed' ? 'failure' : 'error';
      const attributes = `message="${escaped(each.message)}" type="${escaped(each.type)}"`;
      return [`${open}>`, `      <${tag} ${attributes}>${escaped(each.text)}</${tag}>`, '    </testcase>'];
    }
  }
}

function totals(cases: readonly Case[]): string {
  const count = (outcome: Case['outcome']) => cases.filter((each) => each.outcome === outcome).length;
  return `tests="${cases.length}" failures="${count('failed')}" errors="${count('error')}" skipped="${count('skipped')}" time="0"`;
}

const ENTITIES: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Characters that XML 1.0 does not allow cannot be escaped in it: they are shown as '\x1b'. */
function escaped(text: string): string {
  return visibleLines(text)
    .replace(/[\uFFFE\uFFFF]/g, '?')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
