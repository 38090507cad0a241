/** What `why` goes by: a running daemon's report or the cluster itself, once or again and again. */
import { displayWriter } from '../detect/identity.ts';
import type { WritingClient } from '../kubernetes/client.ts';
import { systemTimers } from '../kubernetes/timers.ts';
import { rfc3339 } from '../report/build-report.ts';
import type { EvidenceDocument, Report } from '../report/schema.ts';
import { matchesQuery, type WorkloadQuery } from '../report/which-workload.ts';
import { type DaemonFlags, reportFromDaemon } from './ask-daemon.ts';
import { type ClusterFlags, connect } from './connect.ts';
import type { CommandIo } from './io.ts';
import { openSurvey, type Survey, survey } from './survey.ts';
import { UsageError } from './usage-error.ts';

export interface Sight {
  readonly report: Report;
  /** Of the workload itself, as far as they are known. */
  readonly writes: readonly EvidenceDocument[];
}

/** Between two looks. A daemon writes its report anew for each. */
const EVERY_MS = 2_000;

/** @throws UsageError, KubeConfigError, KubeRequestError */
export async function lookAtCluster(query: WorkloadQuery, flags: ClusterFlags, io: CommandIo): Promise<Sight> {
  const client = await connect(flags, io.env);
  try {
    return sightOf(await survey(client, query.namespace, io), query, client);
  } finally {
    await client.close();
  }
}

/** The first look, and one every two seconds until Ctrl-C. @throws as `lookAtCluster`, before the first */
export async function* sightsOfCluster(
  query: WorkloadQuery,
  flags: ClusterFlags,
  io: CommandIo,
): AsyncGenerator<Sight> {
  const client = await connect(flags, io.env);
  try {
    const { engine, health, running, stop } = await openSurvey(client, query.namespace, io, systemTimers, true);
    const failure = running.then(() => undefined);
    failure.catch(() => {});
    try {
      yield sightOf({ engine, watches: health() }, query, client);
      while (await pause(io)) {
        engine.advance(io.now());
        await engine.settled();
        yield sightOf({ engine, watches: health() }, query, null);
      }
    } finally {
      await stop();
      await failure;
    }
  } finally {
    await client.close();
  }
}

export async function askDaemon(server: string, flags: DaemonFlags, io: CommandIo): Promise<Sight> {
  return { report: await reportFromDaemon(server, flags, io), writes: [] };
}

/** The first answer must come; one that fails to come later is told once, and asked for again. @throws UsageError */
export async function* sightsOfDaemon(server: string, flags: DaemonFlags, io: CommandIo): AsyncGenerator<Sight> {
  yield await askDaemon(server, flags, io);
  let silent = false;
  while (await pause(io)) {
    try {
      const sight = await askDaemon(server, flags, io);
      if (silent) io.stderr.write('It answers again.\n');
      silent = false;
      yield sight;
    } catch (error) {
      if (io.signal.aborted) return;
      if (!(error instanceof UsageError)) throw error;
      if (!silent) io.stderr.write(`warning: ${error.message} Asking again.\n`);
      silent = true;
    }
  }
}

/** `client`: the workload must be there now; null where it was, and may have gone. @throws UsageError */
function sightOf({ engine, watches }: Survey, query: WorkloadQuery, client: WritingClient | null): Sight {
  const { model, detector } = engine.pipeline;
  const workload = [...model.workloads.values()].find(({ ref }) => matchesQuery(ref, query));
  if (workload === undefined && client !== null) {
    const kind = query.kind === undefined ? 'workload' : query.kind;
    throw new UsageError(
      `There is no ${kind} ${query.name} in namespace ${query.namespace} of ${client.server}: check the name, or -n.`,
    );
  }
  const writes = workload === undefined ? [] : detector.recentWrites(workload.ref);
  return {
    report: engine.pipeline.report(engine.pipeline.audit(), { health: { watches, skippedLines: 0 }, safe: true }),
    writes: writes.map(({ at, writer, from, to }) => ({
      at: rfc3339(at),
      writer: displayWriter(writer),
      from,
      to,
      source: writer.source,
    })),
  };
}

/** False when Ctrl-C came first. */
async function pause(io: CommandIo): Promise<boolean> {
  await systemTimers.sleep(EVERY_MS, io.signal);
  return !io.signal.aborted;
}
