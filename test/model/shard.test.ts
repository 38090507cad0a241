import { describe, expect, it } from 'vitest';
import type { Change, Fact } from '../../src/model/facts.ts';
import { HOLDS_ALL, holdsChange, holdsOf, shardOf } from '../../src/model/shard.ts';
import { applicationFact, hpaFact, lensFact, workloadFact } from '../support/facts.ts';

const NAMESPACES = Array.from({ length: 3_000 }, (_, each) => `team-${each % 100}-service-${each}`);

describe('the shard of a namespace', () => {
  it('never changes: whoever runs with the same number of shards agrees', () => {
    const known = ['', 'default', 'argocd', 'shop', 'team-a', 'team-b'].map((name) => [name, shardOf(name, 3)]);
    expect(known).toMatchInlineSnapshot(`
      [
        [
          "",
          0,
        ],
        [
          "default",
          0,
        ],
        [
          "argocd",
          0,
        ],
        [
          "shop",
          2,
        ],
        [
          "team-a",
          2,
        ],
        [
          "team-b",
          2,
        ],
      ]
    `);
  });

  it.each([2, 3, 5, 8])('is one of %i, each with about its share', (of) => {
    const counts = Array.from({ length: of }, () => 0);
    for (const namespace of NAMESPACES) {
      const shard = shardOf(namespace, of);
      counts[shard] = (counts[shard] ?? 0) + 1;
    }
    for (const count of counts) {
      expect(count).toBeGreaterThan((NAMESPACES.length / of) * 0.85);
      expect(count).toBeLessThan((NAMESPACES.length / of) * 1.15);
    }
  });

  it('stays for most namespaces when a shard is added, and moves to the new one for the others', () => {
    const moved = NAMESPACES.filter((namespace) => shardOf(namespace, 4) !== shardOf(namespace, 5));
    expect(moved.length / NAMESPACES.length).toBeLessThan(0.25);
    expect(new Set(moved.map((namespace) => shardOf(namespace, 5)))).toEqual(new Set([4]));
  });

  it('holds every namespace once', () => {
    const holders = [0, 1, 2].map((index) => holdsOf({ index, of: 3 }));
    for (const namespace of NAMESPACES) expect(holders.filter((holds) => holds(namespace))).toHaveLength(1);
    expect(holdsOf(null)).toBe(HOLDS_ALL);
    expect(holdsOf({ index: 0, of: 1 })).toBe(HOLDS_ALL);
  });
});

describe('a change', () => {
  const nothing = () => false;
  const upsert = (fact: Fact): Change => ({ type: 'upsert', at: 0, origin: 'watch', fact });

  it('of what belongs to another shard is left out, and nothing of Argo CD is', () => {
    for (const fact of [workloadFact(), hpaFact(), lensFact({})])
      expect(holdsChange(nothing, upsert(fact))).toBe(false);
    expect(holdsChange(nothing, upsert(applicationFact()))).toBe(true);
    expect(holdsChange(nothing, { type: 'synced', at: 0, resource: 'deployments' })).toBe(true);
    const { ref, uid } = workloadFact();
    const gone: Change = { type: 'delete', at: 0, origin: 'watch', fact: 'workload', ref, uid };
    expect(holdsChange(nothing, gone)).toBe(false);
    expect(holdsChange((namespace) => namespace === 'shop', gone)).toBe(true);
  });
});
