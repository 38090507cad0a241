import { describe, expect, it } from 'vitest';
import type { RawObject } from '../support/cluster.ts';
import { rawSettings } from '../support/cluster.ts';
import {
  annotated,
  app,
  appWithRules,
  audit,
  hpa,
  onlyRisk,
  REPLICAS_RULE,
  RESPECT,
  rulesFound,
  SELF_HEAL,
  scaledObject,
  workload,
  workloadWithoutReplicasInGit,
} from './audit-cluster.ts';

const POINTER = { jsonPointers: ['/spec/replicas'] };

describe('TW103 rule-never-matches', () => {
  it('finds a rule without a group beside the fight that it was meant to prevent', () => {
    const cluster = [appWithRules([{ kind: 'Deployment', ...POINTER }], true), workload(), hpa()];
    expect(rulesFound(cluster)).toEqual(['TW101', 'TW103']);
    expect(onlyRisk('TW103', cluster).message).toContain('add group: apps');
  });

  it.each([
    ['a wildcard in the name', { group: 'apps', kind: 'Deployment', name: 'we*', ...POINTER }],
    ['a wrong namespace', { group: 'apps', kind: 'Deployment', name: 'web', namespace: 'argocd', ...POINTER }],
    ['a kind in lower case', { group: 'apps', kind: 'deployment', ...POINTER }],
    ['a pointer without the leading slash', { group: 'apps', kind: 'Deployment', jsonPointers: ['spec/replicas'] }],
    ['a jq expression that misses', { group: 'apps', kind: 'Deployment', jqPathExpressions: ['.spec.Replicas'] }],
  ])('finds %s', (_what, rule) => {
    expect(rulesFound([appWithRules([rule], true), workload(), hpa()])).toContain('TW103');
  });

  it('finds nothing once a working rule stands beside the one that misses', () => {
    const rules = [{ kind: 'Deployment', ...POINTER }, REPLICAS_RULE];
    expect(rulesFound([appWithRules(rules, true), workload(), hpa()])).toEqual([]);
  });

  it('finds nothing in a rule for another workload of the same Application', () => {
    const other = { ...REPLICAS_RULE, name: 'cart' };
    const two = appWithRules([other], true, { resources: ['apps/Deployment:shop/web', 'apps/Deployment:shop/cart'] });
    const cluster = [two, workload(), workload({ name: 'cart' }), hpa({ name: 'cart', target: 'cart' })];
    expect(rulesFound(cluster)).toEqual([]);
  });

  it('is information only while nothing scales the workload', () => {
    const cluster = [appWithRules([{ kind: 'Deployment', ...POINTER }], true), workload()];
    expect(onlyRisk('TW103', cluster).severity).toBe('info');
  });

  it('finds a jq expression that does not parse: the whole Application stands still', () => {
    const broken = { group: 'apps', kind: 'Deployment', jqPathExpressions: ['.spec.replicas |'] };
    const cluster = [appWithRules([broken], true), workload(), hpa()];
    expect(rulesFound(cluster)).toEqual(['TW103']);
    expect(onlyRisk('TW103', cluster)).toMatchObject({
      severity: 'critical',
      when: 'now',
      workload: { kind: 'Deployment', namespace: 'shop', name: 'web' },
    });
  });

  it('tells of the Application itself when the broken rule concerns several workloads', () => {
    const broken = { group: 'apps', kind: 'Deployment', jqPathExpressions: ['.spec.replicas |'] };
    const both = appWithRules([broken], true, { resources: ['apps/Deployment:shop/web', 'apps/Deployment:shop/cart'] });
    expect(onlyRisk('TW103', [both, workload(), hpa()]).workload.kind).toBe('Application');
  });

  it('tells of the workload that is not there yet, because nothing can be synced', () => {
    const broken = { group: 'apps', kind: 'Deployment', jqPathExpressions: ['.spec.replicas |'] };
    expect(onlyRisk('TW103', [appWithRules([broken], true)]).workload).toMatchObject({
      kind: 'Deployment',
      name: 'web',
    });
  });

  it('tells of argocd-cm once when its expression stops every Application', () => {
    const settings = rawSettings({
      'resource.customizations.ignoreDifferences.apps_Deployment': 'jqPathExpressions: [".spec.replicas |"]',
    });
    const cluster = [settings, app(), app({ name: 'cart', resources: [] }), workload(), hpa()];
    expect(rulesFound(cluster)).toEqual(['TW103']);
    expect(onlyRisk('TW103', cluster)).toMatchObject({ workload: { kind: 'ConfigMap', name: 'argocd-cm' } });
    expect(onlyRisk('TW103', cluster).message).toContain('2 in sight');
  });
});

