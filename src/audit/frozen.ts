/**
 * What else a rule freezes once RespectIgnoreDifferences=true is on. The option is app-wide: every rule's live values
 * go into each apply (controller/sync.go:421-489), so a change of them in Git never arrives.
 */
import type { IgnoreRule } from '../model/facts.ts';
import { matchesGlob } from '../rules/glob.ts';
import { tokensOf } from '../rules/pointer.ts';

export interface Frozen {
  /** The pointers, expressions and managers of the rule that are not about replicas, as written. */
  readonly parts: readonly string[];
  /** A part takes in a whole list or map: additions and removals in Git get lost as well. */
  readonly broad: boolean;
}

/** null: the rule freezes replicas, or what a controller fills in and Git does not declare, and nothing else. */
export function frozenBeside(rule: IgnoreRule, scalerManagers: ReadonlySet<string>): Frozen | null {
  if (!DEPLOYED_KINDS.some((kind) => matchesGlob(rule.kind, kind))) return null;
  // One ConfigMap by its name: somebody means that very object, as a rule one that a controller fills.
  if (rule.kind === 'ConfigMap' && rule.name !== '') return null;
  const pointers = rule.jsonPointers.filter((pointer) => !FILLED_IN.test(pointer) && pointer !== '/spec/replicas');
  const expressions = rule.jqPathExpressions.filter((jq) => !FILLED_IN.test(jq) && !ONLY_REPLICAS.test(jq));
  const managers = rule.managedFieldsManagers.filter((manager) => !scalerManagers.has(manager));
  const parts = [...pointers, ...expressions, ...managers.map((manager) => `all that ${manager} manages`)];
  if (parts.length === 0) return null;
  const broad =
    pointers.some(isContainer) ||
    // Built-in kinds are merged by list keys; a custom resource's list is copied whole (argo-cd issues 9678, 17694).
    (isCustomKind(rule) && expressions.some((jq) => jq.includes('[')));
  return { parts, broad };
}

/**
 * Kinds that people change in Git with each release. A rule for any other kind (volume claims, webhooks, custom
 * resources) most often hides what a controller or the API server fills in, and keeping that is right.
 */
const DEPLOYED_KINDS = [
  ...['Deployment', 'StatefulSet', 'DaemonSet', 'Rollout', 'CronJob', 'Job'],
  ...['ConfigMap', 'Service', 'Ingress', 'HorizontalPodAutoscaler', 'ScaledObject'],
];

/** Filled in by a controller or the API server, and rarely in Git: keeping the live value is what one wants. */
const FILLED_IN = /caBundle|\/status\b|\.status\b|clusterIP|nodePort|deployment\.kubernetes\.io|volumeName|finalizers/;
const ONLY_REPLICAS = /^\s*\.spec\.replicas\s*$/;

/** Maps and lists of a manifest that people change in Git: a pointer that ends at one takes all of it. */
const CONTAINERS = new Set([
  ...['spec', 'template', 'metadata', 'containers', 'initContainers', 'env', 'volumes', 'volumeMounts', 'resources'],
  ...['labels', 'annotations', 'data', 'stringData', 'rules', 'ports', 'args', 'command', 'strategy', 'selector'],
]);

function isContainer(pointer: string): boolean {
  const last = tokensOf(pointer)?.at(-1);
  return last === undefined || last === '' || CONTAINERS.has(last) || /^\d+$/.test(last);
}

const BUILT_IN_GROUPS = /^(|apps|batch|autoscaling|policy|extensions|.*\.k8s\.io)$/;

function isCustomKind(rule: IgnoreRule): boolean {
  return !BUILT_IN_GROUPS.test(rule.group);
}
