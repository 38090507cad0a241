import { describe, expect, it } from 'vitest';
import { randomScenario } from '../../src/embedded/random-scenario.ts';
import { findReversals, type LedgerWrite } from '../../src/embedded/write-ledger.ts';
import type { ReadLine } from '../../src/recording/format.ts';

function play(seed: number) {
  const scenario = randomScenario(seed);
  const lines: ReadLine[] = [];
  const truth = scenario.run((line) => lines.push(line));
  return { scenario, lines, truth };
}

describe('scenarios from a seed', () => {
  it('run the same way every time', () => {
    const once = play(11);
    const again = play(11);
    expect(again.truth).toEqual(once.truth);
    expect(again.lines.length).toBe(once.lines.length);
    expect(again.lines.at(-1)).toEqual(once.lines.at(-1));
  });

  it('tell their lines in order of time, each version of an object after the one before', () => {
    for (const seed of [2, 5, 15]) {
      const last = new Map<string, number>();
      let at = 0;
      for (const line of play(seed).lines) {
        expect(line.at).toBeGreaterThanOrEqual(at);
        at = line.at;
        if (line.type === 'SYNCED') continue;
        const { uid, resourceVersion } = line.object['metadata'] as { uid: string; resourceVersion: string };
        expect(Number(resourceVersion)).toBeGreaterThanOrEqual(last.get(uid) ?? 0);
        last.set(uid, Number(resourceVersion));
      }
    }
  });

  it('know a first reversal, a cause and both contenders of every conflict, all within what was watched', () => {
    let conflicts = 0;
    for (let seed = 1; seed <= 12; seed += 1) {
      const { truth } = play(seed);
      for (const conflict of truth.conflicts) {
        conflicts += 1;
        expect(conflict.contenders.length).toBeGreaterThanOrEqual(2);
        // What was over before the watcher came may be told from what the cluster still shows, and need not.
        if (conflict.certainty === 'must') expect(conflict.startedAt).toBeGreaterThanOrEqual(truth.from);
        expect(conflict.reversals[0]).toBeGreaterThanOrEqual(conflict.startedAt);
        expect(conflict.reversals.at(-1)).toBeLessThanOrEqual(truth.to);
        expect(conflict.reversals).toEqual([...conflict.reversals].sort((a, b) => a - b));
        const { ending, lastOfLoopAt } = conflict;
        if (ending !== null) expect(lastOfLoopAt).toBeLessThanOrEqual(ending.at + 3_000);
      }
    }
    expect(conflicts).toBeGreaterThan(8);
  });

  it('undo nothing more than once in what they call harmless', () => {
    const undone: string[] = [];
    for (let seed = 1; seed <= 12; seed += 1) {
      const { truth, scenario } = play(seed);
      for (const { reversals, case: name } of truth.harmless) {
        if (reversals > 1) undone.push(`${name} in ${scenario.description}`);
      }
    }
    expect(undone).toEqual([]);
  });

  it('leave a gap in what is watched where they say so, and list anew at its end', () => {
    const seeds = Array.from({ length: 40 }, (_, index) => index + 1);
    const seed = seeds.find((candidate) => randomScenario(candidate).description.includes(', 1 gaps')) ?? 0;
    const { lines, truth } = play(seed);
    const [gap] = truth.gaps;
    expect(lines.filter((line) => line.at > (gap?.from ?? 0) && line.at < (gap?.to ?? 0))).toEqual([]);
    const deployments = lines.filter((line) => line.resource === 'deployments' && line.type === 'SYNCED');
    expect(deployments).toHaveLength(2);
  });
});

describe('reversals in a ledger', () => {
  const write = (at: number, actor: string, from: number, to: number): LedgerWrite => ({
    at,
    actor,
    from,
    to,
    heal: true,
  });
  const reversals = (writes: readonly LedgerWrite[]) =>
    findReversals(
      writes,
      (actor) => actor === 'argocd',
      (actor) => actor === 'hpa',
    ).map(({ at, rivalAt }) => [at, rivalAt]);

  it('counts one for several steps of the rival, from the first', () => {
    expect(reversals([write(1, 'hpa', 3, 6), write(2, 'hpa', 6, 9), write(3, 'argocd', 9, 3)])).toEqual([[3, 1]]);
  });

  it('does not count a new value, nor what a third one wrote', () => {
    expect(reversals([write(1, 'hpa', 3, 6), write(2, 'argocd', 6, 4)])).toEqual([]);
    expect(reversals([write(1, 'human', 3, 6), write(2, 'argocd', 6, 3)])).toEqual([]);
  });
});
