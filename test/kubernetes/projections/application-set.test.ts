import { describe, expect, it } from 'vitest';
import { factOf, type Raw } from './raw-objects.ts';

describe('what an ApplicationSet keeps', () => {
  const set = (spec: Raw) =>
    factOf('applicationset', {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'ApplicationSet',
      metadata: { name: 'fleet', namespace: 'argocd' },
      spec,
    });

  it('reads the template, the patch, and what it lets be edited on every Application', () => {
    const fact = set({
      template: {
        spec: {
          syncPolicy: { syncOptions: ['RespectIgnoreDifferences=true'] },
          ignoreDifferences: [{ group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/replicas'] }],
        },
      },
      templatePatch: 'spec: {}',
      ignoreApplicationDifferences: [
        { jsonPointers: ['/spec/ignoreDifferences'], jqPathExpressions: ['.spec.syncPolicy'] },
        { name: 'only-this', jsonPointers: ['/spec/source'] },
      ],
      syncPolicy: { applicationsSync: 'create-only' },
      strategy: { type: 'RollingSync' },
    });
    expect(fact).toMatchObject({
      templateRules: [{ place: 'spec.template.spec.ignoreDifferences[0]', group: 'apps' }],
      templateSyncOptions: ['RespectIgnoreDifferences=true'],
      templateHasSyncPolicy: true,
      templatePatch: 'spec: {}',
      ignoredApplicationPointers: ['/spec/ignoreDifferences'],
      ignoredApplicationJq: ['.spec.syncPolicy'],
      applicationsSync: 'create-only',
      rollingSync: true,
    });
  });

  it('tells an absent list from an empty one', () => {
    expect(set({ template: {} })).toMatchObject({
      templateRules: null,
      templateRulesRaw: null,
      templateSyncOptions: null,
      templateHasSyncPolicy: false,
      rollingSync: false,
    });
  });
});

describe('what an AppProject keeps', () => {
  it('reads its sync windows', () => {
    const project = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AppProject',
      metadata: { name: 'default', namespace: 'argocd' },
      spec: { syncWindows: [{ kind: 'deny', schedule: '* * * * *', duration: '1h', applications: ['*'] }, 3] },
    };
    const windows = factOf('appproject', project).syncWindows;
    expect(windows[0]).toMatchObject({ kind: 'deny', schedule: '* * * * *', duration: '1h', applications: ['*'] });
    expect(windows[1]).toMatchObject({ kind: '', manualSync: false });
  });
});
