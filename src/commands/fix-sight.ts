/** What `fix` goes by: a running daemon's report, one look at the cluster, or what the daemon knows on the cluster of now. */
import type { WritingClient } from '../kubernetes/client.ts';
import type { Conflict } from '../model/verdicts.ts';
import type { Pipeline } from '../pipeline.ts';
import { buildReport } from '../report/build-report.ts';
import { conflictOfDocument } from '../report/read-conflict.ts';
import type { Report } from '../report/schema.ts';
import type { WorkloadQuery } from '../report/which-workload.ts';
import { type DaemonFlags, reportFromDaemon } from './ask-daemon.ts';
import { connect } from './connect.ts';
import type { CommandIo } from './io.ts';
import { survey } from './survey.ts';
import { pinCluster } from './workload-query.ts';

export interface FixSight {
  /** In the one cluster that is meant, as far as a daemon knows. */
  readonly query: WorkloadQuery;
  readonly report: Report;
  /** What the cluster shows now; null where only a daemon was asked. */
  readonly cluster: {
    readonly client: WritingClient;
    readonly pipeline: Pipeline;
    readonly conflicts: readonly Conflict[];
  } | null;
}

export interface SightFlags extends DaemonFlags {
  readonly cluster?: string;
  readonly apply?: boolean;
}

/** Whoever takes it closes `cluster.client`. @throws UsageError, KubeConfigError, KubeRequestError */
export async function lookForFix(asked: WorkloadQuery, flags: SightFlags, io: CommandIo): Promise<FixSight> {
  const known = flags.server === undefined ? null : await reportFromDaemon(flags.server, flags, io);
  const query = known === null ? asked : pinned(asked, known);
  // Without a change nobody need see the cluster: the daemon has made the remedy already.
  if (known !== null && flags.apply !== true) return { query, report: known, cluster: null };
  const client = await connect(flags, io.env);
  try {
    const { pipeline } = (await survey(client, query.namespace, io)).engine;
    if (known === null) {
      const conflicts = pipeline.detector.conflicts();
      return { query, report: pipeline.report(), cluster: { client, pipeline, conflicts } };
    }
    // The daemon has the history, the cluster the configuration of now: remedies are made anew from both.
    const conflicts = known.conflicts.map(conflictOfDocument);
    const { risks } = pipeline.audit();
    const now = io.now();
    const report = buildReport({
      window: { from: now, to: now },
      conflicts: conflicts.map((conflict) => ({ conflict, remedy: pipeline.remedyFor(conflict) })),
      notices: [],
      risks,
    });
    return { query, report, cluster: { client, pipeline, conflicts } };
  } catch (error) {
    await client.close();
    throw error;
  }
}

/** What is over needs no fix. @throws UsageError */
function pinned(query: WorkloadQuery, report: Report): WorkloadQuery {
  const open = report.conflicts.filter(({ state }) => state !== 'resolved');
  return pinCluster(query, report, [...open, ...report.risks]);
}
