/** What a regression guard may hold against a run on a machine that does other things as well: ratios, with much slack. */
import type { Results } from './results.ts';

/** One sentence for every ratio that no noise explains; absolute times are never looked at. */
export function guard({ throughput, growth, estate, starts }: Results): string[] {
  const faults: string[] = [];
  const least = (what: string, value: number, limit: number) => {
    if (!(value >= limit)) faults.push(`${what} is ${value.toFixed(2)}, and must be at least ${limit}`);
  };
  const most = (what: string, value: number, limit: number) => {
    if (!(value <= limit)) faults.push(`${what} is ${value.toFixed(2)}, and must be at most ${limit}`);
  };
  least('the throughput over bare JSON.parse', throughput.vsJsonParse, 0.2);
  most('the bytes that facts take an object', growth.bytesPerObject, 3_000);
  most('their growth at four times the size', growth.linearity, 1.5);
  most('their growth with Applications of a megabyte', growth.withLargeApplications, 2);
  most('their growth by writes', growth.afterUptime, 2);
  most('the watches a kind', estate.watchesPerKind, 1);
  most('the requests while events came', estate.requestsWhilePlaying, 50);
  most('tugwatch --help over node -e 0', starts.helpVsBareNode, 6);
  return faults;
}
