import { describe, expect, it } from 'vitest';
import { decideAutoSync } from '../../src/embedded/argocd/auto-sync.ts';
import type { ComparedResource } from '../../src/embedded/argocd/compare.ts';
import { readIgnoreRules, withLiveIgnored } from '../../src/embedded/argocd/ignore-rules.ts';
import { parseJqPath, resolveJqPath } from '../../src/embedded/argocd/jq-paths.ts';
import { healBackoff, waitBeforeHeal } from '../../src/embedded/argocd/profiles.ts';
import { isBlocked } from '../../src/embedded/argocd/sync-windows.ts';
import { application, appProject, replicasRule, workload } from '../../src/embedded/blueprints.ts';
import type { JsonObject } from '../../src/embedded/json.ts';
import { kindOf } from '../../src/embedded/kinds.ts';
import type { KubeObject } from '../../src/embedded/objects.ts';

describe('the wait before a heal', () => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7, 20])('after %i heals since 2.13', (attempts) => {
    const wait = [0, 2, 6, 18, 54, 162, 300][Math.min(attempts, 6)] ?? 0;
    expect(waitBeforeHeal(healBackoff('3.5'), attempts, 0)).toBe(wait * 1000);
    expect(waitBeforeHeal(healBackoff('2.14'), attempts, wait * 1000 + 1)).toBe(0);
  });

  it('is 5 s after anything up to 2.12.6', () => {
    expect(waitBeforeHeal(healBackoff('2.12'), 0, 1_000)).toBe(4_000);
    expect(waitBeforeHeal(healBackoff('2.12'), 9, 1_000)).toBe(4_000);
  });
});

describe('what Argo CD starts by itself', () => {
  const desired = { revision: 'b', source: { path: 'web' } };
  const state = (phase: string, revision = 'b', attempts = 0): JsonObject => ({
    phase,
    operation: { sync: { autoHealAttemptsCount: attempts } },
    syncResult: { revision, source: { path: 'web' } },
  });
  const web: ComparedResource = {
    info: kindOf('apps/v1', 'Deployment'),
    namespace: 'shop',
    name: 'web',
    manifest: workload({ name: 'web' }),
    live: workload({ name: 'web' }),
    synced: false,
  };
  const decide = (
    automated: JsonObject | null,
    operationState?: JsonObject,
    more: Partial<Parameters<typeof decideAutoSync>[0]> = {},
  ) => {
    const app = application({ name: 'web', repoURL: 'x', destination: 'shop', automated });
    const status = operationState === undefined ? {} : { operationState };
    const input = {
      app: { ...app, status },
      compared: [web],
      desired,
      blocked: false,
      backoff: healBackoff('3.5'),
      sinceFinished: 0,
    };
    return decideAutoSync({ ...input, ...more });
  };
  const healing = { selfHeal: true, prune: true };

  it('syncs what it never synced, and a new revision, without asking for selfHeal', () => {
    expect(decide({})).toEqual({ action: 'sync' });
    expect(decide({}, state('Succeeded', 'a'))).toEqual({ action: 'sync' });
  });

  it('heals drift of the same revision only with selfHeal, naming no namespace', () => {
    expect(decide({}, state('Succeeded'))).toEqual({ action: 'none' });
    expect(decide(healing, state('Succeeded'))).toEqual({
      action: 'heal',
      attempts: 1,
      resources: [{ group: 'apps', kind: 'Deployment', name: 'web' }],
    });
    expect(decide(healing, state('Succeeded', 'b', 3))).toEqual({ action: 'wait', milliseconds: 18_000 });
  });

  it('gives up on a revision whose sync failed', () => {
    expect(decide(healing, state('Failed')).action).toBe('gave-up');
    expect(decide(healing, state('Failed', 'a')).action).toBe('sync');
  });

  it.each([
    ['automation is off', null, {}],
    ['it is switched off by enabled', { enabled: false, selfHeal: true }, {}],
    ['a window blocks', healing, { blocked: true }],
    ['all is synced', healing, { compared: [{ ...web, synced: true }] }],
    [
      'only a prune is left and prune is off',
      { selfHeal: true },
      {
        compared: [
          { ...web, manifest: undefined },
          { ...web, synced: true },
        ],
      },
    ],
    ['Git became empty', healing, { compared: [{ ...web, manifest: undefined }] }],
  ] as const)('does nothing when %s', (_, automated, more) => {
    expect(decide(automated, undefined, more as never)).toEqual({ action: 'none' });
  });
});

