/** Hub and spoke with the spoke watched: the same objects in both clusters, one Application that means the spoke. */
import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine.ts';
import { LazyJqEngine } from '../../src/kubernetes/jq-engine.ts';
import { project } from '../../src/kubernetes/projections/project.ts';
import { placedIn } from '../../src/model/clusters.ts';
import { isLocalDestination, oneOf } from '../../src/model/destinations.ts';
import type { Change } from '../../src/model/facts.ts';
import type { LensRequest } from '../../src/model/ports.ts';
import { isArgoObject } from '../../src/model/shard.ts';
import type { RawObject } from '../support/cluster.ts';
import type { Scene } from '../support/stage.ts';
import { Story } from '../support/story.ts';

const SPOKE = { name: 'prod-eu', knownAs: ['https://prod.example:6443'] };

/** What the daemon hears: Argo CD's objects from the hub, with this destination, and everything else from each cluster. */
function heard(tape: readonly Scene[], server: string, clusters: readonly string[]): Change[] {
  return tape.flatMap((scene): Change[] => {
    if (scene.type === 'synced') return clusters.map((cluster) => placedIn(scene, cluster));
    if (scene.type !== 'seen') return [];
    const { at, origin } = scene;
    const raw = scene.raw['kind'] === 'Application' ? sentTo(server, scene.raw) : scene.raw;
    const fact = project(raw, { apiVersion: String(raw['apiVersion']), resource: '' });
    if (fact === null) return [];
    const change: Change = { type: 'upsert', at, origin, fact };
    return isArgoObject(fact.ref) ? [change] : clusters.map((cluster) => placedIn(change, cluster));
  });
}

function sentTo(server: string, raw: RawObject): RawObject {
  const spec = raw['spec'] as RawObject;
  return { ...raw, spec: { ...spec, destination: { ...(spec['destination'] as RawObject), server } } };
}

async function watch(changes: readonly Change[]) {
  const lenses: LensRequest[] = [];
  const clusterOf = oneOf(isLocalDestination, [SPOKE]);
  const engine = new Engine({ jq: new LazyJqEngine(), clusterOf, requestLens: (request) => lenses.push(request) });
  for (const change of changes) engine.take(change);
  await engine.settled();
  return { engine, lenses, conflicts: engine.pipeline.detector.conflicts() };
}

const THERE = 'https://prod.example:6443/';
const HERE = 'https://kubernetes.default.svc';

function fight(): Story {
  const story = new Story();
  for (let round = 0; round < 6; round++) story.hpaScales(6).argoHeals().after(60);
  return story;
}

describe('a fight in a workload cluster', () => {
  it('is told there, with its Application, and not of the same object in the hub', async () => {
    const { tape } = fight();
    const { conflicts, engine } = await watch(heard(tape, THERE, ['', 'prod-eu']));
    const owned = conflicts.filter(({ application }) => application !== null);
    expect(owned).toMatchObject([{ state: 'confirmed', workload: { name: 'web', cluster: 'prod-eu' } }]);
    expect(owned[0]?.summary).toContain('Deployment shop/web in prod-eu');
    const here = await watch(heard(tape, HERE, ['', 'prod-eu']));
    const [mine] = here.conflicts.filter(({ application }) => application !== null);
    expect(mine?.workload).not.toHaveProperty('cluster');
    expect(mine?.id).not.toBe(owned[0]?.id);
    expect(engine.pipeline.model.applicationsElsewhere()).toEqual([]);
    const report = engine.pipeline.report();
    expect(report.conflicts.map(({ workload }) => workload.cluster)).toContain('prod-eu');
  });

  it('has remedies for the Application in the hub, and reads in its own context', async () => {
    const { conflicts, engine } = await watch(heard(fight().tape, THERE, ['prod-eu']));
    const [conflict] = conflicts;
    if (conflict === undefined) throw new Error('no conflict');
    const { steps, verify } = engine.pipeline.remedyFor(conflict);
    const commands = steps.flatMap((step) => step.commands);
    expect(commands.find((command) => command.includes('applications.argoproj.io/web'))).not.toContain('--context');
    const reads = [verify.command, ...commands].filter((command) =>
      /deployments?\.apps\/web|horizontalpodautoscaler/.test(command),
    );
    expect(reads.length).toBeGreaterThan(0);
    for (const command of reads) expect(command).toContain('kubectl --context prod-eu ');
  });

  it('is not over when its cluster is gone, however long, and the hub is judged all the same', async () => {
    const { tape } = fight();
    const end = Math.max(...tape.map(({ at }) => at));
    const gone: Change = { type: 'interrupted', at: end, resource: 'deployments', reason: 'away', cluster: 'prod-eu' };
    const { engine } = await watch([...heard(tape, THERE, ['', 'prod-eu']), gone]);
    engine.advance(end + 24 * 3_600_000);
    const states = engine.pipeline.detector.conflicts().filter(({ workload }) => workload.cluster === 'prod-eu');
    expect(states.map(({ state }) => state)).toEqual(['confirmed']);
  });

  it('is judged without its cluster from a checkpoint neither as going on nor as over', async () => {
    const { engine } = await watch(heard(fight().tape, THERE, ['', 'prod-eu']));
    const { detector } = engine.pipeline;
    const checkpoint: unknown = JSON.parse(JSON.stringify(detector.checkpoint()));
    const clusterOf = oneOf(isLocalDestination, [SPOKE]);
    const next = new Engine({ jq: new LazyJqEngine(), clusterOf, requestLens: () => {} });
    expect(next.pipeline.detector.restore(checkpoint)).toBeNull();
    for (const change of heard(fight().tape, THERE, [''])) if (change.type === 'synced') next.take(change);
    next.advance(detector.now + 24 * 3_600_000);
    const [conflict] = next.pipeline.detector.conflicts().filter(({ workload }) => workload.cluster === 'prod-eu');
    expect(conflict?.state).toBe('confirmed');
  });
});

describe('a loop over an object that is not watched in full', () => {
  it('asks for the lens in the cluster that the Application means', async () => {
    const story = new Story({ hpa: false });
    const metadata = { name: 'flags', namespace: 'shop', uid: 'uid-flags' };
    const flags = story.object({ apiVersion: 'v1', kind: 'ConfigMap', metadata }, [[['data', 'checkout'], 'old']]);
    for (let round = 0; round < 8; round++)
      story.controllerWrites('operator', flags, ['data', 'checkout'], 'new').argoHeals().after(60);
    const { lenses } = await watch(heard(story.tape, THERE, ['', 'prod-eu']));
    expect(lenses.length).toBeGreaterThan(0);
    for (const { ref } of lenses) expect(ref).toMatchObject({ kind: 'ConfigMap', name: 'flags', cluster: 'prod-eu' });
  });
});
