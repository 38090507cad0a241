/** `why --watch`: the whole answer once, then a line for each write, verdict, notice and risk as it comes. */
import { renderJson } from '../report/json.ts';
import type { Report } from '../report/schema.ts';
import { queryLabel, type WorkloadQuery } from '../report/which-workload.ts';
import { WhyNews } from '../report/why-news.ts';
import { renderWhyText, selectWorkload } from '../report/why-text.ts';
import type { CommandIo } from './io.ts';
import { textOptions } from './terminal.ts';
import type { Sight } from './why-sight.ts';

/**
 * Resolves to the exit code when `sights` end. JSON: one document a line, at first and at every change. `pin`: makes out
 * which cluster is meant, as soon as something is known.
 */
export async function followWhy(
  sights: AsyncIterable<Sight>,
  asked: WorkloadQuery,
  pin: (query: WorkloadQuery, report: Report) => WorkloadQuery,
  output: 'text' | 'json',
  io: CommandIo,
): Promise<number> {
  let news: WhyNews | null = null;
  let last = '';
  let query = asked;
  for await (const { report, writes } of sights) {
    query = pin(query, report);
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
      io.stderr.write(`Following ${queryLabel(query)}; Ctrl-C ends it.\n`);
    } else {
      const lines = news.since(answer, writes);
      if (lines.length > 0) io.stdout.write(`${lines.join('\n')}\n`);
    }
  }
  return 0;
}
