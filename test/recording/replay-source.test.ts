import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/model/facts.ts';
import { ReplaySource } from '../../src/recording/replay-source.ts';
import { noRecordings, recordingPath } from '../support/recordings.ts';
import { brief, changesOf, fileOf, type LineInput, replay, textOf } from './lines.ts';

const SYNCED: LineInput = { type: 'SYNCED' };
const added = (name: string, s = 0, replicas = 3): LineInput => ({ type: 'ADDED', name, s, replicas });

describe('a list in a recording', () => {
  it('shows a state that was found, and ends with SYNCED', async () => {
    expect(await replay(added('a'), added('b'), SYNCED)).toEqual([
      'upsert/list a=3',
      'upsert/list b=3',
      'synced deployments',
    ]);
  });

  it('is followed by a watch: what is added or changed then was seen as it happened', async () => {
    expect(
      await replay(
        added('a'),
        SYNCED,
        added('b', 1),
        { name: 'a', s: 2, replicas: 6 },
        { name: 'b', type: 'DELETED', s: 3 },
      ),
    ).toEqual(['upsert/list a=3', 'synced deployments', 'upsert/watch b=3', 'upsert/watch a=6', 'delete/watch b']);
  });

  it('may be missing at the start: the first change shows that a watch is on', async () => {
    expect(await replay(added('a'), { name: 'a', replicas: 6 }, added('b'))).toEqual([
      'upsert/list a=3',
      'upsert/watch a=6',
      'upsert/watch b=3',
    ]);
  });

  it('of one kind says nothing of another', async () => {
    expect(await replay(added('a'), SYNCED, { resource: 'replicasets', type: 'SYNCED' }, added('b', 1))).toEqual([
      'upsert/list a=3',
      'synced deployments',
      'synced replicasets',
      'upsert/watch b=3',
    ]);
  });
});

describe('a second list in a recording', () => {
  it('takes away what it does not name, and shows the rest as found', async () => {
    expect(
      await replay(
        added('a'),
        added('b'),
        SYNCED,
        { name: 'a', s: 1, replicas: 6 },
        added('a', 70, 3),
        added('c', 70),
        {
          ...SYNCED,
          s: 70,
        },
      ),
    ).toEqual([
      'upsert/list a=3',
      'upsert/list b=3',
      'synced deployments',
      'upsert/watch a=6',
      'upsert/list a=3',
      'upsert/list c=3',
      'delete/list b',
      'synced deployments',
    ]);
  });

  it('that names nothing takes everything away', async () => {
    expect(await replay(added('a'), SYNCED, { ...SYNCED, s: 70 })).toEqual([
      'upsert/list a=3',
      'synced deployments',
      'delete/list a',
      'synced deployments',
    ]);
  });

  it('does not count an object as named that was added live long before it', async () => {
    expect(await replay(added('a'), SYNCED, added('b', 1), added('a', 100), { ...SYNCED, s: 100 })).toContain(
      'delete/list b',
    );
  });

  it('shows an object that was deleted and made anew in between as two', async () => {
    expect(await replay(added('a'), SYNCED, { ...added('a', 70, 1), uid: 'another' }, { ...SYNCED, s: 70 })).toEqual([
      'upsert/list a=3',
      'synced deployments',
      'delete/list a',
      'upsert/list a=1',
      'synced deployments',
    ]);
  });
});

describe('an ERROR in a recording', () => {
  const error: LineInput = {
    type: 'ERROR',
    s: 5,
    object: { kind: 'Status', code: 410, message: 'too old resource version' },
  };

  it('interrupts the watch until the next list', async () => {
    const changes = await changesOf(fileOf(textOf(added('a'), SYNCED, error, added('c', 6), { ...SYNCED, s: 6 })));
    expect(changes.map(brief)).toEqual([
      'upsert/list a=3',
      'synced deployments',
      'interrupted deployments',
      'upsert/list c=3',
      'delete/list a',
      'synced deployments',
    ]);
    expect(changes[2]).toMatchObject({ reason: 'too old resource version' });
  });

  it('is over without a list when the watch goes on where it broke off', async () => {
    expect(await replay(added('a'), SYNCED, error, { name: 'a', s: 6, replicas: 4 })).toEqual([
      'upsert/list a=3',
      'synced deployments',
      'interrupted deployments',
      'synced deployments',
      'upsert/watch a=4',
    ]);
  });
});

describe('what is not kept of a recording', () => {
  it('are pods, which only move the clock', async () => {
    const times: number[] = [];
    const source = new ReplaySource([fileOf(textOf(added('a'), { resource: 'pods', s: 9 }))], {
      onTime: (at) => times.push(at),
    });
    const changes: Change[] = [];
    await source.run((change) => changes.push(change));
    expect(changes).toHaveLength(1);
    expect(times.map((at) => at - (times[0] ?? 0))).toEqual([0, 9000]);
  });

  it('is counted by reason', async () => {
    const source = new ReplaySource([
      fileOf(textOf(added('a'), { resource: 'configmaps', name: 'x' }, { object: { metadata: {} } })),
    ]);
    await source.run(() => {});
    expect(Object.fromEntries(source.skipped)).toEqual({ 'other-configmap': 1, 'no-name': 1 });
  });
});

