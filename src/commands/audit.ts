/** `tugwatch audit [FILE|DIR|-]…`: the next fight before it starts, in manifests or in the live cluster. */
import { RULES } from '../audit/rules.ts';
import { auditManifests } from '../manifests/audit-manifests.ts';
import type { Millis, ObjectRef } from '../model/facts.ts';
import { renderAuditText } from '../report/audit-text.ts';
import type { AuditView } from '../report/audit-view.ts';
import { buildReport } from '../report/build-report.ts';
import { renderJson } from '../report/json.ts';
import { renderJunit } from '../report/junit.ts';
import { renderSarif } from '../report/sarif.ts';
import { VERSION } from '../version.ts';
import { type ClusterFlags, connect } from './connect.ts';
import { parseFailOn } from './fail-on.ts';
import type { CommandIo } from './io.ts';
import { survey } from './survey.ts';
import { Progress, textOptions } from './terminal.ts';
import { UsageError } from './usage-error.ts';

export interface AuditFlags extends ClusterFlags {
  readonly output?: string;
  readonly failOn?: string;
  readonly verbose?: boolean;
  readonly strict?: boolean;
  readonly namespace?: string;
}

const OUTPUTS = ['text', 'json', 'sarif', 'junit'] as const;

/** Resolves to the exit code: 1 for --fail-on risk, 2 for --strict with input that is not valid. */
export async function audit(paths: readonly string[], flags: AuditFlags, io: CommandIo): Promise<number> {
  const output = OUTPUTS.find((one) => one === (flags.output ?? 'text'));
  if (output === undefined) throw new UsageError(`--output ${flags.output} is not known: use ${OUTPUTS.join(', ')}.`);
  const failOn = parseFailOn(flags.failOn, ['risk']);
  if (flags.strict === true && paths.length === 0)
    throw new UsageError('--strict is about manifests: name files or folders, or - for standard input.');
  const now = io.now();
  const view =
    paths.length > 0 ? within(flags.namespace, await ofManifests(paths, now, io)) : await ofCluster(flags, io);
  if (output !== 'text') for (const note of view.notes ?? []) io.stderr.write(`note: ${note}\n`);
  io.stdout.write(render(view, output, now, flags, io));
  if (flags.strict === true && (view.problems ?? []).length > 0) return 2;
  return failOn === 'risk' && view.risks.length > 0 ? 1 : 0;
}

function render(
  view: AuditView,
  output: (typeof OUTPUTS)[number],
  now: Millis,
  flags: AuditFlags,
  io: CommandIo,
): string {
  switch (output) {
    case 'text':
      // Problems stand on stderr already.
      return renderAuditText(
        { ...view, problems: [] },
        { ...textOptions(io.stdout, io.env), verbose: flags.verbose === true },
      );
    case 'json':
      return renderJson(
        buildReport({
          window: { from: now, to: now },
          conflicts: [],
          notices: [],
          risks: [...view.risks, ...view.suppressed],
          ...(flags.verbose === true ? { safe: view.safe } : {}),
        }),
        2,
      );
    case 'sarif':
      return renderSarif(view, { version: VERSION, rules: RULES });
    case 'junit':
      return renderJunit(view);
  }
}

function tellProblems({ problems = [] }: Pick<AuditView, 'problems'>, io: CommandIo): void {
  for (const { file, line, message } of problems) io.stderr.write(`warning: ${file}:${line}: ${message}\n`);
}

async function ofManifests(paths: readonly string[], now: Millis, io: CommandIo): Promise<AuditView> {
  const progress = new Progress(io.stderr, io.monotonic);
  const { counts, ...found } = await auditManifests(paths, {
    now,
    stdin: io.stdin,
    onFile: (files) => progress.update(() => `Reading manifests: ${files} files`),
  });
  progress.clear();
  tellProblems(found, io);
  // A pipe whose first half failed must not pass for manifests without a risk.
  if (counts.objects === 0)
    throw new UsageError(
      `No Kubernetes object was found in ${paths.map((path) => (path === '-' ? 'standard input' : path)).join(', ')}: nothing has been audited. Is it what would be applied, rendered?`,
    );
  if (found.problems.length === 0) return found;
  const many = found.problems.length === 1 ? '1 document was' : `${found.problems.length} documents were`;
  return { ...found, notes: [`${many} not valid and skipped; with --strict that is exit code 2.`, ...found.notes] };
}

/** With --namespace: what is about a workload of another namespace is left out; what is about an Application alone stays. */
function within(namespace: string | undefined, view: AuditView): AuditView {
  if (namespace === undefined || namespace === '') return view;
  const asked = ({ workload }: { readonly workload: ObjectRef | null }) =>
    workload === null || workload.namespace === namespace;
  return {
    ...view,
    risks: view.risks.filter(asked),
    suppressed: view.suppressed.filter(asked),
    safe: view.safe.filter(asked),
  };
}

async function ofCluster(flags: AuditFlags, io: CommandIo): Promise<AuditView> {
  const client = await connect(flags, io.env);
  try {
    const { engine, watches } = await survey(client, flags.namespace ?? '', io);
    const unseen = watches.filter((watch) => !watch.listed && watch.message !== '').map((watch) => watch.message);
    return { ...engine.pipeline.audit(), notes: unseen };
  } finally {
    await client.close();
  }
}
