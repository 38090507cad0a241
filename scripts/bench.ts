/**
 * `npm run bench`: what Tugwatch costs, as ratios in one run (docs/performance.md). Verifies its results before it times
 * them. `--quick` ends within a minute; `--json` makes the last line JSON; `--guard` measures within this process
 * only, where other work on the machine meets both sides of a ratio, and exits 1 where one is out of all proportion.
 * `--recordings DIR`, `--workloads N`; `--scale-out N` says how many workloads two shards share: 100,000, with `--quick` 0, which leaves
 * that part out.
 */
import { measureAlternative } from './bench/alternative.ts';
import { alternativeRows, alternativeSummary } from './bench/alternative-rows.ts';
import { Estate } from './bench/estate.ts';
import { openWorkshop } from './bench/estate-client.ts';
import { measureEstate } from './bench/estate-figures.ts';
import { measureGrowth } from './bench/growth.ts';
import { guard } from './bench/guard.ts';
import { rowsOf, summaryOf } from './bench/results.ts';
import { measureScaleOut } from './bench/scale-out.ts';
import { scaleOutRows, scaleOutSummary } from './bench/scale-out-rows.ts';
import { measureStarts } from './bench/starts.ts';
import { measureThroughput, readParts } from './bench/throughput.ts';
import { readFlags } from './read-flags.ts';
import { renderTable } from './score/table.ts';

const { values } = readFlags('bench', {
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    guard: { type: 'boolean', default: false },
    workloads: { type: 'string' },
    'scale-out': { type: 'string' },
    recordings: { type: 'string', default: new URL('../../shared/recordings', import.meta.url).pathname },
  },
});
const { quick } = values;
const workloads = Number(values.workloads ?? (quick ? 1_000 : 10_000));
const shared = Number(values['scale-out'] ?? (quick ? 0 : 100_000));
refuseFewer('workloads', workloads, 200);
if (shared !== 0) refuseFewer('scale-out', shared, 2_000);
const say = (text: string) => process.stderr.write(`bench: ${text}\n`);

say('bytes from the wire to verdicts');
// The union of all recordings is most of their bytes: left out where time is short.
const parts = readParts(values.recordings, quick ? ['cluster'] : []);
const throughput = await measureThroughput(parts, quick ? 3 : 7);
say('growth');
const growth = measureGrowth(quick ? 1_000 : 4_000);
if (values.guard) {
  const faults = guard(throughput, growth);
  for (const fault of faults) process.stdout.write(`out of proportion: ${fault}\n`);
  if (faults.length === 0) process.stdout.write('throughput and growth are in proportion\n');
  process.exit(faults.length > 0 ? 1 : 0);
}
using shop = openWorkshop();
say('starts');
const starts = measureStarts(shop, quick ? 3 : 9);
say(`an estate of ${workloads} workloads`);
const estate = await measureEstate(shop, {
  estate: new Estate({ workloads, largeEvery: 100 }),
  startRuns: quick ? 1 : 3,
  idleSeconds: quick ? 5 : 60,
  play: { seconds: quick ? 5 : 15, rate: 2_000, fights: Math.min(500, workloads / 20) },
});
if (!quick) say('the same recorded time in Prometheus');
const alternative = quick ? null : await measureAlternative(shop, values.recordings);
if (shared > 0) say(`two shards of ${shared} workloads`);
const scaleOutPlan = { workloads: shared, largeEvery: 100, idleSeconds: 5, fights: 40 };
const scaleOut = shared > 0 ? await measureScaleOut(shop, scaleOutPlan) : null;
const results = { throughput, starts, growth, estate, recordings: parts.map(({ name }) => name) };
const rows = [
  ...rowsOf(results),
  ...(scaleOut === null ? [] : scaleOutRows(scaleOut)),
  ...(quick ? [] : alternativeRows(alternative)),
];
process.stdout.write(`${renderTable(['what', 'measured', 'goal', 'compared with'], rows)}\n`);
const summary = {
  ...summaryOf(results),
  scaleOut: scaleOut === null ? null : scaleOutSummary(scaleOut),
  alternative: alternative === null ? null : alternativeSummary(alternative),
};
if (values.json) process.stdout.write(`${JSON.stringify(summary)}\n`);

function refuseFewer(flag: 'workloads' | 'scale-out', count: number, least: number): void {
  if (Number.isInteger(count) && count >= least) return;
  process.stderr.write(
    `bench: --${flag} ${values[flag]} is too few to measure: use a whole number from ${least} on.\n`,
  );
  process.exit(2);
}
