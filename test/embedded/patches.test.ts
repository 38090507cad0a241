import { describe, expect, it } from 'vitest';
import { jsonPatch, mergePatch, strategicMergePatch } from '../../src/embedded/patches.ts';
import { WORKLOAD_SCHEMA } from '../../src/embedded/schema.ts';

describe('a merge patch (RFC 7386)', () => {
  it.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j with %j is %j', (target, patch, result) => {
    expect(mergePatch(target, patch)).toEqual(result);
  });
});

describe('a JSON patch (RFC 6902)', () => {
  it('changes a copy and leaves the original alone', () => {
    const target = { spec: { list: [1, 2] } };
    const operations = [
      { op: 'test', path: '/spec/list/0', value: 1 },
      { op: 'add', path: '/spec/list/-', value: 3 },
    ];
    expect(jsonPatch(target, operations)).toEqual({ spec: { list: [1, 2, 3] } });
    expect(target).toEqual({ spec: { list: [1, 2] } });
  });

  it('is refused when a test fails or a path is missing', () => {
    expect(() => jsonPatch({ a: 1 }, [{ op: 'test', path: '/a', value: 2 }])).toThrow('rejected');
    expect(() => jsonPatch({ a: 1 }, [{ op: 'add', path: '/b/-', value: 2 }])).toThrow('rejected');
    expect(() => jsonPatch({ a: 1 }, { op: 'add' })).toThrow('a list of operations');
  });
});

describe('a strategic merge patch', () => {
  const pod = (containers: object[]) => ({ spec: { template: { spec: { containers } } } });
  const live = pod([
    { name: 'app', image: 'a:1', env: [{ name: 'LOG', value: 'info' }] },
    { name: 'proxy', image: 'p:1' },
  ]) as never;

  it('merges containers by name and env by name', () => {
    const patch = pod([{ name: 'app', env: [{ name: 'MORE', value: '1' }] }]) as never;
    expect(strategicMergePatch(live, patch, WORKLOAD_SCHEMA)).toEqual(
      pod([
        {
          name: 'app',
          image: 'a:1',
          env: [
            { name: 'LOG', value: 'info' },
            { name: 'MORE', value: '1' },
          ],
        },
        { name: 'proxy', image: 'p:1' },
      ]),
    );
  });

  it('deletes an item by $patch, and orders by $setElementOrder', () => {
    const gone = pod([{ name: 'proxy', $patch: 'delete' }]) as never;
    expect(strategicMergePatch(live, gone, WORKLOAD_SCHEMA)).toEqual(
      pod([{ name: 'app', image: 'a:1', env: [{ name: 'LOG', value: 'info' }] }]),
    );
    const spec = { '$setElementOrder/containers': [{ name: 'proxy' }, { name: 'app' }] };
    const ordered = strategicMergePatch(live, { spec: { template: { spec } } } as never, WORKLOAD_SCHEMA);
    expect(ordered).toMatchObject(pod([{ name: 'proxy' }, { name: 'app' }]));
  });

  it('replaces lists that are one piece, and removes by null', () => {
    const spec = { tolerations: [{ key: 'a' }], nodeName: 'n' };
    const patch = { spec: { template: { spec: { tolerations: [{ key: 'b' }], nodeName: null } } } };
    expect(strategicMergePatch({ spec: { template: { spec } } }, patch, WORKLOAD_SCHEMA)).toEqual({
      spec: { template: { spec: { tolerations: [{ key: 'b' }] } } },
    });
  });
});
