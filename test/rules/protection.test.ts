import { describe, expect, it } from 'vitest';
import { loadJqEngine } from '../../src/kubernetes/jq-engine.ts';
import type { FieldOwner, Json, ObjectRef } from '../../src/model/facts.ts';
import type { FailingRule } from '../../src/model/verdicts.ts';
import {
  operationRespectsIgnoreDifferences,
  type Protection,
  protectionOf,
  type RuleSubject,
  respectsIgnoreDifferences,
  rulesOf,
} from '../../src/rules/protection.ts';
import {
  type ApplicationInput,
  applicationIn,
  clusterOf,
  type RawObject,
  rawApplication,
  rawHpa,
  rawSettings,
} from '../support/cluster.ts';

const jq = await loadJqEngine();

const WEB: ObjectRef = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };
const ROLLOUT: ObjectRef = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', namespace: 'shop', name: 'web' };
const CONFIG: ObjectRef = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'web' };
const RESPECT = { syncOptions: ['RespectIgnoreDifferences=true'] };
const POINTER = { jsonPointers: ['/spec/replicas'] };
const DEPLOYMENT = { group: 'apps', kind: 'Deployment' };

function owner(manager: string, subresource = 'scale'): FieldOwner {
  return { manager, operation: 'Update', subresource, time: null };
}

const HPA_WROTE = [owner('kube-controller-manager')];

function protect(
  app: ApplicationInput,
  subject: Partial<RuleSubject> = {},
  others: readonly RawObject[] = [],
  useComparedRules = false,
): Protection {
  const model = clusterOf(rawApplication(app), ...others);
  const full: RuleSubject = { ref: WEB, field: '/spec/replicas', owners: HPA_WROTE, value: 6, ...subject };
  return protectionOf(applicationIn(model, 'web'), full, { model, jq }, useComparedRules);
}

interface Row {
  readonly title: string;
  readonly source: string;
  readonly rule: { readonly [key: string]: Json };
  readonly subject?: Partial<RuleSubject>;
  readonly covers: boolean;
  readonly failing?: FailingRule['reason'];
  readonly resources?: readonly string[];
}

