/** The v1 Events about an Application, worded as Argo CD words them (util/argo/audit_logger.go). */
import type { ClusterContext } from '../context.ts';
import { type JsonObject, listAt, textAt } from '../json.ts';
import type { KubeObject } from '../objects.ts';

export interface Announcement {
  readonly app: KubeObject;
  readonly reason: 'OperationStarted' | 'OperationCompleted' | 'ResourceUpdated';
  readonly message: string;
  readonly type?: 'Normal' | 'Warning';
  readonly manager: string;
}

/** Argo CD creates every Event anew; none is counted up. */
export function announce(context: ClusterContext, announcement: Announcement): void {
  const { app, reason, message, type = 'Normal', manager } = announcement;
  context.events.record({
    regarding: app,
    type,
    reason,
    message,
    component: 'argocd-application-controller',
    manager,
    annotations: {
      'dest-namespace': textAt(app.spec, 'destination', 'namespace'),
      'dest-server': textAt(app.spec, 'destination', 'server'),
    },
    aggregate: false,
  });
}

/** The same words for a self-heal and for a new revision. */
export function announceStart(context: ClusterContext, app: KubeObject, desired: JsonObject, manager: string): void {
  const revision = textAt(desired, 'revision') || listAt(desired, 'revisions').join(', ');
  const message = `Initiated automated sync to '${revision}'`;
  announce(context, { app, reason: 'OperationStarted', message, manager });
}

/** Tells a change of the sync or health status between two versions. */
export function announceStatus(context: ClusterContext, app: KubeObject, before: KubeObject, manager: string): void {
  for (const part of ['sync', 'health'] as const) {
    const from = textAt(before.status, part, 'status');
    const to = textAt(app.status, part, 'status');
    if (from === to) continue;
    announce(context, { app, reason: 'ResourceUpdated', message: `Updated ${part} status: ${from} -> ${to}`, manager });
  }
}
