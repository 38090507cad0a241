/** What Argo CD's application controller exports. After argoproj/argo-cd controller/metrics/metrics.go (v3.5). */
import { flagAt, type JsonObject, textAt } from '../../../src/kubernetes/projections/read-json.ts';
import { keyOfLabels, type Labels, METRIC_NAME } from '../promql/series.ts';
import type { Reading } from './exported.ts';

const INFO = 'argocd_app_info';
const SYNC_TOTAL = 'argocd_app_sync_total';

export const ARGO_METRICS: readonly string[] = [INFO, SYNC_TOTAL];

/** OperationPhase.Completed() in argo-cd's gitops-engine. */
const COMPLETED: ReadonlySet<string> = new Set(['Succeeded', 'Failed', 'Error']);

export function exportApplication(application: JsonObject): readonly Reading[] {
  const labels = {
    [METRIC_NAME]: INFO,
    ...namesOf(application),
    repo: textAt(application, 'spec', 'source', 'repoURL'),
    dest_namespace: textAt(application, 'spec', 'destination', 'namespace'),
    sync_status: textAt(application, 'status', 'sync', 'status') || 'Unknown',
    health_status: textAt(application, 'status', 'health', 'status') || 'Unknown',
  };
  return [{ labels, value: 1 }];
}

/**
 * argocd_app_sync_total: completed operations, whoever began them. One operation is one (uid, startedAt), whatever
 * number of versions show it. A series begins with its first operation, at 1, and outlives the Application, as in
 * client_golang. What was completed before the recording began is unknown and not counted, but for the last one.
 */
export class SyncCounter {
  readonly #seen = new Set<string>();
  readonly #totals = new Map<string, { labels: Labels; value: number }>();

  take(application: JsonObject): void {
    const phase = textAt(application, 'status', 'operationState', 'phase');
    if (!COMPLETED.has(phase)) return;
    const operation = `${textAt(application, 'metadata', 'uid')} ${textAt(application, 'status', 'operationState', 'startedAt')}`;
    if (this.#seen.has(operation)) return;
    this.#seen.add(operation);
    const labels = {
      [METRIC_NAME]: SYNC_TOTAL,
      ...namesOf(application),
      phase,
      dry_run: String(flagAt(application, 'status', 'operationState', 'operation', 'sync', 'dryRun')),
    };
    const key = keyOfLabels(labels);
    this.#totals.set(key, { labels, value: (this.#totals.get(key)?.value ?? 0) + 1 });
  }

  readings(): readonly Reading[] {
    return [...this.#totals.values()];
  }
}

function namesOf(application: JsonObject): Labels {
  return {
    namespace: textAt(application, 'metadata', 'namespace'),
    name: textAt(application, 'metadata', 'name'),
    project: textAt(application, 'spec', 'project') || 'default',
    dest_server: textAt(application, 'spec', 'destination', 'server'),
  };
}
