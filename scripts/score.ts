/**
 * `npm run score`: replays every recording against its expectation and prints precision, recall, delay from the first
 * revert to `confirmed` and false alarms, beside what today's alert rules did on the same incident. Exits 1 when a
 * recording comes out otherwise than expected. Then the same on clusters drawn from seeds (`--generated N`, 1000).
 */
import { existsSync } from 'node:fs';
import { replayFiles } from '../src/commands/replay.ts';
import { Progress } from '../src/commands/terminal.ts';
import { readFlags } from './read-flags.ts';
import { type Comparison, compareReport } from './score/compare.ts';
import { readExpectations } from './score/expectation.ts';
import { isFaulty, judgeSeeds, renderGenerated } from './score/generated.ts';
import { type PeerScore, scorePeers } from './score/peers.ts';
import { renderTable } from './score/table.ts';

const { values, positionals } = readFlags('score', {
  allowPositionals: true,
  options: { generated: { type: 'string', default: '1000' } },
});
const generated = Number(values.generated);
if (!Number.isInteger(generated) || generated < 0) {
  process.stderr.write(
    `score: --generated ${values.generated} is no number of clusters: use a whole number, 0 for none.\n`,
  );
  process.exit(2);
}
const folder = positionals[0] ?? new URL('../../shared/recordings', import.meta.url).pathname;
if (!existsSync(`${folder}/expected.json`)) {
  process.stderr.write(
    `score: no expected.json in ${folder}: give the folder of the recordings as the first argument.\n`,
  );
  process.exit(2);
}

const expectations = readExpectations(folder);
const rows: string[][] = [];
const comparisons = new Map<string, Comparison>();
for (const [name, expectation] of expectations) {
  const { report } = await replayFiles([`${folder}/${name}.ndjson.gz`]);
  const comparison = compareReport(report, expectation);
  comparisons.set(name, comparison);
  rows.push([
    name,
    `${comparison.found.length}/${expectation.conflicts.length}`,
    String(comparison.invented.length),
    comparison.found.map(({ delayMs }) => (delayMs === null ? '-' : `${(delayMs / 1000).toFixed(1)} s`)).join(' ') ||
      '-',
    comparison.faults.length === 0 ? 'as expected' : comparison.faults.join('; '),
  ]);
}
process.stdout.write(`${renderTable(['recording', 'found', 'invented', 'delay', 'verdict'], rows)}\n`);

const found = [...comparisons.values()].reduce((sum, one) => sum + one.found.length, 0);
const missed = [...comparisons.values()].reduce((sum, one) => sum + one.missed.length, 0);
const invented = [...comparisons.values()].reduce((sum, one) => sum + one.invented.length, 0);
const delays = [...comparisons.values()].flatMap((one) =>
  one.found.flatMap(({ delayMs }) => (delayMs === null ? [] : [delayMs])),
);
delays.sort((a, b) => a - b);
const faulty = [...comparisons.values()].filter((one) => one.faults.length > 0).length;
process.stdout.write(
  `total: recall ${ratio(found, found + missed)}, precision ${ratio(found, found + invented)}, ` +
    `delay from the first revert: median ${seconds(delays[delays.length >> 1])}, longest ${seconds(delays.at(-1))}; ` +
    `${comparisons.size - faulty} of ${comparisons.size} recordings as expected\n\n`,
);
process.stdout.write(await scorePeers(folder, expectations, ourScore()));
process.exitCode = faulty > 0 ? 1 : 0;

if (generated > 0) {
  const progress = new Progress(process.stderr, () => performance.now());
  const outcomes = await judgeSeeds(generated, (done) =>
    progress.update(() => `Generated clusters: ${done} of ${generated}`),
  );
  progress.clear();
  process.stdout.write(`\n${renderGenerated(outcomes)}`);
  if (outcomes.some(isFaulty)) process.exitCode = 1;
}

/** Our row in the table of the peers: a recording counts as found when every fight in it was. */
function ourScore(): PeerScore {
  const fights = [...comparisons].filter(([name]) => (expectations.get(name)?.conflicts.length ?? 0) > 0);
  const foundAll = fights.filter(([, one]) => one.missed.length === 0);
  return {
    name: 'Tugwatch',
    found: foundAll.length,
    fights: fights.length,
    wolves: [...comparisons].filter(([, one]) => one.invented.length > 0).map(([name]) => name),
    delaysMs: delays,
    says: 'yes: workload, field, both writers, remedy',
  };
}

function ratio(part: number, whole: number): string {
  return whole === 0 ? '-' : (part / whole).toFixed(3);
}

function seconds(milliseconds: number | undefined): string {
  return milliseconds === undefined ? '-' : `${(milliseconds / 1000).toFixed(1)} s`;
}
