/** Every projection makes the same of what its shape keeps as of the whole object. */

import { describe, expect, it } from 'vitest';
import { Decoder } from '../../../src/kubernetes/decode/decoder.ts';
import { WHOLE } from '../../../src/kubernetes/decode/shape.ts';
import { shapeOf } from '../../../src/kubernetes/decode/shapes.ts';
import { project } from '../../../src/kubernetes/projections/project.ts';
import { WATCHED_RESOURCES, type WatchedResource } from '../../../src/kubernetes/resources.ts';
import type { Json } from '../../../src/model/facts.ts';
import { parseLine } from '../../../src/recording/format.ts';
import { HeadReader } from '../../../src/recording/head.ts';
import { Skimmer } from '../../../src/recording/skim.ts';
import { fc } from '../../support/property.ts';
import { noRecordings, recordingText } from '../../support/recordings.ts';
import {
  ARGO_OWNS_ALL,
  deployment,
  HPA_OWNS_REPLICAS,
  lastApplied,
  managed,
  type Raw,
} from '../projections/raw-objects.ts';

const RULE = { group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/replicas'], managedFieldsManagers: ['m'] };
const RESOURCE = {
  group: 'apps',
  kind: 'Deployment',
  namespace: 'n',
  name: 'web',
  status: 'OutOfSync',
  message: 'm',
  requiresPruning: true,
};
const SOURCE = { repoURL: 'r', path: 'p', chart: 'c', targetRevision: 'HEAD' };
const TIME = '2026-11-21T05:44:59Z';

/** Filled with what the objects of all kinds have, each member with something in it. */
const FULL: Raw = deployment({
  annotations: {
    ...lastApplied({ spec: { replicas: 3, ignoreDifferences: [], syncPolicy: { syncOptions: ['a'] } } }),
    'argocd.argoproj.io/tracking-id': 'a:apps/Deployment:b/c',
    'argocd.argoproj.io/installation-id': 'i',
    'argocd.argoproj.io/sync-options': 'Replace=true,Prune=false',
    'argocd.argoproj.io/compare-options': 'ServerSideDiff=true',
    'argocd.argoproj.io/skip-reconcile': 'true',
    'tugwatch.dev/ignore': 'TW101: known',
  },
  labels: { 'app.kubernetes.io/instance': 'web', 'pod-template-hash': 'h', 'scaledobject.keda.sh/name': 's' },
  managedFields: managed(ARGO_OWNS_ALL, HPA_OWNS_REPLICAS, {
    manager: 'm',
    subresource: 'status',
    time: TIME,
    fieldsV1: {
      'f:status': {},
      'f:spec': { 'f:syncPolicy': {} },
      'f:metadata': { 'f:labels': { 'f:app.kubernetes.io/instance': {} } },
    },
  }),
  metadata: {
    generation: 4,
    deletionTimestamp: TIME,
    ownerReferences: [
      { kind: 'ApplicationSet', name: 'x', uid: 'u', controller: true },
      { kind: 'ScaledObject', name: 'y' },
    ],
  },
  spec: {
    paused: true,
    workloadRef: { kind: 'Deployment', name: 'd', scaleDown: 'never' },
    template: {
      metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': TIME } },
      spec: { containers: [{ image: 'x' }] },
    },
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    minReplicas: 2,
    maxReplicas: 9,
    behavior: { scaleUp: { stabilizationWindowSeconds: 1 }, scaleDown: { stabilizationWindowSeconds: 2 } },
    project: 'p',
    destination: { server: 's', name: 'n', namespace: 'ns' },
    syncPolicy: { automated: { enabled: true, selfHeal: true, prune: true }, syncOptions: ['a'] },
    ignoreDifferences: [RULE],
    source: SOURCE,
    sources: [SOURCE],
    sourceHydrator: { drySource: SOURCE },
  },
  status: {
    replicas: 3,
    readyReplicas: 2,
    updatedReplicas: 1,
    desiredReplicas: 3,
    currentReplicas: 3,
    lastScaleTime: TIME,
    controllerNamespace: 'argocd',
    reconciledAt: TIME,
    sync: { status: 'Synced', revision: 'r', revisions: ['a', 'b'], comparedTo: { ignoreDifferences: [RULE] } },
    operationState: {
      phase: 'Succeeded',
      startedAt: TIME,
      finishedAt: TIME,
      message: 'm',
      operation: {
        initiatedBy: { automated: true, username: 'u' },
        sync: { autoHealAttemptsCount: 2, revision: 'r', revisions: ['r'], syncOptions: ['a'], resources: [RESOURCE] },
      },
      syncResult: { revision: 'r', revisions: ['r'], resources: [RESOURCE] },
    },
    resources: [RESOURCE],
    conditions: [{ type: 'ScalingActive', status: 'True', reason: 'r', message: 'b' }],
    history: [{ deployedAt: TIME, revision: 'r', revisions: ['r'] }],
  },
});
Object.assign(FULL, {
  involvedObject: { apiVersion: 'v1', kind: 'K', namespace: 'n', name: 'm' },
  reason: 'Synced',
  source: { component: 'c' },
  count: 3,
  series: { count: 4, lastObservedTime: TIME },
  lastTimestamp: TIME,
  message: 'm',
});

const SHAPED = WATCHED_RESOURCES.filter((watched) => shapeOf(watched) !== undefined);

function expectAlike(raw: Json, watched: WatchedResource, decoder = new Decoder()): void {
  const shape = shapeOf(watched);
  if (shape === undefined) throw new Error(`${watched.resource} has no shape`);
  const kept = decoder.decode(Buffer.from(JSON.stringify(raw)), shape);
  expect(project(kept as Json, watched)).toEqual(project(raw, watched));
}

function pathsOf(value: Json, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [[...path]];
  return [[...path], ...Object.entries(value).flatMap(([key, member]) => pathsOf(member, [...path, key]))];
}

/** undefined removes the member. */
function replaceAt(value: Json, [key, ...rest]: readonly string[], replacement: Json | undefined): Json {
  if (key === undefined || typeof value !== 'object' || value === null) return replacement ?? null;
  if (Array.isArray(value)) {
    return value.map((item, at) => (String(at) === key ? replaceAt(item, rest, replacement) : item));
  }
  const { [key]: member = null, ...others } = value;
  if (rest.length === 0 && replacement === undefined) return others;
  return { ...value, [key]: replaceAt(member, rest, replacement) };
}

describe('the shapes', () => {
  const kinds = SHAPED.map((watched) => ({ name: watched.resource, watched }));

  it.each(kinds)('keep of $name all that is read of it', ({ watched }) => {
    expectAlike({ ...FULL, apiVersion: watched.apiVersion, kind: watched.kind }, watched);
  });

  it.each(kinds)('keep it of $name whatever is missing or of another type', ({ watched }) => {
    const whole: Raw = { ...FULL, apiVersion: watched.apiVersion, kind: watched.kind };
    // Another kind would be another projection, which another shape serves.
    const paths = pathsOf(whole).filter(([first]) => first !== undefined && first !== 'apiVersion' && first !== 'kind');
    const decoder = new Decoder();
    const replacement = fc.oneof(
      fc.constant(undefined),
      fc.constantFrom<Json>(null, '', 'text', 7, -1.5, true, [], {}, ['x'], { a: { b: [1] } }),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...paths), replacement), { minLength: 1, maxLength: 4 }),
        (changes) => {
          let raw: Json = whole;
          for (const [path, other] of changes) raw = replaceAt(raw, path, other);
          expectAlike(raw, watched, decoder);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('keep of an Application with thousands of resources all that is read of it', () => {
    const watched = SHAPED.find(({ resource }) => resource === 'applications') as WatchedResource;
    const decoder = new Decoder();
    const kinds = ['ConfigMap', 'ConfigMap', 'ConfigMap', 'Deployment', 'HorizontalPodAutoscaler', 'Secret'];
    const item = fc.record({
      kind: fc.oneof(
        { weight: 20, arbitrary: fc.constantFrom<Json>(...kinds) },
        { weight: 1, arbitrary: fc.constant(7) },
      ),
      name: fc.constantFrom('a', 'b', 'settings'),
      status: fc.constantFrom('Synced', 'Synced', 'Synced', 'OutOfSync'),
      requiresPruning: fc.constantFrom<Json>(false, false, true, 'true'),
    });
    const many = fc
      .tuple(fc.array(item, { maxLength: 30 }), fc.nat(30))
      .map(([some, times]) =>
        Array.from({ length: times }, (_, time) => some.map((one) => ({ ...one, message: `m-${time}` }))).flat(),
      );
    let left = 0;
    fc.assert(
      fc.property(many, many, fc.array(item, { maxLength: 4 }), (resources, results, named) => {
        const raw = {
          ...FULL,
          apiVersion: watched.apiVersion,
          kind: watched.kind,
          status: {
            operationState: {
              phase: 'Succeeded',
              startedAt: TIME,
              operation: { sync: { resources: named } },
              syncResult: { revision: 'r', resources: results },
            },
            resources,
          },
        };
        expectAlike(raw, watched, decoder);
        const kept = decoder.decode(Buffer.from(JSON.stringify(raw)), shapeOf(watched) ?? WHOLE) as Raw;
        left += resources.length - ((kept['status'] as Raw)['resources'] as Json[]).length;
      }),
      { numRuns: 200 },
    );
    expect(left).toBeGreaterThan(1_000);
  });

  it.skipIf(noRecordings).each(['grokdevops', 'rollout-fight', 'keda-zero', 'window'])(
    'make the same facts of the recording %s as its whole objects',
    (recording) => {
      let compared = 0;
      const heads = new HeadReader();
      const skimmer = new Skimmer();
      for (const text of recordingText(recording).trimEnd().split('\n')) {
        const whole = parseLine(text);
        const bytes = Buffer.from(text);
        const head = heads.read(bytes);
        if (head === null) throw new Error('a line with another beginning');
        const skimmed = skimmer.take(bytes, head);
        if (whole.type === 'BROKEN' || skimmed.type === 'BROKEN') throw new Error('a broken line');
        const kept = whole.resource === 'events' ? null : bytes.toString('latin1');
        expect({ ...skimmed, object: null }).toEqual({ ...whole, object: null, kept });
        expect(project(skimmed.object, skimmed)).toEqual(project(whole.object, whole));
        compared += 1;
      }
      expect(compared).toBeGreaterThan(200);
    },
  );
});