const ROWS: readonly Row[] = [
  {
    title: 'a rule without name and namespace covers every object of the kind',
    source: 'diff_normalizer.go:193',
    rule: { ...DEPLOYMENT, ...POINTER },
    covers: true,
  },
  {
    title: 'the narrowest rule covers its object',
    source: 'diff_normalizer.go:193',
    rule: { ...DEPLOYMENT, name: 'web', namespace: 'shop', ...POINTER },
    covers: true,
  },
  {
    title: 'group * and kind Deploy* cover (recording globkind)',
    source: 'util/argo/diff/ignore.go:58',
    rule: { group: '*', kind: 'Deploy*', ...POINTER },
    covers: true,
  },
  {
    title: 'braces cover either kind',
    source: 'util/glob/glob.go:Match',
    rule: { group: 'apps', kind: '{StatefulSet,Deployment}', ...POINTER },
    covers: true,
  },
  {
    title: 'a rule without group is for the core group (recording nogroup)',
    source: 'argo-cd issue 28590',
    rule: { kind: 'Deployment', ...POINTER },
    covers: false,
    failing: 'group-missing',
  },
  {
    title: 'an empty group is no better than none',
    source: 'argo-cd issue 28590',
    rule: { group: '', kind: 'Deployment', name: 'web', ...POINTER },
    covers: false,
    failing: 'group-missing',
  },
  {
    title: 'a glob kind without group misses as well',
    source: 'diff_normalizer.go:193',
    rule: { kind: 'Deploy*', ...POINTER },
    covers: false,
    failing: 'group-missing',
  },
  {
    title: 'group apps/v1 is a version, not a group',
    source: 'diff_normalizer.go:193',
    rule: { group: 'apps/v1', kind: 'Deployment', ...POINTER },
    covers: false,
    failing: 'group-mismatch',
  },
  {
    title: 'the old group extensions does not match apps',
    source: 'diff_normalizer.go:193',
    rule: { group: 'extensions', kind: 'Deployment', ...POINTER },
    covers: false,
    failing: 'group-mismatch',
  },
  {
    title: 'a rule on the autoscaler does not cover what it scales',
    source: 'diff_normalizer.go:194',
    rule: { group: 'autoscaling', kind: 'HorizontalPodAutoscaler', ...POINTER },
    covers: false,
    failing: 'group-mismatch',
  },
  {
    title: 'a kind in small letters does not match',
    source: 'diff_normalizer.go:194',
    rule: { group: 'apps', kind: 'deployment', ...POINTER },
    covers: false,
    failing: 'kind-mismatch',
  },
  {
    title: 'nor does the plural',
    source: 'diff_normalizer.go:194',
    rule: { group: 'apps', kind: 'Deployments', ...POINTER },
    covers: false,
    failing: 'kind-mismatch',
  },
  {
    title: 'a StatefulSet of this name that is not there was meant to be this Deployment',
    source: 'diff_normalizer.go:194',
    rule: { group: 'apps', kind: 'StatefulSet', name: 'web', ...POINTER },
    covers: false,
    failing: 'kind-mismatch',
  },
  {
    title: 'a StatefulSet of this name that is there has its own rule',
    source: 'diff_normalizer.go:194',
    rule: { group: 'apps', kind: 'StatefulSet', name: 'web', ...POINTER },
    covers: false,
    resources: ['apps/Deployment:shop/web', 'apps/StatefulSet:shop/web'],
  },
  {
    title: 'a rule for all StatefulSets is plainly about something else',
    source: 'diff_normalizer.go:194',
    rule: { group: 'apps', kind: 'StatefulSet', ...POINTER },
    covers: false,
  },
  {
    title: 'names are no globs',
    source: 'diff_normalizer.go:195',
    rule: { ...DEPLOYMENT, name: 'web*', ...POINTER },
    covers: false,
    failing: 'name-is-glob',
  },
  {
    title: 'a star as a name is literal too',
    source: 'diff_normalizer.go:195',
    rule: { ...DEPLOYMENT, name: '*', ...POINTER },
    covers: false,
    failing: 'name-is-glob',
  },
  {
    title: 'a glob name for other objects is about something else',
    source: 'diff_normalizer.go:195',
    rule: { ...DEPLOYMENT, name: 'api-*', ...POINTER },
    covers: false,
  },
  {
    title: 'a name of nothing that exists was meant for the only Deployment there is',
    source: 'diff_normalizer.go:195',
    rule: { ...DEPLOYMENT, name: 'frontend', ...POINTER },
    covers: false,
    failing: 'name-mismatch',
  },
  {
    title: 'a name of nothing that exists, and close to this one',
    source: 'diff_normalizer.go:195',
    rule: { ...DEPLOYMENT, name: 'web-deployment', ...POINTER },
    covers: false,
    failing: 'name-mismatch',
    resources: ['apps/Deployment:shop/web', 'apps/Deployment:shop/api'],
  },
  {
    title: 'a name of another Deployment that exists is about that one',
    source: 'diff_normalizer.go:195',
    rule: { ...DEPLOYMENT, name: 'api', ...POINTER },
    covers: false,
    resources: ['apps/Deployment:shop/web', 'apps/Deployment:shop/api'],
  },
  {
    title: "the Application's namespace is not the resource's",
    source: 'diff_normalizer.go:196',
    rule: { ...DEPLOYMENT, name: 'web', namespace: 'argocd', ...POINTER },
    covers: false,
    failing: 'namespace-mismatch',
  },
  {
    title: 'a namespace with objects of its own is about those',
    source: 'diff_normalizer.go:196',
    rule: { ...DEPLOYMENT, namespace: 'other', ...POINTER },
    covers: false,
    resources: ['apps/Deployment:shop/web', 'apps/Deployment:other/web'],
  },
  {
    title: 'a pointer above the field takes the field with it',
    source: 'diff_normalizer.go, jsonPatch remove',
    rule: { ...DEPLOYMENT, jsonPointers: ['/spec'] },
    covers: true,
  },
  {
    title: 'a pointer beside the field does not',
    source: 'diff_normalizer.go, jsonPatch remove',
    rule: { ...DEPLOYMENT, jsonPointers: ['/spec/paused'] },
    covers: false,
  },
  {
    title: 'a pointer without the leading slash removes nothing',
    source: 'evanphx/json-patch findObject',
    rule: { ...DEPLOYMENT, jsonPointers: ['spec/replicas'] },
    covers: false,
    failing: 'field-not-covered',
  },
  {
    title: 'nor does a jq path as a pointer',
    source: 'evanphx/json-patch findObject',
    rule: { ...DEPLOYMENT, jsonPointers: ['.spec.replicas'] },
    covers: false,
    failing: 'field-not-covered',
  },
  {
    title: 'nor does the field in the wrong place',
    source: 'diff_normalizer.go, jsonPatch remove',
    rule: { ...DEPLOYMENT, jsonPointers: ['/spec/template/spec/replicas'] },
    covers: false,
    failing: 'field-not-covered',
  },
  {
    title: 'nor does it in the singular',
    source: 'diff_normalizer.go, jsonPatch remove',
    rule: { ...DEPLOYMENT, jsonPointers: ['/spec/replica'] },
    covers: false,
    failing: 'field-not-covered',
  },
  {
    title: 'nor with a slash at the end',
    source: 'RFC 6901',
    rule: { ...DEPLOYMENT, jsonPointers: ['/spec/replicas/'] },
    covers: false,
    failing: 'field-not-covered',
  },
  {
    title: 'a wildcard in a pointer is a plain name',
    source: 'RFC 6901',
    rule: { ...DEPLOYMENT, jsonPointers: ['/*/replicas'] },
    covers: false,
    failing: 'field-not-covered',
  },
  {
    title: '~1 escapes the slash of an annotation',
    source: 'RFC 6901',
    rule: { ...DEPLOYMENT, jsonPointers: ['/metadata/annotations/example.com~1owner'] },
    subject: { field: '/metadata/annotations/example.com~1owner', value: 'x' },
    covers: true,
  },
  {
    title: 'a core kind needs no group',
    source: 'types.go:124',
    rule: { kind: 'ConfigMap', jsonPointers: ['/data/key'] },
    subject: { ref: CONFIG, field: '/data/key', value: '1' },
    covers: true,
  },
  {
    title: 'a core kind with a group is missed',
    source: 'diff_normalizer.go:193',
    rule: { group: 'apps', kind: 'ConfigMap', jsonPointers: ['/data/key'] },
    subject: { ref: CONFIG, field: '/data/key', value: '1' },
    covers: false,
    failing: 'group-mismatch',
  },
  {
    title: 'a jq path covers',
    source: 'diff_normalizer.go:162',
    rule: { ...DEPLOYMENT, jqPathExpressions: ['.spec.replicas'] },
    covers: true,
  },
  {
    title: 'a jq path above covers',
    source: 'diff_normalizer.go:162',
    rule: { ...DEPLOYMENT, jqPathExpressions: ['.spec'] },
    covers: true,
  },
  {
    title: 'a jq expression that asks for the name covers',
    source: 'diff_normalizer.go:162',
    rule: { group: '*', kind: '*', jqPathExpressions: ['select(.metadata.name == "web") | .spec.replicas'] },
    covers: true,
  },
  {
    title: 'a jq expression that asks for another name does not',
    source: 'diff_normalizer.go:162',
    rule: { ...DEPLOYMENT, jqPathExpressions: ['select(.metadata.name == "api") | .spec.replicas'] },
    covers: false,
    failing: 'field-not-covered',
  },
  {
    title: 'a jq expression that selects on the value covers while it holds',
    source: 'diff_normalizer.go:162',
    rule: { ...DEPLOYMENT, jqPathExpressions: ['select(.spec.replicas > 5) | .spec.replicas'] },
    covers: true,
  },
  {
    title: 'and does not while it does not',
    source: 'diff_normalizer.go:162',
    rule: { ...DEPLOYMENT, jqPathExpressions: ['select(.spec.replicas > 5) | .spec.replicas'] },
    subject: { value: 3 },
    covers: false,
    failing: 'field-not-covered',
  },
  {
    title: 'a jq expression that fails when it runs is skipped',
    source: 'diff_normalizer.go:218-231',
    rule: { ...DEPLOYMENT, jqPathExpressions: ['.spec.replicas.count'] },
    covers: false,
    failing: 'field-not-covered',
  },
  {
    title: 'a jq expression of an endless kind is skipped (1 s in Argo CD)',
    source: 'diff_normalizer.go:72',
    rule: { ...DEPLOYMENT, jqPathExpressions: ['def replicas: replicas; replicas'] },
    covers: false,
    failing: 'field-not-covered',
  },
  {
    title: 'a container chosen by its name covers its env, wherever it stands in the list',
    source: 'docs/user-guide/diffing.md',
    rule: { ...DEPLOYMENT, jqPathExpressions: ['.spec.template.spec.containers[] | select(.name == "mesh").env'] },
    subject: {
      field: '/spec/template/spec/containers/1/env/0/value',
      value: 'x',
      leaves: new Map<string, Json>([
        ['/spec/template/spec/containers/0/name', 'app'],
        ['/spec/template/spec/containers/1/name', 'mesh'],
      ]),
    },
    covers: true,
  },
  {
    title: 'and not that of another container',
    source: 'docs/user-guide/diffing.md',
    rule: { ...DEPLOYMENT, jqPathExpressions: ['.spec.template.spec.containers[] | select(.name == "app").env'] },
    subject: {
      field: '/spec/template/spec/containers/1/image',
      value: 'x',
      leaves: new Map<string, Json>([
        ['/spec/template/spec/containers/0/name', 'app'],
        ['/spec/template/spec/containers/1/name', 'mesh'],
      ]),
    },
    covers: false,
  },
  {
    title: 'deleting the item before it does not hide a container',
    source: 'diff_normalizer.go:162',
    rule: { ...DEPLOYMENT, jqPathExpressions: ['.spec.template.spec.containers[0]'] },
    subject: { field: '/spec/template/spec/containers/1/image', value: 'x' },
    covers: false,
  },
  {
    title: 'deleting the item itself does',
    source: 'diff_normalizer.go:162',
    rule: { ...DEPLOYMENT, jqPathExpressions: ['.spec.template.spec.containers[1]'] },
    subject: { field: '/spec/template/spec/containers/1/image', value: 'x' },
    covers: true,
  },
  {
    title: 'an item of a plain list by its value',
    source: 'diff_normalizer.go:162',
    rule: { ...DEPLOYMENT, jqPathExpressions: ['.metadata.finalizers[] | select(. == "a")'] },
    subject: { field: '/metadata/finalizers/0', value: 'a' },
    covers: true,
  },
  {
    title: 'a manager that owns the field covers',
    source: 'managed_fields.go:43',
    rule: { ...DEPLOYMENT, managedFieldsManagers: ['kube-controller-manager'] },
    covers: true,
  },
  {
    title: 'whatever the operation and the subresource',
    source: 'managed_fields.go:43',
    rule: { ...DEPLOYMENT, managedFieldsManagers: ['keda'] },
    subject: { owners: [{ manager: 'keda', operation: 'Apply', subresource: '', time: 1 }] },
    covers: true,
  },
  {
    title: 'a manager of another platform does not (k3s writes as k3s)',
    source: 'managed_fields.go:90',
    rule: { ...DEPLOYMENT, managedFieldsManagers: ['kube-controller-manager'] },
    subject: { owners: [owner('k3s')] },
    covers: false,
    failing: 'manager-mismatch',
  },
  {
    title: 'a manager by prefix does not',
    source: 'managed_fields.go:90',
    rule: { ...DEPLOYMENT, managedFieldsManagers: ['kube-*'] },
    covers: false,
    failing: 'manager-mismatch',
  },
  {
    title: 'one of several ways in a rule is enough',
    source: 'ignore.go:44-70',
    rule: {
      ...DEPLOYMENT,
      jsonPointers: ['/spec/paused'],
      jqPathExpressions: ['.spec.replicas'],
      managedFieldsManagers: ['nobody'],
    },
    covers: true,
  },
  {
    title: 'a Rollout has its own group',
    source: 'diff_normalizer.go:193',
    rule: { group: 'apps', kind: 'Rollout', ...POINTER },
    subject: { ref: ROLLOUT },
    covers: false,
    failing: 'group-mismatch',
  },
  {
    title: 'a Rollout by its group is covered',
    source: 'diff_normalizer.go:193',
    rule: { group: 'argoproj.io', kind: 'Rollout', ...POINTER },
    subject: { ref: ROLLOUT },
    covers: true,
  },
];

