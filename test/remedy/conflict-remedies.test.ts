import { describe, expect, it } from 'vitest';
import { loadJqEngine } from '../../src/kubernetes/jq-engine.ts';
import type { Json, ObjectRef } from '../../src/model/facts.ts';
import type { Conflict, Contender, Remedy } from '../../src/model/verdicts.ts';
import { type RemedyHints, remedyForConflict } from '../../src/remedy/remedy.ts';
import { clusterOf, type RawObject, rawApplication, rawHpa, rawSettings, rawWorkload } from '../support/cluster.ts';
import { aConflict } from '../support/report-fixtures.ts';

const jq = await loadJqEngine();

const ROLLOUT: ObjectRef = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', namespace: 'shop', name: 'web' };
const RULE = { group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/replicas'] };
const RESPECT = { syncOptions: ['RespectIgnoreDifferences=true'] };
const HEALS = { automated: { selfHeal: true, prune: true } };

function remedyIn(objects: readonly RawObject[], conflict: Partial<Conflict> = {}, hints?: RemedyHints): Remedy {
  return remedyForConflict(aConflict(conflict), { model: clusterOf(...objects), jq }, hints);
}

function between(...others: readonly Partial<Contender>[]): readonly Contender[] {
  const argocd: Contender = { kind: 'argocd', manager: 'argocd-controller', name: 'web', values: [3] };
  return [
    argocd,
    ...others.map((other): Contender => ({ kind: 'controller', manager: null, name: null, values: [], ...other })),
  ];
}

const ids = (remedy: Remedy): string[] => remedy.steps.map((step) => step.id);
const warnings = (remedy: Remedy): string[] => remedy.warnings.map((warning) => warning.id);
const warning = (remedy: Remedy, id: string): string => remedy.warnings.find((one) => one.id === id)?.message ?? '';

const declares3 = rawWorkload({ lastAppliedSpec: { replicas: 3 } });

describe('an HPA against self-heal', () => {
  it('gets the narrowest rule with RespectIgnoreDifferences, then the same in Git, then replicas out of Git', () => {
    const remedy = remedyIn([rawApplication({ syncPolicy: HEALS }), declares3, rawHpa()]);
    expect(ids(remedy)).toEqual(['stop-now', 'make-permanent', 'remove-from-git']);
    expect(remedy.steps[0]?.patch).toEqual([
      {
        op: 'add',
        path: '/spec/ignoreDifferences',
        value: [
          { group: 'apps', kind: 'Deployment', name: 'web', namespace: 'shop', jsonPointers: ['/spec/replicas'] },
        ],
      },
      { op: 'add', path: '/spec/syncPolicy/syncOptions', value: ['RespectIgnoreDifferences=true'] },
    ]);
    expect(remedy.summary).toContain('HPA web');
    expect(remedy.steps[1]?.yaml).toBe(
      [
        'apiVersion: argoproj.io/v1alpha1',
        'kind: Application',
        'metadata:',
        '  name: web',
        '  namespace: argocd',
        'spec:',
        '  ignoreDifferences:',
        '    - group: apps',
        '      kind: Deployment',
        '      name: web',
        '      namespace: shop',
        '      jsonPointers:',
        '        - /spec/replicas',
        '  syncPolicy:',
        '    syncOptions:',
        '      - RespectIgnoreDifferences=true',
        '',
      ].join('\n'),
    );
    expect(remedy.verify.command).toBe(
      "kubectl get applications.argoproj.io/web -n argocd -o 'jsonpath={.status.sync.comparedTo.ignoreDifferences}'",
    );
    expect(remedy.verify.message).toContain('300 s');
  });

  it('takes a Rollout by its own group', () => {
    const rollout = rawWorkload({ apiVersion: ROLLOUT.apiVersion, kind: 'Rollout', lastAppliedSpec: { replicas: 3 } });
    const remedy = remedyIn([rawApplication(), rollout], { workload: ROLLOUT });
    expect(JSON.stringify(remedy.steps[0]?.patch)).toContain('"group":"argoproj.io","kind":"Rollout"');
    expect(remedy.steps.at(-1)?.why).toContain('Argo Rollouts then sets 1');
  });

  it('waits for the backoff that this cluster is set to', () => {
    const params: RawObject = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'argocd-cmd-params-cm', namespace: 'argocd' },
      data: { 'controller.self.heal.backoff.cap.seconds': '60' },
    };
    expect(remedyIn([rawApplication(), declares3, params]).verify.message).toContain('60 s');
  });

  it('repairs the rule that was meant for it, and says so (recording nogroup)', () => {
    const app = rawApplication({
      ignoreDifferences: [{ kind: 'Deployment', jsonPointers: ['/spec/replicas'] }],
      syncPolicy: RESPECT,
    });
    const [first] = remedyIn([app, declares3, rawHpa()]).steps;
    expect(first?.patch).toEqual([
      {
        op: 'test',
        path: '/spec/ignoreDifferences/0',
        value: { kind: 'Deployment', jsonPointers: ['/spec/replicas'] },
      },
      { op: 'add', path: '/spec/ignoreDifferences/0/group', value: 'apps' },
    ]);
    expect(first?.why).toContain('spec.ignoreDifferences[0] repaired (group: apps)');
  });

  it.each<[string, Json, string]>([
    ['a wrong group', { ...RULE, group: 'extensions' }, 'group: apps'],
    ['a wrong kind', { ...RULE, kind: 'deployments' }, 'kind: Deployment'],
    ['a wrong name', { ...RULE, name: 'wbe' }, 'name: web'],
    ['a glob in the name', { ...RULE, name: 'web-*' }, 'a rule for /spec/replicas'],
    ['a glob in the name that was meant for it', { ...RULE, name: 'we*' }, 'name: web'],
    ['a star for a name', { ...RULE, name: '*' }, 'name removed'],
    ["the Application's namespace", { ...RULE, name: 'web', namespace: 'argocd' }, 'namespace: shop'],
    [
      'a pointer without its slash',
      { ...RULE, jsonPointers: ['spec/replicas'] },
      'pointer spec/replicas corrected to /spec/replicas',
    ],
    [
      'a jq expression that asks for another object',
      { group: 'apps', kind: 'Deployment', jqPathExpressions: ['select(.metadata.name == "x").spec.replicas'] },
      'pointer /spec/replicas added',
    ],
    [
      'a jq expression that does not parse',
      { group: 'apps', kind: 'Deployment', jqPathExpressions: ['.spec.replicas |'] },
      'does not parse',
    ],
    [
      'the manager of another platform',
      { group: 'apps', kind: 'Deployment', managedFieldsManagers: ['k3s'] },
      'pointer /spec/replicas added',
    ],
    [
      'a rule for everything by the wrong manager, which a pointer would make ignore everything',
      { group: '*', kind: '*', managedFieldsManagers: ['k3s'] },
      'a rule for /spec/replicas',
    ],
  ])('with %s', (_, rule, said) => {
    const [first] = remedyIn([
      rawApplication({ ignoreDifferences: [rule], syncPolicy: RESPECT }),
      declares3,
      rawHpa(),
    ]).steps;
    expect(first?.why).toContain(said);
  });

  it('with a rule and no RespectIgnoreDifferences gets the option and nothing else', () => {
    const [first] = remedyIn([
      rawApplication({ ignoreDifferences: [RULE], syncPolicy: { syncOptions: ['PruneLast=true'] } }),
      declares3,
    ]).steps;
    expect(first?.patch).toEqual([
      { op: 'test', path: '/spec/syncPolicy/syncOptions', value: ['PruneLast=true'] },
      { op: 'add', path: '/spec/syncPolicy/syncOptions/-', value: 'RespectIgnoreDifferences=true' },
    ]);
  });

  it('that is protected already leaves nothing to do but to take replicas out of Git', () => {
    const remedy = remedyIn([rawApplication({ ignoreDifferences: [RULE], syncPolicy: RESPECT }), declares3, rawHpa()]);
    expect(ids(remedy)).toEqual(['remove-from-git']);
    expect(remedy.summary).toContain('already');
  });

  it('that argocd-cm protects in the comparison needs the option only', () => {
    const cm = rawSettings({
      'resource.customizations.ignoreDifferences.apps_Deployment': 'jsonPointers: [/spec/replicas]',
    });
    const [first] = remedyIn([rawApplication(), declares3, cm]).steps;
    expect(first?.patch?.map((operation) => operation.path)).toEqual(['/spec/syncPolicy']);
  });

  it('with KEDA beside it: a rule that trusts one of two managers is not enough', () => {
    const rule = { group: 'apps', kind: 'Deployment', managedFieldsManagers: ['kube-controller-manager'] };
    const contenders = between(
      { kind: 'hpa', manager: 'kube-controller-manager', name: 'web' },
      { kind: 'keda', manager: 'keda', name: 'web' },
    );
    const [first] = remedyIn([rawApplication({ ignoreDifferences: [rule], syncPolicy: RESPECT }), declares3], {
      contenders,
    }).steps;
    expect(first?.why).toContain('pointer /spec/replicas added');
  });
});

