import { describe, expect, it } from 'vitest';
import {
  annotated,
  app,
  appWithRules,
  audit,
  hpa,
  onlyRisk,
  REPLICAS_RULE,
  rulesFound,
  SELF_HEAL,
  safeReason,
  scaledObject,
  workload,
  workloadWithoutReplicasInGit,
} from './audit-cluster.ts';

describe('TW101 unprotected-replicas', () => {
  it('finds self-heal, replicas in Git and an HPA that no rule keeps apart', () => {
    const risk = onlyRisk('TW101', [app(), workload(), hpa()]);
    expect(risk).toMatchObject({
      name: 'unprotected-replicas',
      severity: 'warning',
      when: 'on-next-scale',
      field: '/spec/replicas',
      workload: { kind: 'Deployment', namespace: 'shop', name: 'web' },
      application: { namespace: 'argocd', name: 'web' },
      suppressed: null,
    });
    expect(risk.message).toContain('Git declares 3 replicas and HorizontalPodAutoscaler shop/web (2 to 9)');
    expect(risk.certainty).toBeUndefined();
  });

  it('finds the same with a KEDA ScaledObject in place of the HPA', () => {
    expect(rulesFound([app(), workload(), scaledObject()])).toEqual(['TW101']);
  });

  it('finds the same on a StatefulSet and on an Argo Rollout', () => {
    const set = workload({ kind: 'StatefulSet' });
    expect(rulesFound([app({ resources: [] }), set, hpa({ kind: 'StatefulSet' })])).toEqual(['TW101']);
    const group = 'argoproj.io/v1alpha1';
    const rollout = workload({ kind: 'Rollout', apiVersion: group });
    expect(rulesFound([app({ resources: [] }), rollout, hpa({ kind: 'Rollout', apiVersion: group })])).toEqual([
      'TW101',
    ]);
  });

  it('finds nothing when Git leaves replicas out, and says so', () => {
    const cluster = [app(), workloadWithoutReplicasInGit(), hpa()];
    expect(rulesFound(cluster)).toEqual([]);
    expect(safeReason(cluster)).toBe('Git does not declare replicas, so Argo CD leaves them alone');
  });

  it('finds nothing when a rule and RespectIgnoreDifferences protect the field, and names the rule', () => {
    const cluster = [appWithRules([REPLICAS_RULE], true), workload(), hpa()];
    expect(rulesFound(cluster)).toEqual([]);
    expect(safeReason(cluster)).toBe('protected by spec.ignoreDifferences[0] with RespectIgnoreDifferences=true');
  });

  it('finds nothing when nothing scales the workload', () => {
    expect(rulesFound([app(), workload()])).toEqual([]);
    expect(safeReason([app(), workload()])).toBe('nothing that scales it is in sight');
  });

  it('does not call a workload safe that self-heal and somebody out of sight write in turns', () => {
    const found = audit([app(), workload({ replicas: 0 })]);
    expect(found.risks).toEqual([]);
    expect(found.safe).toEqual([]);
  });

  it('finds nothing when the HPA can only want what Git declares', () => {
    const cluster = [app(), workload(), hpa({ min: 3, max: 3 })];
    expect(rulesFound(cluster)).toEqual([]);
    expect(safeReason(cluster)).toContain('can only want the 3 that Git declares');
  });

  it('finds nothing while Argo CD does not reconcile the Application', () => {
    const skipped = app({ annotations: { 'argocd.argoproj.io/skip-reconcile': 'true' } });
    expect(rulesFound([skipped, workload(), hpa()])).toEqual([]);
  });

  it('finds nothing on a workload that no Application manages', () => {
    const free = workload({ trackedBy: 'nobody' });
    expect(rulesFound([free, hpa()])).toEqual([]);
    expect(safeReason([free, hpa()])).toBe('no Application manages it');
  });

  it('sees a server-side apply although the HPA owns the field now, when Argo CD reports the difference', () => {
    const applied = { manager: 'argocd-controller', operation: 'Apply', time: '2026-11-21T05:44:58Z', fieldsV1: {} };
    const scaled = { manager: 'kube-controller-manager', operation: 'Update', subresource: 'scale' };
    const owners = [applied, { ...scaled, fieldsV1: { 'f:spec': { 'f:replicas': {} } } }];
    const live = workload({ replicas: 6, managedFields: owners });
    delete (live['metadata'] as { annotations: { [key: string]: string } }).annotations[
      'kubectl.kubernetes.io/last-applied-configuration'
    ];
    const differs = app({ resources: ['apps/Deployment:shop/web OutOfSync'] });
    expect(rulesFound([differs, live, hpa()])).toEqual(['TW101']);
    expect(rulesFound([app(), live, hpa()])).toEqual([]);
  });

  it('judges manifests without an Application as if one healed them, and marks that as assumed', () => {
    const cluster = [workload({ trackedBy: 'nobody' }), hpa()];
    expect(onlyRisk('TW101', cluster, { partial: true })).toMatchObject({ certainty: 'assumed', application: null });
  });
});

