import { describe, expect, it } from 'vitest';
import { ClusterModel } from '../../src/model/cluster-model.ts';
import { isLocalDestination, localOr, onlyHere } from '../../src/model/destinations.ts';
import type { Fact } from '../../src/model/facts.ts';
import { applicationFact, workloadFact } from '../support/facts.ts';

const REMOTE = { server: 'https://prod.example:6443', namespace: 'shop' };
const ARGO_APP = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', namespace: 'argocd', name: 'child' };

function modelOf(facts: readonly Fact[], isHere = isLocalDestination): ClusterModel {
  const model = new ClusterModel(onlyHere(isHere));
  for (const fact of facts) model.apply({ type: 'upsert', at: 0, origin: 'watch', fact });
  return model;
}

describe('a destination', () => {
  it.each([
    ['https://kubernetes.default.svc', '', true],
    ['https://kubernetes.default.svc/', '', true],
    ['https://kubernetes.default.svc:443', '', true],
    ['https://kubernetes.default', '', true],
    ['', 'in-cluster', true],
    ['', '', true],
    ['https://prod.example:6443', '', false],
    ['', 'prod-eu', false],
    ['https://kubernetes.default.svc.evil.example', '', false],
    ['http://kubernetes.default.svc', '', false],
  ])('of server "%s" and name "%s" is the cluster of Argo CD: %s', (server, name, local) => {
    expect(isLocalDestination({ server, name })).toBe(local);
  });

  it('is this cluster under the other names that it has, too', () => {
    const isHere = localOr(['https://10.0.0.1:6443/', 'prod-eu']);
    expect(isHere({ server: 'https://10.0.0.1:6443', name: '' })).toBe(true);
    expect(isHere({ server: '', name: 'prod-eu' })).toBe(true);
    expect(isHere({ server: 'https://kubernetes.default.svc', name: '' })).toBe(true);
    expect(isHere({ server: '', name: 'prod-us' })).toBe(false);
  });
});

describe('an Application that deploys into another cluster', () => {
  const resources = ['apps/Deployment:shop/web'];
  const remote = applicationFact({ resources, spec: { destination: REMOTE } });

  it('owns no object here of the same name, by its mark or by its list', () => {
    const web = workloadFact();
    expect(modelOf([applicationFact({ resources })]).applicationOf(web)?.ref.name).toBe('web');
    const model = modelOf([remote]);
    expect(model.applicationOf(web)).toBeUndefined();
    expect(model.applicationsListing(web.ref)).toEqual([]);
    expect(model.isWatched(remote)).toBe(false);
    expect(model.applicationsElsewhere()).toEqual([remote]);
    expect(modelOf([applicationFact({ resources })]).applicationsElsewhere()).toEqual([]);
  });

  it('leaves the object to the one that deploys it here', () => {
    const here = applicationFact({ name: 'web-here', resources });
    const unmarked = workloadFact();
    const tracking = { ...unmarked.tracking, annotation: null, label: null };
    expect(modelOf([remote, here]).applicationOf({ ...unmarked, tracking })?.ref.name).toBe('web-here');
  });

  it('owns it where that cluster is the watched one', () => {
    const model = modelOf([remote], localOr(['https://prod.example:6443']));
    expect(model.applicationOf(workloadFact())?.ref.name).toBe('web');
  });

  it('is itself owned by an Application that deploys into the cluster of Argo CD', () => {
    const parent = applicationFact({
      name: 'parent',
      resources: ['argoproj.io/Application:argocd/child'],
      spec: { destination: { server: 'https://kubernetes.default.svc', namespace: 'argocd' } },
    });
    // The model of the remote cluster knows the parent, too.
    const model = modelOf([parent], ({ server }) => server === REMOTE.server);
    expect(model.applicationsListing(ARGO_APP).map(({ ref }) => ref.name)).toEqual(['parent']);
  });
});
