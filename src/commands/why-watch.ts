/** `why --watch`: the whole answer once, then a line for each write, verdict, notice and risk as it comes. */
import { renderJson } from '../report/json.ts';
import { WhyNews } from '../report/why-news.ts';
import { renderWhyText, selectWorkload, type WorkloadQuery } from '../report/why-text.ts';
import type { CommandIo } from './io.ts';
import { textOptions } from './terminal.ts';
import type { Sight } from './why-sight.ts';

/** Resolves to the exit code when `sights` end. JSON: one document a line, at first and at every change. */
export async function followWhy(
  sights: AsyncIterable<Sight>,
  query: WorkloadQuery,
  output: 'text' | 'json',
  io: CommandIo,
): Promise<number> {
  let news: WhyNews | null = null;
  let last = '';
  for await (const { report, writes } of sights) {
    const answer = selectWorkload(report, query);
    if (output === 'json') {
      const { conflicts, notices, risks, safe } = answer;
      // The window moves with the clock: that alone is no change.
      const state = JSON.stringify([conflicts, notices, risks, safe, writes]);
      if (state !== last) io.stdout.write(`${renderJson({ ...report, conflicts, notices, risks, safe })}\n`);
      last = state;
    } else if (news === null) {
      news = new WhyNews(textOptions(io.stdout, io.env));
      news.begin(answer, writes);
      io.stdout.write(`${renderWhyText(answer, textOptions(io.stdout, io.env), writes)}\n`);
      io.stderr.write(`Following ${query.kind ?? 'workload'} ${query.namespace}/${query.name}; Ctrl-C ends it.\n`);
    } else {
      const lines = news.since(answer, writes);
      if (lines.length > 0) io.stdout.write(`${lines.join('\n')}\n`);
    }
  }
  return 0;
}
