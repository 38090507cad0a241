/** Generated clusters, seen by one process and by several that share the namespaces: together these find the same. */
import { describe, expect, it } from 'vitest';
import { randomScenario } from '../src/embedded/random-scenario.ts';
import { Engine } from '../src/engine.ts';
import { LazyJqEngine } from '../src/kubernetes/jq-engine.ts';
import { holdsOf, type Shard } from '../src/model/shard.ts';
import type { ReadLine, RecordedObject } from '../src/recording/format.ts';
import { LineReplayer } from '../src/recording/line-replayer.ts';

const jq = new LazyJqEngine();
await jq.load();

interface Found {
  readonly conflicts: readonly string[];
  readonly notices: readonly string[];
  readonly risks: readonly string[];
  readonly workloads: readonly string[];
}

function findIn(lines: readonly ReadLine[], to: number, shard: Shard | null): Found {
  const replayer = new LineReplayer();
  const engine = new Engine({ jq, holds: holdsOf(shard), requestLens: (request) => replayer.requestLens(request) });
  for (const { at, apiVersion, resource, type, object } of lines) {
    engine.advance(at);
    if (resource === 'pods') continue;
    replayer.take({ at, apiVersion, resource, type, object: object as RecordedObject, kept: null }, (change) =>
      engine.take(change),
    );
    replayer.answerRequests((change) => engine.take(change));
  }
  engine.advance(to);
  const { conflicts, notices, risks } = engine.pipeline.report();
  return {
    conflicts: conflicts.map((one) => JSON.stringify(one)).sort(),
    notices: notices.map((one) => JSON.stringify(one)).sort(),
    risks: risks.map(({ remedy: _, ...one }) => JSON.stringify(one)).sort(),
    workloads: [...engine.pipeline.model.workloads.keys()].sort(),
  };
}

describe('shards', () => {
  it('find together exactly what one process finds, and nothing twice', () => {
    let conflicts = 0;
    let shared = 0;
    for (let seed = 1; seed <= 10; seed++) {
      const lines: ReadLine[] = [];
      const { to } = randomScenario(seed, { cases: 4 }).run((line) => lines.push(structuredClone(line)));
      const whole = findIn(lines, to, null);
      const parts = [0, 1].map((index) => findIn(lines, to, { index, of: 2 }));
      const together = (of: keyof Found) => parts.flatMap((part) => part[of]).sort();
      for (const of of ['conflicts', 'notices', 'risks', 'workloads'] as const)
        expect(together(of), `${of} of seed ${seed}`).toEqual(whole[of]);
      conflicts += whole.conflicts.length;
      if (parts.every((part) => part.workloads.length > 0)) shared += 1;
    }
    // Or the comparison would be of nothing with nothing.
    expect(conflicts).toBeGreaterThan(15);
    expect(shared).toBeGreaterThan(3);
  }, 240_000);
});
