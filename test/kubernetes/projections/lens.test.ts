import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../src/kubernetes/projections/digest.ts';
import { projectLens } from '../../../src/kubernetes/projections/lens.ts';
import type { Json, LensFact } from '../../../src/model/facts.ts';
import { deployment, lastApplied, managed, type Raw } from './raw-objects.ts';

function lensOf(raw: Json): LensFact {
  const fact = projectLens(raw);
  if (fact === null) throw new Error('no lens');
  return fact;
}

const ownersOf = (fact: LensFact, pointer: string) => fact.owners.get(pointer)?.map((owner) => owner.manager) ?? [];

describe('the leaves of an object under the lens', () => {
  it('are scalars, empty lists and empty maps by JSON pointer, with / and ~ escaped', () => {
    const fact = lensOf({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'flags', labels: { 'example.org/a~b': 'x' } },
      data: { on: 'true', none: null },
      binaryData: {},
      items: [],
    });
    expect(Object.fromEntries(fact.leaves)).toEqual({
      '/metadata/labels/example.org~1a~0b': 'x',
      '/data/on': 'true',
      '/data/none': null,
      '/binaryData': {},
      '/items': [],
    });
  });

  it('leave out status, identity, bookkeeping and the marks of Argo CD', () => {
    const fact = lensOf({
      apiVersion: 'v1',
      kind: 'Thing',
      metadata: {
        name: 'x',
        namespace: 'y',
        uid: 'u',
        resourceVersion: '1',
        generation: 2,
        creationTimestamp: 'T',
        managedFields: [],
        annotations: {
          ...lastApplied({}),
          'argocd.argoproj.io/tracking-id': 'web:/Thing:y/x',
          'argocd.argoproj.io/installation-id': 'i',
        },
      },
      status: { phase: 'Ready' },
    });
    expect([...fact.leaves.keys()]).toEqual([]);
    expect(fact.tracking.annotation).toBe('web');
  });

  it('hold digests where a value must not be kept', () => {
    const raw = deployment({ spec: { env: [{ name: 'A', value: 'clear' }] } });
    expect(lensOf(raw).leaves.get('/spec/env/0/value')).toBe(digestOf('clear'));
  });
});

describe('who owns a leaf', () => {
  const containers = [
    { name: 'sidecar', image: 'proxy:1', ports: [{ containerPort: 80, protocol: 'TCP' }] },
    { name: 'app', image: 'web:1', args: ['-v', '-x'], securityContext: {} },
  ];
  const raw = deployment({
    metadata: { finalizers: ['a', 'b'] },
    spec: { template: { spec: { containers, nodeSelector: {} } }, replicas: 3 },
    managedFields: managed(
      {
        manager: 'argocd-controller',
        operation: 'Apply',
        fieldsV1: {
          'f:spec': {
            'f:replicas': {},
            'f:gone': {},
            'f:template': {
              'f:spec': {
                'f:nodeSelector': { '.': {} },
                'f:containers': {
                  'k:{"name":"app"}': { '.': {}, 'f:name': {}, 'f:image': {}, 'f:args': {}, 'f:securityContext': {} },
                  'k:{"name":"left"}': { '.': {}, 'f:image': {} },
                },
              },
            },
          },
        },
      },
      {
        manager: 'injector',
        fieldsV1: {
          'f:metadata': { 'f:finalizers': { 'v:"b"': {} } },
          'f:spec': {
            'f:template': {
              'f:spec': {
                'f:containers': {
                  'k:{"name":"app"}': { 'f:image': {} },
                  'k:{"name":"sidecar"}': {
                    'f:image': {},
                    'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { 'f:containerPort': {} } },
                  },
                },
              },
            },
          },
        },
      },
      { manager: 'kubelet', subresource: 'status', fieldsV1: { 'f:status': { 'f:replicas': {} } } },
      { manager: 'positional', fieldsV1: { 'f:metadata': { 'f:finalizers': { 'i:0': {} } } } },
    ),
  });
  const fact = lensOf(raw);
  const at = (index: number, field: string) => `/spec/template/spec/containers/${index}/${field}`;

  it.each([
    ['a plain field', '/spec/replicas', ['argocd-controller']],
    ['an item of a keyed list, wherever it stands', at(1, 'name'), ['argocd-controller']],
    ['two who share a field', at(1, 'image'), ['argocd-controller', 'injector']],
    ['an item keyed by two names', at(0, 'ports/0/containerPort'), ['injector']],
    ['a list that is owned whole', at(1, 'args/1'), ['argocd-controller']],
    ['an empty map', at(1, 'securityContext'), ['argocd-controller']],
    ['an empty map of which only the existence is owned', '/spec/template/spec/nodeSelector', ['argocd-controller']],
    ['a member of a set', '/metadata/finalizers/1', ['injector']],
    ['an item by position', '/metadata/finalizers/0', ['positional']],
    ['nobody', at(0, 'ports/0/protocol'), []],
    ['a field that the object no longer has', '/spec/gone', []],
  ])('%s', (_, pointer, managers) => {
    expect(ownersOf(fact, pointer)).toEqual(managers);
  });

  it('never names a pointer that is no leaf', () => {
    for (const pointer of fact.owners.keys()) expect(fact.leaves.has(pointer), pointer).toBe(true);
  });

  it('keeps the managers without their fields', () => {
    expect(fact.managers.map((owner) => owner.manager)).toEqual([
      'argocd-controller',
      'injector',
      'kubelet',
      'positional',
    ]);
  });
});

