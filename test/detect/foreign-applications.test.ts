/** An Application that begins to concern a share of the namespaces: what it did before is not taken for news. */
import { expect, it } from 'vitest';
import { LazyJqEngine } from '../../src/kubernetes/jq-engine.ts';
import type { Change } from '../../src/model/facts.ts';
import type { Observation } from '../../src/model/observations.ts';
import { Pipeline } from '../../src/pipeline.ts';
import { applicationFact } from '../support/facts.ts';

const BEGAN = Date.UTC(2026, 0, 1, 12);
const THEIRS = 'apps/Deployment:theirs/web';
const MINE = 'apps/Deployment:mine/web';

/** The Application, whose last self-heal began so long after noon. */
function healed(afterMs: number, resources: readonly string[], origin: 'list' | 'watch'): Change {
  const time = (ms: number) => new Date(BEGAN + ms).toISOString();
  const operation = {
    initiatedBy: { automated: true },
    sync: { resources: [{ group: 'apps', kind: 'Deployment', name: 'web' }] },
  };
  const fact = applicationFact({
    resources,
    spec: { destination: { server: 'https://kubernetes.default.svc', namespace: 'theirs' } },
    operationState: { phase: 'Succeeded', startedAt: time(afterMs), finishedAt: time(afterMs + 1_000), operation },
  });
  return { type: 'upsert', at: BEGAN + afterMs + 2_000, origin, fact };
}

it('tells only of the heals that an Application makes from then on', () => {
  const pipeline = new Pipeline(new LazyJqEngine(), undefined, (namespace) => namespace === 'mine');
  const heals = (observations: readonly Observation[]) => observations.filter(({ type }) => type === 'heal').length;
  const isCut = () => pipeline.model.application('argocd', 'web')?.cut === true;

  expect(heals(pipeline.feed(healed(0, [THEIRS], 'list')))).toBe(0);
  expect(heals(pipeline.feed(healed(60_000, [THEIRS], 'watch')))).toBe(0);
  expect(isCut()).toBe(true);
  expect(heals(pipeline.feed(healed(60_000, [THEIRS, MINE], 'watch')))).toBe(0);
  expect(isCut()).toBe(false);
  expect(heals(pipeline.feed(healed(120_000, [THEIRS, MINE], 'watch')))).toBe(1);
});
