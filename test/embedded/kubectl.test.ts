import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { application, workload } from '../../src/embedded/blueprints.ts';
import { type ApiServer, startApiServer } from '../../src/embedded/http/api-server.ts';
import { kindOf } from '../../src/embedded/kinds.ts';
import { type VirtualCluster, virtualCluster } from './virtual-cluster.ts';

const missing = spawnSync('kubectl', ['version', '--client']).status !== 0;
const DEPLOYMENT = kindOf('apps/v1', 'Deployment');

describe.skipIf(missing)('a real kubectl (skipped where none is on the PATH)', () => {
  let cluster: VirtualCluster;
  let server: ApiServer;
  const home = mkdtempSync(join(tmpdir(), 'tugwatch-kubectl-'));

  beforeAll(async () => {
    cluster = virtualCluster({ platform: { events: true } });
    cluster.git.repository('r').commit('web', () => [workload({ name: 'web', replicas: 2 })]);
    cluster.create([application({ name: 'web', repoURL: 'r', destination: 'shop' })]);
    cluster.run(1);
    server = await startApiServer({ store: cluster.store, now: () => cluster.scheduler.now() });
    writeFileSync(join(home, 'config'), server.kubeconfig);
  });

  afterAll(async () => {
    await server.close();
    rmSync(home, { recursive: true, maxRetries: 10 });
  });

  async function kubectl(...args: string[]): Promise<string> {
    const env = { ...process.env, KUBECONFIG: join(home, 'config'), HOME: home };
    return (await promisify(execFile)('kubectl', args, { env })).stdout;
  }

  it('gets tables and whole objects', async () => {
    expect(await kubectl('get', 'deploy', '-A')).toMatch(/shop\s+web\s+2\/2\s+2\s+2/);
    const app = JSON.parse(await kubectl('-n', 'argocd', 'get', 'applications.argoproj.io', 'web', '-o', 'json'));
    expect(app.status.sync.status).toBe('Synced');
  });

  it('scales through /scale under its own name', async () => {
    await kubectl('-n', 'shop', 'scale', 'deployment/web', '--replicas=5');
    const entries = cluster.store.get(DEPLOYMENT, 'shop', 'web')?.metadata.managedFields ?? [];
    expect(entries.find((entry) => entry.subresource === 'scale')?.manager).toBe('kubectl');
  });

  it('patches an Application with a guarded JSON patch', async () => {
    const rules = [{ group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/replicas'] }];
    const operations = [{ op: 'add', path: '/spec/ignoreDifferences', value: rules }];
    await kubectl(
      '-n',
      'argocd',
      'patch',
      'applications.argoproj.io',
      'web',
      '--type',
      'json',
      '-p',
      JSON.stringify(operations),
    );
    const app = cluster.store.get(kindOf('argoproj.io/v1alpha1', 'Application'), 'argocd', 'web');
    expect(app?.spec?.['ignoreDifferences']).toEqual(rules);
  });

  it('describes a workload with its Events', async () => {
    expect(await kubectl('-n', 'shop', 'describe', 'deployment', 'web')).toContain('ScalingReplicaSet');
  });
});