describe('TW102 ignored-not-respected', () => {
  it('finds a rule that hides the difference while full syncs still write', () => {
    const risk = onlyRisk('TW102', [appWithRules([REPLICAS_RULE], false), workload(), hpa()]);
    expect(risk.when).toBe('on-next-deploy');
    expect(risk.message).toContain('each full sync sets 3 replicas again');
  });

  it('finds nothing else on that workload, even with Git below the minimum', () => {
    const low = workload({ lastAppliedSpec: { replicas: 1 } });
    const cluster = [appWithRules([REPLICAS_RULE], false), low, hpa()];
    expect(rulesFound(cluster)).toEqual(['TW102']);
    expect(onlyRisk('TW102', cluster).message).toContain('sets 1 replica again');
    expect(onlyRisk('TW102', cluster).message).toContain('below the minimum');
  });

  it('says that only deploys of the workload itself bite under ApplyOutOfSyncOnly', () => {
    const lazy = appWithRules([REPLICAS_RULE], false, {
      syncPolicy: { ...SELF_HEAL, syncOptions: ['ApplyOutOfSyncOnly=true'] },
    });
    expect(onlyRisk('TW102', [lazy, workload(), hpa()]).message).toContain('each deploy that changes this workload');
  });

  it('finds nothing when Git leaves replicas out: there is nothing to write', () => {
    const cluster = [appWithRules([REPLICAS_RULE], false), workloadWithoutReplicasInGit(), hpa()];
    expect(rulesFound(cluster)).toEqual([]);
  });
});

describe('TW104 reset-on-sync', () => {
  it('finds autosync without self-heal: the next commit resets replicas', () => {
    const risk = onlyRisk('TW104', [app({ syncPolicy: { automated: { prune: true } } }), workload(), hpa()]);
    expect(risk.when).toBe('on-next-deploy');
    expect(risk.message).toContain('the next commit to its repository resets');
  });

  it('finds a manual sync policy: the next sync by hand resets replicas', () => {
    const risk = onlyRisk('TW104', [app({ syncPolicy: {} }), workload(), hpa()]);
    expect(risk.when).toBe('on-next-sync');
    expect(risk.message).toContain('is synced by hand');
  });

  it('takes automated.enabled: false for a manual sync, whatever selfHeal says', () => {
    const off = app({ syncPolicy: { automated: { enabled: false, selfHeal: true } } });
    expect(rulesFound([off, workload(), hpa()])).toEqual(['TW104']);
  });

  it('finds nothing with self-heal: that is a fight, and has its own rule', () => {
    expect(rulesFound([app(), workload(), hpa()])).not.toContain('TW104');
  });

  it('finds nothing when a rule and RespectIgnoreDifferences keep the live value', () => {
    const policy = { automated: {}, syncOptions: ['RespectIgnoreDifferences=true'] };
    const cluster = [appWithRules([REPLICAS_RULE], true, { syncPolicy: policy }), workload(), hpa()];
    expect(rulesFound(cluster)).toEqual([]);
  });

  it('finds nothing when nothing scales the workload, and says that self-heal is off', () => {
    const cluster = [app({ syncPolicy: { automated: {} } }), workload()];
    expect(rulesFound(cluster)).toEqual([]);
    expect(safeReason(cluster)).toBe('nothing that scales it is in sight, and self-heal is off');
  });
});

describe('TW105 declared-out-of-range', () => {
  it('finds Git below the minimum: a fight even with no load', () => {
    const cluster = [app(), workload({ lastAppliedSpec: { replicas: 1 } }), hpa()];
    expect(rulesFound(cluster)).toEqual(['TW101', 'TW105']);
    expect(onlyRisk('TW105', cluster)).toMatchObject({ severity: 'critical', when: 'now' });
    expect(onlyRisk('TW105', cluster).message).toContain('keeps at least 2');
  });

  it('finds Git above the maximum', () => {
    const cluster = [app(), workload({ lastAppliedSpec: { replicas: 12 } }), hpa()];
    expect(onlyRisk('TW105', cluster).message).toContain('allows at most 9');
  });

  it('finds nothing at the edges of the range', () => {
    for (const replicas of [2, 9]) {
      expect(rulesFound([app(), workload({ lastAppliedSpec: { replicas } }), hpa()])).toEqual(['TW101']);
    }
  });

  it('says that a declared 0 switches an HPA off, and does not call it a fight', () => {
    const cluster = [app(), workload({ replicas: 0, lastAppliedSpec: { replicas: 0 } }), hpa()];
    expect(rulesFound(cluster)).toEqual(['TW105']);
    expect(onlyRisk('TW105', cluster).message).toContain('switches HorizontalPodAutoscaler shop/web off');
  });

  it('calls a declared 0 a fight where KEDA scales up from zero by itself', () => {
    const cluster = [app(), workload({ replicas: 0, lastAppliedSpec: { replicas: 0 } }), scaledObject()];
    expect(rulesFound(cluster)).toEqual(['TW101']);
  });

  it('finds nothing without self-heal: nobody corrects the scaler then', () => {
    const cluster = [app({ syncPolicy: { automated: {} } }), workload({ lastAppliedSpec: { replicas: 1 } }), hpa()];
    expect(rulesFound(cluster)).toEqual(['TW104']);
  });
});

