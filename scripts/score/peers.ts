/** What the alert rules that people use today make of the recordings: the table beside Tugwatch's own (docs/score.md). */
import { join } from 'node:path';
import type { Millis } from '../../src/model/facts.ts';
import { type RefusedRule, type RuleFile, readRules } from './alerts/read-rules.ts';
import { type PeerScore, Tally } from './alerts/tally.ts';
import type { Expectation } from './expectation.ts';
import { metricsOf, PromqlError } from './promql/syntax.ts';
import { EXPORTED_METRICS, SCRAPE_INTERVAL_MS, scrapeRecording } from './scrape/scrape-recording.ts';
import { renderTable } from './table.ts';

export type { PeerScore } from './alerts/tally.ts';

/** All other recordings in one: what it holds would count twice. */
const UNION = 'cluster';

/** `ours` becomes the last row. Without rules beside the recordings the text says so. */
export async function scorePeers(
  folder: string,
  expectations: ReadonlyMap<string, Expectation>,
  ours?: PeerScore,
): Promise<string> {
  const path = join(folder, '..', 'peers', 'rules.yml');
  try {
    const { scores, refused } = await evaluatePeers(folder, readRules(path, SCRAPE_INTERVAL_MS), expectations);
    return renderPeers(ours === undefined ? scores : [...scores, ours], refused);
  } catch (error) {
    if (!(error instanceof PromqlError)) throw error;
    return `peers: not scored: ${error.message}\n`;
  }
}

/** One score a rule, in the order of the file. */
export async function evaluatePeers(
  folder: string,
  file: RuleFile,
  expectations: ReadonlyMap<string, Expectation>,
): Promise<{ scores: readonly PeerScore[]; refused: readonly RefusedRule[] }> {
  const refused = [...file.refused];
  const tallies: Tally[] = [];
  for (const rule of file.rules) {
    const unknown = metricsOf(rule.expression).find((metric) => !EXPORTED_METRICS.has(metric));
    if (unknown === undefined) tallies.push(new Tally(rule));
    else refused.push({ alert: rule.alert, reason: `it reads ${unknown}, which is not derived from recordings.` });
  }
  for (const [name, expectation] of expectations) {
    if (name === UNION) continue;
    const scrapes = await scrapeRecording(join(folder, `${name}.ndjson.gz`));
    for (const tally of tallies) tally.take(name, expectation, scrapes);
  }
  for (const { rule, failure } of tallies) if (failure !== null) refused.push({ alert: rule.alert, reason: failure });
  return { scores: tallies.filter(({ failure }) => failure === null).map((tally) => tally.score()), refused };
}

export function renderPeers(scores: readonly PeerScore[], refused: readonly RefusedRule[]): string {
  const rows = scores.map(({ name, found, fights, wolves, delaysMs, says }) => {
    const delays = delaysMs.toSorted((a, b) => a - b);
    return [
      name,
      `${found}/${fights}`,
      found === 0 ? 'never' : `${minutes(delays[delays.length >> 1])}, ${minutes(delays.at(-1))}`,
      says,
      wolves.length === 0 ? '0' : `${wolves.length}: ${wolves.join(', ')}`,
    ];
  });
  const head = ['rule', 'found', 'delay: median, longest', 'says who, what, how', 'cried wolf on'];
  const notes = refused.map(({ alert, reason }) => `${alert} is not scored: ${reason}\n`);
  return `${renderTable(head, rows)}\n${notes.join('')}`;
}

/** '-' where no fight that was found tells when it began. */
function minutes(delay: Millis | undefined): string {
  if (delay === undefined) return '-';
  const seconds = delay / 1_000;
  return seconds < 120 ? `${seconds.toFixed(seconds < 10 ? 1 : 0)} s` : `${(seconds / 60).toFixed(1)} min`;
}
