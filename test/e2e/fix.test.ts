import { describe, expect, it } from 'vitest';
import { fix } from '../../src/commands/fix.ts';
import { application } from '../../src/embedded/blueprints.ts';
import { kindOf } from '../../src/embedded/kinds.ts';
import type { KubeObject } from '../../src/embedded/objects.ts';
import {
  type ApiCluster,
  commandIo,
  stageSource,
  stageTextbook,
  startApiCluster,
  watchCluster,
  writesOf,
} from '../support/api-cluster.ts';

describe('a fight on a cluster', () => {
  it('is confirmed by the daemon, ended by fix --apply, and resolved with the reason rule-added', async () => {
    await using rig = await startApiCluster();
    stageTextbook(rig);
    await using watched = await watchCluster(rig);
    const conflict = () => watched.daemon.report().conflicts[0];
    await watched.pass(10, () => conflict()?.state === 'confirmed');
    expect(conflict()).toMatchObject({ state: 'confirmed', field: '/spec/replicas', kind: 'replicas' });

    const terminal = commandIo(rig, 'y\n');
    const flags = { server: watched.daemon.address, kubeconfig: rig.kubeconfig, apply: true };
    expect(await fix(['shop/web'], flags, terminal.io)).toBe(0);
    expect(terminal.stderr()).toBe('Change Application argocd/web in embedded? [y/N] ');
    expect(terminal.stdout()).toMatch(/^CONFIRMED {2}HPA web/);
    expect(terminal.stdout()).toContain('+    - RespectIgnoreDifferences=true');
    expect(terminal.stdout()).toContain(
      'ana as embedded in embedded changed Application argocd/web for Deployment shop/web',
    );
    expect(writesOf(rig).filter(({ method }) => method === 'patch')).toHaveLength(2);
    expect(eventsOf(rig)).toEqual([
      'argocd: Application web, for Deployment web',
      'shop: Deployment web, for Application web',
    ]);

    const before = conflict()?.reversals;
    await watched.pass(20, () => conflict()?.state === 'resolved');
    // Longer than the longest backoff: had it gone on, it would show.
    await watched.pass(6);
    expect(conflict()).toMatchObject({ state: 'resolved', resolution: 'rule-added', reversals: before });
    expect(rig.cluster.replicas('shop', 'web').at(-1)).toBe(9);
  });

  it('is ended at the ApplicationSet that owns the Application, since a live edit would not last', async () => {
    await using rig = await startApiCluster();
    const { kind, ...made } = application({ name: 'web', repoURL: stageSource(rig), destination: 'shop' });
    rig.cluster.create([
      {
        apiVersion: made.apiVersion,
        kind: `${kind}Set`,
        metadata: { name: 'fleet', namespace: 'argocd' },
        spec: {
          generators: [{ list: { elements: [{ name: 'web' }] } }],
          template: { metadata: { name: '{{.name}}' }, spec: made.spec ?? {} },
        },
      },
    ]);
    await using watched = await watchCluster(rig);
    const conflict = () => watched.daemon.report().conflicts[0];
    await watched.pass(10, () => conflict()?.state === 'confirmed');
    const terminal = commandIo(rig, 'y\n');
    const flags = { server: watched.daemon.address, kubeconfig: rig.kubeconfig, apply: true };
    expect(await fix(['shop/web'], flags, terminal.io)).toBe(0);
    expect(terminal.stderr()).toBe('Change ApplicationSet argocd/fleet in embedded? [y/N] ');
    await watched.pass(20, () => conflict()?.state === 'resolved');
    await watched.pass(6);
    expect(conflict()).toMatchObject({ state: 'resolved', resolution: 'rule-added' });
    expect(rig.cluster.replicas('shop', 'web').at(-1)).toBe(9);
  });

  it('is left to Git where a parent Application would take the change back', async () => {
    await using rig = await startApiCluster();
    const child = application({
      name: 'web',
      repoURL: stageSource(rig),
      destination: 'shop',
      syncOptions: ['CreateNamespace=true'],
      ignoreDifferences: [],
    });
    const parent = rig.cluster.git.repository('https://git.example/root');
    parent.commit('root', () => [child]);
    rig.cluster.create([application({ name: 'root', repoURL: parent.url, destination: 'argocd' })]);
    await using watched = await watchCluster(rig);
    const conflict = () => watched.daemon.report().conflicts[0];
    await watched.pass(10, () => conflict()?.state === 'confirmed');
    const before = rig.application();
    const terminal = commandIo(rig);
    const flags = { server: watched.daemon.address, kubeconfig: rig.kubeconfig, apply: true, yes: true };
    expect(await fix(['shop/web'], flags, terminal.io)).toBe(2);
    expect(terminal.stderr()).toContain(
      'not applied: the first step (stop-now) is a commit: Its parent Application argocd/root heals',
    );
    expect(writesOf(rig)).toEqual([]);
    expect(rig.application().spec).toEqual(before.spec);
  });
});

function eventsOf({ cluster }: ApiCluster): string[] {
  const events = cluster.store.list(kindOf('v1', 'Event')).filter((event) => event['reason'] === 'RemedyApplied');
  const named = (event: KubeObject, key: string) => {
    const { kind, name } = event[key] as { kind: string; name: string };
    return `${kind} ${name}`;
  };
  return events
    .map((event) => `${event.metadata.namespace}: ${named(event, 'involvedObject')}, for ${named(event, 'related')}`)
    .sort();
}
