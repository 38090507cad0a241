import { describe, expect, it } from 'vitest';
import { Engine } from '../src/engine.ts';
import { LazyJqEngine } from '../src/kubernetes/jq-engine.ts';
import { project } from '../src/kubernetes/projections/project.ts';
import type { Change } from '../src/model/facts.ts';
import type { Observation } from '../src/model/observations.ts';
import type { LensRequest } from '../src/model/ports.ts';
import { changesOf } from './support/changes.ts';
import { rawApplication } from './support/cluster.ts';
import { applicationFact, ownerOf, WEB, workloadFact } from './support/facts.ts';
import { Story } from './support/story.ts';

const byHpa = [ownerOf('kube-controller-manager', { subresource: 'scale', time: null })];

function version(replicas: number, generation: number, origin: 'list' | 'watch', at: number): Change {
  return { type: 'upsert', at, origin, fact: workloadFact({ replicas }, { generation, replicasOwners: byHpa }) };
}

function engine() {
  const requests: LensRequest[] = [];
  const observations: Observation[] = [];
  const failures: unknown[] = [];
  const fresh = new Engine({
    jq: new LazyJqEngine(),
    requestLens: (request) => requests.push(request),
    onObservation: (observation) => observations.push(observation),
    onFailure: (error) => failures.push(error),
  });
  return { fresh, requests, observations, failures };
}

/** Writes that were seen; where none was, the owner of the value stands for one with nothing before it. */
const writes = (one: Engine) =>
  one.pipeline.detector
    .recentWrites(WEB)
    .filter(({ from }) => from !== null)
    .map(({ from, to }) => `${from} -> ${to}`);

describe('the engine', () => {
  it('tells what came of a change, and asks for lenses', () => {
    const { fresh, requests, observations } = engine();
    const story = new Story();
    story.controllerWrites('mesh-injector', story.workload, ['spec', 'template', 'spec', 'hostNetwork'], true);
    story.fight(1, 15);
    for (const change of changesOf(story.tape)) fresh.take(change);
    expect(observations.filter(({ type }) => type === 'transition')).toHaveLength(1);
    expect(requests).toMatchObject([{ action: 'open', ref: { name: 'web' } }]);
    expect(fresh.changes).toBe(changesOf(story.tape).length);
  });

  it('waits for jq where a rule needs it, then takes everything in the order in which it came, and counts it once', async () => {
    const { fresh } = engine();
    const rules = [{ group: 'apps', kind: 'Deployment', jqPathExpressions: ['.spec.replicas'] }];
    fresh.take(version(3, 1, 'list', 1));
    expect(fresh.settled()).toBeUndefined();
    fresh.take({ type: 'upsert', at: 2, origin: 'list', fact: applicationFact({ ignoreDifferences: rules }) });
    fresh.take(version(6, 2, 'watch', 3));
    fresh.advance(60_000);
    expect(fresh.pipeline.detector.now).toBe(1);
    await fresh.settled();
    expect(fresh.settled()).toBeUndefined();
    expect(writes(fresh)).toEqual(['3 -> 6']);
    expect([fresh.changes, fresh.pipeline.detector.now]).toEqual([3, 3]);
  });

  it('keeps back what watches tell while other kinds are being listed', () => {
    const { fresh } = engine();
    fresh.hold();
    fresh.take(version(3, 1, 'list', 1));
    fresh.take(version(6, 2, 'watch', 2));
    expect(writes(fresh)).toEqual([]);
    fresh.release();
    expect(writes(fresh)).toEqual(['3 -> 6']);
    fresh.take(version(9, 3, 'watch', 3));
    expect(writes(fresh)).toEqual(['3 -> 6', '6 -> 9']);
  });

  it('does not take an old version for a new one, where a kind was listed anew meanwhile', () => {
    const { fresh } = engine();
    fresh.hold();
    fresh.take(version(3, 1, 'list', 1));
    fresh.take(version(6, 2, 'watch', 2));
    fresh.take({ type: 'interrupted', at: 3, resource: 'deployments', reason: 'gone' });
    fresh.take(version(3, 3, 'list', 4));
    fresh.take({ type: 'synced', at: 4, resource: 'deployments' });
    fresh.release();
    expect(fresh.pipeline.model.workload(WEB)?.generation).toBe(3);
    expect(writes(fresh)).toEqual([]);
  });

  it('says once that jq cannot be had', async () => {
    class NoJq extends LazyJqEngine {
      override load(): Promise<void> {
        return Promise.reject(new Error('no jq'));
      }
    }
    const failures: unknown[] = [];
    const fresh = new Engine({ jq: new NoJq(), requestLens: () => {}, onFailure: (error) => failures.push(error) });
    const rules = [{ group: 'apps', kind: 'Deployment', jqPathExpressions: ['.spec.replicas'] }];
    fresh.take({ type: 'upsert', at: 1, origin: 'list', fact: applicationFact({ ignoreDifferences: rules }) });
    await expect(fresh.settled()).rejects.toThrow('no jq');
    expect(failures).toEqual([new Error('no jq')]);
  });
});

describe('the pipeline', () => {
  it('reports the window of what it saw, the conflicts with their remedy, and the time that passed', () => {
    const { fresh } = engine();
    const story = new Story().fight(2, 15);
    for (const change of changesOf(story.tape)) fresh.take(change);
    fresh.advance(story.now + 5_000);
    const report = fresh.pipeline.report();
    expect(report.window).toEqual({
      from: new Date(story.tape[0]?.at ?? 0).toISOString(),
      to: new Date(story.now + 5_000).toISOString(),
    });
    expect(report.conflicts).toHaveLength(1);
    expect(report.conflicts[0]).toMatchObject({ field: '/spec/replicas', state: 'confirmed', reversals: 2 });
    expect(report.conflicts[0]?.remedy.steps.length).toBeGreaterThan(0);
    expect(report.risks.map(({ rule }) => rule)).toContain('TW101');
  });

  it('reports an empty window of no length where nothing was seen', () => {
    const { window, conflicts } = engine().fresh.pipeline.report();
    expect([window.from, conflicts]).toEqual([window.to, []]);
  });
});

describe('raw objects', () => {
  it('end at the projection: an Application with thousands of synced resources keeps none of them', () => {
    const resources = Array.from({ length: 5_000 }, (_, i) => `/ConfigMap:shop/cm${i}`);
    const { fresh } = engine();
    const fact = project(rawApplication({ resources, syncStatus: 'Synced' }), { apiVersion: '', resource: '' });
    if (fact === null) throw new Error('no fact');
    fresh.take({ type: 'upsert', at: 1, origin: 'list', fact });
    expect(fresh.pipeline.model.application('argocd', 'web')?.resources).toEqual([]);
  });
});
