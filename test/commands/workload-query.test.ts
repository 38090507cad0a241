import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { pinCluster, queryOf } from '../../src/commands/workload-query.ts';
import { buildReport } from '../../src/report/build-report.ts';
import type { WorkloadQuery } from '../../src/report/which-workload.ts';
import * as given from '../support/report-fixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'tugwatch-query-'));
afterAll(() => rmSync(folder, { recursive: true, maxRetries: 10 }));

function kubeconfig(namespace?: string): string {
  const file = join(folder, `${namespace ?? 'none'}.yaml`);
  const context = { cluster: 'c', user: 'u', ...(namespace === undefined ? {} : { namespace }) };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'here',
    clusters: [{ name: 'c', cluster: { server: 'http://127.0.0.1:1' } }],
    users: [{ name: 'u', user: {} }],
    contexts: [
      { name: 'here', context },
      { name: 'there', context: { cluster: 'c', user: 'u', namespace: 'far' } },
    ],
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

const shop = { kubeconfig: kubeconfig('shop') };

describe('a workload in the words of kubectl', () => {
  it.each([
    ['KIND/NAME', ['deploy/web'], { kind: 'deploy', name: 'web' }],
    ['KIND NAME', ['deploy', 'web'], { kind: 'deploy', name: 'web' }],
    ['NAME', ['web'], { name: 'web' }],
  ])('%s is looked for where the context points', async (_, words, expected) => {
    expect(await queryOf(words, shop, {}, 'kubectl')).toEqual({ namespace: 'shop', ...expected });
  });

  it('-n comes first, --context chooses another, and a context without one means default', async () => {
    const of = (flags: object) => queryOf(['web'], flags, {}, 'kubectl').then(({ namespace }) => namespace);
    expect(await of({ ...shop, namespace: 'elsewhere' })).toBe('elsewhere');
    expect(await of({ ...shop, context: 'there' })).toBe('far');
    expect(await of({ kubeconfig: kubeconfig() })).toBe('default');
  });

  it.each([[['deploy/web/x']], [['deploy', 'web', 'x']], [['deploy/', 'web']], [['/web']], [['']], [['deploy/']]])(
    '%j names none, and one sentence says what does',
    async (words) => {
      await expect(queryOf(words, shop, {}, 'kubectl')).rejects.toThrow(/names no workload: use KIND\/NAME, KIND NAME/);
    },
  );
});

describe('a workload in the words of tugwatch', () => {
  it('NAMESPACE/NAME needs no kubeconfig, whatever the namespace is called', async () => {
    expect(await queryOf(['deploy/web'], {}, {}, 'tugwatch')).toEqual({ namespace: 'deploy', name: 'web' });
  });

  it('with -n it is KIND/NAME', async () => {
    const query = await queryOf(['cm/flags'], { namespace: 'shop' }, {}, 'tugwatch');
    expect(query).toEqual({ namespace: 'shop', kind: 'cm', name: 'flags' });
  });

  it('a name alone names none', async () => {
    await expect(queryOf(['web'], {}, {}, 'tugwatch')).rejects.toThrow('web names no workload: use NAMESPACE/NAME');
  });
});

describe('a workload in one of several clusters', () => {
  const server = 'http://localhost:8080';
  const web = (cluster?: string) => ({ ...given.WEB, ...(cluster === undefined ? {} : { cluster }) });
  const report = buildReport({
    window: { from: given.T0, to: given.T0 },
    conflicts: [{ conflict: given.aConflict({ workload: web('prod-eu') }), remedy: given.aRemedy() }],
    notices: [given.aNotice({ workload: { ...web('prod-us'), name: 'cart' } })],
    risks: [given.aRisk({ workload: web() })],
    health: {
      watches: [
        given.aWatch({ cluster: 'hub' }),
        given.aWatch({ cluster: 'hub', resource: 'applications.argoproj.io' }),
        given.aWatch({ cluster: 'prod-eu' }),
        given.aWatch({ cluster: 'prod-us' }),
      ],
      skippedLines: 0,
    },
  });
  const findings = [...report.conflicts, ...report.notices, ...report.risks];
  const pinned = (query: Partial<WorkloadQuery>) =>
    pinCluster({ namespace: 'shop', name: 'web', ...query }, report, findings);

  it('is asked for by --cluster, in the words of Argo CD', async () => {
    const of = async (cluster: string) => (await queryOf(['shop/web'], { cluster, server }, {}, 'tugwatch')).cluster;
    expect([await of('prod-eu'), await of('in-cluster')]).toEqual(['prod-eu', '']);
    await expect(queryOf(['shop/web'], { cluster: 'prod-eu' }, {}, 'tugwatch')).rejects.toThrow(
      /^--cluster goes with --server: .* --context says which\.$/,
    );
  });

  it('is the one that is meant where one cluster has something to tell of it', () => {
    expect(pinned({ name: 'cart' })).toEqual({ namespace: 'shop', name: 'cart', cluster: 'prod-us' });
    expect(pinned({ name: 'unheard' })).toEqual({ namespace: 'shop', name: 'unheard' });
  });

  it('is asked for once more in one sentence where several have', () => {
    expect(() => pinned({ kind: 'deploy' })).toThrow(
      'deploy shop/web is in in-cluster and prod-eu: say which is meant with --cluster.',
    );
    expect(pinned({ cluster: '' }).cluster).toBe('');
    expect(pinned({ cluster: 'prod-eu' }).cluster).toBe('prod-eu');
  });

  it('is of a cluster that the daemon watches, whose own one has the name of its kubeconfig too', () => {
    expect(pinned({ cluster: 'hub' }).cluster).toBe('');
    expect(() => pinned({ cluster: 'prod-ap' })).toThrow(
      'The daemon watches no cluster prod-ap: it watches in-cluster, prod-eu and prod-us.',
    );
  });
});
