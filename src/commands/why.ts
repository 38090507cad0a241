/** `tugwatch why NAMESPACE/NAME` or `KIND/NAME -n NS`: one workload explained, by a running daemon or from one look. */

import { displayWriter } from '../detect/identity.ts';
import { rfc3339 } from '../report/build-report.ts';
import { renderJson } from '../report/json.ts';
import { type EvidenceDocument, type Report, reportSchema } from '../report/schema.ts';
import { matchesQuery, renderWhyText, selectWorkload, type WorkloadQuery } from '../report/why-text.ts';
import { type ClusterFlags, connect } from './connect.ts';
import type { CommandIo } from './io.ts';
import { survey } from './survey.ts';
import { textOptions } from './terminal.ts';
import { UsageError } from './usage-error.ts';

export interface WhyFlags extends ClusterFlags {
  readonly namespace?: string;
  readonly server?: string;
  readonly output?: string;
}

/** Resolves to the exit code. @throws UsageError, KubeConfigError, KubeRequestError */
export async function why(workload: string, flags: WhyFlags, io: CommandIo): Promise<number> {
  const output = flags.output ?? 'text';
  if (output !== 'text' && output !== 'json')
    throw new UsageError(`--output ${output} is not known: use text or json.`);
  const query = parseQuery(workload, flags.namespace);
  const { report, writes } =
    flags.server === undefined
      ? await reportFromCluster(query, flags, io)
      : { report: await reportFromDaemon(flags.server, io), writes: [] };
  const answer = selectWorkload(report, query);
  if (output === 'json') {
    const { conflicts, notices, risks, safe } = answer;
    io.stdout.write(renderJson({ ...report, conflicts, notices, risks, safe }, 2));
  } else io.stdout.write(renderWhyText(answer, textOptions(io.stdout, io.env), writes));
  if (flags.server === undefined && output === 'text') {
    io.stderr.write(
      'This is one look at the cluster; a running daemon knows the writes before it: --server http://….\n',
    );
  }
  return 0;
}

/** @throws UsageError for anything but NAMESPACE/NAME, or KIND/NAME with -n */
export function parseQuery(workload: string, namespace: string | undefined): WorkloadQuery {
  const [first = '', name = '', ...rest] = workload.split('/');
  if (first === '' || name === '' || rest.length > 0) {
    throw new UsageError(`${workload} names no workload: use NAMESPACE/NAME, or KIND/NAME with -n NAMESPACE.`);
  }
  return namespace === undefined ? { namespace: first, name } : { namespace, name, kind: first };
}

interface Sight {
  readonly report: Report;
  /** Of the workload itself, as far as they are known. */
  readonly writes: readonly EvidenceDocument[];
}

async function reportFromCluster(query: WorkloadQuery, flags: WhyFlags, io: CommandIo): Promise<Sight> {
  const client = await connect(flags, io.env);
  try {
    const { engine, watches } = await survey(client, query.namespace, io);
    const { model, detector } = engine.pipeline;
    const workload = [...model.workloads.values()].find(({ ref }) => matchesQuery(ref, query));
    if (workload === undefined) {
      const kind = query.kind === undefined ? 'workload' : query.kind;
      throw new UsageError(
        `There is no ${kind} ${query.name} in namespace ${query.namespace} of ${client.server}: check the name, or -n.`,
      );
    }
    return {
      report: engine.pipeline.report(engine.pipeline.audit(), { health: { watches, skippedLines: 0 }, safe: true }),
      writes: detector.recentWrites(workload.ref).map(({ at, writer, from, to }) => ({
        at: rfc3339(at),
        writer: displayWriter(writer),
        from,
        to,
        source: writer.source,
      })),
    };
  } finally {
    await client.close();
  }
}

const ANSWER_WITHIN_MS = 10_000;

/** What a running daemon knows. @throws UsageError when none answers there */
export async function reportFromDaemon(server: string, io: CommandIo): Promise<Report> {
  const url = `${server.replace(/\/+$/, '')}/api/v1/report`;
  let answer: Response;
  try {
    answer = await fetch(url, { signal: AbortSignal.any([io.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]) });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new UsageError(
      `No tugwatch answers at ${url} (${cause}): check --server, or leave it out to look at the cluster itself.`,
    );
  }
  if (!answer.ok) throw new UsageError(`${url} answers ${answer.status}: is that a tugwatch daemon?`);
  const parsed = reportSchema.safeParse(await answer.json().catch(() => null));
  if (!parsed.success) throw new UsageError(`${url} gives no report of Tugwatch: is that a tugwatch daemon?`);
  return parsed.data;
}