describe('TW108 respect-freezes-more', () => {
  const beside = (rule: { [key: string]: string | string[] }) => [
    appWithRules([REPLICAS_RULE, rule], true),
    workload(),
    hpa(),
  ];
  const image = { group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/template/spec/containers/0/image'] };

  it('finds a rule that keeps another field from ever changing', () => {
    const risk = onlyRisk('TW108', beside(image));
    expect(risk).toMatchObject({ severity: 'info', when: 'on-next-deploy' });
    expect(risk.message).toContain(
      '/spec/template/spec/containers/0/image (Deployment.apps, spec.ignoreDifferences[1])',
    );
  });

  it('warns when the rule takes a whole map or list', () => {
    const labels = { group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/template/metadata/annotations'] };
    expect(onlyRisk('TW108', beside(labels)).severity).toBe('warning');
  });

  it("warns when an expression reaches into a custom resource's list, which is copied whole", () => {
    const list = { group: 'argoproj.io', kind: 'Rollout', jqPathExpressions: ['.spec.strategy.canary.steps[0]'] };
    expect(onlyRisk('TW108', beside(list)).severity).toBe('warning');
  });

  it('finds nothing in rules for what controllers fill in', () => {
    const filled = {
      group: 'admissionregistration.k8s.io',
      kind: 'MutatingWebhookConfiguration',
      jqPathExpressions: ['.webhooks[]?.clientConfig.caBundle'],
    };
    expect(rulesFound(beside(filled))).toEqual([]);
  });

  it("finds nothing in a rule that trusts the HPA's manager", () => {
    const trusted = { group: 'apps', kind: 'Deployment', managedFieldsManagers: ['kube-controller-manager'] };
    expect(rulesFound([appWithRules([trusted], true), workload({ managedFields: [] }), hpa()])).toEqual([]);
  });

  it('finds nothing without RespectIgnoreDifferences: then nothing is frozen', () => {
    expect(rulesFound([appWithRules([REPLICAS_RULE, image], false), workload(), hpa()])).toEqual(['TW102']);
  });

  it('tells of a template once, not of each Application that the ApplicationSet makes', () => {
    const ownerReferences = [{ kind: 'ApplicationSet', name: 'fleet', controller: true }];
    const made = ['eu', 'us'].map((name) => appWithRules([image], true, { name, resources: [], ownerReferences }));
    const other = appWithRules([image], true, { name: 'odd', resources: [] });
    const risks = audit([...made, other]).risks;
    expect(risks.map((risk) => risk.application?.name)).toEqual(['eu', 'odd']);
    expect(risks[0]?.message).toContain('Application argocd/eu (and of 1 more from ApplicationSet fleet)');
  });

  it('finds nothing in rules for kinds that nobody deploys by hand', () => {
    const claims = { group: '', kind: 'PersistentVolumeClaim', jsonPointers: ['/spec/dataSource'] };
    expect(rulesFound(beside(claims))).toEqual([]);
  });

  it('tells of a rule in argocd-cm once, with how many Applications it reaches', () => {
    const settings = rawSettings({
      'resource.customizations.ignoreDifferences.apps_Deployment': 'jsonPointers: ["/spec/template/spec/containers"]',
    });
    const risk = onlyRisk('TW108', [settings, appWithRules([REPLICAS_RULE], true), workload(), hpa()]);
    expect(risk.workload).toMatchObject({ kind: 'ConfigMap', name: 'argocd-cm' });
    expect(risk.message).toContain('reaches 1 Application with');
  });
});

describe('TW109 two-owners', () => {
  it('finds two Applications that list one object of one cluster', () => {
    const cluster = [app(), app({ name: 'web-b' }), workload()];
    expect(rulesFound(cluster)).toEqual(['TW109']);
    expect(onlyRisk('TW109', cluster)).toMatchObject({ when: 'now', application: { name: 'web' } });
    expect(onlyRisk('TW109', cluster).message).toContain('argocd/web and argocd/web-b');
    // Nothing scales it; but what a rule about the whole cluster tells of is not called safe.
    expect(audit(cluster).safe).toEqual([]);
  });

  it('says that each sync overwrites the other where not both heal themselves', () => {
    const cluster = [app(), app({ name: 'web-b', syncPolicy: {} }), workload()];
    expect(onlyRisk('TW109', cluster).when).toBe('on-next-sync');
  });

  it('finds nothing when the two deploy the same names to different clusters', () => {
    const far = app({ name: 'web-b', spec: { destination: { server: 'https://eu.example.com', namespace: 'shop' } } });
    expect(rulesFound([app(), far, workload()])).toEqual([]);
  });

  it('finds nothing when the object only waits to be pruned from one of them', () => {
    const leaving = app({ name: 'web-b' });
    const status = leaving['status'] as { resources: object[] };
    const resources = status.resources.map((resource) => ({ ...resource, requiresPruning: true }));
    const old: RawObject = { ...leaving, status: { ...status, resources } as RawObject };
    expect(rulesFound([app(), old, workload()])).toEqual([]);
  });
});

describe('TW110 two-scalers', () => {
  it('finds two HPAs on one workload', () => {
    expect(rulesFound([app(), workloadWithoutReplicasInGit(), hpa(), hpa({ name: 'web-b' })])).toEqual(['TW110']);
  });

  it('finds an HPA beside a ScaledObject', () => {
    expect(rulesFound([app(), workloadWithoutReplicasInGit(), hpa(), scaledObject('queue')])).toEqual(['TW110']);
  });

  it('counts a ScaledObject and the HPA that KEDA made for it as one', () => {
    const made = hpa({ name: 'keda-hpa-web', owner: 'web' });
    expect(rulesFound([app(), workloadWithoutReplicasInGit(), made, scaledObject()])).toEqual([]);
  });
});

describe('TW111 scaler-without-target', () => {
  it('finds an HPA whose Deployment does not exist', () => {
    const risk = onlyRisk('TW111', [app(), workload(), hpa({ name: 'cart', target: 'cart' })]);
    expect(risk.workload).toMatchObject({ kind: 'HorizontalPodAutoscaler', name: 'cart' });
    expect(risk.message).toContain('scales Deployment shop/cart, which does not exist');
    expect(risk.field).toBe('/spec/scaleTargetRef');
  });

  it('names the object of another kind that was probably meant', () => {
    const cluster = [app(), workload({ kind: 'StatefulSet' }), hpa()];
    expect(onlyRisk('TW111', cluster).message).toContain('(there is a StatefulSet shop/web)');
  });

  it('tells of the ScaledObject, and not also of the HPA that KEDA made for it', () => {
    const cluster = [hpa({ name: 'keda-hpa-web', owner: 'web' }), scaledObject()];
    expect(onlyRisk('TW111', cluster).workload.kind).toBe('ScaledObject');
  });

  it('finds nothing for a kind that it cannot list', () => {
    const custom = hpa({ kind: 'CloneSet', apiVersion: 'apps.kruise.io/v1alpha1' });
    expect(rulesFound([app(), custom])).toEqual([]);
  });

  it('finds nothing while the kind has not been listed', () => {
    expect(audit([app(), hpa()], {}, ['deployments']).risks.map((risk) => risk.rule)).toEqual(['TW111']);
    expect(audit([app(), hpa()], {}, ['statefulsets']).risks).toEqual([]);
  });

  it('marks it as assumed in manifests, where the target may be elsewhere', () => {
    expect(onlyRisk('TW111', [hpa()], { partial: true }).certainty).toBe('assumed');
  });
});

describe('TW112 rollout-workloadref', () => {
  const rollout = (scaleDown: string): RawObject => ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'web', namespace: 'shop', uid: 'uid-rollout', resourceVersion: '1' },
    spec: { replicas: 3, workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', scaleDown } },
  });

  it('finds an HPA on the Deployment behind a Rollout', () => {
    const cluster = [app(), workloadWithoutReplicasInGit(), hpa(), rollout('never')];
    expect(onlyRisk('TW112', cluster).message).toContain('only lends its template to Rollout shop/web');
  });

  it('also while another Rollout that borrowed it is going away', () => {
    const gone = rollout('never');
    const metadata = {
      name: 'a-web',
      namespace: 'shop',
      uid: 'uid-a',
      resourceVersion: '1',
      deletionTimestamp: '2026-01-01T00:00:00Z',
    };
    const cluster = [app(), workloadWithoutReplicasInGit(), hpa(), { ...gone, metadata }];
    expect(rulesFound(cluster)).toEqual([]);
    expect(rulesFound([...cluster, rollout('never')])).toEqual(['TW112']);
  });

  it('finds nothing of what no Rollout can borrow from', () => {
    const { spec, ...rest } = rollout('never');
    const borrower = {
      ...rest,
      spec: { ...(spec as object), workloadRef: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web' } },
    };
    const lender = workloadWithoutReplicasInGit({ kind: 'StatefulSet' });
    expect(
      rulesFound([app({ resources: ['apps/StatefulSet:shop/web'] }), lender, hpa({ kind: 'StatefulSet' }), borrower]),
    ).toEqual([]);
  });

  it('finds Git holding up a Deployment that the Rollout takes down', () => {
    const risk = onlyRisk('TW112', [app(), workload(), rollout('onsuccess')]);
    expect(risk.when).toBe('now');
    expect(risk.message).toContain('stays up beside the Rollout');
  });

  it('finds nothing when Git declares 0, or the Rollout leaves the Deployment up', () => {
    const down = workload({ replicas: 0, lastAppliedSpec: { replicas: 0 } });
    expect(rulesFound([app(), down, rollout('onsuccess')])).toEqual([]);
    expect(rulesFound([app(), workload(), rollout('never')])).toEqual([]);
  });

  it('finds nothing when the HPA scales the Rollout', () => {
    const scaler = hpa({ kind: 'Rollout', apiVersion: 'argoproj.io/v1alpha1' });
    expect(rulesFound([app(), workloadWithoutReplicasInGit(), scaler, rollout('never')])).toEqual([]);
  });
});

describe('TW113 live-fix-will-not-last', () => {
  const owned = appWithRules([REPLICAS_RULE], true, {
    ownerReferences: [{ apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', name: 'fleet', controller: true }],
  });
  const fleet = (template: object, more: object = {}): RawObject =>
    ({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'ApplicationSet',
      metadata: { name: 'fleet', namespace: 'argocd', uid: 'uid-fleet', resourceVersion: '1' },
      spec: { generators: [], template: { metadata: {}, spec: template }, ...more },
    }) as RawObject;

  it('finds a rule that the ApplicationSet does not have', () => {
    const risk = onlyRisk('TW113', [owned, fleet({ syncPolicy: SELF_HEAL }), workload(), hpa()]);
    expect(risk.when).toBe('now');
    expect(risk.message).toContain('ApplicationSet argocd/fleet has no such rule');
  });

  it('finds a template that has the rule but not RespectIgnoreDifferences', () => {
    const half = fleet({ ignoreDifferences: [REPLICAS_RULE], syncPolicy: SELF_HEAL });
    expect(rulesFound([owned, half, workload(), hpa()])).toEqual(['TW113']);
  });

  it.each([
    ['the template has both', fleet({ ignoreDifferences: [REPLICAS_RULE], syncPolicy: { syncOptions: [RESPECT] } })],
    [
      'the template fills the name in',
      fleet({ ignoreDifferences: [{ ...REPLICAS_RULE, name: '{{.app}}' }], syncPolicy: { syncOptions: [RESPECT] } }),
    ],
    ['the set only creates', fleet({}, { syncPolicy: { applicationsSync: 'create-only' } })],
    [
      'the set leaves the rules alone',
      fleet({}, { ignoreApplicationDifferences: [{ jsonPointers: ['/spec/ignoreDifferences'] }] }),
    ],
    ['a templatePatch may bring it', fleet({}, { templatePatch: 'spec:\n  ignoreDifferences: []' })],
  ])('finds nothing when %s', (_why, set) => {
    expect(rulesFound([owned, set, workload(), hpa()])).toEqual([]);
  });

  it('finds a rule in a child Application that its parent does not declare', () => {
    const lastApplied = { spec: { syncPolicy: { syncOptions: [RESPECT] } } };
    const child = annotated(appWithRules([REPLICAS_RULE], true), {
      'argocd.argoproj.io/tracking-id': 'platform:argoproj.io/Application:argocd/web',
      'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(lastApplied),
    });
    const parent = app({ name: 'platform', resources: ['argoproj.io/Application:argocd/web'] });
    const cluster = [parent, child, workload(), hpa()];
    expect(onlyRisk('TW113', cluster).message).toContain('not in what Application argocd/platform declares');
  });

  it('finds nothing in an Application that nobody owns: it is its own place', () => {
    expect(rulesFound([appWithRules([REPLICAS_RULE], true), workload(), hpa()])).toEqual([]);
  });
});
