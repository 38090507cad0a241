import { describe, expect, it } from 'vitest';
import { application, hpa, replicasRule, workload } from '../../src/embedded/blueprints.ts';
import { numberAt, textAt } from '../../src/embedded/json.ts';
import { ownersOf } from '../../src/embedded/managed-fields.ts';
import { type VirtualCluster, virtualCluster } from './virtual-cluster.ts';

const REPLICAS = ['f:spec', 'f:replicas'];

function textbook(cluster: VirtualCluster, changes: Parameters<typeof application>[0] | object = {}): void {
  const repository = cluster.git.repository('https://git.example/apps');
  repository.commit('web', () => [
    workload({ name: 'web', replicas: 3 }),
    hpa({ name: 'web', target: { kind: 'Deployment', name: 'web' }, min: 3, max: 10 }),
  ]);
  cluster.load.set('shop', 'Deployment', 'web', () => 520);
  cluster.create([application({ name: 'web', repoURL: repository.url, destination: 'shop', ...changes })]);
}

/** Seconds between the end of one self-heal and the start of the next. */
function pauses(cluster: VirtualCluster): number[] {
  const heals = cluster.operations('argocd', 'web').filter((operation) => operation.attempts > 0);
  return heals.map((heal, index) => {
    const before = index === 0 ? undefined : heals[index - 1];
    return before === undefined ? 0 : Math.round((heal.startedAt - before.finishedAt) / 1000);
  });
}

describe('an HPA against self-heal over replicas', () => {
  it('waits 0, 2, 6, 18, 54, 162 and then 300 s between heals since 2.13', () => {
    const cluster = virtualCluster({ argocd: { version: '3.5' } });
    textbook(cluster);
    cluster.run(40);
    const waits = [0, 2, 6, 18, 54, 162, 300, 300, 300];
    const seen = pauses(cluster);
    expect(seen.length).toBeGreaterThanOrEqual(waits.length);
    // The autoscaler looks every 15 s: a heal follows the later of its own backoff and the next drift.
    waits.forEach((wait, index) => {
      expect(seen[index]).toBeGreaterThanOrEqual(wait - 1);
      expect(seen[index]).toBeLessThanOrEqual(Math.max(wait, 15) + 3);
    });
  });

  it('heals every time the autoscaler looks while the wait is a fixed 5 s, up to 2.12.6', () => {
    const cluster = virtualCluster({ argocd: { version: '2.12' } });
    textbook(cluster);
    cluster.run(10);
    expect(pauses(cluster).length).toBeGreaterThan(30);
    expect(Math.max(...pauses(cluster).slice(1))).toBeLessThanOrEqual(16);
  });

  it('shows the owner of replicas change hands with every write, the scale entry without a time', () => {
    const cluster = virtualCluster();
    textbook(cluster);
    cluster.run(5);
    const writes = cluster.versions('deployments', 'shop', 'web').filter((now, index, all) => {
      return index > 0 && numberAt(0, now.spec, 'replicas') !== numberAt(0, all[index - 1]?.spec, 'replicas');
    });
    expect(writes.length).toBeGreaterThan(6);
    for (const version of writes) {
      const owners = ownersOf(version, REPLICAS);
      expect(owners).toHaveLength(1);
      const byScale = owners[0]?.subresource === 'scale';
      expect(owners[0]?.manager).toBe(byScale ? 'kube-controller-manager' : 'argocd-controller');
      expect(numberAt(0, version.spec, 'replicas') === 3).toBe(!byScale);
      if (byScale) expect(owners[0]).not.toHaveProperty('time');
    }
  });

  it('leaves no history of self-heals and one entry of the first sync', () => {
    const cluster = virtualCluster();
    textbook(cluster);
    cluster.run(10);
    const app = cluster.last('applications', 'argocd', 'web');
    expect(app.status?.['history']).toHaveLength(1);
    expect(cluster.operations('argocd', 'web').length).toBeGreaterThan(4);
  });

  it('ends when a rule and RespectIgnoreDifferences protect the field, and a new revision keeps the live value', () => {
    const cluster = virtualCluster();
    textbook(cluster, {
      ignoreDifferences: [replicasRule('Deployment')],
      syncOptions: ['RespectIgnoreDifferences=true'],
    });
    cluster.run(5);
    cluster.git
      .repository('https://git.example/apps')
      .commit('web', (manifests) =>
        manifests.map((manifest) =>
          manifest.kind === 'Deployment'
            ? workload({ name: 'web', replicas: 3, image: 'registry.example/web:1.5.0' })
            : manifest,
        ),
      );
    cluster.run(10);
    const web = cluster.last('deployments', 'shop', 'web');
    expect(textAt(web.spec, 'template', 'spec', 'containers', 0, 'image')).toBe('registry.example/web:1.5.0');
    expect(numberAt(0, web.spec, 'replicas')).toBe(9);
    expect(cluster.operations('argocd', 'web').filter((operation) => operation.attempts > 0)).toEqual([]);
    expect(cluster.replicas('shop', 'web')).toEqual([3, 6, 9]);
  });

  it('resets the replicas once a deploy when a rule is not respected in the sync', () => {
    const cluster = virtualCluster();
    textbook(cluster, { ignoreDifferences: [replicasRule('Deployment')] });
    cluster.run(5);
    cluster.git.repository('https://git.example/apps').commitElsewhere();
    cluster.run(10);
    expect(cluster.replicas('shop', 'web')).toEqual([3, 6, 9]);
    cluster.git
      .repository('https://git.example/apps')
      .commit('web', (manifests) =>
        manifests.map((manifest) =>
          manifest.kind === 'Deployment'
            ? workload({ name: 'web', replicas: 3, image: 'registry.example/web:1.5.0' })
            : manifest,
        ),
      );
    cluster.run(10);
    expect(cluster.replicas('shop', 'web')).toEqual([3, 6, 9, 3, 6, 9]);
  });

  it('goes on behind a rule without a group, which matches only the core group', () => {
    const cluster = virtualCluster();
    textbook(cluster, {
      ignoreDifferences: [{ kind: 'Deployment', jsonPointers: ['/spec/replicas'] }],
      syncOptions: ['RespectIgnoreDifferences=true'],
    });
    cluster.run(5);
    expect(cluster.replicas('shop', 'web').length).toBeGreaterThan(8);
  });

  it('stops comparing, syncing and healing anything when a jq expression does not parse', () => {
    const cluster = virtualCluster();
    textbook(cluster, {
      ignoreDifferences: [{ group: 'apps', kind: 'Deployment', jqPathExpressions: ['.spec.replicas |'] }],
    });
    cluster.run(5);
    const app = cluster.last('applications', 'argocd', 'web');
    expect(textAt(app.status, 'sync', 'status')).toBe('Unknown');
    expect(textAt(app.status, 'conditions', 0, 'type')).toBe('ComparisonError');
    expect(cluster.store.version).toBeLessThan(110);
  });
});
