/** Argo CD Application, argoproj.io/v1alpha1. */
import type { ApplicationFact, FactBase, FieldOwner, Json, ManagedResource } from '../../model/facts.ts';
import { madeOnce } from '../../model/made-once.ts';
import { readConditions } from './conditions.ts';
import { rawList, readRules, textsOrNull } from './ignore-rules.ts';
import { fieldPath, type ManagedFields, ownersOf, readManagedFields } from './managed-fields.ts';
import {
  annotationOf,
  ignoreOf,
  ownerNamed,
  type ProjectionSettings,
  readLastApplied,
  readTracking,
} from './metadata.ts';
import { keepRelevant, readOperation, readResource, revisionOf } from './operation.ts';
import { flagAt, type JsonObject, listAt, objectAt, pick, splitAtCommas, textAt, timeAt } from './read-json.ts';

const OWN_RULES = fieldPath('spec', 'ignoreDifferences');
const OWN_POLICY = fieldPath('spec', 'syncPolicy');

export function projectApplication(raw: JsonObject, base: FactBase, settings: ProjectionSettings): ApplicationFact {
  const entries = readManagedFields(raw);
  const spec = readSpec(objectAt(raw, 'spec') ?? {});
  return {
    fact: 'application',
    ref: base.ref,
    uid: base.uid,
    resourceVersion: base.resourceVersion,
    generation: base.generation,
    createdAt: base.createdAt,
    tracking: readTracking(raw, base, entries, settings),
    project: spec.project,
    destination: spec.destination,
    sources: spec.sources,
    hydrated: spec.hydrated,
    automated: spec.automated,
    hasSyncPolicy: spec.hasSyncPolicy,
    syncOptions: spec.syncOptions,
    ignoreDifferences: spec.ignoreDifferences,
    ignoreDifferencesRaw: spec.ignoreDifferencesRaw,
    compareOptions: splitAtCommas(annotationOf(raw, 'argocd.argoproj.io/compare-options') ?? ''),
    sync: readSync(objectAt(raw, 'status', 'sync') ?? {}),
    operation: readOperation(raw),
    lastDeploy: readLastDeploy(listAt(raw, 'status', 'history')),
    conditions: readConditions(raw, 'status', 'conditions'),
    resources: readResources(listAt(raw, 'status', 'resources')),
    controllerNamespace: textAt(raw, 'status', 'controllerNamespace'),
    reconciledAt: timeAt(raw, 'status', 'reconciledAt'),
    applicationSet: ownerNamed(raw, 'ApplicationSet'),
    specManagers: specManagersOf(entries),
    lastAppliedDeclares: readLastAppliedDeclares(raw),
    skipReconcile: annotationOf(raw, 'argocd.argoproj.io/skip-reconcile') === 'true',
    ignore: ignoreOf(raw),
  };
}

/** What stands in `spec`, under the same names. */
type Spec = Pick<
  ApplicationFact,
  | 'project'
  | 'destination'
  | 'sources'
  | 'hydrated'
  | 'automated'
  | 'hasSyncPolicy'
  | 'syncOptions'
  | 'ignoreDifferences'
  | 'ignoreDifferencesRaw'
>;

const readSpec = madeOnce((spec: JsonObject): Spec => {
  const policy = objectAt(spec, 'syncPolicy');
  return {
    project: textAt(spec, 'project') || 'default',
    destination: {
      server: textAt(spec, 'destination', 'server'),
      name: textAt(spec, 'destination', 'name'),
      namespace: textAt(spec, 'destination', 'namespace'),
    },
    sources: readSources(spec),
    hydrated: objectAt(spec, 'sourceHydrator') !== undefined,
    automated: {
      enabled: objectAt(policy, 'automated') !== undefined && pick(policy, 'automated', 'enabled') !== false,
      selfHeal: flagAt(policy, 'automated', 'selfHeal'),
      prune: flagAt(policy, 'automated', 'prune'),
    },
    hasSyncPolicy: policy !== undefined,
    syncOptions: textsOrNull(policy, 'syncOptions'),
    ignoreDifferences: readRules(spec, 'spec.ignoreDifferences', 'ignoreDifferences'),
    ignoreDifferencesRaw: rawList(spec, 'ignoreDifferences'),
  };
});

const readSync = madeOnce((sync: JsonObject): ApplicationFact['sync'] => ({
  status: readSyncStatus(sync),
  revision: revisionOf(sync),
  comparedRules: readRules(sync, 'status.sync.comparedTo.ignoreDifferences', 'comparedTo', 'ignoreDifferences') ?? [],
}));

const readLastDeploy = madeOnce((history: readonly Json[]): ApplicationFact['lastDeploy'] => {
  const last = objectAt({ entry: history.at(-1) ?? null }, 'entry');
  const at = timeAt(last, 'deployedAt');
  return at === null ? null : { revision: revisionOf(last), at };
});

const readResources = madeOnce((resources: readonly Json[]): readonly ManagedResource[] =>
  keepRelevant(resources, needsAttention).map(readManagedResource),
);

/** Who owns how the Application itself is synced, each once. */
const specManagersOf = madeOnce((entries: readonly ManagedFields[]): readonly FieldOwner[] => [
  ...new Set([...ownersOf(entries, OWN_RULES), ...ownersOf(entries, OWN_POLICY)]),
]);

/** The hydrator's dry source wins over sources, sources over source (argo-cd types.go:246-296). */
function readSources(spec: JsonObject): ApplicationFact['sources'] {
  const several = listAt(spec, 'sources');
  const single = pick(spec, 'sourceHydrator', 'drySource') ?? pick(spec, 'source');
  const sources =
    several.length > 0 && objectAt(spec, 'sourceHydrator') === undefined
      ? several
      : single === undefined
        ? []
        : [single];
  return sources.map((source) => ({
    repoURL: textAt(source, 'repoURL'),
    path: textAt(source, 'path') || textAt(source, 'chart'),
    targetRevision: textAt(source, 'targetRevision'),
  }));
}

function readSyncStatus(sync: JsonObject): ApplicationFact['sync']['status'] {
  const status = textAt(sync, 'status');
  return status === 'Synced' || status === 'OutOfSync' || status === 'Unknown' ? status : '';
}

export function needsAttention(item: Json): boolean {
  return textAt(item, 'status') === 'OutOfSync' || flagAt(item, 'requiresPruning');
}

function readManagedResource(item: Json): ManagedResource {
  const { group, kind, namespace, name } = readResource(item);
  return {
    group,
    kind,
    namespace,
    name,
    status: textAt(item, 'status'),
    requiresPruning: flagAt(item, 'requiresPruning'),
  };
}

/** A parent Application puts back after a live edit what its last apply declared, and leaves the rest. */
function readLastAppliedDeclares(raw: JsonObject): ApplicationFact['lastAppliedDeclares'] {
  const { manifest } = readLastApplied(raw);
  if (manifest === null) return null;
  return {
    ignoreDifferences: pick(manifest, 'spec', 'ignoreDifferences') !== undefined,
    syncOptions: pick(manifest, 'spec', 'syncPolicy', 'syncOptions') !== undefined,
  };
}
