/** Prints "N passed, N failed" from vitest's JSON reports, summed up; what did not even run counts as failed. */
import { readFileSync } from 'node:fs';

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numFailedTestSuites: number;
  readonly numPendingTests: number;
}

const reports = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8')) as VitestReport);
const sum = (figure: (report: VitestReport) => number) => reports.reduce((total, report) => total + figure(report), 0);

const passed = sum((report) => report.numPassedTests);
const failed = sum((report) => report.numFailedTests || report.numFailedTestSuites);
const skipped = sum((report) => report.numPendingTests);
process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
