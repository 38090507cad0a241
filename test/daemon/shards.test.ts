/** Two daemons that share the namespaces of one cluster. */
import { describe, expect, it } from 'vitest';
import type { Daemon } from '../../src/daemon/daemon.ts';
import { application, hpa, workload } from '../../src/embedded/blueprints.ts';
import { findResource, type KindInfo } from '../../src/embedded/kinds.ts';
import type { FactBase } from '../../src/model/facts.ts';
import { shardOf } from '../../src/model/shard.ts';
import { startApiCluster, watchCluster } from '../support/api-cluster.ts';
import { eventually } from '../support/eventually.ts';

const KINDS = [
  ['argoproj.io', 'applications'],
  ['apps', 'deployments'],
  ['autoscaling', 'horizontalpodautoscalers'],
] as const;
const versionOf = ({ uid, resourceVersion }: FactBase) => `${uid} ${resourceVersion}`;
const NAMESPACES = ['shop', 'team-a', 'team-b', 'ops', 'mail', 'search'];

describe('two daemons with a share each', () => {
  it('find every fight of the cluster once, hold their own workloads only, and say which share it is', async () => {
    await using rig = await startApiCluster();
    const { cluster } = rig;
    for (const namespace of NAMESPACES) {
      const repository = cluster.git.repository(`https://git.example/${namespace}`);
      repository.commit('web', () => [
        workload({ name: 'web', replicas: 3 }),
        hpa({ name: 'web', target: { kind: 'Deployment', name: 'web' }, min: 3, max: 10 }),
      ]);
      cluster.load.set(namespace, 'Deployment', 'web', () => 520);
      const app = { name: `web-${namespace}`, path: 'web', repoURL: repository.url, destination: namespace };
      cluster.create([application(app)]);
    }
    await using first = await watchCluster(rig, { shard: '0/2' });
    await using second = await watchCluster(rig, { shard: '1/2' });
    const daemons = [first.daemon, second.daemon];
    const confirmed = () =>
      daemons.map((daemon) => daemon.report().conflicts.filter(({ state }) => state === 'confirmed'));
    const { scheduler } = cluster;
    // Every version is seen by the daemon whose it is, and those of Applications by both.
    const known = ({ engine }: Daemon) => {
      const { applications, workloads, hpas } = engine.pipeline.model;
      return [...applications.values(), ...workloads.values(), ...hpas.values()].map(versionOf);
    };
    const live = () =>
      KINDS.flatMap(([group, resource]) => cluster.store.list(findResource(group, resource) as KindInfo))
        .map(({ metadata }) => `${metadata.uid} ${metadata.resourceVersion}`)
        .sort();
    const end = scheduler.now() + 20 * 60_000;
    while (scheduler.now() < end && confirmed().flat().length < NAMESPACES.length) {
      scheduler.runFor(5_000);
      const wanted = live();
      await eventually('all is seen', () => {
        const seen = new Set(daemons.flatMap(known));
        const twice = daemons.every(({ engine }) => engine.pipeline.model.applications.size === NAMESPACES.length);
        return twice && wanted.every((version) => seen.has(version));
      });
    }
    const found = confirmed().map((conflicts) =>
      conflicts.map(({ workload: { namespace } }) => namespace ?? '').sort(),
    );
    for (const [index, daemon] of daemons.entries()) {
      const own = NAMESPACES.filter((namespace) => shardOf(namespace, 2) === index).sort();
      expect(own.length).toBeGreaterThan(0);
      expect(found[index]).toEqual(own);
      const held = [...daemon.engine.pipeline.model.workloads.values()].map(({ ref }) => ref.namespace).sort();
      expect(held).toEqual(own);
      expect(daemon.engine.pipeline.model.applications.size).toBe(NAMESPACES.length);
      expect(daemon.report().health?.shard).toEqual({ index, of: 2 });
      const metrics = await (await fetch(`${daemon.address}/metrics`)).text();
      expect(metrics).toContain(`tugwatch_shard_info{shard="${index}",shards="2"} 1`);
      expect(await (await fetch(daemon.address)).text()).toContain(`in shard ${index}/2`);
    }
  });
});
