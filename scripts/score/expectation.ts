/** What must be found in a recording, as ../shared/recordings/expected.json says it. */
import { readFileSync } from 'node:fs';

export interface ExpectedConflict {
  readonly kind: string;
  readonly workload: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
  };
  readonly field: string;
  readonly application?: { readonly namespace: string; readonly name: string };
  readonly contenders: readonly { readonly kind: string; readonly name?: string; readonly manager?: string }[];
  readonly resolution?: string;
  readonly startedAt?: string;
  readonly firstRevertAt?: string;
  readonly thirdRevertAt?: string;
  readonly lastRevertAt?: string;
  readonly reverts?: number;
}

export interface Expectation {
  readonly conflicts: readonly ExpectedConflict[];
  readonly notices: readonly string[];
  readonly risks: readonly string[];
  readonly safe?: boolean;
  readonly note: string;
}

/** By recording name. */
export function readExpectations(folder: string): ReadonlyMap<string, Expectation> {
  const text = readFileSync(`${folder}/expected.json`, 'utf8');
  return new Map(Object.entries(JSON.parse(text) as Record<string, Expectation>));
}
