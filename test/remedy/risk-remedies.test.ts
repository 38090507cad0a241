import { describe, expect, it } from 'vitest';
import { runAudit } from '../../src/audit/audit.ts';
import { loadJqEngine } from '../../src/kubernetes/jq-engine.ts';
import type { Json } from '../../src/model/facts.ts';
import type { Remedy } from '../../src/model/verdicts.ts';
import { stabilizeStep } from '../../src/remedy/stabilization.ts';
import {
  clusterOf,
  factOf,
  type RawObject,
  rawApplication,
  rawApplicationSet,
  rawHpa,
  rawSettings,
  rawWorkload,
} from '../support/cluster.ts';

const jq = await loadJqEngine();
const HEALS = { automated: { selfHeal: true } };
const RULE = { group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/replicas'] };
const RESPECT = 'RespectIgnoreDifferences=true';

/** What the audit of the objects says to do about one rule's finding. */
function remedyOf(rule: string, ...objects: readonly RawObject[]): Remedy {
  const model = clusterOf(...objects);
  for (const resource of ['deployments', 'statefulsets', 'rollouts', 'horizontalpodautoscalers', 'applications']) {
    model.apply({ type: 'synced', at: 0, resource });
  }
  const { risks } = runAudit({ model, jq, now: 0 });
  const risk = risks.find((one) => one.rule === rule);
  if (risk === undefined) throw new Error(`no ${rule} among ${risks.map((one) => one.rule).join(', ')}`);
  return risk.remedy;
}

const ids = (remedy: Remedy): string[] => remedy.steps.map((step) => step.id);
const declares3 = rawWorkload({ lastAppliedSpec: { replicas: 3 } });

describe('remedies of the audit', () => {
  it('TW101: protect before the next scale', () => {
    const remedy = remedyOf('TW101', rawApplication({ syncPolicy: HEALS }), declares3, rawHpa());
    expect(ids(remedy)).toEqual(['stop-now', 'make-permanent', 'remove-from-git']);
  });

  it('names the ScaledObject, not the HPA that KEDA made for it', () => {
    const made = rawHpa({ name: 'keda-hpa-queue', owner: 'queue' });
    const remedy = remedyOf('TW101', rawApplication({ syncPolicy: HEALS }), declares3, made);
    expect(remedy.summary).toContain('to ScaledObject queue:');
  });

  it('TW102: the option that is missing, and nothing else', () => {
    const remedy = remedyOf(
      'TW102',
      rawApplication({ syncPolicy: HEALS, ignoreDifferences: [RULE] }),
      declares3,
      rawHpa(),
    );
    expect(remedy.steps[0]?.patch?.map((operation) => operation.value)).toEqual([[RESPECT]]);
  });

  it('TW103: repair the rule that misses', () => {
    const rules = [{ kind: 'Deployment', jsonPointers: ['/spec/replicas'] }];
    const remedy = remedyOf(
      'TW103',
      rawApplication({ syncPolicy: { ...HEALS, syncOptions: [RESPECT] }, ignoreDifferences: rules }),
      declares3,
      rawHpa(),
    );
    expect(remedy.steps[0]?.patch?.at(-1)).toEqual({
      op: 'add',
      path: '/spec/ignoreDifferences/0/group',
      value: 'apps',
    });
  });

  it('TW103: the jq expression that does not parse gives way to the pointer (recording jqbad)', () => {
    const rules = [{ group: 'apps', kind: 'Deployment', jqPathExpressions: ['.spec.replicas |'] }];
    const remedy = remedyOf(
      'TW103',
      rawApplication({ syncPolicy: { ...HEALS, syncOptions: [RESPECT] }, ignoreDifferences: rules }),
      declares3,
      rawHpa(),
    );
    expect(remedy.steps[0]?.patch).toEqual([
      { op: 'test', path: '/spec/ignoreDifferences/0', value: rules[0] },
      { op: 'remove', path: '/spec/ignoreDifferences/0/jqPathExpressions' },
      { op: 'add', path: '/spec/ignoreDifferences/0/jsonPointers', value: ['/spec/replicas'] },
    ]);
  });

  it('TW103 of an Application with several workloads: the rule goes, and no option is added', () => {
    const rules = [{ group: '', kind: 'Service', jqPathExpressions: ['.spec['] }];
    const resources = ['apps/Deployment:shop/web', 'apps/Deployment:shop/api'];
    const remedy = remedyOf(
      'TW103',
      rawApplication({ syncPolicy: HEALS, ignoreDifferences: rules, resources }),
      declares3,
      rawWorkload({ name: 'api' }),
      rawHpa(),
    );
    expect(remedy.steps[0]?.patch).toEqual([
      { op: 'test', path: '/spec/ignoreDifferences/0', value: rules[0] },
      { op: 'remove', path: '/spec/ignoreDifferences/0' },
    ]);
    expect(remedy.summary).toContain('compare Application argocd/web again');
  });

  it('TW103 in argocd-cm: the key is edited, no patch is made up', () => {
    const cm = rawSettings({
      'resource.customizations.ignoreDifferences.apps_Deployment': 'jqPathExpressions: [".["]',
    });
    const remedy = remedyOf('TW103', rawApplication({ syncPolicy: HEALS }), declares3, rawHpa(), cm);
    expect(remedy.steps[0]).toMatchObject({
      id: 'repair-rule',
      patch: null,
      commands: ['kubectl edit configmap/argocd-cm -n argocd'],
    });
  });

  it('TW104: the same protection where only deploys reset', () => {
    const remedy = remedyOf('TW104', rawApplication({ syncPolicy: { automated: {} } }), declares3, rawHpa());
    expect(ids(remedy)[0]).toBe('stop-now');
  });

  it('TW105: protect, and declare a number that the scaler allows', () => {
    const remedy = remedyOf(
      'TW105',
      rawApplication({ syncPolicy: HEALS }),
      rawWorkload({ lastAppliedSpec: { replicas: 1 } }),
      rawHpa(),
    );
    expect(ids(remedy)).toEqual(['stop-now', 'make-permanent', 'fit-range', 'remove-from-git']);
    expect(remedy.steps[2]?.yaml).toContain('replicas: 2');
  });

  it('TW107: protect, and say where Replace=true stands', () => {
    const app = rawApplication({ syncPolicy: { ...HEALS, syncOptions: ['Replace=true'] } });
    const remedy = remedyOf('TW107', app, declares3, rawHpa());
    expect(ids(remedy)).toEqual(['stop-now', 'make-permanent', 'drop-replace']);
    expect(remedy.steps[2]?.why).toContain('spec.syncPolicy.syncOptions of Application argocd/web');
    const annotated = rawWorkload({
      lastAppliedSpec: { replicas: 3 },
      annotations: { 'argocd.argoproj.io/sync-options': 'Replace=true' },
    });
    expect(remedyOf('TW107', rawApplication({ syncPolicy: HEALS }), annotated, rawHpa()).steps[2]?.why).toContain(
      'annotation',
    );
  });

  it('TW108: narrow the rules, change nothing by itself', () => {
    const rules = [RULE, { group: '', kind: 'ConfigMap', jsonPointers: ['/data'] }];
    const remedy = remedyOf(
      'TW108',
      rawApplication({ syncPolicy: { ...HEALS, syncOptions: [RESPECT] }, ignoreDifferences: rules }),
      declares3,
      rawHpa(),
    );
    expect(ids(remedy)).toEqual(['narrow-rules']);
    expect(remedy.steps[0]?.patch).toBeNull();
  });

  it('TW109: one of the two lets go', () => {
    const remedy = remedyOf(
      'TW109',
      rawApplication({ syncPolicy: HEALS }),
      rawApplication({ name: 'other', syncPolicy: HEALS }),
      declares3,
    );
    expect(remedy.summary).toContain('take it out of Application argocd/other');
  });

  it('TW110: one scaler goes, where it is declared', () => {
    const remedy = remedyOf(
      'TW110',
      rawApplication({ syncPolicy: HEALS }),
      declares3,
      rawHpa(),
      rawHpa({ name: 'web-2' }),
    );
    expect(ids(remedy)).toEqual(['remove-scaler']);
    expect(remedy.steps[0]?.why).toContain('web-2');
  });

  it('TW111: the target that was meant, if one is near', () => {
    const remedy = remedyOf('TW111', declares3, rawHpa({ target: 'wep' }));
    expect(remedy.steps[0]?.patch).toEqual([
      { op: 'test', path: '/spec/scaleTargetRef/name', value: 'wep' },
      {
        op: 'replace',
        path: '/spec/scaleTargetRef',
        value: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      },
    ]);
    expect(remedyOf('TW111', declares3, rawHpa({ target: 'something-else' })).steps[0]?.patch).toBeNull();
  });

  it('TW112: the HPA goes to the Rollout', () => {
    const rollout = rawWorkload({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'front' });
    (rollout['spec'] as { [key: string]: Json })['workloadRef'] = {
      kind: 'Deployment',
      name: 'web',
      scaleDown: 'onsuccess',
    };
    const remedy = remedyOf(
      'TW112',
      rawApplication({ syncPolicy: HEALS }),
      rawWorkload({ lastAppliedSpec: { replicas: 0 } }),
      rollout,
      rawHpa(),
    );
    expect(ids(remedy)).toEqual(['fix-target']);
  });

  it('TW113: what protects live goes to the ApplicationSet', () => {
    const owner = [
      { apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', name: 'fleet', uid: 'u', controller: true },
    ];
    const app = rawApplication({
      syncPolicy: { ...HEALS, syncOptions: [RESPECT] },
      ignoreDifferences: [RULE],
      ownerReferences: owner,
    });
    const remedy = remedyOf(
      'TW113',
      app,
      rawApplicationSet({ templateSpec: { syncPolicy: HEALS } }),
      declares3,
      rawHpa(),
    );
    expect(ids(remedy)).toEqual(['make-permanent', 'remove-from-git']);
    expect(remedy.steps[0]?.yaml).toContain('kind: ApplicationSet');
    expect(remedy.owner.kind).toBe('ApplicationSet');
  });

  it('TW113 of an Application with several such workloads: one rule for each that the template does not cover', () => {
    const owner = [
      { apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', name: 'fleet', uid: 'u', controller: true },
    ];
    const resources = ['apps/Deployment:shop/web', 'apps/Deployment:shop/api'];
    const app = rawApplication({
      syncPolicy: { ...HEALS, syncOptions: [RESPECT] },
      ignoreDifferences: [RULE],
      ownerReferences: owner,
      resources,
    });
    const api = rawWorkload({ name: 'api', lastAppliedSpec: { replicas: 3 } });
    const remedy = remedyOf(
      'TW113',
      app,
      rawApplicationSet({ templateSpec: {} }),
      declares3,
      api,
      rawHpa(),
      rawHpa({ name: 'api', target: 'api' }),
    );
    expect(remedy.steps[0]?.yaml?.match(/name: (?:web|api)/g)).toEqual(['name: web', 'name: api']);
  });
});

describe('an HPA that thrashes alone', () => {
  const hpaWith = (seconds: number | null) => {
    const raw = rawHpa();
    if (seconds !== null) {
      (raw['spec'] as { [key: string]: Json })['behavior'] = { scaleDown: { stabilizationWindowSeconds: seconds } };
    }
    const fact = factOf(raw);
    if (fact.fact !== 'hpa') throw new Error('not an HPA');
    return fact;
  };

  it('gets a window longer than its swing', () => {
    const step = stabilizeStep(hpaWith(0), 400);
    expect(step.patch).toEqual([
      { op: 'test', path: '/spec/behavior/scaleDown/stabilizationWindowSeconds', value: 0 },
      { op: 'replace', path: '/spec/behavior/scaleDown/stabilizationWindowSeconds', value: 480 },
    ]);
    expect(step.yaml).toContain('stabilizationWindowSeconds: 480');
  });

  it('never a window shorter than the one in force, Kubernetes default included', () => {
    expect(stabilizeStep(hpaWith(null), 40).yaml).toContain('stabilizationWindowSeconds: 300');
    expect(stabilizeStep(hpaWith(600), 40).yaml).toContain('stabilizationWindowSeconds: 600');
  });
});
