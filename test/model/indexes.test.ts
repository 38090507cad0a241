/** However often objects are written: the indexes of a model say what those of a model would that saw the last versions only. */
import { describe, expect, it } from 'vitest';
import { ClusterModel } from '../../src/model/cluster-model.ts';
import type { Change, Fact } from '../../src/model/facts.ts';
import { factOf } from '../support/cluster.ts';
import { applicationFact, hpaFact, replicaSetFact, workloadFact } from '../support/facts.ts';
import { fc } from '../support/property.ts';

const NAMES = ['web', 'api'];
const UIDS = ['uid-web', 'uid-api'];
const name = fc.constantFrom(...NAMES);
const DEPLOYMENT = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop' };

const hpa = fc.tuple(name, name).map(([own, target]): Fact => hpaFact({ name: own, target }));
const scaledObject = fc.tuple(name, name).map(
  ([own, target]): Fact =>
    factOf({
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'ScaledObject',
      metadata: { name: own, namespace: 'shop', uid: `uid-so-${own}`, resourceVersion: '1' },
      spec: { scaleTargetRef: { name: target }, maxReplicaCount: 9 },
    }),
);
const replicaSet = fc
  .tuple(name, fc.option(fc.constantFrom(...UIDS)))
  .map(([own, controllerUid]): Fact => replicaSetFact(own, 3, { controllerUid }));
const rollout = fc.tuple(name, fc.option(name)).map(([own, borrows]): Fact => {
  const workloadRef = borrows === null ? null : { kind: 'Deployment', name: borrows, scaleDown: '' };
  return workloadFact({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: own }, { workloadRef });
});
const application = fc
  .tuple(
    name,
    fc.constantFrom('https://kubernetes.default.svc', 'https://eu.example.com'),
    fc.subarray(NAMES),
    fc.constantFrom('', ' OutOfSync'),
  )
  .map(([own, server, lists, status]): Fact => {
    const resources = lists.map((each) => `apps/Deployment:shop/${each}${status}`);
    return applicationFact({ name: own, spec: { destination: { server, namespace: 'shop' } }, resources });
  });
const change = fc
  .tuple(fc.oneof(hpa, scaledObject, replicaSet, rollout, application), fc.integer({ min: 0, max: 4 }))
  .map(([fact, dice]): Change => {
    const told = { at: 0, origin: 'watch' } as const;
    if (dice > 0) return { ...told, type: 'upsert', fact: structuredClone(fact) };
    return { ...told, type: 'delete', fact: fact.fact, ref: fact.ref, uid: fact.uid };
  });

function answers(model: ClusterModel): unknown {
  const refs = NAMES.map((each) => ({ ...DEPLOYMENT, name: each }));
  const names = (facts: readonly Fact[]) => facts.map(({ ref }) => ref.name).sort();
  return {
    scalers: refs.map((ref) => names(model.scalersOf(ref))),
    borrowers: refs.map((ref) => model.borrowerOf(ref)?.ref.name),
    replicaSets: UIDS.map((uid) => names(model.replicaSetsOf(uid))),
    listings: refs.map((ref) => names(model.applicationsListing(ref))),
    sharing: names(model.applicationsSharing()),
    elsewhere: names(model.applicationsElsewhere()),
    tracked: NAMES.map((each) => model.applicationByInstance(each)?.ref.name),
  };
}

describe('the indexes of a model', () => {
  it('depend on what stands there now, and not on how it came about', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        const model = new ClusterModel();
        for (const each of changes) model.apply(each);
        const anew = new ClusterModel();
        const stores = [model.hpas, model.scaledObjects, model.replicaSets, model.workloads, model.applications];
        for (const store of stores)
          for (const fact of store.values())
            anew.apply({ type: 'upsert', at: 0, origin: 'list', fact: structuredClone(fact) });
        expect(answers(model)).toEqual(answers(anew));
      }),
      { numRuns: 500 },
    );
  });
});
