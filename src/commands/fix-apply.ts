/** `fix --apply`: guards, dry run, diff, question, patch, Events, audit line. */
import { EventRecorder } from '../kubernetes/event-recorder.ts';
import type { Rehearsal } from '../kubernetes/guarded-patch.ts';
import { displayRef, keyOf } from '../model/refs.ts';
import { type AuditDocument, auditDocument, auditSentence } from '../remediation/audit-record.ts';
import { carryOut } from '../remediation/carry-out.ts';
import { consider } from '../remediation/consider.ts';
import { DEFAULT_PER_HOUR, rememberedFixes } from '../remedy/applied-fixes.ts';
import type { FixSubject } from '../remedy/attempt.ts';
import type { Refusal } from '../remedy/guards.ts';
import { rfc3339 } from '../report/build-report.ts';
import type { FixCause } from '../report/fix-cause.ts';
import { intentLines, restLines } from '../report/fix-text.ts';
import { specDiff } from '../report/spec-diff.ts';
import { layoutOf } from '../report/text.ts';
import { visible } from '../report/visible.ts';
import { askYes } from './ask.ts';
import type { FixSight } from './fix-sight.ts';
import type { CommandIo } from './io.ts';
import { textOptions } from './terminal.ts';
import { UsageError } from './usage-error.ts';

export interface ApplyFlags {
  readonly yes?: boolean;
  readonly output?: string;
}

export interface ApplyResult {
  readonly code: number;
  readonly audit: AuditDocument | null;
  readonly refused: readonly Refusal[];
}

type Cluster = NonNullable<FixSight['cluster']>;

/** @throws UsageError, KubeRequestError when the server refuses */
export async function applyFix(
  cause: FixCause,
  sight: FixSight,
  flags: ApplyFlags,
  io: CommandIo,
): Promise<ApplyResult> {
  const { cluster } = sight;
  if (cluster === null) throw new UsageError('Nothing can be applied without a look at the cluster.');
  const { client, pipeline } = cluster;
  // In JSON the document is all that goes to standard output.
  const out = flags.output === 'json' ? io.stderr : io.stdout;
  const layout = layoutOf(textOptions(out, io.env));
  const say = (...lines: readonly string[]) => out.write(`${lines.join('\n')}\n`);
  say(...intentLines(cause, layout));

  const subject = subjectOf(cause, cluster);
  const remedy = 'contenders' in subject ? pipeline.remedyFor(subject) : subject.remedy;
  const considered = await consider(client, subject, remedy, situationOf(cluster, io), io.signal);
  if ('refused' in considered) {
    for (const { reason } of considered.refused) io.stderr.write(`tugwatch: not applied: ${visible(reason)}\n`);
    return { code: 2, audit: null, refused: considered.refused };
  }

  const { step } = considered;
  // A daemon may know a fight of one cluster while the kubeconfig names another: whoever agrees must see which it is.
  const what = visible(`${displayRef(step.target)} in ${client.cluster}`);
  const agree = async (rehearsal: Rehearsal): Promise<boolean> => {
    say('', `${what} would change (the API server's dry run):`);
    say(...specDiff(rehearsal.reading.spec, rehearsal.spec, layout.styles), '');
    return flags.yes === true || (await askYes(`Change ${what}?`, io));
  };
  const workload = { ref: subject.workload, uid: pipeline.model.workload(subject.workload)?.uid ?? '' };
  const by = whoami(cluster, io);
  const warn = (message: string) => io.stderr.write(`warning: ${visible(message)}\n`);
  const recorder = new EventRecorder({ client, instance: by, warn });
  const outcome = await carryOut(
    { ...considered, workload },
    { client, recorder, by, now: io.now, agree, signal: io.signal },
  );
  switch (outcome.outcome) {
    case 'applied':
      say(`${rfc3339(outcome.audit.at)} ${visible(auditSentence(outcome.audit))}`, '', ...restLines(cause, layout));
      return { code: 0, audit: auditDocument(outcome.audit), refused: [] };
    case 'stopped':
      io.stderr.write(`tugwatch: not applied: ${visible(outcome.reason)}\n`);
      return { code: 2, audit: null, refused: [{ veto: 'edited', reason: outcome.reason }] };
    case 'declined':
      io.stderr.write('Nothing was changed.\n');
      return { code: 0, audit: null, refused: [] };
    case 'nothing-to-do':
      say('', `${what} is as it should be already: nothing was changed.`);
      return { code: 0, audit: null, refused: [] };
  }
}

/** The cause as the guards know it, from the look that was just taken. */
function subjectOf(cause: FixCause, { pipeline, conflicts }: Cluster): FixSubject {
  if (cause.type === 'conflict') {
    const conflict = conflicts.find(({ id }) => id === cause.conflict.id);
    if (conflict !== undefined) return conflict;
  } else {
    const { rule, workload, message } = cause.risk;
    const { risks, suppressed } = pipeline.audit();
    const risk = [...risks, ...suppressed].find(
      (one) => one.rule === rule && keyOf(one.workload) === keyOf(workload) && one.message === message,
    );
    if (risk !== undefined) return risk;
  }
  throw new UsageError('What was found a moment ago is not there any more: look again.');
}

function situationOf({ pipeline, conflicts }: Cluster, io: CommandIo) {
  const now = io.now();
  const context = pipeline.rulesContext;
  return {
    ...context,
    now,
    conflicts,
    remedyFor: pipeline.remedyFor.bind(pipeline),
    applied: rememberedFixes(context, now),
    perHour: DEFAULT_PER_HOUR,
    allowed: null,
  };
}

/** 'ana as kubernetes-admin in prod': who sits there, and as whom the server knows them. */
function whoami({ client }: Cluster, { env }: CommandIo): string {
  const person = env['USER'] ?? env['LOGNAME'] ?? env['USERNAME'] ?? 'somebody';
  const account = client.user === '' ? '' : ` as ${client.user}`;
  return `${person}${account} in ${client.cluster}`;
}
