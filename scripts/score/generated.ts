/** Clusters by the thousand, drawn from seeds, run in virtual time, and held against what is known to be true of them. */
import { randomScenario } from '../../src/embedded/random-scenario.ts';
import type { KnownConflict, ScenarioTruth } from '../../src/embedded/scenario.ts';
import { Engine } from '../../src/engine.ts';
import { LazyJqEngine } from '../../src/kubernetes/jq-engine.ts';
import type { Conflict } from '../../src/model/verdicts.ts';
import type { RecordedObject } from '../../src/recording/format.ts';
import { LineReplayer } from '../../src/recording/line-replayer.ts';
import { renderTable } from './table.ts';

/** A verdict may come this long after the reversal that makes it. */
const WITHIN_MS = 1_000;

export interface GeneratedOutcome {
  readonly seed: number;
  readonly description: string;
  /** One entry a fight that had to be found, by the case it was drawn from. */
  readonly fights: readonly {
    readonly case: string;
    readonly found: boolean;
    readonly late: boolean;
    readonly falselyResolved: boolean;
    readonly faults: readonly string[];
  }[];
  readonly invented: readonly string[];
}

/** Runs the scenario of a seed through the very pipeline that `run` and `replay` use. */
export async function judgeSeed(seed: number, jq: LazyJqEngine): Promise<GeneratedOutcome> {
  const scenario = randomScenario(seed);
  const lines = new LineReplayer();
  const engine = new Engine({ jq, requestLens: (request) => lines.requestLens(request) });
  const truth = scenario.run((line) => {
    const { at } = line;
    engine.advance(at);
    if (line.resource === 'pods') return;
    const { apiVersion, resource, type } = line;
    lines.take({ at, apiVersion, resource, type, object: line.object as RecordedObject, kept: null }, (change) =>
      engine.take(change),
    );
    lines.answerRequests((change) => engine.take(change));
  });
  engine.advance(truth.to);
  return { seed, description: scenario.description, ...judge(engine.pipeline.detector.conflicts(), truth) };
}

/** Verdicts against what is known: every fight that had to be found, and every conflict that is none. */
export function judge(
  conflicts: readonly Conflict[],
  truth: ScenarioTruth,
): Pick<GeneratedOutcome, 'fights' | 'invented'> {
  const rest = new Set(conflicts);
  const fights: GeneratedOutcome['fights'][number][] = [];
  for (const known of truth.conflicts) {
    const found = conflicts.find((conflict) => isSame(conflict, known));
    if (found !== undefined) rest.delete(found);
    if (known.certainty === 'may') continue;
    fights.push({ case: known.case, ...judgeOne(found, known) });
  }
  return {
    fights,
    invented: [...rest].map(
      (conflict) =>
        `${conflict.kind} over ${conflict.field} of ${conflict.workload.kind} ${conflict.workload.name} (${conflict.state}): ${conflict.summary}`,
    ),
  };
}

function isSame(conflict: Conflict, known: KnownConflict): boolean {
  return (
    conflict.kind === known.kind &&
    conflict.workload.kind === known.workload.kind &&
    conflict.workload.namespace === known.workload.namespace &&
    conflict.workload.name === known.workload.name
  );
}

