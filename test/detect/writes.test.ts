import { describe, expect, it } from 'vitest';
import { isGap, leafWrites, REPLICAS, replicasWrite, standingDrift } from '../../src/detect/writes.ts';
import type { Json } from '../../src/model/facts.ts';
import { clusterOf, rawApplication, rawHpa } from '../support/cluster.ts';
import { lensFact, ownerOf, workloadFact } from '../support/facts.ts';

const model = clusterOf(rawApplication(), rawHpa());
const byHpa = [ownerOf('kube-controller-manager', { subresource: 'scale', time: null })];

describe('the write of replicas between two versions', () => {
  it('names from, to, the writer and the time at which it was seen', () => {
    const next = workloadFact({ replicas: 6 }, { replicasOwners: byHpa });
    expect(replicasWrite(workloadFact({ replicas: 3 }), next, 77, 'watch', model)).toMatchObject({
      at: 77,
      field: REPLICAS,
      from: 3,
      to: 6,
      gap: false,
      writer: { kind: 'hpa', name: 'web', source: 'managedFields kube-controller-manager/scale' },
    });
  });

  it('is none where the value stays, or the object is another one', () => {
    expect(replicasWrite(workloadFact(), workloadFact(), 0, 'watch', model)).toBeNull();
    expect(replicasWrite(workloadFact({ replicas: 6 }, { uid: 'old' }), workloadFact(), 0, 'watch', model)).toBeNull();
  });

  it('names the mark where the Application is not to be seen', () => {
    const next = workloadFact({ replicas: 3, trackedBy: 'far' }, { replicasOwners: [ownerOf('argocd-controller')] });
    const write = replicasWrite(workloadFact({ replicas: 6 }), next, 0, 'watch', clusterOf());
    expect(write?.writer).toMatchObject({ kind: 'argocd', name: 'far' });
  });
});

describe('between two versions', () => {
  it.each([
    ['nothing is missed in a watch', 'watch', 3, 9, false],
    ['nothing is missed when a list is one generation on', 'list', 3, 4, false],
    ['something is missed when a list is two on', 'list', 3, 5, true],
    ['something may be missed when a list shows the same generation', 'list', 3, 3, true],
    ['something may be missed in a list of a kind without generations', 'list', 0, 0, true],
  ] as const)('%s', (_, origin, before, after, gap) => {
    expect(isGap({ generation: before }, { generation: after }, origin)).toBe(gap);
  });
});

describe('the writes of leaves between two versions under the lens', () => {
  const changes = (before: Record<string, readonly [Json, string]>, after: Record<string, readonly [Json, string]>) =>
    leafWrites(lensFact(before), lensFact(after), 5, 'watch', model).map(
      ({ field, from, to, writer }) =>
        `${field} ${JSON.stringify(from)}>${JSON.stringify(to)} ${writer.manager ?? writer.kind}`,
    );

  it('are one for each leaf that differs, with who owns it now', () => {
    expect(
      changes(
        {
          '/data/a': ['1', 'argocd-controller'],
          '/data/b': ['1', 'argocd-controller'],
          '/data/c': ['1', 'argocd-controller'],
        },
        { '/data/a': ['2', 'operator'], '/data/b': ['1', 'argocd-controller'], '/data/d': ['4', 'kubectl-edit'] },
      ),
    ).toEqual(['/data/a "1">"2" operator', '/data/d null>"4" kubectl-edit', '/data/c "1">null unknown']);
  });

  it('name who removed a leaf: the manager whose entry is newer', () => {
    const before = lensFact(
      { '/data/a': ['1', 'argocd-controller'] },
      { managers: [ownerOf('operator', { time: 1_000 })] },
    );
    const after = lensFact(
      {},
      { managers: [ownerOf('operator', { time: 2_000 }), ownerOf('x', { subresource: 'status', time: 3_000 })] },
    );
    expect(leafWrites(before, after, 0, 'watch', model)[0]?.writer.manager).toBe('operator');
  });

  it('leave out what differs only as an object: empty lists and maps', () => {
    expect(
      changes({ '/spec/args': [[], 'a'], '/spec/env': [{}, 'a'] }, { '/spec/args': [[], 'a'], '/spec/env': [{}, 'a'] }),
    ).toEqual([]);
    expect(changes({ '/spec/args': [[], 'a'] }, { '/spec/args': [{}, 'a'] })).toHaveLength(1);
  });

  it('are none between two objects of one name', () => {
    const next = lensFact({ '/data/a': ['2', 'x'] }, { uid: 'other' });
    expect(leafWrites(lensFact({ '/data/a': ['1', 'x'] }), next, 0, 'watch', model)).toEqual([]);
  });

  it('are bounded where everything is rewritten', () => {
    const all = (value: string) =>
      Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`/data/${i}`, [value, 'x'] as const]));
    expect(changes(all('1'), all('2'))).toHaveLength(64);
  });

  it('leave out the label that marks an Application, unless nothing else differs', () => {
    const label = '/metadata/labels/app.kubernetes.io~1instance';
    const version = (app: string, value: string) => ({
      [label]: [app, 'argocd-controller'] as const,
      '/data/a': [value, 'argocd-controller'] as const,
    });
    const fields = (before: ReturnType<typeof version>, after: ReturnType<typeof version>) =>
      leafWrites(lensFact(before), lensFact(after), 0, 'watch', model).map(({ field }) => field);
    expect(fields(version('blue', '1'), version('web', '2'))).toEqual(['/data/a']);
    expect(fields(version('blue', '1'), version('web', '1'))).toEqual([label]);
  });

  it('are the mark, where nothing else differs and another Application took it', () => {
    const by = (annotation: string) => ({ tracking: { ...lensFact({}).tracking, annotation } });
    expect(leafWrites(lensFact({}, by('blue')), lensFact({}, by('web')), 0, 'watch', model)).toMatchObject([
      {
        field: '/metadata/annotations/argocd.argoproj.io~1tracking-id',
        from: 'blue',
        to: 'web',
        writer: { kind: 'argocd', name: 'web' },
      },
    ]);
  });
});

describe('what differs from Git when the lens opens', () => {
  const declared = new Map<string, Json>([
    ['/data/a', 'git'],
    ['/data/b', 'git'],
    ['/data/c', 'git'],
    ['/data/d', 'git'],
  ]);

  it('was written by whoever owns it, where that is not Argo CD', () => {
    const lens = lensFact(
      {
        '/data/a': ['live', 'operator'],
        '/data/b': ['git', 'argocd-controller'],
        '/data/c': ['live', 'argocd-controller'],
      },
      { declared },
    );
    expect(standingDrift(lens, null, 9, model)).toMatchObject([
      { at: 9, field: '/data/a', from: 'git', to: 'live', writer: { manager: 'operator' } },
    ]);
  });

  it('is what the suspect owns alone, where last-applied does not tell', () => {
    const lens = lensFact({ '/data/a': ['live', 'injector'], '/data/b': ['git', 'argocd-controller'] });
    expect(standingDrift(lens, 'injector', 9, model)).toMatchObject([
      { field: '/data/a', from: undefined, to: 'live' },
    ]);
    expect(standingDrift(lens, null, 9, model)).toEqual([]);
  });
});
