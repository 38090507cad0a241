/** Holds a report against what must be found in a recording. */
import type { ConflictDocument, Report } from '../../src/report/schema.ts';
import type { Expectation, ExpectedConflict } from './expectation.ts';

/** Where the mechanism is proven the first revert must be enough. */
const PROVEN_WITHIN_MS = 1_000;

export interface Comparison {
  /** Expected conflicts that were found, with the delay from the first revert to `confirmed` where it can be told. */
  readonly found: readonly { readonly expected: ExpectedConflict; readonly delayMs: number | null }[];
  readonly missed: readonly ExpectedConflict[];
  readonly invented: readonly ConflictDocument[];
  /** One sentence for everything that is not as expected. */
  readonly faults: readonly string[];
}

export function compareReport(report: Report, expectation: Expectation): Comparison {
  const rest = [...report.conflicts];
  const found: { expected: ExpectedConflict; delayMs: number | null }[] = [];
  const missed: ExpectedConflict[] = [];
  const faults: string[] = [];
  for (const expected of expectation.conflicts) {
    const index = rest.findIndex((conflict) => isSameFight(conflict, expected));
    const [conflict] = index < 0 ? [] : rest.splice(index, 1);
    if (conflict === undefined) {
      missed.push(expected);
      faults.push(`missed: ${expected.kind} over ${expected.field}`);
      continue;
    }
    found.push({ expected, delayMs: delayOf(conflict, expected) });
    faults.push(...faultsOf(conflict, expected));
  }
  for (const conflict of rest)
    faults.push(`invented: ${conflict.kind} over ${conflict.field} of ${conflict.workload.name} (${conflict.state})`);
  const kinds = new Set(report.notices.map((notice) => notice.kind as string));
  for (const notice of expectation.notices) if (!kinds.has(notice)) faults.push(`notice ${notice} is missing`);
  faults.push(...riskFaults(report, expectation));
  return { found, missed, invented: rest, faults };
}

function isSameFight(conflict: ConflictDocument, expected: ExpectedConflict): boolean {
  const { workload } = conflict;
  return (
    conflict.kind === expected.kind &&
    workload.apiVersion === expected.workload.apiVersion &&
    workload.kind === expected.workload.kind &&
    workload.namespace === expected.workload.namespace &&
    workload.name === expected.workload.name
  );
}

function faultsOf(conflict: ConflictDocument, expected: ExpectedConflict): string[] {
  const faults: string[] = [];
  const differ = (what: string, got: unknown, want: unknown) =>
    faults.push(`${what} is ${show(got)}, expected ${show(want)}`);
  if (conflict.field !== expected.field) differ('field', conflict.field, expected.field);
  if (expected.application !== undefined && show(conflict.application) !== show(expected.application)) {
    differ('application', conflict.application, expected.application);
  }
  for (const contender of expected.contenders) {
    const match = conflict.contenders.some(
      (one) =>
        one.kind === contender.kind &&
        (contender.name === undefined || one.name === contender.name) &&
        (contender.manager === undefined || one.manager === contender.manager),
    );
    if (!match)
      differ(
        'contenders',
        conflict.contenders.map(({ kind, name, manager }) => ({ kind, name, manager })),
        contender,
      );
  }
  if (conflict.contenders.length !== expected.contenders.length)
    differ('number of contenders', conflict.contenders.length, expected.contenders.length);
  if (conflict.detectedAt === null) faults.push('never confirmed');
  if (expected.resolution !== undefined && conflict.resolution !== expected.resolution)
    differ('resolution', conflict.resolution, expected.resolution);
  if (expected.startedAt !== undefined && conflict.startedAt !== expected.startedAt)
    differ('startedAt', conflict.startedAt, expected.startedAt);
  if (
    conflict.resolvedAt !== null &&
    expected.lastRevertAt !== undefined &&
    conflict.resolvedAt < expected.lastRevertAt
  ) {
    faults.push(`resolved at ${conflict.resolvedAt}, before the last revert at ${expected.lastRevertAt}`);
  }
  if (isLate(conflict, expected)) faults.push(`confirmed at ${conflict.detectedAt}, too late`);
  return faults;
}

/** Within a second of the first revert for an autoscaler or two Applications; by the third revert otherwise. */
function isLate(conflict: ConflictDocument, expected: ExpectedConflict): boolean {
  const delay = delayOf(conflict, expected);
  if (delay === null || conflict.detectedAt === null) return false;
  const proven =
    expected.contenders.some((one) => one.kind === 'hpa') || expected.contenders.every((one) => one.kind === 'argocd');
  if (proven || expected.thirdRevertAt === undefined) return delay > PROVEN_WITHIN_MS;
  return Date.parse(conflict.detectedAt) > Date.parse(expected.thirdRevertAt) + PROVEN_WITHIN_MS;
}

function delayOf(conflict: ConflictDocument, expected: ExpectedConflict): number | null {
  if (conflict.detectedAt === null || expected.firstRevertAt === undefined) return null;
  return Date.parse(conflict.detectedAt) - Date.parse(expected.firstRevertAt);
}

function riskFaults(report: Report, expectation: Expectation): string[] {
  const rules = new Set(report.risks.map((risk) => risk.rule));
  const faults = expectation.risks.filter((rule) => !rules.has(rule)).map((rule) => `risk ${rule} is missing`);
  if (expectation.safe === true) for (const rule of rules) faults.push(`risk ${rule} although the workload is safe`);
  return faults;
}

function show(value: unknown): string {
  return JSON.stringify(value);
}
