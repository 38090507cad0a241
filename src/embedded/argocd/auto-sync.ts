/** When Argo CD starts an operation by itself (controller/appcontroller.go autoSync, alreadyAttemptedSync). Pure. */
import { getAt, isObject, type JsonObject, type JsonValue, listAt, numberAt, sameJson, textAt } from '../json.ts';
import type { KubeObject } from '../objects.ts';
import type { ComparedResource } from './compare.ts';
import { type HealBackoff, waitBeforeHeal } from './profiles.ts';

export type AutoSyncDecision =
  | { readonly action: 'none' }
  /** The last sync of this revision failed: nothing more until a new revision or a person. */
  | { readonly action: 'gave-up'; readonly message: string }
  | { readonly action: 'wait'; readonly milliseconds: number }
  | { readonly action: 'sync' }
  | { readonly action: 'heal'; readonly resources: readonly JsonObject[]; readonly attempts: number };

export interface AutoSyncInput {
  readonly app: KubeObject;
  readonly compared: readonly ComparedResource[];
  /** What the sources point to: { revision, source } or { revisions, sources }. */
  readonly desired: JsonObject;
  readonly blocked: boolean;
  readonly backoff: HealBackoff;
  /** What has passed since the last operation ended, ms. */
  readonly sinceFinished: number;
}

export function decideAutoSync(input: AutoSyncInput): AutoSyncDecision {
  const { app, compared, desired } = input;
  const automated = getAt(app.spec, 'syncPolicy', 'automated');
  if (!isObject(automated) || automated['enabled'] === false) return { action: 'none' };
  if (input.blocked || app['operation'] !== undefined) return { action: 'none' };
  const drifted = compared.filter((resource) => !resource.synced);
  if (drifted.length === 0) return { action: 'none' };
  const prune = automated['prune'] === true;
  const onlyPruning = drifted.every((resource) => resource.manifest === undefined);
  if (onlyPruning && !prune) return { action: 'none' };
  const nothingLeft = compared.every((resource) => resource.manifest === undefined);
  if (nothingLeft && automated['allowEmpty'] !== true) return { action: 'none' };
  const state = app.status?.['operationState'];
  if (!isObject(state) || !attempted(state, desired)) return { action: 'sync' };
  if (textAt(state, 'phase') !== 'Succeeded') {
    const revision = textAt(desired, 'revision');
    return { action: 'gave-up', message: `Failed last sync attempt to ${revision}: ${textAt(state, 'message')}` };
  }
  if (automated['selfHeal'] !== true) return { action: 'none' };
  const attempts = numberAt(0, state, 'operation', 'sync', 'autoHealAttemptsCount');
  const milliseconds = waitBeforeHeal(input.backoff, attempts, input.sinceFinished);
  if (milliseconds > 0) return { action: 'wait', milliseconds };
  const resources = drifted.map(({ info, name }) => ({
    ...(info.group === '' ? {} : { group: info.group }),
    kind: info.kind,
    name,
  }));
  return { action: 'heal', resources, attempts: attempts + 1 };
}

/** The last operation was of these very revisions and sources. */
function attempted(state: JsonObject, desired: JsonObject): boolean {
  const result = getAt(state, 'syncResult');
  for (const key of ['revision', 'revisions', 'source', 'sources'] as const) {
    if (!sameJson(getAt(result, key), desired[key])) return false;
  }
  return true;
}

/** `operation` of an Application that is about to start (AC:2366-2427). */
export function newOperation(app: KubeObject, desired: JsonObject, decision: AutoSyncDecision): JsonObject {
  const policy = getAt(app.spec, 'syncPolicy');
  const sync: Record<string, JsonValue> = { ...desired };
  if (decision.action === 'heal') {
    sync['autoHealAttemptsCount'] = decision.attempts;
    sync['resources'] = decision.resources;
  }
  if (getAt(policy, 'automated', 'prune') === true) sync['prune'] = true;
  const options = listAt(policy, 'syncOptions');
  if (options.length > 0) sync['syncOptions'] = options;
  const retry = getAt(policy, 'retry') ?? { limit: 5 };
  return { initiatedBy: { automated: true }, retry, sync };
}
