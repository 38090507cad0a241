/** Small clusters for the rules of the audit: raw objects through the real projections, the real jq, the real rules. */
import { type BareRisk, type Collected, collectRisks } from '../../src/audit/collect-risks.ts';
import type { AuditContext } from '../../src/audit/rule.ts';
import { loadJqEngine } from '../../src/kubernetes/jq-engine.ts';
import type { Json } from '../../src/model/facts.ts';
import {
  type ApplicationInput,
  clusterOf,
  type RawObject,
  rawApplication,
  rawHpa,
  rawWorkload,
  type WorkloadInput,
} from '../support/cluster.ts';

const jq = await loadJqEngine();

/** All kinds listed, so that absence is proven. */
const LISTED = ['deployments', 'statefulsets', 'rollouts', 'horizontalpodautoscalers', 'applications'];

export function audit(
  objects: readonly RawObject[],
  options: Partial<AuditContext> = {},
  listed: readonly string[] = LISTED,
): Collected {
  return collectRisks({ ...contextOf(objects, listed), ...options });
}

export function contextOf(objects: readonly RawObject[], listed: readonly string[] = LISTED): AuditContext {
  const model = clusterOf(...objects);
  for (const resource of listed) model.apply({ type: 'synced', at: 0, resource });
  return { model, jq, now: 0 };
}

/** Ids of the risks found, in order. */
export function rulesFound(objects: readonly RawObject[], options: Partial<AuditContext> = {}): string[] {
  return audit(objects, options).risks.map((risk) => risk.rule);
}

export function onlyRisk(rule: string, objects: readonly RawObject[], options: Partial<AuditContext> = {}): BareRisk {
  const found = audit(objects, options).risks.filter((risk) => risk.rule === rule);
  const [only] = found;
  if (only === undefined || found.length > 1) throw new Error(`${found.length} risks of ${rule}`);
  return only;
}

export function safeReason(objects: readonly RawObject[]): string | undefined {
  return audit(objects).safe[0]?.reason;
}

export const SELF_HEAL = { automated: { selfHeal: true, prune: true } };
export const RESPECT = 'RespectIgnoreDifferences=true';
export const REPLICAS_RULE = { group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/replicas'] };

/** Application argocd/web with automated sync and self-heal, unless the input says otherwise. */
export function app(input: ApplicationInput = {}): RawObject {
  return rawApplication({ syncPolicy: SELF_HEAL, ...input });
}

/** The same with self-heal and the given ignore rules; `respect` adds RespectIgnoreDifferences. */
export function appWithRules(rules: Json, respect: boolean, input: ApplicationInput = {}): RawObject {
  const syncPolicy = respect ? { ...SELF_HEAL, syncOptions: [RESPECT] } : SELF_HEAL;
  return app({ ignoreDifferences: rules, syncPolicy, ...input });
}

/** Deployment shop/web, for which Git declares 3 replicas, unless the input says otherwise. */
export function workload(input: WorkloadInput & { readonly labels?: Json; readonly spec?: Json } = {}): RawObject {
  return rawWorkload({ lastAppliedSpec: { replicas: 3 }, ...input });
}

/** The Deployment when Git leaves replicas out. */
export function workloadWithoutReplicasInGit(input: WorkloadInput = {}): RawObject {
  return rawWorkload({ lastAppliedSpec: {}, ...input });
}

/** HorizontalPodAutoscaler shop/web from 2 to 9 on Deployment web, unless the input says otherwise. */
export function hpa(input: Parameters<typeof rawHpa>[0] & { min?: number; max?: number } = {}): RawObject {
  const { min, max, ...rest } = input;
  const raw = rawHpa(rest);
  const spec = raw['spec'] as { [key: string]: Json };
  return {
    ...raw,
    spec: {
      ...spec,
      ...(min === undefined ? {} : { minReplicas: min }),
      ...(max === undefined ? {} : { maxReplicas: max }),
    },
  };
}

export function scaledObject(name = 'web', target = 'web', annotations: { [key: string]: string } = {}): RawObject {
  return {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name, namespace: 'shop', uid: `uid-so-${name}`, resourceVersion: '1', annotations },
    spec: { scaleTargetRef: { name: target }, maxReplicaCount: 20 },
  };
}

/** A copy with further annotations. */
export function annotated(object: RawObject, annotations: { [key: string]: string }): RawObject {
  const metadata = object['metadata'] as { [key: string]: Json };
  const own = (metadata['annotations'] ?? {}) as { [key: string]: Json };
  return { ...object, metadata: { ...metadata, annotations: { ...own, ...annotations } } };
}