describe('a rule of an Application against a field', () => {
  it.each(ROWS)('$title ($source)', ({ rule, subject, covers, failing, resources }) => {
    const app = { ignoreDifferences: [rule], syncPolicy: RESPECT, ...(resources === undefined ? {} : { resources }) };
    const protection = protect(app, subject);
    expect(protection.inDiff).toBe(covers);
    expect(protection.inSync).toBe(covers);
    expect(protection.covering.map((one) => one.place)).toEqual(covers ? ['spec.ignoreDifferences[0]'] : []);
    expect(protection.failing.map((one) => one.reason)).toEqual(failing === undefined ? [] : [failing]);
    for (const one of protection.failing) {
      expect(one.message).toContain('spec.ignoreDifferences[0]');
      expect(one.message).toMatch(/\.$/);
    }
    expect(protection.comparisonBroken).toBe(false);
  });

  it('writes nothing into the leaves it is given, where the field stood in a map or list that is empty now', () => {
    const leaves = new Map<string, Json>([
      ['/spec/template/spec/containers/0/resources', {}],
      ['/spec/template/spec/containers/0/env', []],
    ]);
    const rule = { ...DEPLOYMENT, jqPathExpressions: ['.spec.template.spec.containers[].resources'] };
    for (const field of ['resources/limits/cpu', 'env/0/value', 'resources/limits/cpu']) {
      const subject = { field: `/spec/template/spec/containers/0/${field}`, value: null, leaves };
      const { inDiff } = protect({ ignoreDifferences: [rule], syncPolicy: RESPECT }, subject);
      expect(inDiff).toBe(field.startsWith('resources'));
    }
    expect([...leaves.values()]).toEqual([{}, []]);
  });

  it('says what to change, in one sentence that names the place', () => {
    const protection = protect({ ignoreDifferences: [{ kind: 'Deployment', ...POINTER }], syncPolicy: RESPECT });
    expect(protection.failing[0]?.message).toBe(
      'spec.ignoreDifferences[0] has no group, which means the core group and matches no Deployment; add group: apps.',
    );
  });
});

