/** Hundreds of made-up Applications: whatever stands in them, the patch is valid, complete, minimal and repeatable. */

import { applyPatch, type Operation } from 'rfc6902';
import { describe, expect, it } from 'vitest';
import { loadJqEngine } from '../../src/kubernetes/jq-engine.ts';
import type { Json } from '../../src/model/facts.ts';
import type { JsonPatchOperation, Remedy, RemedyStep } from '../../src/model/verdicts.ts';
import { remedyForConflict } from '../../src/remedy/remedy.ts';
import { type Protection, protectionOf } from '../../src/rules/protection.ts';
import {
  applicationIn,
  clusterOf,
  type RawObject,
  rawApplication,
  rawApplicationSet,
  rawHpa,
  rawWorkload,
} from '../support/cluster.ts';
import { fc } from '../support/property.ts';
import { aConflict, WEB } from '../support/report-fixtures.ts';

const jq = await loadJqEngine();
const RESPECT = 'RespectIgnoreDifferences=true';

const content = fc.oneof(
  fc.constantFrom<{ [key: string]: Json }>(
    { jsonPointers: ['/spec/replicas'] },
    { jsonPointers: ['/spec'] },
    { jsonPointers: ['spec/replicas'] },
    { jsonPointers: ['/spec/replica', '/metadata/labels'] },
    { jsonPointers: ['/webhooks/0/clientConfig/caBundle'] },
    { jqPathExpressions: ['.spec.replicas'] },
    { jqPathExpressions: ['.spec.replicas |'] },
    { jqPathExpressions: ['.spec.template | [', '.metadata.labels'] },
    { jqPathExpressions: ['.spec.template.spec.containers[] | select(.name == "it\'s").env'] },
    { managedFieldsManagers: ['kube-controller-manager'] },
    { managedFieldsManagers: ['k3s', 'keda'] },
    {},
  ),
);

const rule: fc.Arbitrary<Json> = fc
  .record({
    group: fc.constantFrom<string | undefined>('apps', 'apps', '*', 'extensions', 'apps/v1', '', undefined),
    kind: fc.constantFrom(
      'Deployment',
      'Deployment',
      'deployment',
      'StatefulSet',
      'Deploy*',
      '*',
      'Service',
      'HorizontalPodAutoscaler',
    ),
    name: fc.constantFrom<string | undefined>(undefined, 'web', 'web*', 'wbe', 'api', '*', "o'web; rm -rf /"),
    namespace: fc.constantFrom<string | undefined>(undefined, 'shop', 'argocd', 'other'),
    content,
  })
  .map(({ content: what, ...scope }) => {
    const present = Object.entries(scope).filter(([, value]) => value !== undefined);
    return { ...Object.fromEntries(present), ...what } as Json;
  });

const option = fc.constantFrom(
  'CreateNamespace=true',
  'ServerSideApply=true',
  'PruneLast=true',
  RESPECT,
  'RespectIgnoreDifferences=false',
  'respectIgnoreDifferences=true',
);

const lists = fc.record({
  ignoreDifferences: fc.option(fc.array(rule, { maxLength: 5 }), { nil: undefined }),
  syncPolicy: fc.constantFrom<'absent' | 'empty' | 'options'>('absent', 'empty', 'options', 'options'),
  syncOptions: fc.uniqueArray(option, { maxLength: 4 }),
});

type Lists = typeof lists extends fc.Arbitrary<infer T> ? T : never;

function specOf(given: Lists): { [key: string]: Json } {
  const policy: Json =
    given.syncPolicy === 'options' ? { automated: { selfHeal: true }, syncOptions: [...given.syncOptions] } : {};
  return {
    ...(given.ignoreDifferences === undefined ? {} : { ignoreDifferences: given.ignoreDifferences }),
    ...(given.syncPolicy === 'absent' ? {} : { syncPolicy: policy }),
  };
}

function remedyFor(...objects: readonly RawObject[]): Remedy {
  return remedyForConflict(aConflict(), { model: clusterOf(...objects, rawWorkload(), rawHpa()), jq });
}

function stopNow(remedy: Remedy): RemedyStep | undefined {
  return remedy.steps.find((step) => step.id === 'stop-now');
}

/** The object after the patch, or null when an operation is refused (the API server applies all or nothing). */
function patched(object: RawObject, patch: readonly JsonPatchOperation[]): RawObject | null {
  const copy = structuredClone(object);
  const errors = applyPatch(copy, structuredClone(patch) as Operation[]);
  return errors.every((error) => error === null) ? copy : null;
}

function protectionIn(...objects: readonly RawObject[]): Protection {
  const model = clusterOf(...objects, rawWorkload(), rawHpa());
  const owners = [
    { manager: 'kube-controller-manager', operation: 'Update' as const, subresource: 'scale', time: null },
  ];
  return protectionOf(
    applicationIn(model, 'web'),
    { ref: WEB, field: '/spec/replicas', owners, value: 6 },
    { model, jq },
  );
}

function listAt(object: RawObject, key: 'ignoreDifferences' | 'syncOptions', ...base: readonly string[]): Json[] {
  const path = key === 'syncOptions' ? [...base, 'syncPolicy', key] : [...base, key];
  const value = path.reduce<Json | undefined>(
    (at, step) => (at as { [key: string]: Json } | undefined)?.[step],
    object,
  );
  return Array.isArray(value) ? value : [];
}