describe('taking replicas out of Git', () => {
  const step = (remedy: Remedy) => remedy.steps.find((one) => one.id === 'remove-from-git');

  it('comes last, and says that last-applied would set 1 at a later sync', () => {
    const remedy = remedyIn([rawApplication(), declares3, rawHpa()]);
    expect(remedy.steps.at(-1)).toBe(step(remedy));
    expect(step(remedy)?.why).toMatch(/^Only after the rule is in force and one sync has succeeded/);
    expect(step(remedy)?.why).toContain('last-applied holds replicas (3)');
    expect(step(remedy)?.commands).toEqual(['kubectl apply view-last-applied deployment.apps/web -n shop -o yaml']);
  });

  it('is not suggested where Git does not declare them', () => {
    expect(ids(remedyIn([rawApplication(), rawWorkload({ lastAppliedSpec: {} }), rawHpa()]))).not.toContain(
      'remove-from-git',
    );
  });

  it('warns of Replace=true, which sets 1 at every sync', () => {
    const remedy = remedyIn([rawApplication({ syncPolicy: { syncOptions: ['Replace=true'] } }), declares3]);
    expect(step(remedy)?.why).toContain('Replace=true');
    expect(warnings(remedy)).toContain('replace-resets');
  });

  it('believes the annotation on the object more than the option of the Application', () => {
    const off = rawWorkload({
      lastAppliedSpec: { replicas: 3 },
      annotations: { 'argocd.argoproj.io/sync-options': 'Replace=false' },
    });
    expect(warnings(remedyIn([rawApplication({ syncPolicy: { syncOptions: ['Replace=true'] } }), off]))).not.toContain(
      'replace-resets',
    );
  });

  it('tells of ownership in place of last-applied under server-side apply', () => {
    const remedy = remedyIn([rawApplication({ syncPolicy: { syncOptions: ['ServerSideApply=true'] } }), rawWorkload()]);
    expect(step(remedy)?.why).toContain('under server-side apply');
    expect(step(remedy)?.commands).toEqual(['kubectl get deployment.apps/web -n shop -o yaml --show-managed-fields']);
  });

  it('names the dry source where the Application is hydrated', () => {
    const spec = { sourceHydrator: { drySource: { repoURL: 'https://git.example.com/dry.git', path: 'web' } } };
    const remedy = remedyIn([rawApplication({ spec }), declares3]);
    expect(step(remedy)?.why).toContain('https://git.example.com/dry.git web (the dry source');
    expect(warnings(remedy)).toContain('hydrated-source');
  });
});

