/**
 * `npm run bench`: what Tugwatch costs, as ratios in one run (docs/performance.md). Verifies its results before it times
 * them. `--quick` ends within a minute; `--json` makes the last line JSON; `--guard` measures within this process
 * only, where other work on the machine meets both sides of a ratio, and exits 1 where one is out of all proportion.
 * `--recordings DIR`, `--workloads N`.
 */
import { Estate } from './bench/estate.ts';
import { openWorkshop } from './bench/estate-client.ts';
import { measureEstate } from './bench/estate-figures.ts';
import { measureGrowth } from './bench/growth.ts';
import { guard } from './bench/guard.ts';
import { rowsOf, summaryOf } from './bench/results.ts';
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
    recordings: { type: 'string', default: new URL('../../shared/recordings', import.meta.url).pathname },
  },
});
const { quick } = values;
const workloads = Number(values.workloads ?? (quick ? 1_000 : 10_000));
if (!Number.isInteger(workloads) || workloads < 200) {
  process.stderr.write(
    `bench: --workloads ${values.workloads} is too few to measure: use a whole number from 200 on.\n`,
  );
  process.exit(2);
}
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
const results = { throughput, starts, growth, estate, recordings: parts.map(({ name }) => name) };
process.stdout.write(`${renderTable(['what', 'measured', 'goal', 'compared with'], rowsOf(results))}\n`);
if (values.json) process.stdout.write(`${JSON.stringify(summaryOf(results))}\n`);
