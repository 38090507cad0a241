import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/model/facts.ts';
import { factOf } from './raw-objects.ts';

describe('what argocd-cm and argocd-cmd-params-cm keep', () => {
  const config = (name: string, data: Json) =>
    factOf('argosettings', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'argocd' }, data });

  it('reads how Argo CD marks what it manages, with the defaults of 3.x', () => {
    expect(config('argocd-cm', {})).toMatchObject({
      source: 'argocd-cm',
      trackingMethod: 'annotation',
      instanceLabelKey: 'app.kubernetes.io/instance',
      installationId: '',
    });
    const labels = {
      'application.resourceTrackingMethod': 'label',
      'application.instanceLabelKey': 'example.org/app',
      installationID: 'east',
    };
    expect(config('argocd-cm', labels)).toMatchObject({
      trackingMethod: 'label',
      instanceLabelKey: 'example.org/app',
      installationId: 'east',
    });
    expect(config('argocd-cm', { 'application.resourceTrackingMethod': 'nonsense' }).trackingMethod).toBe('annotation');
  });

  it('reads the rules for one kind, for a core kind and for all', () => {
    const rules = config('argocd-cm', {
      'resource.customizations.ignoreDifferences.apps_Deployment': 'jsonPointers:\n- /spec/replicas\n',
      'resource.customizations.ignoreDifferences.Service': 'jqPathExpressions: [.spec.ports]',
      'resource.customizations.ignoreDifferences.all': 'managedFieldsManagers: [kube-controller-manager]',
      'resource.customizations.ignoreDifferences.a_b_c': 'jsonPointers: [/x]',
      'resource.customizations.ignoreDifferences.broken_Kind': 'jsonPointers: [',
    }).systemRules;
    expect(rules.map((rule) => [rule.group, rule.kind, rule.level])).toEqual([
      ['apps', 'Deployment', 'system'],
      ['', 'Service', 'system'],
      ['*', '*', 'system'],
    ]);
    expect(rules[0]).toMatchObject({
      place: 'argocd-cm resource.customizations.ignoreDifferences.apps_Deployment',
      jsonPointers: ['/spec/replicas'],
    });
  });

  it('reads the older form, and lets a key of its own win over it', () => {
    const rules = config('argocd-cm', {
      'resource.customizations':
        'apps/Deployment:\n  ignoreDifferences: |\n    jsonPointers: [/old]\nbatch/Job:\n  ignoreDifferences:\n    jsonPointers: [/job]\n',
      'resource.customizations.ignoreDifferences.apps_Deployment': 'jsonPointers: [/new]',
    }).systemRules;
    expect(rules.map((rule) => [rule.kind, rule.jsonPointers])).toEqual([
      ['Deployment', ['/new']],
      ['Job', ['/job']],
    ]);
  });

  it('reads the pace of self-heal', () => {
    const fact = config('argocd-cmd-params-cm', {
      'controller.self.heal.timeout.seconds': '5',
      'controller.self.heal.backoff.timeout.seconds': '0',
      'controller.self.heal.backoff.factor': 'three',
    });
    expect(fact.selfHeal).toEqual({
      timeoutSeconds: 5,
      backoffTimeoutSeconds: 0,
      backoffFactor: null,
      backoffCapSeconds: null,
    });
  });
});