describe('a jq expression that does not parse (recording jqbad)', () => {
  const broken = { ...DEPLOYMENT, jqPathExpressions: ['.spec.replicas |'] };

  it('breaks the comparison of the whole Application (state.go:918)', () => {
    const protection = protect({ ignoreDifferences: [broken], syncPolicy: RESPECT });
    expect(protection).toMatchObject({ inDiff: false, inSync: false, comparisonBroken: true });
    expect(protection.failing.map((one) => one.reason)).toEqual(['jq-does-not-parse']);
  });

  it('does so whatever kind it was for (NewIgnoreNormalizer compiles all)', () => {
    const protection = protect({
      ignoreDifferences: [
        { ...DEPLOYMENT, ...POINTER },
        { ...broken, kind: 'Service', group: '' },
      ],
      syncPolicy: RESPECT,
    });
    expect(protection.comparisonBroken).toBe(true);
    expect(protection.failing).toMatchObject([{ place: 'spec.ignoreDifferences[1]', reason: 'jq-does-not-parse' }]);
  });

  it('does so from argocd-cm, for every Application', () => {
    const cm = rawSettings({
      'resource.customizations.ignoreDifferences.apps_StatefulSet': 'jqPathExpressions: ["..["]',
    });
    const protection = protect({}, {}, [cm]);
    expect(protection.comparisonBroken).toBe(true);
    expect(protection.failing[0]?.place).toBe('argocd-cm resource.customizations.ignoreDifferences.apps_StatefulSet');
  });
});

