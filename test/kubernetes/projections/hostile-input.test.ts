import { describe, expect, it } from 'vitest';
import { projectLens } from '../../../src/kubernetes/projections/lens.ts';
import { project } from '../../../src/kubernetes/projections/project.ts';
import { WATCHED_RESOURCES } from '../../../src/kubernetes/resources.ts';
import type { Json } from '../../../src/model/facts.ts';
import { fc } from '../../support/property.ts';
import { ARGO_OWNS_ALL, deployment, HPA_OWNS_REPLICAS, lastApplied, managed, type Raw } from './raw-objects.ts';

/** A member that every projection looks at, filled with the shapes of all kinds at once. */
const WHOLE: Raw = deployment({
  annotations: { ...lastApplied({ spec: { replicas: 3 } }), 'argocd.argoproj.io/tracking-id': 'a:apps/Deployment:b/c' },
  labels: { 'app.kubernetes.io/instance': 'web' },
  managedFields: managed(ARGO_OWNS_ALL, HPA_OWNS_REPLICAS),
  metadata: { ownerReferences: [{ kind: 'ApplicationSet', name: 'x', controller: true }], name: 'argocd-cm' },
  spec: {
    scaleTargetRef: { kind: 'Deployment', name: 'web' },
    behavior: { scaleUp: { stabilizationWindowSeconds: 1 } },
    syncPolicy: { automated: { selfHeal: true }, syncOptions: ['a'] },
    ignoreDifferences: [{ kind: 'Deployment', jsonPointers: ['/spec/replicas'] }],
    sources: [{ repoURL: 'r' }],
    ignoreApplicationDifferences: [{ jsonPointers: ['/x'] }],
    syncWindows: [{ kind: 'deny', applications: ['*'] }],
  },
  status: {
    operationState: {
      phase: 'Succeeded',
      startedAt: '2026-11-21T05:44:59Z',
      operation: { initiatedBy: { automated: true }, sync: { resources: [{ kind: 'Deployment' }] } },
      syncResult: { resources: [{ kind: 'Deployment' }] },
    },
    resources: [{ kind: 'Deployment', status: 'OutOfSync' }],
    conditions: [{ type: 'a', message: 'b' }],
    history: [{ deployedAt: '2026-11-21T05:44:59Z' }],
  },
});
WHOLE['data'] = {
  'resource.customizations.ignoreDifferences.apps_Deployment': 'jsonPointers: [/a]',
  'resource.customizations': 'a/b: {ignoreDifferences: x}',
};

/** Every path of the whole object. */
function pathsOf(value: Json, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [[...path]];
  return [[...path], ...Object.entries(value).flatMap(([key, member]) => pathsOf(member, [...path, key]))];
}

function replaceAt(value: Json, path: readonly string[], replacement: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return replacement;
  if (Array.isArray(value))
    return value.map((item, at) => (String(at) === key ? replaceAt(item, rest, replacement) : item));
  if (typeof value !== 'object' || value === null) return value;
  return { ...value, [key]: replaceAt(value[key] ?? null, rest, replacement) };
}

function projectEverywhere(raw: Json): void {
  for (const watched of WATCHED_RESOURCES) project(raw, watched);
  project(raw, { apiVersion: 'example.org/v1', resource: 'things', kind: 'Thing' });
  projectLens(raw);
}

function asEveryKind(raw: Json): void {
  projectEverywhere(raw);
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return;
  for (const { apiVersion, kind } of WATCHED_RESOURCES) projectEverywhere({ ...raw, apiVersion, kind });
}

describe('input that nobody vouches for', () => {
  it('never makes a projection throw, whatever JSON it is', () => {
    fc.assert(fc.property(fc.jsonValue(), (raw) => asEveryKind(raw as Json)));
  });

  it('never makes a projection throw, whatever stands at one place of a whole object', () => {
    const paths = pathsOf(WHOLE);
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue(), (path, replacement) =>
        asEveryKind(replaceAt(WHOLE, path, replacement as Json)),
      ),
      { numRuns: 150 },
    );
  });

  it('never makes a projection throw, whatever managedFields or last-applied say', () => {
    const member = fc.oneof(
      fc.constantFrom(
        '.',
        'f:spec',
        'f:replicas',
        'k:{"name":"app"}',
        'k:[]',
        'k:',
        'v:"x"',
        'v:',
        'i:0',
        'i:-1',
        'f:__proto__',
      ),
      fc.string(),
    );
    const { fields } = fc.letrec<{ fields: Raw }>((tie) => ({
      fields: fc.dictionary(member, fc.oneof({ maxDepth: 5 }, fc.constant({}), tie('fields'))) as fc.Arbitrary<Raw>,
    }));
    fc.assert(
      fc.property(fields, fc.oneof(fc.json(), fc.string()), (fieldsV1, annotation) => {
        const raw = deployment({
          managedFields: managed({ manager: 'm', fieldsV1 }),
          annotations: { 'kubectl.kubernetes.io/last-applied-configuration': annotation },
        });
        projectEverywhere(raw);
      }),
    );
  });

  it.each([
    ['lists', '[', ']'],
    ['maps', '{"a":', '}'],
  ])('survives %s nested deeper than a stack', (_, open, close) => {
    const deep = JSON.parse(`${open.repeat(50_000)}1${close.repeat(50_000)}`) as Json;
    const raw = deployment({ spec: { template: deep, replicas: 1 }, metadata: { deep } });
    expect(project(raw, { apiVersion: 'apps/v1', resource: 'deployments' })?.fact).toBe('workload');
    expect(projectLens(raw)?.leaves.get('/spec/replicas')).toBe(1);
  });

  it('reads nothing from the prototype of an object', () => {
    const raw = JSON.parse('{"metadata":{"name":"x","__proto__":{"uid":"forged"}},"spec":{"replicas":1}}') as Json;
    expect(project(raw, { apiVersion: 'apps/v1', resource: 'deployments' })?.uid).toBe('');
    expect(({} as { uid?: string }).uid).toBeUndefined();
  });
});
