import { describe, expect, it } from 'vitest';
import type { Fact } from '../../src/model/facts.ts';
import { FactPool } from '../../src/model/lean-facts.ts';
import { inherit } from '../../src/model/same-value.ts';
import { workloadFact } from '../support/facts.ts';
import { fc } from '../support/property.ts';

/** Members as facts have them: texts, numbers, null, lists and objects of those. */
const member = fc.letrec<{ member: unknown }>((tie) => ({
  member: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, 0, 3, true, '', 'web', 'argocd-controller'),
    fc.array(tie('member'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('kind', 'name', 'time'), tie('member'), { maxKeys: 3 }),
  ),
})).member;
const members = fc.dictionary(fc.constantFrom('managers', 'status', 'declared', 'tracking'), member);
const factOf = (more: object) => ({ ...workloadFact(), ...more }) as unknown as Fact;

describe('facts that share what is equal', () => {
  it('say the same as before, whatever they are made of', () => {
    const pool = new FactPool();
    fc.assert(
      fc.property(members, members, (first, second) => {
        const before = pool.share(factOf(structuredClone(first)));
        expect(before).toEqual(factOf(first));
        expect(inherit(before, factOf(structuredClone(second)))).toEqual(factOf(second));
        // Nothing was changed in what the version before holds.
        expect(before).toEqual(factOf(first));
      }),
    );
  });

  it('hold of the version before what has not changed, and nothing else', () => {
    const before = factOf({ managers: [{ manager: 'a' }], status: { ready: 1 } });
    const after = inherit(before, factOf({ managers: [{ manager: 'a' }], status: { ready: 2 } }));
    expect(Reflect.get(after, 'managers')).toBe(Reflect.get(before, 'managers'));
    expect(Reflect.get(after, 'status')).toEqual({ ready: 2 });
  });

  it('share among objects what they have in common', () => {
    const pool = new FactPool();
    const [one, other] = ['a', 'b'].map((name) =>
      pool.share({
        ...workloadFact({}, { uid: name }),
        managers: [{ manager: 'argocd-controller' }],
        syncOptions: [],
      } as unknown as Fact),
    );
    expect(Reflect.get(one as object, 'managers')).toBe(Reflect.get(other as object, 'managers'));
    expect(Reflect.get(one as object, 'syncOptions')).toBe(Reflect.get(other as object, 'syncOptions'));
  });
});
