import { describe, expect, it } from 'vitest';
import { auditing, runAudit } from '../../src/audit/audit.ts';
import { collecting, collectRisks } from '../../src/audit/collect-risks.ts';
import type { Rule } from '../../src/audit/rule.ts';
import { RULES } from '../../src/audit/rules.ts';
import { drained } from '../../src/audit/slices.ts';
import { factOf, type RawObject } from '../support/cluster.ts';
import { fc } from '../support/property.ts';
import { app, appWithRules, audit, contextOf, hpa, REPLICAS_RULE, workload } from './audit-cluster.ts';

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

/** So many workloads, each with an Application and an HPA. */
function many(count: number): RawObject[] {
  return Array.from({ length: count }, (_, index) => `w${index}`).flatMap((name) => [
    app({ name, resources: [] }),
    workload({ name, trackedBy: name }),
    hpa({ name, target: name }),
  ]);
}

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

  it('also where an ApplicationSet made several alike, and where nobody manages a workload', () => {
    const image = { group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/template/spec/containers/0/image'] };
    const ownerReferences = [{ kind: 'ApplicationSet', name: 'fleet', controller: true }];
    const cluster = [
      ...CLUSTER,
      ...['eu', 'ap', 'us'].map((name) => appWithRules([image], true, { name, resources: [], ownerReferences })),
      ...['lone', 'astray'].map((name) => workload({ name, trackedBy: 'nobody' })),
    ];
    const wanted = audit(cluster);
    expect(wanted.risks.filter(({ rule }) => rule === 'TW108').map(({ application }) => application?.name)).toEqual([
      'ap',
    ]);
    expect(wanted.safe.map(({ workload: { name } }) => name)).toEqual(['astray', 'd1', 'd2', 'd3', 'lone']);
    const shuffled = fc.shuffledSubarray(cluster, { minLength: cluster.length });
    fc.assert(
      fc.property(shuffled, (objects) => {
        expect(audit(objects)).toEqual(wanted);
      }),
      { numRuns: 30 },
    );
  });
});

describe('what is safe', () => {
  it('is not told where nobody asks, and the risks are the same', () => {
    const { risks, safe } = audit(CLUSTER, { tellSafe: false });
    expect(risks).toEqual(audit(CLUSTER).risks);
    expect(safe).toEqual([]);
  });
});

describe('an audit of many Applications', () => {
  it('is done with one before it joins anything for the next', () => {
    const looked: string[] = [];
    const [first] = RULES;
    if (first === undefined) throw new Error('no rule');
    const rule = {
      ...first,
      checks: {
        workload: ({ workload: { ref } }) => {
          looked.push(ref.name.slice(0, 1));
          return [];
        },
        application: ({ application, workloads }) => {
          looked.push(`${application.ref.name} with ${workloads.length}`);
          return [];
        },
      },
    } satisfies Rule;
    collectRisks(contextOf(CLUSTER), [rule]);
    expect(looked).toEqual(['a', 'b', 'c', 'd'].flatMap((name) => [name, name, name, `${name} with 3`]));
  });
});

describe('an audit in slices', () => {
  it('finds what it would find at once, and lets others have a turn more often the more there is to look at', () => {
    const slicesOf = (count: number) => {
      const context = contextOf(many(count));
      const work = collecting(context);
      let slices = 1;
      let step = work.next();
      for (; step.done !== true; step = work.next()) slices += 1;
      expect(step.value).toEqual(collectRisks(context));
      expect(step.value.risks).toHaveLength(count);
      return slices;
    };
    const [few, more] = [slicesOf(100), slicesOf(1_000)];
    expect(more).toBeGreaterThan(200);
    expect(more - few).toBeGreaterThan(8 * (few - slicesOf(0)) - 20);
  });

  it('loses and doubles nothing when every object is written between two slices', () => {
    const context = contextOf(many(200));
    const wanted = collectRisks(context);
    const again = [...context.model.applications.values(), ...context.model.workloads.values()];
    const work = collecting(context);
    let turn = 0;
    let step = work.next();
    for (; step.done !== true; step = work.next()) {
      for (const fact of again.filter((_, index) => index % 7 === turn % 7)) {
        // Gone and there again is the worst that can happen to an order of insertion.
        context.model.apply({
          type: 'delete',
          at: turn,
          origin: 'watch',
          fact: fact.fact,
          ref: fact.ref,
          uid: fact.uid,
        });
        context.model.apply({
          type: 'upsert',
          at: turn,
          origin: 'watch',
          fact: { ...fact, resourceVersion: `${turn}` },
        });
      }
      turn += 1;
    }
    expect(turn).toBeGreaterThan(20);
    expect(step.value).toEqual(wanted);
  });
});

describe('an audit during which Applications come and go', () => {
  it('ends all the same, tells nothing twice, and the next one finds what a first one would', () => {
    const context = contextOf(many(40));
    const { model } = context;
    const work = collecting(context);
    work.next();
    const told = { at: 1, origin: 'watch' } as const;
    for (const object of [app({ name: 'w1', resources: [] }), workload({ name: 'w1', trackedBy: 'w1' })]) {
      const { fact, ref, uid } = factOf(object);
      model.apply({ ...told, type: 'delete', fact, ref, uid });
    }
    for (const object of [app({ name: 'late', resources: [] }), workload({ name: 'w2', trackedBy: 'late' })])
      model.apply({ ...told, type: 'upsert', fact: factOf(object) });
    const { risks } = drained(work);
    const names = risks.map(({ rule, workload: { name } }) => `${rule} ${name}`);
    expect(new Set(names).size).toBe(names.length);
    expect(risks.find(({ workload: { name } }) => name === 'w2')?.application?.name).toBe('late');
    const nameOf = (object: RawObject) => (object['metadata'] as { readonly name: string }).name;
    const fresh = contextOf([
      ...many(40).filter(
        (object) => nameOf(object) !== 'w1' && !(object['kind'] === 'Deployment' && nameOf(object) === 'w2'),
      ),
      workload({ name: 'w2', trackedBy: 'late' }),
      app({ name: 'late', resources: [] }),
      hpa({ name: 'w1', target: 'w1' }),
    ]);
    expect(collectRisks(context)).toEqual(collectRisks(fresh));
  });
});

describe('an audit after another', () => {
  it('finds the very same risks, in the very same list, also where one sentence is said of several workloads', () => {
    const [first] = RULES;
    if (first === undefined) throw new Error('no rule');
    const when = 'on-next-sync' as const;
    const finding = { application: null, message: 'One sentence.', when, field: '/spec/replicas', ignores: [] };
    const rule = {
      ...first,
      checks: { workload: ({ workload: { ref } }) => [{ ...finding, workload: ref }] },
    } satisfies Rule;
    const before = runAudit(contextOf(CLUSTER), [rule]);
    expect(before.risks).toHaveLength(12);
    expect(drained(auditing(contextOf(CLUSTER), [rule], undefined, before)).risks).toBe(before.risks);
    const fewer = drained(auditing(contextOf(CLUSTER.slice(0, -2)), [rule], undefined, before));
    expect(fewer.risks).toEqual(before.risks.slice(0, -1));
    expect(fewer.risks.every((risk) => before.risks.includes(risk))).toBe(true);
  });
});
