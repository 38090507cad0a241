/** One virtual day: shifts with a cluster each, drawn from a seed, and a daemon that has been running for days. */
import { Random } from '../../src/embedded/random.ts';
import { type ScenarioShape, stageScenario, truthOf } from '../../src/embedded/random-scenario.ts';
import type { KnownConflict } from '../../src/embedded/scenario.ts';
import type { Conflict } from '../../src/model/verdicts.ts';
import { judge } from '../score/generated.ts';
import { drawFaults, gapOf } from './faults.ts';
import type { SoakWorld, ToldTransition } from './world.ts';

/** How many events a watch can catch up on: a cluster's watch cache reaches back minutes, not days. */
const HISTORY = 5_000;
const DAY_MINUTES = 24 * 60;

export interface ShiftOutcome {
  readonly description: string;
  readonly faults: number;
  readonly fights: number;
  readonly missed: readonly string[];
  /** Wrong in another way: field, contenders, application, resolution. */
  readonly misnamed: readonly string[];
  readonly invented: readonly string[];
  readonly falselyResolved: readonly string[];
}

/** Runs a day from where the world's time stands; one outcome a shift. */
export async function runDay(world: SoakWorld, seed: number): Promise<ShiftOutcome[]> {
  // Everything of a day comes from its own seed, so that a day that fails can be lived through alone.
  const random = new Random(seed);
  world.reseed(random.fork());
  const outcomes: ShiftOutcome[] = [];
  for (const shape of drawShifts(random)) {
    outcomes.push(await runShift(world, seed * 100 + outcomes.length, shape, random.fork()));
  }
  return outcomes;
}

/**
 * Long shifts and short ones in turn. Without a backoff (Argo CD before 2.12.7) a fight writes every few seconds: that is
 * for an hour; with it a fight is cheap to live through for hours.
 */
function drawShifts(random: Random): ScenarioShape[] {
  const shifts: ScenarioShape[] = [];
  for (let left = DAY_MINUTES; left > 0; ) {
    const short = shifts.length % 2 === 1;
    const drawn = short ? random.integer(15, 40) : random.integer(120, 400);
    const minutes = left - drawn < 30 ? left : drawn;
    const cases = random.integer(1, 4);
    shifts.push(short ? { minutes, cases } : { minutes, cases, versions: ['2.14', '3.5'] });
    left -= minutes;
  }
  return shifts;
}

/** One shift: a cluster from a seed, random faults, and the daemon's verdicts held against what is known to be true. */
export async function runShift(
  world: SoakWorld,
  seed: number,
  shape: ScenarioShape & { readonly minutes?: number },
  random: Random,
): Promise<ShiftOutcome> {
  const from = world.now;
  const to = from + (shape.minutes ?? 0) * 60_000;
  const prefix = `s${seed}-`;
  const { description, setUp } = stageScenario(seed, { ...shape, start: from, prefix, historyLimit: HISTORY });
  const { stage, scheduler } = setUp();
  await world.adopt(stage.cluster.store, scheduler);
  const faults = drawFaults(random, from, to);
  for (const fault of faults) {
    await world.runUntil(fault.at);
    await world.suffer(fault);
  }
  await world.runUntil(to);

  // The cluster came up with the shift: what happened until it was listed may have been missed.
  const gaps = [{ from, to: from + 60_000 }, ...faults.map(gapOf).filter((gap) => gap !== null)];
  const truth = truthOf(stage, gaps, from, to);
  const history = world.takeHistory();
  const last = new Map<string, Conflict>();
  for (const { conflict } of history.map((one) => one.transition)) last.set(conflict.id, conflict);
  for (const conflict of world.daemon.conflicts()) last.set(conflict.id, conflict);
  const ours = [...last.values()].filter(
    ({ workload, application }) => workload.name.includes(prefix) || application?.name.includes(prefix) === true,
  );
  const { fights, invented } = judge(ours, truth);
  const resolutions = history.filter(({ transition }) => transition.to === 'resolved');
  return {
    description,
    faults: faults.length,
    fights: fights.length,
    missed: fights.filter(({ found }) => !found).flatMap((fight) => fight.faults),
    misnamed: fights.filter(({ found }) => found).flatMap((fight) => fight.faults.filter((one) => !isResolved(one))),
    invented,
    falselyResolved: resolutions.flatMap((told) => falseEnd(told, truth.conflicts)),
  };
}

/** Judged by every resolution that was told, not by the last one alone. */
function isResolved(fault: string): boolean {
  return fault.includes('resolved (');
}

/** Silence ends a fight that no configuration keeps alive: it may begin anew after this long and was not over too early. */
const QUIET_MS = 15 * 60_000;

function falseEnd({ told, transition }: ToldTransition, truth: readonly KnownConflict[]): string[] {
  const { resolution, workload, kind } = transition.conflict;
  const known = truth.find((one) => one.kind === kind && one.workload.name === workload.name);
  const next = known?.reversals.find((at) => at > told && at <= known.lastOfLoopAt);
  if (known === undefined || next === undefined || (resolution === 'quiet' && next - told > QUIET_MS)) return [];
  const after = Math.round((next - told) / 1000);
  return [
    `${known.case} over ${known.field} of ${workload.name}: resolved (${resolution}) ${after} s before its next reversal`,
  ];
}