describe('RespectIgnoreDifferences', () => {
  const rule = { ...DEPLOYMENT, ...POINTER };

  it('absent, the rule hides the difference and no more: a half fix', () => {
    const protection = protect({ ignoreDifferences: [rule] });
    expect(protection).toMatchObject({ inDiff: true, inSync: false });
    expect(protection.failing).toMatchObject([{ place: 'spec.ignoreDifferences[0]', reason: 'not-respected' }]);
  });

  it.each([
    ['RespectIgnoreDifferences=True'],
    ['RespectIgnoreDifferences=false'],
    [' RespectIgnoreDifferences=true'],
    ['RespectIgnoreDifferences'],
  ])('is compared letter by letter: %j is not it (sync.go:236, HasOption)', (option) => {
    const protection = protect({ ignoreDifferences: [rule], syncPolicy: { syncOptions: [option] } });
    expect(protection).toMatchObject({ inDiff: true, inSync: false });
  });

  it('without a rule protects nothing', () => {
    expect(protect({ syncPolicy: RESPECT })).toMatchObject({ inDiff: false, inSync: false, covering: [], failing: [] });
  });

  it('is asked of the operation where one is under way, since a sync with options of its own drops it', () => {
    const operationState = {
      phase: 'Running',
      startedAt: '2026-11-21T05:44:58Z',
      operation: { sync: { syncOptions: ['Replace=true'] } },
    };
    const model = clusterOf(rawApplication({ syncPolicy: RESPECT, operationState }), rawApplication({ name: 'idle' }));
    expect(respectsIgnoreDifferences(applicationIn(model, 'web'))).toBe(true);
    expect(operationRespectsIgnoreDifferences(applicationIn(model, 'web'))).toBe(false);
    expect(operationRespectsIgnoreDifferences(applicationIn(model, 'idle'))).toBeNull();
  });
});

