import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/model/facts.ts';
import { factOf, lastApplied, managed, type Raw } from './raw-objects.ts';

function application(spec: Raw = {}, status: Raw = {}, metadata: Raw = {}): Raw {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'web', namespace: 'argocd', ...metadata },
    spec,
    status,
  };
}

const SELF_HEAL: Raw = {
  phase: 'Succeeded',
  startedAt: '2026-11-21T05:44:59Z',
  finishedAt: '2026-11-21T05:45:00Z',
  message: 'successfully synced (all tasks run)',
  operation: {
    initiatedBy: { automated: true },
    sync: {
      revision: 'abc',
      autoHealAttemptsCount: 4,
      syncOptions: ['CreateNamespace=true'],
      resources: [{ group: 'apps', kind: 'Deployment', name: 'web' }],
    },
  },
  syncResult: {
    revision: 'abc',
    resources: [
      { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web', status: 'Synced', message: 'configured' },
      { group: '', kind: 'Service', namespace: 'shop', name: 'web', status: 'Synced', message: 'unchanged' },
    ],
  },
};

describe('what an Application keeps of its operation', () => {
  const operation = (state: Json) => factOf('application', application({}, { operationState: state })).operation;

  it('reads a self-heal with what it named and what came of it', () => {
    expect(operation(SELF_HEAL)).toEqual({
      phase: 'Succeeded',
      startedAt: Date.parse('2026-11-21T05:44:59Z'),
      finishedAt: Date.parse('2026-11-21T05:45:00Z'),
      automated: true,
      username: '',
      initiated: true,
      resources: [{ group: 'apps', kind: 'Deployment', namespace: '', name: 'web' }],
      attempts: 4,
      revision: 'abc',
      syncOptions: ['CreateNamespace=true'],
      results: [
        { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web', status: 'Synced', message: 'configured' },
      ],
      message: 'successfully synced (all tasks run)',
    });
  });

  it('sees none while one is only starting', () => {
    expect(operation(null)).toBeNull();
    expect(operation({ startedAt: '2026-11-21T05:44:59Z' })).toBeNull();
    expect(operation({ phase: 'Running' })).toBeNull();
  });

  it('tells an operation that was patched in by hand', () => {
    const byHand = { ...SELF_HEAL, operation: { initiatedBy: {}, sync: {} } };
    expect(operation(byHand)).toMatchObject({ initiated: false, automated: false, attempts: 0, resources: [] });
    const byUser = { ...SELF_HEAL, operation: { initiatedBy: { username: 'ann' }, sync: {} } };
    expect(operation(byUser)).toMatchObject({ initiated: true, automated: false, username: 'ann' });
  });

  it('joins the revisions of several sources', () => {
    const several = { ...SELF_HEAL, syncResult: { revisions: ['a', 'b'] } };
    expect(operation(several)?.revision).toBe('a,b');
  });

  it('keeps every workload of a large operation and the first 200 of all else', () => {
    const many = [
      ...Array.from({ length: 500 }, (_, i) => ({ group: '', kind: 'ConfigMap', name: `c${i}` })),
      ...Array.from({ length: 300 }, (_, i) => ({ group: 'apps', kind: 'Deployment', name: `d${i}` })),
    ];
    const kept = operation({ ...SELF_HEAL, operation: { sync: { resources: many } } })?.resources ?? [];
    expect(kept.filter((resource) => resource.kind === 'Deployment')).toHaveLength(300);
    expect(kept.filter((resource) => resource.kind === 'ConfigMap')).toHaveLength(200);
  });
});

describe('what an Application keeps', () => {
  it.each<[string, Json | undefined, object]>([
    ['absent: off', undefined, { enabled: false, selfHeal: false, prune: false }],
    ['empty: on', {}, { enabled: true, selfHeal: false, prune: false }],
    ['self-heal', { selfHeal: true, prune: true }, { enabled: true, selfHeal: true, prune: true }],
    ['switched off', { enabled: false, selfHeal: true }, { enabled: false, selfHeal: true, prune: false }],
    ['null: off', null, { enabled: false, selfHeal: false, prune: false }],
  ])('reads automated %s', (_, automated, expected) => {
    const policy: Raw = automated === undefined ? {} : { automated };
    expect(factOf('application', application({ syncPolicy: policy })).automated).toEqual(expected);
  });

  it('tells an absent list from an empty one, so that a patch knows whether to add it', () => {
    expect(factOf('application', application())).toMatchObject({
      hasSyncPolicy: false,
      syncOptions: null,
      ignoreDifferences: null,
      ignoreDifferencesRaw: null,
    });
    const empty = application({ syncPolicy: { syncOptions: [] }, ignoreDifferences: [] });
    expect(factOf('application', empty)).toMatchObject({
      hasSyncPolicy: true,
      syncOptions: [],
      ignoreDifferences: [],
      ignoreDifferencesRaw: [],
    });
  });

  it('reads rules with their place and keeps the list as it stands', () => {
    const list = [
      7,
      { group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/replicas'], jqPathExpressions: ['.a'] },
    ];
    const fact = factOf('application', application({ ignoreDifferences: list }));
    expect(fact.ignoreDifferencesRaw).toEqual(list);
    expect(fact.ignoreDifferences).toEqual([
      {
        place: 'spec.ignoreDifferences[1]',
        level: 'application',
        group: 'apps',
        kind: 'Deployment',
        name: '',
        namespace: '',
        jsonPointers: ['/spec/replicas'],
        jqPathExpressions: ['.a'],
        managedFieldsManagers: [],
      },
    ]);
  });

  it('takes the dry source before the sources, and the sources before the source', () => {
    const source = { repoURL: 'one', path: 'a', targetRevision: 'HEAD' };
    const sources = [{ repoURL: 'two', chart: 'b', targetRevision: '1.0' }];
    const repos = (spec: Raw) => factOf('application', application(spec)).sources.map((item) => item.repoURL);
    expect(repos({ source })).toEqual(['one']);
    expect(repos({ source, sources })).toEqual(['two']);
    expect(factOf('application', application({ sources })).sources[0]?.path).toBe('b');
    const hydrated = application({ source, sources, sourceHydrator: { drySource: { repoURL: 'dry', path: 'c' } } });
    expect(factOf('application', hydrated)).toMatchObject({ hydrated: true, sources: [{ repoURL: 'dry' }] });
  });

  it('keeps of status.resources what can be scaled and what is not in order', () => {
    const resources = [
      { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web', status: 'Synced' },
      { kind: 'Service', namespace: 'shop', name: 'web', status: 'Synced' },
      { kind: 'ConfigMap', namespace: 'shop', name: 'flags', status: 'OutOfSync' },
      { kind: 'Secret', namespace: 'shop', name: 'old', status: 'Synced', requiresPruning: true },
    ];
    const kept = factOf('application', application({}, { resources })).resources;
    expect(kept.map((item) => `${item.group}/${item.kind} ${item.status} ${item.requiresPruning}`)).toEqual([
      'apps/Deployment Synced false',
      '/ConfigMap OutOfSync false',
      '/Secret Synced true',
    ]);
  });

  it('knows who stands behind it', () => {
    const fact = factOf(
      'application',
      application(
        {},
        {},
        {
          ownerReferences: [{ kind: 'ApplicationSet', name: 'fleet', controller: true }],
          annotations: {
            ...lastApplied({ spec: { syncPolicy: { syncOptions: [] } } }),
            'argocd.argoproj.io/compare-options': 'ServerSideDiff=true',
            'argocd.argoproj.io/skip-reconcile': 'true',
          },
          managedFields: managed(
            { manager: 'helm', fieldsV1: { 'f:spec': { 'f:syncPolicy': {}, 'f:ignoreDifferences': {} } } },
            { manager: 'argocd-application-controller', fieldsV1: { 'f:status': {} } },
          ),
        },
      ),
    );
    expect(fact).toMatchObject({
      applicationSet: 'fleet',
      compareOptions: ['ServerSideDiff=true'],
      skipReconcile: true,
      lastAppliedDeclares: { ignoreDifferences: false, syncOptions: true },
    });
    expect(fact.specManagers.map((owner) => owner.manager)).toEqual(['helm']);
  });

  it('reads what the last comparison used, and the last deploy', () => {
    const rule = { group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/replicas'] };
    const fact = factOf(
      'application',
      application(
        {},
        {
          sync: { status: 'OutOfSync', revision: 'abc', comparedTo: { ignoreDifferences: [rule] } },
          history: [
            { revision: 'old', deployedAt: '2026-11-20T00:00:00Z' },
            { revision: 'abc', deployedAt: '2026-11-21T00:00:00Z' },
          ],
          reconciledAt: '2026-11-21T00:00:01Z',
          controllerNamespace: 'argocd',
          conditions: [{ type: 'ComparisonError', message: 'broken' }],
        },
      ),
    );
    expect(fact).toMatchObject({
      sync: { status: 'OutOfSync', revision: 'abc', comparedRules: [{ kind: 'Deployment' }] },
      lastDeploy: { revision: 'abc', at: Date.parse('2026-11-21T00:00:00Z') },
      reconciledAt: Date.parse('2026-11-21T00:00:01Z'),
      controllerNamespace: 'argocd',
      conditions: [{ type: 'ComparisonError', status: '', reason: '', message: 'broken' }],
    });
  });
});
