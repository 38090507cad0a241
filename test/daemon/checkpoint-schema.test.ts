import { expect, it } from 'vitest';
import { keepSound } from '../../src/daemon/checkpoint-schema.ts';
import { Engine } from '../../src/engine.ts';
import { LazyJqEngine, loadJqEngine } from '../../src/kubernetes/jq-engine.ts';
import { ReplaySource } from '../../src/recording/replay-source.ts';
import { remedyForConflict } from '../../src/remedy/remedy.ts';
import { buildReport } from '../../src/report/build-report.ts';
import { reportSchema } from '../../src/report/schema.ts';
import { fc } from '../support/property.ts';
import { noRecordings, recordingPath } from '../support/recordings.ts';
import { Story } from '../support/story.ts';
import { Watcher } from '../support/watcher.ts';

const jq = await loadJqEngine();

/** Every place in a JSON value, as the steps that lead to it. */
function placesOf(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => [[...path, key], ...placesOf(member, [...path, key])]);
}

function spoil(value: unknown, [step = '', ...rest]: readonly string[], change: unknown): unknown {
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>;
  if (rest.length > 0) copy[step] = spoil(copy[step], rest, change);
  else if (change !== undefined) copy[step] = change;
  else if (Array.isArray(copy)) copy.splice(Number(step), 1);
  else delete copy[step];
  return copy;
}

it.skipIf(noRecordings).each(['cluster', 'legacy', 'window'])(
  'keeps every entry of a checkpoint taken after %s',
  async (name) => {
    const engine = new Engine({ jq: new LazyJqEngine(), requestLens: (request) => source.requestLens(request) });
    const source = new ReplaySource([recordingPath(name)], {
      onTime: (at) => engine.advance(at),
      barrier: () => engine.settled(),
    });
    await source.run((change) => engine.take(change));
    const taken = JSON.parse(JSON.stringify(engine.pipeline.detector.checkpoint()));
    expect(taken.records.length).toBeGreaterThan(0);
    expect(keepSound(taken)).toEqual({ checkpoint: taken, dropped: 0 });
  },
);

it('leaves out what is broken, whatever it is, so that the detector lives with the rest', () => {
  const story = new Story().fight(3, 15);
  const goesOn = new Story().fight(6, 15).tape.map((scene) => ({ ...scene, at: scene.at + 60_000 }));
  const taken = JSON.parse(JSON.stringify(new Watcher(jq).watch(story.tape).detector.checkpoint()));
  const entries = ({ records, tracks, heals, notices }: Record<string, unknown>) => ({
    records,
    tracks,
    heals,
    notices,
  });
  const places = placesOf(entries(taken)).filter((path) => path.length > 1);
  expect(places.length).toBeGreaterThan(300);
  const values = [undefined, null, 0, -1, 1e18, '', 'x', [], {}, true];
  fc.assert(
    fc.property(fc.constantFrom(...places), fc.constantFrom(...values), (path, value) => {
      const { checkpoint } = keepSound(spoil(taken, path, value));
      const watcher = new Watcher(jq, checkpoint).watch(goesOn);
      const { at } = goesOn.at(-1) ?? { at: 0 };
      for (let minute = 1; minute < 30; minute++) watcher.watch([{ type: 'tick', at: at + minute * 60_000 }]);
      const conflicts = watcher.conflicts().map((conflict) => ({
        conflict,
        remedy: remedyForConflict(conflict, { model: watcher.model, jq }),
      }));
      const window = { from: at, to: at };
      reportSchema.parse(buildReport({ window, conflicts, notices: watcher.detector.notices(), risks: [] }));
    }),
    { numRuns: 150 },
  );
});

it.each([null, 7, 'x', [], [1], {}, { records: 'none' }])('has no opinion on %j, which is no checkpoint', (stored) => {
  expect(keepSound(stored)).toEqual({ checkpoint: stored, dropped: 0 });
});

it('leaves out what is about a workload cluster that is not watched any more', () => {
  const notice = (cluster?: string) => ({
    kind: 'drift',
    workload: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: 'shop',
      name: 'flags',
      ...(cluster ? { cluster } : {}),
    },
    application: null,
    at: 1,
    count: 1,
    message: 'x',
  });
  const stored = { notices: [notice(), notice('prod-eu'), notice('prod-us')] };
  expect(keepSound(stored, ['prod-eu'])).toEqual({
    checkpoint: { notices: [notice(), notice('prod-eu')] },
    dropped: 0,
  });
  expect(keepSound(stored)).toEqual({ checkpoint: stored, dropped: 0 });
});
