import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/config/schema.ts';
import { jsonPatch } from '../../src/embedded/patches.ts';
import {
  type ApiCluster,
  stageTextbook,
  startApiCluster,
  type WatchedCluster,
  watchCluster,
  writesOf,
} from '../support/api-cluster.ts';
import { eventually } from '../support/eventually.ts';

const APPLY = { remediationMode: 'apply' };
const SHOP = { ...APPLY, remediationNamespaces: 'shop' };

function edit({ cluster, application }: ApiCluster, patch: readonly object[]): void {
  cluster.store.update(jsonPatch(application() as never, patch as never) as never, { manager: 'kubectl-edit' });
}

const logged = ({ log }: WatchedCluster, event: string) => log.filter((line) => line['event'] === event);
const stateOf = ({ daemon }: WatchedCluster) => daemon.report().conflicts[0]?.state;

describe('a daemon that suggests', () => {
  it('sends no request but reads, however long the fight goes on', async () => {
    await using rig = await startApiCluster();
    stageTextbook(rig);
    await using watched = await watchCluster(rig);
    await watched.pass(15);
    expect(stateOf(watched)).toBe('confirmed');
    expect(watched.daemon.remediator).toBe(null);
    expect(rig.calls.filter(({ method }) => !['list', 'watch', 'get', ''].includes(method))).toEqual([]);
    // Outside the resources there is discovery only, which is read.
    const others = rig.calls.filter(({ method }) => method === '').map(({ path }) => path);
    expect(others.filter((path) => !/^\/(version|api|apis)(\/[\w.]+){0,2}$/.test(path))).toEqual([]);
  });
});

describe('a daemon that applies', () => {
  it('ends a confirmed fight once, says who changed what, and sees it resolved', async () => {
    await using rig = await startApiCluster();
    stageTextbook(rig);
    await using watched = await watchCluster(rig, SHOP);
    await watched.pass(10, () => stateOf(watched) === 'resolved');
    await watched.pass(10);
    expect(watched.daemon.report().conflicts).toMatchObject([{ state: 'resolved', resolution: 'rule-added' }]);
    expect(rig.cluster.replicas('shop', 'web').at(-1)).toBe(9);
    expect(writesOf(rig).filter(({ method }) => method === 'patch')).toHaveLength(2);
    expect(rig.application().metadata.managedFields?.map(({ manager }) => manager)).toContain('tugwatch');
    expect(logged(watched, 'remediation')).toMatchObject([
      {
        level: 'warn',
        by: expect.stringMatching(/^tugwatch ./),
        target: { kind: 'Application', name: 'web' },
        patch: [{ path: '/spec/ignoreDifferences' }, { path: '/spec/syncPolicy/syncOptions' }],
        msg: expect.stringContaining('changed Application argocd/web for Deployment shop/web'),
      },
    ]);
  });

  it('changes nothing that is not permitted, and says so once in a long fight', async () => {
    await using rig = await startApiCluster();
    stageTextbook(rig);
    await using watched = await watchCluster(rig, APPLY);
    await watched.pass(20);
    expect(stateOf(watched)).toBe('confirmed');
    expect(writesOf(rig)).toEqual([]);
    expect(logged(watched, 'remediation-refused')).toMatchObject([
      { level: 'warn', vetoes: ['not-allowed'], msg: expect.stringContaining('nothing permits it') },
    ]);
  });

  it('looks again while the fight goes on, and acts once an annotation permits it', async () => {
    await using rig = await startApiCluster();
    stageTextbook(rig);
    await using watched = await watchCluster(rig, APPLY);
    await watched.pass(5);
    edit(rig, [{ op: 'add', path: '/metadata/annotations', value: { 'tugwatch.dev/remediate': 'true' } }]);
    await watched.pass(15, () => stateOf(watched) === 'resolved');
    expect(stateOf(watched)).toBe('resolved');
    expect(logged(watched, 'remediation')).toHaveLength(1);
  });

  it('takes one Application after the other', async () => {
    await using rig = await startApiCluster();
    stageTextbook(rig, 'web');
    stageTextbook(rig, 'api');
    await using watched = await watchCluster(rig, SHOP);
    const states = () => watched.daemon.report().conflicts.map(({ state }) => state);
    await watched.pass(15, () => states().length === 2 && states().every((state) => state === 'resolved'));
    const patched = writesOf(rig).filter(({ method }) => method === 'patch');
    const names = patched.map(({ path }) => path.split('/').at(-1));
    expect([
      ['web', 'web', 'api', 'api'],
      ['api', 'api', 'web', 'web'],
    ]).toContainEqual(names);
    expect(watched.daemon.report().conflicts.map(({ resolution }) => resolution)).toEqual(['rule-added', 'rule-added']);
  });

  it('never does it again when a person takes the change back: it reports', async () => {
    await using rig = await startApiCluster();
    stageTextbook(rig);
    await using watched = await watchCluster(rig, SHOP);
    await watched.pass(10, () => stateOf(watched) === 'resolved');
    expect(logged(watched, 'remediation')).toHaveLength(1);
    const writes = writesOf(rig).length;
    edit(rig, [
      { op: 'remove', path: '/spec/ignoreDifferences' },
      { op: 'remove', path: '/spec/syncPolicy/syncOptions' },
    ]);
    await watched.pass(65);
    expect(stateOf(watched)).toBe('confirmed');
    expect(writesOf(rig)).toHaveLength(writes);
    expect(logged(watched, 'remediation-refused')).toMatchObject([
      { vetoes: expect.arrayContaining(['done-before']), msg: expect.stringContaining('a person must look') },
    ]);
  });

  it('says once that RBAC forbids it, and goes on watching', async () => {
    await using rig = await startApiCluster({ allows: (verb) => verb !== 'patch' });
    stageTextbook(rig);
    await using watched = await watchCluster(rig, SHOP);
    await watched.pass(20);
    expect(stateOf(watched)).toBe('confirmed');
    expect(logged(watched, 'remediation-failed')).toMatchObject([{ msg: expect.stringContaining('403') }]);
  });
});

describe('a daemon whose configuration file changes', () => {
  it('begins to apply, to a fight that goes on as well, and stops with the next file', async () => {
    await using rig = await startApiCluster();
    stageTextbook(rig);
    const suggest = loadConfig({ env: {}, flags: { host: '127.0.0.1', port: 0 } });
    let next: Config = suggest;
    const configOrigin = { file: 'tugwatch.yaml', load: () => next };
    await using watched = await watchCluster(rig, {}, { configOrigin });
    await watched.pass(10, () => stateOf(watched) === 'confirmed');
    expect(watched.daemon.remediator).toBe(null);

    next = { ...suggest, remediationMode: 'apply', remediationNamespaces: ['shop'] };
    watched.daemon.reloadConfig();
    await eventually('remediation is on', () => watched.daemon.remediator);
    await watched.pass(15, () => stateOf(watched) === 'resolved');
    expect(stateOf(watched)).toBe('resolved');
    expect(logged(watched, 'remediation')).toHaveLength(1);

    next = suggest;
    watched.daemon.reloadConfig();
    await eventually('remediation is off', () => watched.daemon.remediator === null);
    expect(logged(watched, 'remediation-off')).toHaveLength(1);
  });
});
