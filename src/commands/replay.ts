/** `tugwatch replay FILE…`: the same pipeline over recordings, in their own time, as fast as it goes. */
import { Engine } from '../engine.ts';
import { LazyJqEngine } from '../kubernetes/jq-engine.ts';
import { warningsOf } from '../recording/read-summary.ts';
import { ReplaySource } from '../recording/replay-source.ts';
import { renderJson } from '../report/json.ts';
import type { Report } from '../report/schema.ts';
import { renderReportText } from '../report/text.ts';
import { fails, parseFailOn } from './fail-on.ts';
import type { CommandIo } from './io.ts';
import { describeBytes, Progress, textOptions } from './terminal.ts';
import { UsageError } from './usage-error.ts';

export interface ReplayFlags {
  readonly output?: string;
  readonly failOn?: string;
}

/** Prints the report; resolves to the exit code. @throws UsageError, RecordingError */
export async function replay(files: readonly string[], flags: ReplayFlags, io: CommandIo): Promise<number> {
  const output = flags.output ?? 'text';
  if (!isOutput(output)) throw new UsageError(`--output ${output} is not known: use text, json or html.`);
  const failOn = parseFailOn(flags.failOn);
  if (files.filter((file) => file === '-').length > 1)
    throw new UsageError('Standard input (-) can be read only once.');

  const progress = new Progress(io.stderr, io.monotonic);
  const { report, warnings } = await replayFiles(files, {
    stdin: io.stdin,
    onProgress: (read, total) => progress.update(() => `Replaying: ${describeBytes(read, total)}`),
  });
  progress.clear();
  for (const warning of warnings) io.stderr.write(`warning: ${warning}\n`);
  const render = {
    text: () => renderReportText(report, textOptions(io.stdout, io.env)),
    json: () => renderJson(report, 2),
    html: async () => (await import('../web/views/incident.ts')).renderIncidentReport(report),
  };
  io.stdout.write(await render[output]());
  return fails(report, failOn) ? 1 : 0;
}

function isOutput(output: string): output is 'text' | 'json' | 'html' {
  return output === 'text' || output === 'json' || output === 'html';
}

export interface ReplayInput {
  readonly stdin?: AsyncIterable<Uint8Array>;
  readonly onProgress?: (bytesRead: number, bytesTotal: number | null) => void;
}

/** The report over one or more recordings, taken as parts of one stream. @throws RecordingError when nothing is usable */
export async function replayFiles(
  files: readonly string[],
  input: ReplayInput = {},
): Promise<{ readonly report: Report; readonly warnings: readonly string[] }> {
  const source = new ReplaySource(files, {
    ...(input.stdin === undefined ? {} : { stdin: input.stdin }),
    onProgress: ({ bytesRead, bytesTotal }) => input.onProgress?.(bytesRead, bytesTotal),
    onTime: (at) => engine.advance(at),
    barrier: () => engine.settled(),
  });
  const engine = new Engine({ jq: new LazyJqEngine(), requestLens: (request) => source.requestLens(request) });
  await source.run((change) => engine.take(change));
  await engine.settled();
  return { report: engine.pipeline.report(), warnings: warningsOf(source.summaries) };
}