function judgeOne(conflict: Conflict | undefined, known: KnownConflict) {
  if (conflict === undefined || conflict.detectedAt === null) {
    const seen = conflict === undefined ? 'not seen' : `only ${conflict.state}`;
    return {
      found: false,
      late: false,
      falselyResolved: false,
      faults: [
        `${known.case} over ${known.field} of ${known.workload.name}: ${seen}, ${known.reversals.length} reversals`,
      ],
    };
  }
  const faults: string[] = [];
  if (conflict.field !== known.field) faults.push(`field ${conflict.field}, true is ${known.field}`);
  for (const contender of known.contenders) {
    const named = conflict.contenders.some(
      (one) =>
        [contender.kind, ...(contender.or ?? [])].some((kind) => kind === one.kind) &&
        (contender.name === undefined || contender.name === one.name) &&
        (contender.manager === undefined || contender.manager === one.manager),
    );
    if (!named)
      faults.push(
        `contender ${contender.kind} ${contender.name ?? contender.manager ?? ''} is not named: ${conflict.contenders.map((one) => `${one.kind}:${one.name ?? one.manager}`).join(', ')}`,
      );
  }
  if (
    !known.applications.some(
      (app) => app.name === conflict.application?.name && app.namespace === conflict.application.namespace,
    )
  ) {
    faults.push(`application ${conflict.application?.name ?? 'none'}`);
  }
  const due = known.reversals[known.proven ? 0 : 2] ?? known.reversals.at(-1) ?? Number.POSITIVE_INFINITY;
  const late = conflict.detectedAt > due + WITHIN_MS;
  const falselyResolved = conflict.resolvedAt !== null && conflict.resolvedAt < known.lastOfLoopAt;
  if (falselyResolved) faults.push(`resolved (${conflict.resolution}) before its last reversal`);
  if (known.ending !== null && conflict.resolution !== null && conflict.resolution !== known.ending.reason)
    faults.push(`resolution ${conflict.resolution}, true is ${known.ending.reason}`);
  if (known.ending === null && conflict.resolution !== null && conflict.resolution !== 'quiet')
    faults.push(`resolved (${conflict.resolution}) although nothing ended it`);
  return {
    found: true,
    late,
    falselyResolved,
    faults: faults.map((fault) => `${known.case} over ${known.field} of ${known.workload.name}: ${fault}`),
  };
}

/** Seeds 1 to `count`; `onSeed` after each, for a progress line. */
export async function judgeSeeds(
  count: number,
  onSeed: (done: number) => void,
  first = 1,
): Promise<GeneratedOutcome[]> {
  const jq = new LazyJqEngine();
  await jq.load();
  const outcomes: GeneratedOutcome[] = [];
  for (let seed = first; seed < first + count; seed++) {
    outcomes.push(await judgeSeed(seed, jq));
    onSeed(outcomes.length);
  }
  return outcomes;
}

/**
 * Missed, invented, wrongly named or falsely resolved. Late alone is told and is no failure: of an object that is not
 * watched the first reverts only tell where to look.
 */
export function isFaulty(outcome: GeneratedOutcome): boolean {
  return outcome.invented.length > 0 || outcome.fights.some((fight) => fight.faults.length > 0);
}

/** Faults shown by name; a seed is enough to see one again. */
const SHOWN = 20;

/** The table of fights by what fought, a total, and what went wrong by seed. Ends in a line feed. */
export function renderGenerated(outcomes: readonly GeneratedOutcome[]): string {
  const fights = outcomes.flatMap((outcome) => outcome.fights);
  const rows = [...Map.groupBy(fights, (fight) => familyOf(fight.case))]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([family, some]) => {
      const count = (of: (fight: (typeof some)[number]) => boolean) => String(some.filter(of).length);
      return [
        family,
        String(some.length),
        count((one) => one.found),
        count((one) => one.late),
        count((one) => one.falselyResolved),
        count((one) => one.faults.length > 0),
      ];
    });
  const invented = outcomes.reduce((sum, outcome) => sum + outcome.invented.length, 0);
  const found = fights.filter((fight) => fight.found).length;
  const ratio = (part: number, whole: number) => (whole === 0 ? '-' : (part / whole).toFixed(3));
  const faults = outcomes.flatMap((outcome) => [
    ...outcome.fights.flatMap((fight) => fight.faults.map((fault) => `seed ${outcome.seed}: ${fault}`)),
    ...outcome.invented.map((one) => `seed ${outcome.seed}: invented ${one}`),
  ]);
  return [
    renderTable(['generated: what fights', 'fights', 'found', 'late', 'falsely resolved', 'with a fault'], rows),
    `total: ${outcomes.length} clusters, recall ${ratio(found, fights.length)}, precision ${ratio(found, found + invented)}, ${invented} invented; ${outcomes.filter((one) => !isFaulty(one)).length} of ${outcomes.length} clusters as they are known to be`,
    ...faults.slice(0, SHOWN),
    '',
  ].join('\n');
}

/** 'hpa above Deployment client-side, no rule' → 'hpa above Deployment'. */
function familyOf(name: string): string {
  return name
    .split(' ')
    .slice(0, name.startsWith('hpa ') ? 3 : 4)
    .join(' ');
}
