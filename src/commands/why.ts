/** `tugwatch why NAMESPACE/NAME` or `KIND/NAME -n NS`: one workload explained, by a running daemon or from one look. */
import { renderJson } from '../report/json.ts';
import type { Report } from '../report/schema.ts';
import type { WorkloadQuery } from '../report/which-workload.ts';
import { renderWhyText, selectWorkload } from '../report/why-text.ts';
import { checkDaemonFlags, type DaemonFlags } from './ask-daemon.ts';
import type { CommandIo } from './io.ts';
import { textOptions } from './terminal.ts';
import { UsageError } from './usage-error.ts';
import { askDaemon, lookAtCluster, sightsOfCluster, sightsOfDaemon } from './why-sight.ts';
import { followWhy } from './why-watch.ts';
import { type Dialect, pinCluster, queryOf } from './workload-query.ts';

export interface WhyFlags extends DaemonFlags {
  readonly namespace?: string;
  readonly cluster?: string;
  readonly output?: string;
  readonly watch?: boolean;
}

/** Resolves to the exit code. `words`: the workload. @throws UsageError, KubeConfigError, KubeRequestError */
export async function why(
  words: readonly string[],
  flags: WhyFlags,
  io: CommandIo,
  dialect: Dialect = 'tugwatch',
): Promise<number> {
  const output = flags.output ?? 'text';
  if (output !== 'text' && output !== 'json')
    throw new UsageError(`--output ${output} is not known: use text or json.`);
  checkDaemonFlags(flags);
  const query = await queryOf(words, flags, io.env, dialect);
  const daemon = flags.server;
  if (flags.watch === true) {
    const sights = daemon === undefined ? sightsOfCluster(query, flags, io) : sightsOfDaemon(daemon, flags, io);
    return followWhy(sights, query, daemon === undefined ? (asked) => asked : pinned, output, io);
  }
  const { report, writes } =
    daemon === undefined ? await lookAtCluster(query, flags, io) : await askDaemon(daemon, flags, io);
  const answer = selectWorkload(report, daemon === undefined ? query : pinned(query, report));
  if (output === 'json') {
    const { conflicts, notices, risks, safe } = answer;
    io.stdout.write(renderJson({ ...report, conflicts, notices, risks, safe }, 2));
  } else io.stdout.write(renderWhyText(answer, textOptions(io.stdout, io.env), writes, flags.server === undefined));
  if (daemon === undefined && output === 'text') {
    io.stderr.write(
      'This is one look at the cluster; a running daemon knows the writes before it: --server http://….\n',
    );
  }
  return 0;
}

/** In the one cluster that everything the daemon says of this name is about. @throws UsageError */
function pinned(query: WorkloadQuery, report: Report): WorkloadQuery {
  const { conflicts, notices, risks, safe = [] } = report;
  return pinCluster(query, report, [...conflicts, ...notices, ...risks, ...safe]);
}
