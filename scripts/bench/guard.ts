/** What a regression guard may hold against a run on a machine that does other things as well: ratios, with much slack. */
import type { Growth } from './growth.ts';
import type { Throughput } from './throughput.ts';

/** One sentence for every ratio that no noise explains; absolute times are never looked at. */
export function guard(throughput: Throughput, growth: Growth): string[] {
  const faults: string[] = [];
  const most = (what: string, value: number, limit: number) => {
    if (!(value <= limit)) faults.push(`${what} is ${value.toFixed(2)}, and must be at most ${limit}`);
  };
  // Measured: 0.35 to 0.45, both sides timed in turns.
  if (!(throughput.vsJsonParse >= 0.1)) {
    faults.push(`the throughput over JSON.parse is ${throughput.vsJsonParse.toFixed(2)}, and must be at least 0.1`);
  }
  // Measured: 1000 bytes, and 1 for the others; what lives in the heap does not depend on the machine's other work.
  most('bytes that facts take an object', growth.bytesPerObject, 3_000);
  most('a workload at four times the size', growth.linearity, 2);
  most('a workload where Applications have a megabyte', growth.withLargeApplications, 3);
  most('a workload after many writes', growth.afterWrites, 3);
  most('a workload after as many writes again', growth.afterUptime, 1.5);
  return faults;
}