/** Nothing that stood in the lists is gone, unless the remedy says that it repaired it. */
function expectNothingLost(before: RawObject, after: RawObject, why: string, ...base: readonly string[]): void {
  const rules = listAt(after, 'ignoreDifferences', ...base).map((item) => JSON.stringify(item));
  for (const [index, item] of listAt(before, 'ignoreDifferences', ...base).entries()) {
    if (why.includes(`ignoreDifferences[${index}] repaired`)) continue;
    expect(rules).toContain(JSON.stringify(item));
  }
  const doubles = rules.length - new Set(rules).size;
  const given = listAt(before, 'ignoreDifferences', ...base).map((item) => JSON.stringify(item));
  expect(doubles).toBeLessThanOrEqual(given.length - new Set(given).size);
  const options = listAt(after, 'syncOptions', ...base);
  for (const item of listAt(before, 'syncOptions', ...base)) {
    if (/^respectignoredifferences/i.test(String(item))) continue;
    expect(options).toContain(item);
  }
  expect(options.filter((item) => item === RESPECT)).toHaveLength(1);
}

describe('the first step for any Application that nobody else owns', () => {
  it('is a valid patch after which the field is protected, in the comparison and in the sync', () => {
    let patches = 0;
    fc.assert(
      fc.property(lists, (given) => {
        const app = rawApplication({ spec: specOf(given) });
        const step = stopNow(remedyFor(app));
        if (step === undefined) {
          expect(protectionIn(app)).toMatchObject({ inSync: true, comparisonBroken: false });
          return;
        }
        patches++;
        const after = patched(app, step.patch ?? []);
        if (after === null) throw new Error(`refused: ${JSON.stringify(step.patch)}`);
        expect(protectionIn(after)).toMatchObject({ inSync: true, comparisonBroken: false });
        expectNothingLost(app, after, step.why, 'spec');
        expect(stopNow(remedyFor(after))).toBeUndefined();
      }),
      { numRuns: 400 },
    );
    expect(patches).toBeGreaterThan(200);
  });

  it('does no harm when it is pasted twice: it is refused, or changes nothing', () => {
    fc.assert(
      fc.property(lists, (given) => {
        const app = rawApplication({ spec: specOf(given) });
        const patch = stopNow(remedyFor(app))?.patch ?? [];
        const once = patched(app, patch);
        const twice = once === null ? null : patched(once, patch);
        if (twice !== null) expect(twice).toEqual(once);
      }),
      { numRuns: 200 },
    );
  });

  it('is refused when somebody changed a list in between that it appends to', () => {
    fc.assert(
      fc.property(lists, rule, (given, other) => {
        fc.pre(given.ignoreDifferences !== undefined);
        const app = rawApplication({ spec: specOf(given) });
        const patch = stopNow(remedyFor(app))?.patch ?? [];
        fc.pre(patch.some((operation) => operation.path === '/spec/ignoreDifferences/-'));
        const changed = rawApplication({
          spec: specOf({ ...given, ignoreDifferences: [...(given.ignoreDifferences ?? []), other] }),
        });
        expect(patched(changed, patch)).toBeNull();
      }),
      { numRuns: 100 },
    );
  });

  it('is minimal: without any one of its changes the field is not protected', () => {
    fc.assert(
      fc.property(lists, (given) => {
        const app = rawApplication({ spec: specOf(given) });
        const patch = stopNow(remedyFor(app))?.patch ?? [];
        for (const operation of patch) {
          if (operation.op === 'test') continue;
          const without = patched(
            app,
            patch.filter((other) => other !== operation),
          );
          if (without === null) continue;
          const { inSync, comparisonBroken } = protectionIn(without);
          expect({ operation, fixed: inSync && !comparisonBroken }).toEqual({ operation, fixed: false });
        }
      }),
      { numRuns: 200 },
    );
  });

  it('touches nothing but the two lists', () => {
    fc.assert(
      fc.property(lists, (given) => {
        const patch = stopNow(remedyFor(rawApplication({ spec: specOf(given) })))?.patch ?? [];
        for (const operation of patch)
          expect(operation.path).toMatch(/^\/spec\/(?:ignoreDifferences|syncPolicy)(?:\/|$)/);
      }),
      { numRuns: 100 },
    );
  });
});

describe('the first step for any Application that an ApplicationSet makes', () => {
  it('goes to the template, and the Application made of it anew is protected', () => {
    fc.assert(
      fc.property(lists, (given) => {
        const spec = specOf(given);
        const set = rawApplicationSet({ templateSpec: spec });
        const app = madeBy(spec);
        const step = stopNow(remedyFor(app, set));
        if (step === undefined) {
          expect(protectionIn(app)).toMatchObject({ inSync: true, comparisonBroken: false });
          return;
        }
        expect(step.target).toMatchObject({ kind: 'ApplicationSet', name: 'fleet' });
        const after = patched(set, step.patch ?? []);
        if (after === null) throw new Error(`refused: ${JSON.stringify(step.patch)}`);
        const template = (after as unknown as { spec: { template: { spec: { [key: string]: Json } } } }).spec.template
          .spec;
        const anew = madeBy(template);
        expect(protectionIn(anew)).toMatchObject({ inSync: true, comparisonBroken: false });
        expectNothingLost(set, after, step.why, 'spec', 'template', 'spec');
        expect(stopNow(remedyFor(anew, after))).toBeUndefined();
        expect(remedyFor(anew, after).steps.map((one) => one.id)).not.toContain('make-permanent');
      }),
      { numRuns: 200 },
    );
  });

  function madeBy(spec: { readonly [key: string]: Json }): RawObject {
    return rawApplication({
      spec,
      ownerReferences: [
        {
          apiVersion: 'argoproj.io/v1alpha1',
          kind: 'ApplicationSet',
          name: 'fleet',
          uid: 'uid-fleet',
          controller: true,
        },
      ],
    });
  }
});
