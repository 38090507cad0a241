import { describe, expect, it } from 'vitest';
import { ARGO_OWNS_ALL, deployment, factOf, managed, type Raw } from './raw-objects.ts';

const tracked = (id: string, metadata: Raw = {}) =>
  factOf('workload', deployment({ annotations: { 'argocd.argoproj.io/tracking-id': id }, metadata })).tracking;

describe('which Application an object says it belongs to', () => {
  it.each([
    ['names the object itself', 'web:apps/Deployment:shop/web', 'web'],
    ['comes from an Application in another namespace', 'team_web:apps/Deployment:shop/web', 'team_web'],
    ['was copied from another object', 'web:apps/Deployment:shop/other', null],
    ['was copied from another namespace', 'web:apps/Deployment:blog/web', null],
    ['was copied from another kind', 'web:apps/StatefulSet:shop/web', null],
    ['names another group', 'web:/Deployment:shop/web', null],
    ['is no tracking id', 'web', null],
    ['has an empty name', ':apps/Deployment:shop/web', null],
  ])('takes a tracking id that %s', (_, id, instance) => {
    expect(tracked(id).annotation).toBe(instance);
  });

  it('takes the id of a cluster-scoped object, which carries the namespace of the destination', () => {
    expect(tracked('web:apps/Deployment:shop/web', { namespace: '' }).annotation).toBe('web');
  });

  it('takes an id whose object has a colon in its name', () => {
    expect(tracked('web:apps/Deployment:shop/system:web', { name: 'system:web' }).annotation).toBe('web');
  });

  it('reads the label that argocd-cm names', () => {
    const raw = deployment({ labels: { 'app.kubernetes.io/instance': 'helm', 'example.org/app': 'web' } });
    expect(factOf('workload', raw).tracking.label).toBe('helm');
    expect(factOf('workload', raw, 'example.org/app').tracking.label).toBe('web');
    expect(factOf('workload', raw, 'constructor').tracking.label).toBeNull();
  });

  it('reads which Argo CD it belongs to', () => {
    const raw = deployment({ annotations: { 'argocd.argoproj.io/installation-id': 'east' } });
    expect(factOf('workload', raw).tracking.installationId).toBe('east');
  });
});

describe('under which names Argo CD writes an object', () => {
  it('takes whoever wrote the tracking mark, last-applied or the label', () => {
    const raw = deployment({
      managedFields: managed(
        ARGO_OWNS_ALL,
        { manager: 'fork', fieldsV1: { 'f:metadata': { 'f:labels': { 'f:app.kubernetes.io/instance': {} } } } },
        { manager: 'other', fieldsV1: { 'f:spec': {} } },
      ),
    });
    expect(factOf('workload', raw).tracking.managers).toEqual(['argocd-controller', 'fork']);
  });

  it('does not take a person for Argo CD who applied a manifest by hand', () => {
    const raw = deployment({
      managedFields: managed({
        manager: 'kubectl-client-side-apply',
        fieldsV1: {
          'f:metadata': { 'f:annotations': { 'f:kubectl.kubernetes.io/last-applied-configuration': {} } },
        },
      }),
    });
    expect(factOf('workload', raw).tracking.managers).toEqual([]);
  });
});