describe('the lens of a replay', () => {
  /** Opens a lens on ConfigMap shop/flags when it sees the first change, and closes it at the last but one. */
  async function lensed(resource: string, apiVersion: string, kind: string): Promise<string[]> {
    const object = (on: string) => ({
      apiVersion,
      kind,
      metadata: { name: 'flags', namespace: 'shop', uid: 'u' },
      data: { on },
    });
    const version = (s: number, on: string): LineInput => ({ resource, s, object: object(on), type: 'MODIFIED' });
    const source = new ReplaySource([
      fileOf(
        textOf(version(0, 'a'), version(1, 'b'), added('web', 2), version(3, 'c'), added('web2', 4), version(5, 'd')),
      ),
    ]);
    const ref = { apiVersion: `${apiVersion.split('/')[0]}/`, kind, namespace: 'shop', name: 'flags' };
    const seen: string[] = [];
    await source.run((change) => {
      if (change.type !== 'upsert') return;
      if (change.fact.fact === 'lens') seen.push(`${change.origin} ${change.fact.leaves.get('/data/on')}`);
      if (change.fact.ref.name === 'web') source.requestLens({ action: 'open', ref, reason: 'test' });
      if (change.fact.ref.name === 'web2') source.requestLens({ action: 'close', ref, reason: 'test' });
    });
    return seen;
  }

  it('answers with the version at hand, then with each later one, until it is closed', async () => {
    expect(await lensed('daemonsets', 'apps/v1', 'DaemonSet')).toEqual(['list b', 'watch c']);
  });

  it('says nothing of a kind that is not in the recording', async () => {
    const source = new ReplaySource([fileOf(textOf(added('a')))]);
    source.requestLens({
      action: 'open',
      ref: { apiVersion: 'batch/v1', kind: 'Job', namespace: 'shop', name: 'a' },
      reason: 'test',
    });
    const changes: Change[] = [];
    await source.run((change) => changes.push(change));
    expect(changes.map(brief)).toEqual(['upsert/list a=3']);
  });

  it('tells when the object goes away', async () => {
    const source = new ReplaySource([fileOf(textOf(added('a'), SYNCED, { name: 'a', type: 'DELETED', s: 1 }))]);
    const seen: string[] = [];
    await source.run((change) => {
      seen.push(brief(change));
      if (change.type === 'synced') {
        const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'a' };
        source.requestLens({ action: 'open', ref, reason: 'test' });
      }
    });
    expect(seen).toEqual([
      'upsert/list a=3',
      'synced deployments',
      'upsert/list a (lens)',
      'delete/watch a',
      'delete/watch a (lens)',
    ]);
  });
});

describe('a label that argocd-cm names', () => {
  it('is read on objects that were listed before it as well', async () => {
    const object = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'shop', uid: 'u', labels: { 'example.org/app': 'shop' } },
      spec: { replicas: 1 },
    };
    const config = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'argocd-cm', namespace: 'argocd' },
      data: { 'application.instanceLabelKey': 'example.org/app' },
    };
    const changes = await changesOf(
      fileOf(textOf({ type: 'ADDED', object }, { type: 'ADDED', resource: 'configmaps', object: config })),
    );
    const labels = changes.flatMap((change) =>
      change.type === 'upsert' && change.fact.fact === 'workload' ? [change.fact.tracking.label] : [],
    );
    expect(labels).toEqual([null, 'shop']);
  });
});

describe('stopping a replay', () => {
  it('ends it before the next line', async () => {
    const source = new ReplaySource([fileOf(textOf(added('a'), added('b'), added('c')))]);
    const seen: string[] = [];
    await source.run((change) => {
      seen.push(brief(change));
      if (seen.length === 2) void source.stop();
    });
    expect(seen).toEqual(['upsert/list a=3', 'upsert/list b=3']);
  });
});

describe.skipIf(noRecordings)('the recording with a gap of 70 s', () => {
  it('lists everything anew, and nothing is taken away that is still there', async () => {
    const changes = await changesOf(recordingPath('gap'));
    expect(changes.filter((change) => change.type === 'delete')).toEqual([]);
    const relisted = changes.filter(
      (change) =>
        change.type === 'upsert' && change.origin === 'list' && change.at > Date.parse('2026-11-21T06:25:00Z'),
    );
    const facts = new Set(relisted.map((change) => (change.type === 'upsert' ? change.fact.fact : '')));
    for (const fact of ['workload', 'replicaset', 'hpa', 'application', 'argosettings']) expect(facts).toContain(fact);
    const deployments = changes.filter((change) => change.type === 'upsert' && change.fact.ref.kind === 'Deployment');
    const versions = deployments.map((change) => (change.type === 'upsert' ? change.fact.generation : 0));
    const jump = versions.findIndex((generation, at) => generation - (versions[at - 1] ?? generation) > 1);
    expect(deployments[jump]).toMatchObject({ origin: 'list' });
  });
});
