import { describe, expect, it } from 'vitest';
import type { RawObject } from '../support/cluster.ts';
import { fc } from '../support/property.ts';
import { app, appWithRules, audit, hpa, REPLICAS_RULE, workload } from './audit-cluster.ts';

/** Twelve workloads of four Applications, each with an HPA: fights, half fixes, resets, protected ones. */
const CLUSTER: readonly RawObject[] = [
  ...['a', 'b', 'c', 'd'].map((name, index) => {
    const resources: string[] = [];
    if (index === 0) return app({ name, resources });
    if (index === 1) return app({ name, resources, syncPolicy: {} });
    return appWithRules([REPLICAS_RULE], index === 3, { name, resources });
  }),
  ...['a', 'b', 'c', 'd'].flatMap((trackedBy) =>
    [1, 2, 3].flatMap((number) => {
      const name = `${trackedBy}${number}`;
      return [workload({ name, trackedBy }), hpa({ name, target: name })];
    }),
  ),
];

describe('the order of what the audit finds', () => {
  it('is the same whatever the order in which the objects came', () => {
    const wanted = audit(CLUSTER);
    expect(wanted.risks.map((risk) => risk.rule)).toEqual([
      ...Array(3).fill('TW101'),
      ...Array(3).fill('TW104'),
      ...Array(3).fill('TW102'),
    ]);
    expect(wanted.safe.map((each) => each.workload.name)).toEqual(['d1', 'd2', 'd3']);
    const shuffled = fc.shuffledSubarray([...CLUSTER], { minLength: CLUSTER.length });
    fc.assert(
      fc.property(shuffled, (objects) => {
        expect(audit(objects)).toEqual(wanted);
      }),
      { numRuns: 30 },
    );
  });
});
