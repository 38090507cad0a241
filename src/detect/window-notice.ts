/** Quiet by a sync window is not over, and the person on call should not take it for that. */
import type { ClusterModel } from '../model/cluster-model.ts';
import type { ApplicationFact, Millis } from '../model/facts.ts';
import { displayRef } from '../model/refs.ts';
import { activityOf, hasSyncWindows } from './conflict-view.ts';
import type { NoticeInput } from './notices.ts';
import { type ConflictRecord, mainField } from './record.ts';

export function windowNotice(
  record: ConflictRecord,
  now: Millis,
  app: ApplicationFact | undefined,
  model: ClusterModel,
): NoticeInput | null {
  if (app === undefined || !hasSyncWindows(app, model) || activityOf(record, now, model) !== 'blocked') return null;
  return {
    kind: 'sync-blocked-by-window',
    workload: record.ref,
    application: record.application,
    at: now,
    message: `The fight over ${mainField(record)} of ${displayRef(record.ref)} is quiet, not over: project ${app.project} has sync windows, Application ${app.ref.name} is OutOfSync and Argo CD writes nothing; it goes on when the window closes.`,
  };
}
