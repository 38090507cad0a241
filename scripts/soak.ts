/**
 * `npm run soak -- --days N --seed S`: the daemon lives through days of virtual time with a cluster that is drawn anew
 * each day, random faults, commits and fights, and every verdict is held against what is known to be true. Prints a line
 * a day; the last line is JSON. `--first-day K` begins with another day of the same seed, to see one again alone. Exits 1 when something was missed, invented, wrongly named, falsely resolved or corrected.
 */
import { readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createEmbeddedCluster } from '../src/embedded/cluster.ts';
import { Random } from '../src/embedded/random.ts';
import { VirtualScheduler } from '../src/embedded/scheduler.ts';
import { LazyJqEngine } from '../src/kubernetes/jq-engine.ts';
import { readFlags } from './read-flags.ts';
import { runDay, type ShiftOutcome } from './soak/day.ts';
import { SoakWorld } from './soak/world.ts';

const START = Date.parse('2026-01-05T00:00:00Z');

const { values } = readFlags('soak', {
  options: {
    days: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    'first-day': { type: 'string', default: '0' },
  },
});
const days = wholeNumber('days', values.days, 1);
const seed = wholeNumber('seed', values.seed, 0);
const firstDay = wholeNumber('first-day', values['first-day'], 0);

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const jq = new LazyJqEngine();
await jq.load();
const nothing = new VirtualScheduler(START);
const { store } = createEmbeddedCluster({ scheduler: nothing, argocd: null });
const world = new SoakWorld(store, nothing, new Random(seed), jq);

const sum = { fights: 0, missed: 0, invented: 0, misnamed: 0, falselyResolved: 0, faults: 0 };
const rss: number[] = [];
let descriptors = 0;
const begun = performance.now();
for (let day = firstDay; day < firstDay + days; day += 1) {
  const outcomes = await runDay(world, seed * 1_000 + day);
  collectGarbage();
  rss.push(process.memoryUsage.rss());
  descriptors = openDescriptors();
  for (const outcome of outcomes) {
    for (const key of ['missed', 'invented', 'misnamed', 'falselyResolved'] as const) sum[key] += outcome[key].length;
    sum.fights += outcome.fights;
    sum.faults += outcome.faults;
  }
  process.stdout.write(`day ${day}: ${outcomes.length} shifts, ${megabytes(rss.at(-1) ?? 0)}\n`);
  for (const outcome of outcomes) process.stdout.write(lineOf(outcome));
}
await world.daemon.stop();

const figures = {
  days,
  seed,
  ...sum,
  corrections: world.corrections,
  restarts: world.restarts,
  requests: world.requests,
  rssBytes: rss.at(-1) ?? 0,
  rssGrowth: growthOf(rss),
  descriptors,
  secondsPerDay: Math.round((performance.now() - begun) / days) / 1000,
};
process.stdout.write(`${JSON.stringify(figures)}\n`);
const { missed, invented, misnamed, falselyResolved, corrections } = figures;
process.exitCode = missed + invented + misnamed + falselyResolved + corrections > 0 ? 1 : 0;

function lineOf(outcome: ShiftOutcome): string {
  const wrong = [
    ...outcome.missed.map((one) => `missed: ${one}`),
    ...outcome.invented.map((one) => `invented: ${one}`),
    ...outcome.misnamed.map((one) => `wrongly named: ${one}`),
    ...outcome.falselyResolved.map((one) => `falsely resolved: ${one}`),
  ];
  const verdict = wrong.length === 0 ? 'as known' : wrong.map((one) => `\n    ${one}`).join('');
  return `  ${outcome.description}: ${outcome.fights} fights, ${outcome.faults} faults: ${verdict}\n`;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

/** How much more memory the process has at the end than half way, as a share of that; 0 is flat. */
function growthOf(samples: readonly number[]): number {
  const early = samples[Math.floor((samples.length - 1) / 2)] ?? 0;
  const late = samples.at(-1) ?? 0;
  return early === 0 ? 0 : Math.round(((late - early) / early) * 1000) / 1000;
}

function openDescriptors(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  process.stderr.write(`soak: --${name} ${text} is no whole number of at least ${least}.\n`);
  process.exit(2);
}