describe('ignore rules', () => {
  const live: KubeObject = {
    ...workload({ name: 'web', replicas: 9 }),
    metadata: {
      name: 'web',
      namespace: 'shop',
      managedFields: [
        {
          manager: 'kube-controller-manager',
          operation: 'Update',
          apiVersion: 'apps/v1',
          fieldsType: 'FieldsV1',
          fieldsV1: { 'f:spec': { 'f:replicas': {} } },
          subresource: 'scale',
        },
      ],
    },
  };
  const manifest = { ...workload({ name: 'web', replicas: 3 }), metadata: { name: 'web', namespace: 'shop' } };
  const replicasWith = (rule: JsonObject, settings: JsonObject = {}) => {
    const app = application({ name: 'web', repoURL: 'x', destination: 'shop', ignoreDifferences: [rule] });
    return withLiveIgnored(manifest, live, readIgnoreRules(app, settings)).spec?.['replicas'];
  };

  it.each([
    ['the rule', replicasRule('Deployment'), 9],
    ['globs', { group: '*', kind: 'Depl*', jsonPointers: ['/spec/replicas'] }, 9],
    ['alternatives', { group: '{apps,extensions}', kind: 'Deployment', jsonPointers: ['/spec/replicas'] }, 9],
    ['a jq path', { group: 'apps', kind: 'Deployment', jqPathExpressions: ['.spec.replicas'] }, 9],
    ['the manager that owns it', { group: 'apps', kind: '*', managedFieldsManagers: ['kube-controller-manager'] }, 9],
    ['no group: core only', { kind: 'Deployment', jsonPointers: ['/spec/replicas'] }, 3],
    ['another name', { ...replicasRule('Deployment'), name: 'api' }, 3],
    ['a glob as name: exact', { ...replicasRule('Deployment'), name: 'w*' }, 3],
    ['another namespace', { ...replicasRule('Deployment'), namespace: 'argocd' }, 3],
    ['another manager', { group: 'apps', kind: 'Deployment', managedFieldsManagers: ['keda-operator'] }, 3],
  ])('%s', (_, rule, replicas) => {
    expect(replicasWith(rule)).toBe(replicas);
  });

  it('apply to every application from argocd-cm, by group and kind', () => {
    const key = 'resource.customizations.ignoreDifferences.apps_Deployment';
    const none = { group: 'x', kind: 'y', jsonPointers: [] };
    expect(replicasWith(none, { [key]: 'jsonPointers:\n- /spec/replicas\n' })).toBe(9);
    expect(replicasWith(none, { [key.replace('apps_', 'batch_')]: 'jsonPointers:\n- /spec/replicas\n' })).toBe(3);
  });

  it('break the comparison with an expression that does not parse', () => {
    const rule = { group: 'apps', kind: 'Deployment', jqPathExpressions: ['.spec.replicas |'] };
    const app = application({ name: 'web', repoURL: 'x', destination: 'shop', ignoreDifferences: [rule] });
    expect(readIgnoreRules(app, {}).broken).toBe('.spec.replicas |');
  });
});

describe('jq paths', () => {
  const value = { spec: { containers: [{ name: 'app', env: [{ name: 'A' }] }, { name: 'proxy' }], 'a.b': 1 } };

  it.each([
    [
      '.spec.containers[].name',
      [
        ['spec', 'containers', 0, 'name'],
        ['spec', 'containers', 1, 'name'],
      ],
    ],
    ['.spec.containers[1]', [['spec', 'containers', 1]]],
    ['.spec["a.b"]', [['spec', 'a.b']]],
    ['.spec.containers[] | select(.name == "app") | .env', [['spec', 'containers', 0, 'env']]],
    ['.spec.missing[]?', []],
  ])('%s', (expression, paths) => {
    expect(resolveJqPath(value, parseJqPath(expression) ?? [])).toEqual(paths);
  });

  it.each(['.spec.replicas |', 'spec', '', '.a | foo(', '..'])('%s does not parse', (expression) => {
    expect(parseJqPath(expression)).toBeUndefined();
  });
});

describe('sync windows', () => {
  const app = application({ name: 'web', repoURL: 'x', destination: 'shop' });
  const at = (text: string) => Date.parse(text);
  const project = (window: JsonObject) =>
    appProject('default', [{ kind: 'deny', duration: '1h', applications: ['*'], ...window }]);

  it.each([
    ['always', { schedule: '* * * * *' }, '2026-11-21T05:30:00Z', true],
    ['inside', { schedule: '0 5 * * *' }, '2026-11-21T05:59:00Z', true],
    ['after', { schedule: '0 5 * * *' }, '2026-11-21T06:01:00Z', false],
    ['on another weekday', { schedule: '0 5 * * 1-5' }, '2026-11-21T05:10:00Z', false],
    ['for another application', { schedule: '* * * * *', applications: ['api*'] }, '2026-11-21T05:30:00Z', false],
    ['by namespace', { schedule: '* * * * *', applications: [], namespaces: ['shop'] }, '2026-11-21T05:30:00Z', true],
    ['outside an allow window', { kind: 'allow', schedule: '0 1 * * *' }, '2026-11-21T05:30:00Z', true],
    ['inside an allow window', { kind: 'allow', schedule: '0 5 * * *' }, '2026-11-21T05:30:00Z', false],
  ])('%s', (_, window, time, blocked) => {
    expect(isBlocked(project(window), app, at(time))).toBe(blocked);
  });
});
