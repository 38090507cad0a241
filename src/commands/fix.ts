/** `tugwatch fix NAMESPACE/NAME`: the remedy of one workload, and with --apply its first step, under guards. */
import { chooseCause, type FixCause } from '../report/fix-cause.ts';
import { fixLines, remedyOf } from '../report/fix-text.ts';
import { escapeHidden } from '../report/json.ts';
import { layoutOf } from '../report/text.ts';
import { concerns, matchesQuery, queryLabel, type WorkloadQuery } from '../report/which-workload.ts';
import { checkDaemonFlags } from './ask-daemon.ts';
import { type ApplyResult, applyFix } from './fix-apply.ts';
import { type FixSight, lookForFix, type SightFlags } from './fix-sight.ts';
import type { CommandIo } from './io.ts';
import { textOptions } from './terminal.ts';
import { UsageError } from './usage-error.ts';
import { type Dialect, queryOf } from './workload-query.ts';

export interface FixFlags extends SightFlags {
  readonly namespace?: string;
  readonly output?: string;
  readonly yes?: boolean;
}

/** Resolves to the exit code: 2 also when a guard refuses. @throws UsageError, KubeConfigError, KubeRequestError */
export async function fix(
  words: readonly string[],
  flags: FixFlags,
  io: CommandIo,
  dialect: Dialect = 'tugwatch',
): Promise<number> {
  const output = flags.output ?? 'text';
  if (output !== 'text' && output !== 'json')
    throw new UsageError(`--output ${output} is not known: use text or json.`);
  if (flags.yes === true && flags.apply !== true) throw new UsageError('--yes goes with --apply.');
  if (flags.apply === true && flags.yes !== true && io.stdin.isTTY !== true)
    throw new UsageError('--apply asks before it changes anything: run it on a terminal, or add --yes.');
  checkDaemonFlags(flags);
  const sight = await lookForFix(await queryOf(words, flags, io.env, dialect), flags, io);
  const { query } = sight;
  try {
    const cause = causeFor(sight);
    const applied = cause === null || flags.apply !== true ? null : await applyFix(cause, sight, flags, io);
    if (output === 'json') io.stdout.write(renderDocument(query, cause, applied));
    else if (cause === null) io.stdout.write(`${peaceSentence(sight)}\n`);
    else if (applied === null) io.stdout.write(`${fixLines(cause, layoutFor(io)).join('\n')}\n`);
    return applied?.code ?? 0;
  } finally {
    await sight.cluster?.client.close();
  }
}

/** @throws UsageError when the cluster was looked at and has no such workload */
function causeFor({ query, report, cluster }: FixSight): FixCause | null {
  const cause = chooseCause(concerns(report.conflicts, query), concerns(report.risks, query));
  if (cause !== null || cluster === null) return cause;
  if ((query.cluster ?? '') !== '')
    throw new UsageError(
      `The daemon knows of no conflict over ${queryLabel(query)}, and a mere risk there is only printed: leave --apply out.`,
    );
  const { model } = cluster.pipeline;
  const fact = [...model.workloads.values()].find(({ ref }) => matchesQuery(ref, query));
  if (fact === undefined) {
    throw new UsageError(
      `No workload ${query.namespace}/${query.name} is in the cluster: check the name and the namespace.`,
    );
  }
  // What is wrong with the whole Application is told of the Application.
  const app = model.applicationOf(fact)?.ref;
  const isOfApp = ({ workload }: (typeof report.risks)[number]) =>
    workload.kind === 'Application' && workload.namespace === app?.namespace && workload.name === app.name;
  return chooseCause([], report.risks.filter(isOfApp));
}

function peaceSentence({ query, cluster }: FixSight): string {
  const who = cluster === null ? 'the daemon knows of' : 'the cluster shows';
  return `Nothing to fix: ${who} no conflict over ${queryLabel(query)}, and no risk of one.`;
}

function layoutFor(io: CommandIo) {
  return layoutOf(textOptions(io.stdout, io.env));
}

/** `tugwatch.fix/v1`: the cause, the remedy as in the report, and what became of --apply. */
function renderDocument(query: WorkloadQuery, cause: FixCause | null, applied: ApplyResult | null): string {
  const found = cause === null ? null : cause.type === 'conflict' ? cause.conflict : cause.risk;
  const document = {
    schema: 'tugwatch.fix/v1',
    workload: found?.workload ?? { namespace: query.namespace, name: query.name },
    application: found?.application ?? null,
    conflict: cause?.type === 'conflict' ? cause.conflict.id : null,
    risk: cause?.type === 'risk' ? cause.risk.rule : null,
    remedy: cause === null ? null : remedyOf(cause),
    applied: applied?.audit ?? null,
    refused: applied?.refused ?? [],
  };
  return `${escapeHidden(JSON.stringify(document, null, 2))}\n`;
}