describe('rules of argocd-cm', () => {
  const KEY = 'resource.customizations.ignoreDifferences';
  const replicas = 'jsonPointers:\n- /spec/replicas\n';
  const scaler = 'managedFieldsManagers:\n- kube-controller-manager\n';

  it.each([
    ['apps_Deployment', replicas, WEB, true, 'settings.go:1207'],
    ['apps_StatefulSet', replicas, WEB, false, 'settings.go:1207'],
    ['argoproj.io_Rollout', replicas, ROLLOUT, true, 'settings.go:1207'],
    ['all', replicas, WEB, true, 'settings.go:1157'],
    ['all', `group: batch\nkind: Job\n${replicas}`, WEB, true, 'issue 18254: a kind inside is ignored'],
    ['apps_Deployment', scaler, WEB, true, 'ignore.go:44-54'],
    ['all', scaler, WEB, true, 'ignore.go:50'],
    ['ConfigMap', 'jsonPointers:\n- /data/key\n', CONFIG, true, 'settings.go:1207: a core kind has no group'],
    ['ConfigMap', scaler, CONFIG, false, 'ignore.go:44: looked up as "/ConfigMap", which is not the key'],
  ])('%s covers as Argo CD reads the key', (suffix, value, ref, covers) => {
    const field = ref === CONFIG ? '/data/key' : '/spec/replicas';
    const protection = protect({ syncPolicy: RESPECT }, { ref, field }, [rawSettings({ [`${KEY}.${suffix}`]: value })]);
    expect(protection.inDiff).toBe(covers);
    expect(protection.inSync).toBe(covers);
  });

  it('a glob key of the older form covers by pointer, and not by manager (ignore.go:44-54)', () => {
    const byPointer = rawSettings({
      'resource.customizations': `"apps/*":\n  ignoreDifferences: |\n    jsonPointers: [/spec/replicas]\n`,
    });
    const byManager = rawSettings({
      'resource.customizations': `"apps/*":\n  ignoreDifferences: |\n    managedFieldsManagers: [kube-controller-manager]\n`,
    });
    expect(protect({}, {}, [byPointer]).inDiff).toBe(true);
    const missed = protect({}, {}, [byManager]);
    expect(missed.inDiff).toBe(false);
    expect(missed.failing).toMatchObject([{ reason: 'manager-mismatch' }]);
  });

  it('stand after the rules of the Application, and both count', () => {
    const model = clusterOf(
      rawApplication({ ignoreDifferences: [{ ...DEPLOYMENT, ...POINTER }] }),
      rawSettings({ [`${KEY}.apps_Deployment`]: replicas }),
    );
    expect(rulesOf(applicationIn(model, 'web'), model).map((rule) => rule.level)).toEqual(['application', 'system']);
  });
});

describe('the rules that Argo CD compared with', () => {
  it('are what counts when asked for, not what the spec says since a second', () => {
    const app: ApplicationInput = {
      ignoreDifferences: [{ ...DEPLOYMENT, ...POINTER }],
      comparedRules: [],
      syncPolicy: RESPECT,
    };
    expect(protect(app).inSync).toBe(true);
    expect(protect(app, {}, [], true).inSync).toBe(false);
    expect(protect({ ...app, comparedRules: [{ ...DEPLOYMENT, ...POINTER }] }, {}, [], true).inSync).toBe(true);
  });
});

describe('managedFieldsManagers right after a revert, when Argo CD is the only owner', () => {
  const argo = [owner('argocd-controller', '')];
  const app = (manager: string): ApplicationInput => ({
    ignoreDifferences: [{ ...DEPLOYMENT, managedFieldsManagers: [manager] }],
    syncPolicy: RESPECT,
  });

  it("count the name under which this cluster's HPA controller writes", () => {
    expect(protect(app('k3s'), { owners: argo }, [rawHpa({ managers: ['k3s'] })]).inSync).toBe(true);
  });

  it('miss it where the rule names the manager of another platform, and say which one writes here', () => {
    const protection = protect(app('kube-controller-manager'), { owners: argo }, [rawHpa({ managers: ['k3s'] })]);
    expect(protection.inDiff).toBe(false);
    expect(protection.failing[0]?.message).toContain('"k3s"');
  });

  it('conclude nothing where nobody but Argo CD is known to write', () => {
    expect(protect(app('kube-controller-manager'), { owners: argo }).failing).toEqual([]);
  });
});
