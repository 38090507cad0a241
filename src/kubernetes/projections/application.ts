/** Argo CD Application, argoproj.io/v1alpha1. */
import type { ApplicationFact, FactBase, FieldOwner, Json, ManagedResource } from '../../model/facts.ts';
import { readConditions } from './conditions.ts';
import { rawList, readRules, textsOrNull } from './ignore-rules.ts';
import { type ManagedFields, ownersOf, readManagedFields } from './managed-fields.ts';
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

export function projectApplication(raw: JsonObject, base: FactBase, settings: ProjectionSettings): ApplicationFact {
  const entries = readManagedFields(raw);
  const policy = objectAt(raw, 'spec', 'syncPolicy');
  return {
    fact: 'application',
    ref: base.ref,
    uid: base.uid,
    resourceVersion: base.resourceVersion,
    generation: base.generation,
    createdAt: base.createdAt,
    tracking: readTracking(raw, base, entries, settings),
    project: textAt(raw, 'spec', 'project') || 'default',
    destination: {
      server: textAt(raw, 'spec', 'destination', 'server'),
      name: textAt(raw, 'spec', 'destination', 'name'),
      namespace: textAt(raw, 'spec', 'destination', 'namespace'),
    },
    sources: readSources(raw),
    hydrated: objectAt(raw, 'spec', 'sourceHydrator') !== undefined,
    automated: {
      enabled: objectAt(policy, 'automated') !== undefined && pick(policy, 'automated', 'enabled') !== false,
      selfHeal: flagAt(policy, 'automated', 'selfHeal'),
      prune: flagAt(policy, 'automated', 'prune'),
    },
    hasSyncPolicy: policy !== undefined,
    syncOptions: textsOrNull(policy, 'syncOptions'),
    ignoreDifferences: readRules(raw, 'spec.ignoreDifferences', 'spec', 'ignoreDifferences'),
    ignoreDifferencesRaw: rawList(raw, 'spec', 'ignoreDifferences'),
    compareOptions: splitAtCommas(annotationOf(raw, 'argocd.argoproj.io/compare-options') ?? ''),
    sync: {
      status: readSyncStatus(raw),
      revision: revisionOf(objectAt(raw, 'status', 'sync')),
      comparedRules:
        readRules(
          raw,
          'status.sync.comparedTo.ignoreDifferences',
          'status',
          'sync',
          'comparedTo',
          'ignoreDifferences',
        ) ?? [],
    },
    operation: readOperation(raw),
    lastDeploy: readLastDeploy(raw),
    conditions: readConditions(raw, 'status', 'conditions'),
    resources: keepRelevant(listAt(raw, 'status', 'resources'), needsAttention).map(readManagedResource),
    controllerNamespace: textAt(raw, 'status', 'controllerNamespace'),
    reconciledAt: timeAt(raw, 'status', 'reconciledAt'),
    applicationSet: ownerNamed(raw, 'ApplicationSet'),
    specManagers: ownersOfEither(entries, ['spec', 'ignoreDifferences'], ['spec', 'syncPolicy']),
    lastAppliedDeclares: readLastAppliedDeclares(raw),
    skipReconcile: annotationOf(raw, 'argocd.argoproj.io/skip-reconcile') === 'true',
    ignore: ignoreOf(raw),
  };
}

/** Entries that own any of the paths, each once. */
export function ownersOfEither(
  entries: readonly ManagedFields[],
  ...paths: readonly (readonly string[])[]
): readonly FieldOwner[] {
  return [...new Set(paths.flatMap((path) => ownersOf(entries, ...path)))];
}

/** The hydrator's dry source wins over sources, sources over source (argo-cd types.go:246-296). */
function readSources(raw: JsonObject): ApplicationFact['sources'] {
  const several = listAt(raw, 'spec', 'sources');
  const single = pick(raw, 'spec', 'sourceHydrator', 'drySource') ?? pick(raw, 'spec', 'source');
  const sources =
    several.length > 0 && objectAt(raw, 'spec', 'sourceHydrator') === undefined
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

function readSyncStatus(raw: JsonObject): ApplicationFact['sync']['status'] {
  const status = textAt(raw, 'status', 'sync', 'status');
  return status === 'Synced' || status === 'OutOfSync' || status === 'Unknown' ? status : '';
}

function readLastDeploy(raw: JsonObject): ApplicationFact['lastDeploy'] {
  const last = objectAt({ entry: listAt(raw, 'status', 'history').at(-1) ?? null }, 'entry');
  const at = timeAt(last, 'deployedAt');
  return at === null ? null : { revision: revisionOf(last), at };
}

function needsAttention(item: Json): boolean {
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