describe('other contenders over replicas', () => {
  it('a scheduler gets the rule, or a deny window, and Git keeps its number', () => {
    const remedy = remedyIn([rawApplication(), declares3], {
      contenders: between({ manager: 'pykube-ng', values: [0] }),
    });
    expect(ids(remedy)).toEqual(['stop-now', 'make-permanent', 'sync-window']);
    expect(remedy.steps[2]?.yaml).toContain('kind: deny');
    expect(remedy.summary).toContain('pykube-ng');
  });

  it('KEDA that scales to zero without leaving a name gets the rule', () => {
    const remedy = remedyIn([rawApplication(), declares3], { contenders: between({ kind: 'keda', values: [0] }) });
    expect(ids(remedy)[0]).toBe('stop-now');
    expect(remedy.summary).toContain('KEDA');
  });

  it('a person gets a talk and a commit, and no ignore rule', () => {
    const remedy = remedyIn([rawApplication(), declares3], {
      contenders: between({ kind: 'human', manager: 'kubectl-scale', values: [7] }),
    });
    expect(ids(remedy)).toEqual(['talk-to-them', 'change-git']);
    expect(remedy.steps.every((one) => one.patch === null)).toBe(true);
    expect(remedy.steps[1]?.yaml).toBe(
      'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: shop\nspec:\n  replicas: 7\n',
    );
    expect(remedy.owner).toEqual({ kind: 'Git', namespace: '', name: 'https://git.example.com/shop.git web' });
  });

  it('a value that is only known by its digest is never told as one to commit', () => {
    const remedy = remedyIn([rawApplication({ syncPolicy: HEALS }), declares3], {
      kind: 'field',
      workload: { apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: 'web' },
      field: '/data/token',
      contenders: between({ kind: 'human', manager: 'kubectl', values: ['sha256:0123456789abcdef'] }),
    });
    expect(ids(remedy)).toEqual(['talk-to-them', 'change-git']);
    expect(JSON.stringify(remedy)).not.toContain('sha256');
    expect(remedy.steps[1]?.yaml).toBeNull();
  });

  it('a person beside an HPA does not take the remedy from the HPA', () => {
    const contenders = between(
      { kind: 'hpa', manager: 'kube-controller-manager', name: 'web' },
      { kind: 'human', manager: 'kubectl-scale' },
    );
    expect(ids(remedyIn([rawApplication(), declares3, rawHpa()], { contenders }))[0]).toBe('stop-now');
  });

  it('Argo Rollouts that takes the Deployment behind it down: the HPA belongs on the Rollout, Git says 0', () => {
    const rollout = rawWorkload({ apiVersion: ROLLOUT.apiVersion, kind: 'Rollout' });
    const spec = rollout['spec'] as { [key: string]: Json };
    spec['workloadRef'] = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', scaleDown: 'onsuccess' };
    const remedy = remedyIn([rawApplication(), declares3, rollout, rawHpa()], {
      contenders: between({ kind: 'rollouts', manager: 'rollouts-controller', values: [0] }),
    });
    expect(ids(remedy)).toEqual(['stop-now', 'make-permanent', 'fix-target', 'declare-default']);
    expect(remedy.steps[2]?.patch).toEqual([
      { op: 'test', path: '/spec/scaleTargetRef/name', value: 'web' },
      {
        op: 'replace',
        path: '/spec/scaleTargetRef',
        value: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'web' },
      },
    ]);
    expect(remedy.steps[3]?.yaml).toContain('replicas: 0');
  });
});

