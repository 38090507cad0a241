import { describe, expect, it } from 'vitest';
import { project, type SkipReason } from '../../../src/kubernetes/projections/project.ts';
import { kindOfResource, WATCHED_RESOURCES } from '../../../src/kubernetes/resources.ts';
import type { Json } from '../../../src/model/facts.ts';
import { deployment, factOf } from './raw-objects.ts';

const LISTED = { apiVersion: 'apps/v1', resource: 'deployments' };

describe('what is kept of an object', () => {
  it('takes kind and version from where it was listed, for lists whose items leave them out', () => {
    const { apiVersion: _, kind: __, ...item } = deployment();
    expect(project(item, LISTED)?.ref).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      namespace: 'shop',
      name: 'web',
    });
  });

  it.each<[string, Json, SkipReason]>([
    ['a text', 'hello', 'not-an-object'],
    ['a list', [], 'not-an-object'],
    ['an object without a name', { metadata: {} }, 'no-name'],
    [
      'a ConfigMap that is none of Argo CD’s',
      { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'x' } },
      'other-configmap',
    ],
    ['a kind without replicas', { kind: 'Pod', apiVersion: 'v1', metadata: { name: 'x' } }, 'no-replicas'],
  ])('keeps nothing of %s, and says why', (_, raw, reason) => {
    const reasons: SkipReason[] = [];
    expect(project(raw, LISTED, undefined, (skipped) => reasons.push(skipped))).toBeNull();
    expect(reasons).toEqual([reason]);
  });

  it('reads how many pods a ReplicaSet was told to run, for whom and for which template', () => {
    const replicaSet = {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name: 'web-abc',
        namespace: 'shop',
        labels: { 'pod-template-hash': 'abc' },
        ownerReferences: [{ kind: 'Deployment', name: 'web', uid: 'uid-web', controller: true }],
      },
      spec: { replicas: 4 },
    };
    expect(factOf('replicaset', replicaSet)).toMatchObject({
      controllerUid: 'uid-web',
      controllerKind: 'Deployment',
      controllerName: 'web',
      replicas: 4,
      templateHash: 'abc',
    });
  });

  it('reads an Event under both of its names', () => {
    const regarding = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };
    const metadata = { name: 'e', namespace: 'shop' };
    const expected = { regarding, reason: 'Scaled', component: 'c', count: 3, message: 'm', lastAt: 1_795_239_853_000 };
    const core = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata,
      involvedObject: regarding,
      reason: 'Scaled',
      source: { component: 'c' },
      count: 3,
      lastTimestamp: '2026-11-21T05:44:13Z',
      message: 'm',
    };
    const events = {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata,
      regarding,
      reason: 'Scaled',
      reportingController: 'c',
      series: { count: 3, lastObservedTime: '2026-11-21T05:44:13.000000Z' },
      eventTime: '2026-11-21T05:44:00.000000Z',
      note: 'm',
    };
    expect(factOf('event', core)).toMatchObject(expected);
    expect(factOf('event', events)).toMatchObject(expected);
  });
});

describe('the kinds that are watched', () => {
  it('needs the four built-in kinds without which there is no verdict, and no other', () => {
    const mandatory = WATCHED_RESOURCES.filter((watched) => watched.mandatory).map((watched) => watched.resource);
    expect(mandatory).toEqual(['deployments', 'statefulsets', 'replicasets', 'horizontalpodautoscalers']);
  });

  it('looks only at the two ConfigMaps of Argo CD', () => {
    const selectors = WATCHED_RESOURCES.filter((watched) => watched.resource === 'configmaps').map(
      (watched) => watched.fieldSelector,
    );
    expect(selectors).toEqual(['metadata.name=argocd-cm', 'metadata.name=argocd-cmd-params-cm']);
  });

  it('projects every watched kind to the fact the table promises', () => {
    for (const { apiVersion, resource, kind, fact } of WATCHED_RESOURCES) {
      const name = resource === 'configmaps' ? 'argocd-cm' : 'web';
      expect(project({ metadata: { name } }, { apiVersion, resource })?.fact, kind).toBe(fact);
    }
  });

  it('knows a kind by group and plural', () => {
    expect(kindOfResource('apps', 'deployments')).toBe('Deployment');
    expect(kindOfResource('', 'deployments')).toBe('');
  });
});
