/** Whatever the detector says and whatever stands in the cluster: a remedy comes out that a person can read and paste. */
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { loadJqEngine } from '../../src/kubernetes/jq-engine.ts';
import type { Json } from '../../src/model/facts.ts';
import type { Conflict, ConflictKind, Contender, Remedy, WriterKind } from '../../src/model/verdicts.ts';
import { remedyForConflict } from '../../src/remedy/remedy.ts';
import { remedyForRisk } from '../../src/remedy/remedy-for-risk.ts';
import {
  clusterOf,
  type RawObject,
  rawApplication,
  rawApplicationSet,
  rawHpa,
  rawWorkload,
} from '../support/cluster.ts';
import { fc } from '../support/property.ts';
import { aConflict, aRisk } from '../support/report-fixtures.ts';

const jq = await loadJqEngine();

const name = fc.constantFrom('web', 'api', "o'web", 'a b', '$(x)', 'web-*');
const text = fc.constantFrom<string | null>(null, 'web', 'kube-controller-manager', 'argocd-controller', "it's");
const value: fc.Arbitrary<Json> = fc.constantFrom<Json>(null, 0, 3, 'on', "it's", true, [], { a: 1 });

const contender: fc.Arbitrary<Contender> = fc.record({
  kind: fc.constantFrom<WriterKind>('argocd', 'hpa', 'keda', 'human', 'rollouts', 'controller', 'unknown'),
  manager: text,
  name: text,
  values: fc.array(value, { maxLength: 3 }),
});

const ref = fc.record({
  apiVersion: fc.constantFrom('apps/v1', 'v1', 'argoproj.io/v1alpha1', 'apps/', ''),
  kind: fc.constantFrom('Deployment', 'ConfigMap', 'Rollout', 'Application', 'ClusterRole'),
  namespace: fc.constantFrom('shop', '', "n's"),
  name,
});

const conflict: fc.Arbitrary<Partial<Conflict>> = fc.record({
  kind: fc.constantFrom<ConflictKind>('replicas', 'template', 'field', 'shared-object'),
  workload: ref,
  field: fc.constantFrom<string | null>(
    '/spec/replicas',
    '/spec/template/spec/containers/0/image',
    '/data/a~1b',
    '',
    'no pointer',
    null,
    '/webhooks/0/clientConfig/caBundle',
  ),
  otherFields: fc.constantFrom<string[]>([], ['/spec/paused'], ['/spec/template/spec/containers/1/env/0/value']),
  application: fc.constantFrom(null, { namespace: 'argocd', name: 'web' }, { namespace: "n's", name: 'gone' }),
  contenders: fc.array(contender, { maxLength: 3 }),
});

const cluster: fc.Arbitrary<RawObject[]> = fc
  .record({
    owner: fc.boolean(),
    set: fc.boolean(),
    parent: fc.boolean(),
    rules: fc.constantFrom<Json | undefined>(
      undefined,
      [],
      [{ kind: 'Deployment', jsonPointers: ['/spec/replicas'] }],
      [null, 'x', { kind: 1 }] as Json,
    ),
    workload: fc.boolean(),
    scaler: fc.boolean(),
  })
  .map((given) => [
    rawApplication({
      syncPolicy: { automated: { selfHeal: true } },
      ...(given.rules === undefined ? {} : { ignoreDifferences: given.rules }),
      ...(given.owner
        ? {
            ownerReferences: [
              { apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', name: 'fleet', uid: 'u', controller: true },
            ],
          }
        : {}),
      ...(given.parent
        ? { annotations: { 'argocd.argoproj.io/tracking-id': 'root:argoproj.io/Application:argocd/web' } }
        : {}),
    }),
    ...(given.set ? [rawApplicationSet()] : []),
    ...(given.workload ? [rawWorkload({ lastAppliedSpec: { replicas: 3 } })] : []),
    ...(given.scaler ? [rawHpa()] : []),
  ]);

function expectReadable(remedy: Remedy): void {
  const said = [
    remedy.summary,
    remedy.verify.message,
    ...remedy.warnings.map((one) => one.message),
    ...remedy.steps.map((step) => step.why),
  ];
  for (const sentence of said) {
    expect(sentence).toMatch(/^\S.*\.$/s);
    expect(sentence).not.toMatch(/undefined|\bnull\b(?! as)|\[object|NaN|\s{2}/);
  }
  expect(new Set(remedy.warnings.map((one) => one.id)).size).toBe(remedy.warnings.length);
  // The report carries it: what JSON cannot hold must not be in it.
  expect(JSON.parse(JSON.stringify(remedy))).toEqual(remedy);
}

/** sh reads each command without an error and without running anything. */
function expectPastable(commands: readonly string[]): void {
  execFileSync('sh', ['-n'], { input: commands.join('\n') });
}

describe('a remedy', () => {
  it('for any conflict in any cluster is readable, and never an exception', () => {
    const commands: string[] = [];
    fc.assert(
      fc.property(conflict, cluster, (given, objects) => {
        const remedy = remedyForConflict(aConflict(given), { model: clusterOf(...objects), jq });
        expectReadable(remedy);
        commands.push(remedy.verify.command, ...remedy.steps.flatMap((step) => step.commands));
      }),
      { numRuns: 500 },
    );
    expectPastable(commands);
  });

  it('for any finding of the audit as well', () => {
    const rule = fc.integer({ min: 101, max: 114 }).map((number) => `TW${number}`);
    const field = fc.constantFrom('/spec/replicas', '/spec/scaleTargetRef', '', '/data/x');
    const application = fc.constantFrom(null, { namespace: 'argocd', name: 'web' });
    fc.assert(
      fc.property(rule, ref, field, application, cluster, (id, workload, pointer, app, objects) => {
        const risk = aRisk({ rule: id, workload, field: pointer, application: app });
        expectReadable(remedyForRisk(risk, { model: clusterOf(...objects), jq }));
      }),
      { numRuns: 500 },
    );
  });
});