describe('a fight over a pod template or another field', () => {
  const field = '/spec/template/spec/containers/1/env/0/value';
  const tug: Partial<Conflict> = {
    kind: 'template',
    field,
    contenders: between({ manager: 'mesh-injector', values: ['on'] }),
  };
  const leaves = new Map<string, Json>([
    ['/spec/template/spec/containers/0/name', 'app'],
    ['/spec/template/spec/containers/1/name', 'mesh'],
    ['/spec/template/spec/containers/1/env/0/name', 'SIDE"CAR'],
  ]);

  it('gets a rule that finds the list items by their names, where those are known (recording template-tug)', () => {
    const remedy = remedyIn([rawApplication(), declares3], tug, { leaves });
    const expression =
      '.spec.template.spec.containers[] | select(.name == "mesh") | .env[] | select(.name == "SIDE\\"CAR") | .value';
    expect(JSON.stringify(remedy.steps[0]?.patch)).toContain(JSON.stringify(expression));
    expect(ids(remedy)).toEqual(['stop-now', 'make-permanent', 'choose-owner']);
    expect(warnings(remedy)).not.toContain('list-index');
    // And jq takes exactly that value away.
    const object = {
      spec: {
        template: {
          spec: { containers: [{ name: 'app' }, { name: 'mesh', env: [{ name: 'SIDE"CAR', value: 'on' }] }] },
        },
      },
    };
    expect(jq.deletePaths(expression, object)).toEqual({
      outcome: 'ok',
      output: {
        spec: { template: { spec: { containers: [{ name: 'app' }, { name: 'mesh', env: [{ name: 'SIDE"CAR' }] }] } } },
      },
    });
  });

  it('names the position where the name is not known, and warns of it', () => {
    const remedy = remedyIn([rawApplication(), declares3], tug);
    expect(JSON.stringify(remedy.steps[0]?.patch)).toContain(field);
    expect(warnings(remedy)).toContain('list-index');
  });

  it('takes all contested fields into one rule', () => {
    const remedy = remedyIn([rawApplication(), declares3], {
      ...tug,
      field: '/metadata/annotations/a.b~1c',
      otherFields: ['/spec/paused'],
    });
    expect(JSON.stringify(remedy.steps[0]?.patch)).toContain('["/metadata/annotations/a.b~1c","/spec/paused"]');
  });

  it('warns that a list of a custom resource is copied whole', () => {
    const rollout = rawWorkload({ apiVersion: ROLLOUT.apiVersion, kind: 'Rollout' });
    expect(warnings(remedyIn([rawApplication(), rollout], { ...tug, workload: ROLLOUT }))).toContain(
      'lists-copied-whole',
    );
    expect(warnings(remedyIn([rawApplication(), declares3], tug))).not.toContain('lists-copied-whole');
  });

  it('with a writer that left no name: declare the default, or compare through a dry run, with its limits', () => {
    const map: ObjectRef = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'flags' };
    const contenders = between({ kind: 'unknown', values: ['Always'] });
    const app = rawApplication({ annotations: { 'argocd.argoproj.io/compare-options': 'IgnoreExtraneous' } });
    const remedy = remedyIn([app], { kind: 'field', workload: map, field: '/data/policy', contenders });
    expect(ids(remedy)).toEqual(['stop-now', 'make-permanent', 'declare-default', 'server-side-diff']);
    expect(remedy.steps[2]?.yaml).toContain('policy: Always');
    expect(remedy.steps[3]?.commands).toEqual([
      'kubectl annotate applications.argoproj.io/web -n argocd argocd.argoproj.io/compare-options=IgnoreExtraneous,ServerSideDiff=true --overwrite',
    ]);
    expect(warnings(remedy)).toContain('server-side-diff-limits');
    expect(JSON.stringify(remedy.steps[0]?.patch)).not.toContain('"group"');
  });

  it('over a field that is not known yet promises nothing and adds no rule', () => {
    const remedy = remedyIn([rawApplication(), declares3], { ...tug, field: null });
    expect(ids(remedy)).toEqual(['find-field']);
    expect(remedy.steps[0]?.commands).toContain('argocd app diff argocd/web');
  });

  it('by a person is a hotfix: commit it or let it be reverted', () => {
    const map: ObjectRef = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'flags' };
    const contenders = between({ kind: 'human', manager: 'kubectl-edit', values: ['on'] });
    const remedy = remedyIn([rawApplication()], { kind: 'field', workload: map, field: '/data/checkout', contenders });
    expect(ids(remedy)).toEqual(['talk-to-them', 'change-git']);
    expect(remedy.steps[1]?.yaml).toContain('data:\n  checkout: "on"');
  });
});