describe('TW106 last-applied-trap', () => {
  /** Server-side diff calls it Synced although last-applied says 3 and 6 run: Git no longer declares it. */
  const trap = (application: ReturnType<typeof app>) => [
    { ...application, status: { ...(application['status'] as object), reconciledAt: '2026-11-21T06:10:00Z' } },
    workload({ replicas: 6 }),
    { ...hpa(), status: { currentReplicas: 6, desiredReplicas: 6, lastScaleTime: '2026-11-21T06:00:00Z' } },
  ];
  const compared = { annotations: { 'argocd.argoproj.io/compare-options': 'ServerSideDiff=true' } };

  it('finds replicas that left Git and stayed in last-applied: the next sync sets 1', () => {
    const risk = onlyRisk('TW106', trap(app(compared)));
    expect(risk).toMatchObject({ severity: 'critical', when: 'on-next-sync' });
    expect(risk.message).toContain('drops from 6 to 1');
  });

  it('finds nothing when the comparison is older than the last scale', () => {
    const [old, deployment, scaler] = trap(app(compared));
    const status = { currentReplicas: 6, desiredReplicas: 6, lastScaleTime: '2026-11-21T06:20:00Z' };
    expect(rulesFound([old ?? {}, deployment ?? {}, { ...scaler, status }])).not.toContain('TW106');
  });

  it('finds nothing under a three-way diff, where the difference would show either way', () => {
    expect(rulesFound(trap(app()))).toEqual(['TW101']);
  });

  it('finds nothing when the live value is respected', () => {
    expect(rulesFound(trap(appWithRules([REPLICAS_RULE], true, compared)))).toEqual([]);
  });
});

describe('TW107 replace-resets', () => {
  const replacing = (options: readonly string[]) => app({ syncPolicy: { ...SELF_HEAL, syncOptions: [...options] } });

  it('finds Replace=true on a scaled workload whose replicas Git leaves out: each sync sets 1', () => {
    const cluster = [replacing(['Replace=true']), workloadWithoutReplicasInGit(), hpa()];
    expect(rulesFound(cluster)).toEqual(['TW107']);
    expect(onlyRisk('TW107', cluster).message).toContain("sets replicas to 1 (the API server's default");
  });

  it("finds it beside the fight when Git declares replicas, and names Git's value", () => {
    const cluster = [replacing(['Replace=true']), workload(), hpa()];
    expect(rulesFound(cluster)).toEqual(['TW101', 'TW107']);
    expect(onlyRisk('TW107', cluster).message).toContain('sets replicas to 3');
  });

  it('finds the option on the object itself, and believes the object that switches it off', () => {
    const on = annotated(workloadWithoutReplicasInGit(), { 'argocd.argoproj.io/sync-options': 'Replace=true' });
    expect(rulesFound([app(), on, hpa()])).toEqual(['TW107']);
    const off = annotated(workloadWithoutReplicasInGit(), { 'argocd.argoproj.io/sync-options': 'Replace=false' });
    expect(rulesFound([replacing(['Replace=true']), off, hpa()])).toEqual([]);
  });

  it('finds Force=true on the object as information: only a refused patch recreates it', () => {
    const forced = annotated(workloadWithoutReplicasInGit(), { 'argocd.argoproj.io/sync-options': 'Force=true' });
    expect(onlyRisk('TW107', [app(), forced, hpa()])).toMatchObject({ severity: 'info', when: 'on-next-deploy' });
  });

  it('finds nothing when RespectIgnoreDifferences puts the live value into the replacement', () => {
    const syncPolicy = { ...SELF_HEAL, syncOptions: ['Replace=true', 'RespectIgnoreDifferences=true'] };
    const cluster = [appWithRules([REPLICAS_RULE], true, { syncPolicy }), workload(), hpa()];
    expect(rulesFound(cluster)).toEqual([]);
  });

  it('finds nothing on a workload that nothing scales', () => {
    expect(rulesFound([replacing(['Replace=true']), workload()])).toEqual([]);
  });
});
