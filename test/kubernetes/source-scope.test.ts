/** Where each kind is looked for when only some namespaces matter. */
import { describe, expect, it } from 'vitest';
import { WATCHED_RESOURCES } from '../../src/kubernetes/resources.ts';
import { restrictTo } from '../../src/kubernetes/source-scope.ts';

const places = (namespace: string, argocdNamespace: string) =>
  Object.fromEntries(WATCHED_RESOURCES.map((one) => [one.kind, restrictTo(one, namespace, argocdNamespace)]));

describe('where a kind is watched', () => {
  it('is everywhere when nothing is said', () => {
    expect(new Set(Object.values(places('', '')))).toEqual(new Set(['']));
  });

  it('is the workloads’ namespace for what runs there, and everywhere for Argo CD', () => {
    expect(places('shop', '')).toMatchObject({ Deployment: 'shop', Rollout: 'shop', Event: 'shop', Application: '' });
  });

  it('is Argo CD’s namespace for Applications, projects and settings when that is named', () => {
    expect(places('', 'argocd')).toMatchObject({
      Application: 'argocd',
      ApplicationSet: 'argocd',
      AppProject: 'argocd',
      ConfigMap: 'argocd',
      Deployment: '',
      ScaledObject: '',
    });
  });

  it('is no namespace for a kind that has none', () => {
    const [first] = WATCHED_RESOURCES;
    if (first === undefined) throw new Error('the table is empty');
    expect(restrictTo({ ...first, namespaced: false }, 'shop', 'argocd')).toBe('');
  });
});