describe('two Applications that declare one object', () => {
  const contenders: readonly Contender[] = [
    { kind: 'argocd', manager: 'argocd-controller', name: 'shared-a', values: [2] },
    { kind: 'argocd', manager: 'argocd-controller', name: 'web', values: [5] },
  ];
  const shared: Partial<Conflict> = { kind: 'shared-object', contenders };
  const a = rawApplication({ name: 'shared-a', syncPolicy: HEALS, spec: { destination: { namespace: 'tools' } } });
  const b = rawApplication({ syncPolicy: HEALS });

  it('keeps it where name and destination say it belongs, and stops the other first', () => {
    const remedy = remedyIn([a, b, declares3], shared);
    expect(ids(remedy)).toEqual(['stop-now', 'choose-owner']);
    expect(remedy.summary).toContain(
      'keep it in Application argocd/web (it has the name of the object, its destination is this namespace)',
    );
    expect(remedy.steps[0]).toMatchObject({ target: { name: 'shared-a' } });
    expect(remedy.steps[0]?.patch).toEqual([
      { op: 'test', path: '/spec/syncPolicy/automated/selfHeal', value: true },
      { op: 'replace', path: '/spec/syncPolicy/automated/selfHeal', value: false },
    ]);
    expect(remedy.owner).toEqual({ kind: 'Application', namespace: 'argocd', name: 'shared-a' });
    expect(warnings(remedy)).toEqual(['prune-deletes-shared', 'app-auto-sync-disabled']);
  });

  it('says that nothing tells which, where nothing does', () => {
    const alike = [
      rawApplication({ name: 'shared-a', resources: [] }),
      rawApplication({ name: 'shared-b', resources: [] }),
    ];
    const names = [contenders[0], { ...contenders[1], name: 'shared-b' }] as readonly Contender[];
    const remedy = remedyIn(alike, {
      ...shared,
      contenders: names,
      application: { namespace: 'argocd', name: 'shared-a' },
    });
    expect(remedy.summary).toContain('swap them if you know better');
  });

  it('does not offer a live edit that an ApplicationSet would undo', () => {
    const made = rawApplication({
      name: 'shared-a',
      syncPolicy: HEALS,
      ownerReferences: [
        { apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', name: 'gone', uid: 'u', controller: true },
      ],
      spec: { destination: { namespace: 'tools' } },
    });
    const remedy = remedyIn([made, b, declares3], shared);
    expect(remedy.steps[0]).toMatchObject({ id: 'stop-now', where: 'git', patch: null });
  });

  it('with one of them out of sight says so', () => {
    const remedy = remedyIn([declares3], { ...shared, application: null });
    expect(remedy.summary).toContain('not all of them are in sight');
    expect(ids(remedy)).toEqual(['choose-owner']);
  });
});

describe('what cannot be seen is said', () => {
  it.each<[string, Conflict['application'], string]>([
    ['no Application is known', null, 'no Application is seen to manage it'],
    ['the Application is not in sight', { namespace: 'argocd', name: 'web' }, 'Application argocd/web is not in sight'],
  ])('%s: the rule as text, and no patch', (_, application, said) => {
    const remedy = remedyIn([declares3, rawHpa()], { application });
    expect(remedy.summary).toContain(said);
    expect(remedy.steps[0]).toMatchObject({ id: 'make-permanent', patch: null, target: null });
    expect(remedy.steps[0]?.yaml).toContain('- /spec/replicas');
  });
});

describe('warnings, only those that apply', () => {
  it('a plain Application gets one: options of a manual sync drop RespectIgnoreDifferences', () => {
    expect(warnings(remedyIn([rawApplication(), declares3, rawHpa()]))).toEqual(['sync-options-drop-respect']);
  });

  it('rules that merely hid something are listed, as they freeze it from now on', () => {
    const rules = [
      { group: '', kind: 'ConfigMap', jsonPointers: ['/data'] },
      { ...RULE, name: 'api' },
    ];
    const app = rawApplication({
      ignoreDifferences: rules,
      resources: ['apps/Deployment:shop/web', 'apps/Deployment:shop/api'],
    });
    const message = warning(remedyIn([app, declares3]), 'respect-freezes-others');
    expect(message).toContain('spec.ignoreDifferences[0] (ConfigMap: /data)');
    expect(message).toContain('spec.ignoreDifferences[1] (Deployment: /spec/replicas)');
  });

  it('they are not, where the option was on before', () => {
    const app = rawApplication({
      ignoreDifferences: [{ group: '', kind: 'ConfigMap', jsonPointers: ['/data'] }],
      syncPolicy: RESPECT,
    });
    expect(warnings(remedyIn([app, declares3]))).not.toContain('respect-freezes-others');
  });

  it('a rule under .all of argocd-cm reaches every kind', () => {
    const cm = rawSettings({
      'resource.customizations.ignoreDifferences.all': 'jsonPointers: [/metadata/labels]\nkind: Job',
    });
    expect(warning(remedyIn([rawApplication(), declares3, cm]), 'system-all-reaches-every-kind')).toContain(
      '/metadata/labels',
    );
  });

  it('managers of another platform are named beside the real one', () => {
    const app = rawApplication({
      ignoreDifferences: [{ ...RULE, jsonPointers: [], managedFieldsManagers: ['kube-controller-manager'] }],
    });
    const contenders = between({ kind: 'hpa', manager: 'k3s', name: 'web' });
    expect(warning(remedyIn([app, declares3], { contenders }), 'managers-differ')).toContain(
      'the field is written by k3s',
    );
  });

  it('IncludeMutationWebhook lets self-heal write on under a rule without the option', () => {
    const app = rawApplication({
      annotations: { 'argocd.argoproj.io/compare-options': 'ServerSideDiff=true,IncludeMutationWebhook=true' },
    });
    expect(warnings(remedyIn([app, declares3]))).toContain('include-mutation-webhook');
  });
});
