/** Remedies for what a real control plane showed, as of the third revert of each fight. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { applyPatch, type Operation } from 'rfc6902';
import { describe, expect, it } from 'vitest';
import { loadJqEngine } from '../../src/kubernetes/jq-engine.ts';
import { project } from '../../src/kubernetes/projections/project.ts';
import { ClusterModel } from '../../src/model/cluster-model.ts';
import type { ObjectRef } from '../../src/model/facts.ts';
import { keyOf } from '../../src/model/refs.ts';
import type { Conflict, Contender, Remedy } from '../../src/model/verdicts.ts';
import { remedyForConflict } from '../../src/remedy/remedy.ts';
import { type Protection, protectionOf } from '../../src/rules/protection.ts';
import { put, type RawObject } from '../support/cluster.ts';
import { aConflict } from '../support/report-fixtures.ts';

const jq = await loadJqEngine();
const FOLDER = new URL('../../../shared/recordings/', import.meta.url);
const RESOURCES =
  /"resource": ?"(?:applications|applicationsets|deployments|statefulsets|rollouts|horizontalpodautoscalers|configmaps)"/;

type ExpectedConflict = Pick<Conflict, 'kind' | 'workload' | 'field'> & {
  readonly application?: Conflict['application'];
  readonly contenders: readonly Partial<Contender>[];
  readonly thirdRevertAt: string;
};

const EXPECTED = JSON.parse(readFileSync(new URL('expected.json', FOLDER), 'utf8')) as {
  readonly [name: string]: { readonly conflicts: readonly ExpectedConflict[] };
};

interface Scene {
  readonly model: ClusterModel;
  readonly objects: Map<string, RawObject>;
  readonly conflict: Conflict;
  readonly remedy: Remedy;
}

function sceneOf(name: string): Scene {
  const expected = EXPECTED[name]?.conflicts[0];
  if (expected === undefined) throw new Error(`no conflict is expected in ${name}`);
  const model = new ClusterModel();
  const objects = new Map<string, RawObject>();
  for (const line of gunzipSync(readFileSync(new URL(`${name}.ndjson.gz`, FOLDER)))
    .toString('utf8')
    .split('\n')) {
    if (!RESOURCES.test(line.slice(0, 400))) continue;
    const event = JSON.parse(line) as {
      at: string;
      apiVersion: string;
      resource: string;
      type: string;
      object: RawObject;
    };
    if (event.at > expected.thirdRevertAt) break;
    if (event.type !== 'ADDED' && event.type !== 'MODIFIED') continue;
    const fact = project(event.object, event);
    if (fact === null) continue;
    model.apply({ type: 'upsert', at: 0, origin: 'watch', fact });
    objects.set(keyOf(fact.ref), { ...event.object, apiVersion: fact.ref.apiVersion, kind: fact.ref.kind });
  }
  const contenders = expected.contenders.map(
    (one): Contender => ({ kind: 'unknown', manager: null, name: null, values: [], ...one }),
  );
  const { kind, workload, field, application = null } = expected;
  const conflict = aConflict({ kind, workload, field, application, contenders });
  return { model, objects, conflict, remedy: remedyForConflict(conflict, { model, jq }) };
}

/** Applies the patch of the first step to the object as it was recorded; throws where an operation is refused. */
function applyFirstStep({ remedy, objects, model }: Scene): ObjectRef {
  const [first] = remedy.steps;
  if (first?.target === null || first?.target === undefined || first.patch === null)
    throw new Error('the first step has no patch');
  const object = structuredClone(objects.get(keyOf(first.target)));
  if (object === undefined) throw new Error(`${first.target.kind} ${first.target.name} was not recorded`);
  const errors = applyPatch(object, structuredClone(first.patch) as Operation[]);
  expect(errors.every((error) => error === null)).toBe(true);
  put(model, object);
  return first.target;
}

function protectionNow({ model, conflict }: Scene): Protection {
  const { application, workload, field } = conflict;
  const app = model.application(application?.namespace ?? '', application?.name ?? '');
  if (app === undefined || field === null) throw new Error('no Application or field');
  return protectionOf(app, { ref: workload, field, owners: [], value: null }, { model, jq });
}

describe('the first step against a recorded fight', () => {
  it.each([
    ['grokdevops'],
    ['minbelow'],
    ['sts-fight'],
    ['ssa-fight'],
    ['keda-zero'],
    ['rollout-fight'],
    ['nogroup'],
    ['downscaler'],
    ['template-tug'],
    ['legacy'],
  ])('%s: protects the field for good', (name) => {
    const scene = sceneOf(name);
    expect(protectionNow(scene).inSync).toBe(false);
    expect(applyFirstStep(scene)).toMatchObject({ kind: 'Application', ...scene.conflict.application });
    expect(protectionNow(scene).inSync).toBe(true);
    const again = remedyForConflict(scene.conflict, { model: scene.model, jq });
    expect(again.steps.map((step) => step.id)).not.toContain('stop-now');
  });

  it('nogroup: repairs the rule that has no group', () => {
    expect(sceneOf('nogroup').remedy.summary).toContain('spec.ignoreDifferences[0] repaired (group: apps)');
  });

  it('fleet-eu: goes to the ApplicationSet that makes the Application', () => {
    expect(applyFirstStep(sceneOf('fleet-eu'))).toMatchObject({ kind: 'ApplicationSet', name: 'fleet' });
  });

  it('platform-api: is the half that the parent does not undo, and ends the fight', () => {
    const scene = sceneOf('platform-api');
    expect(scene.remedy.owner).toEqual({ kind: 'Application', namespace: 'argocd', name: 'platform' });
    applyFirstStep(scene);
    expect(protectionNow(scene)).toMatchObject({ inDiff: true, inSync: false });
    expect(scene.remedy.warnings.map((warning) => warning.id)).toContain('half-fix');
  });

  it('shared: stops one of the two Applications', () => {
    const scene = sceneOf('shared');
    const target = applyFirstStep(scene);
    expect(scene.model.application(target.namespace, target.name)?.automated).toMatchObject({
      enabled: true,
      selfHeal: false,
    });
  });
});