describe('what Git declares, under the pointers of the live object', () => {
  const declaredOf = (live: Raw, manifest: Json, managedFields: Json = []) =>
    Object.fromEntries(
      lensOf(deployment({ spec: live, annotations: lastApplied(manifest), managedFields })).declared ?? new Map(),
    );
  const inPod = (containers: Json) => ({ template: { spec: { containers } } });

  it('is unknown without last-applied, or with one that cannot be read', () => {
    expect(lensOf(deployment()).declared).toBeNull();
    const broken = deployment({ annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{' } });
    expect(lensOf(broken).declared).toBeNull();
  });

  it('follows a container that an injector has put another before', () => {
    const live = inPod([
      { name: 'proxy', image: 'p' },
      { name: 'app', image: 'new' },
    ]);
    expect(declaredOf(live, { spec: inPod([{ name: 'app', image: 'old' }]) })).toEqual({
      '/spec/template/spec/containers/1/name': 'app',
      '/spec/template/spec/containers/1/image': 'old',
    });
  });

  it('finds a port of which Git leaves out the protocol', () => {
    const live = inPod([
      {
        name: 'app',
        ports: [
          { containerPort: 53, protocol: 'UDP' },
          { containerPort: 80, protocol: 'TCP' },
        ],
      },
    ]);
    const declared = declaredOf(live, { spec: inPod([{ name: 'app', ports: [{ containerPort: 80 }] }]) });
    expect(declared['/spec/template/spec/containers/0/ports/1/containerPort']).toBe(80);
  });

  it('goes by the keys that managedFields names before any other', () => {
    const live = {
      rules: [
        { name: 'same', host: 'a' },
        { name: 'same', host: 'b' },
      ],
    };
    const managedFields = managed({
      manager: 'x',
      fieldsV1: { 'f:spec': { 'f:rules': { 'k:{"host":"b"}': { 'f:name': {} } } } },
    });
    expect(declaredOf(live, { spec: { rules: [{ host: 'b', weight: 1 }] } }, managedFields)).toEqual({
      '/spec/rules/1/host': 'b',
      '/spec/rules/1/weight': 1,
    });
  });

  it('puts an item that is gone behind the live ones, so that it meets no other', () => {
    const live = inPod([{ name: 'app', image: 'a' }]);
    const declared = declaredOf(live, {
      spec: inPod([
        { name: 'gone', image: 'g' },
        { name: 'app', image: 'a' },
      ]),
    });
    expect(declared['/spec/template/spec/containers/1/name']).toBe('gone');
    expect(declared['/spec/template/spec/containers/0/name']).toBe('app');
  });

  it('compares a list without keys item by item', () => {
    expect(declaredOf({ args: ['-a', '-c'] }, { spec: { args: ['-a', '-b'] } })).toEqual({
      '/spec/args/0': '-a',
      '/spec/args/1': '-b',
    });
  });

  it('declares nothing by null or an empty map', () => {
    expect(
      declaredOf({}, { metadata: { creationTimestamp: null }, spec: { strategy: {}, x: null }, status: {} }),
    ).toEqual({});
  });
});
