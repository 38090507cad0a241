import { describe, expect, it } from 'vitest';
import { loadJqEngine } from '../../src/kubernetes/jq-engine.ts';
import { projectLiveView } from '../../src/kubernetes/projections/live-view.ts';
import type { Json, ObjectRef } from '../../src/model/facts.ts';
import type { Conflict, Remedy, Risk } from '../../src/model/verdicts.ts';
import type { AppliedFix } from '../../src/remedy/applied-fixes.ts';
import { applicableStep, type FixSubject, type GuardContext, type LiveView } from '../../src/remedy/attempt.ts';
import { planFix, type VetoId } from '../../src/remedy/guards.ts';
import { remedyForConflict } from '../../src/remedy/remedy.ts';
import {
  clusterOf,
  type RawObject,
  rawApplication,
  rawApplicationSet,
  rawHpa,
  rawWorkload,
} from '../support/cluster.ts';
import { aConflict, aRisk, T0, WEB_APP } from '../support/report-fixtures.ts';

const jq = await loadJqEngine();

const HEALS = { automated: { selfHeal: true, prune: true } };
const RULE = { group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/replicas'] };
const MINUTE = 60_000;
const APP: ObjectRef = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', ...WEB_APP };
const SET_OWNER = [{ apiVersion: APP.apiVersion, kind: 'ApplicationSet', name: 'fleet', uid: 'u', controller: true }];
const WORKLOAD = rawWorkload({ lastAppliedSpec: { replicas: 3 } });
const PLAIN = rawApplication({ syncPolicy: HEALS });

interface Scene {
  readonly app?: RawObject;
  /** Beside the Application, the Deployment and the HPA. */
  readonly more?: readonly RawObject[];
  readonly conflict?: Partial<Conflict>;
  /** The Application as it is read just before; absent: as the model knows it. null: gone. */
  readonly read?: RawObject | null;
  readonly remedy?: (remedy: Remedy) => Remedy;
  readonly context?: Partial<GuardContext>;
}

function plan(scene: Scene, subject: FixSubject = confirmed(scene.conflict)) {
  const app = scene.app ?? PLAIN;
  const objects = [app, WORKLOAD, rawHpa(), ...(scene.more ?? [])];
  const model = clusterOf(...objects);
  const remedyFor = (conflict: Conflict) => remedyForConflict(conflict, { model, jq });
  const made = 'contenders' in subject ? remedyFor(subject) : subject.remedy;
  const remedy = scene.remedy?.(made) ?? made;
  const target = applicableStep(remedy)?.target ?? APP;
  const raws = scene.read === undefined ? objects : [scene.read, ...objects.slice(1)];
  return planFix(subject, remedy, {
    model,
    jq,
    now: T0,
    application: viewIn(raws, APP),
    target: viewIn(raws, target),
    conflicts: [],
    remedyFor,
    applied: [],
    perHour: 5,
    allowed: null,
    ...scene.context,
  });
}

function viewIn(raws: readonly (RawObject | null)[], ref: ObjectRef): LiveView | null {
  const raw = raws.find((one) => {
    const metadata = one?.['metadata'] as { name: string; namespace: string } | undefined;
    return one?.['kind'] === ref.kind && metadata?.name === ref.name && metadata.namespace === ref.namespace;
  });
  return raw === undefined || raw === null ? null : projectLiveView(raw, ref);
}

function confirmed(overrides: Partial<Conflict> = {}): Conflict {
  return aConflict({ state: 'confirmed', insufficientHistory: false, ...overrides });
}

function refusals(scene: Scene, subject?: FixSubject): { veto: VetoId; reason: string }[] {
  const made = plan(scene, subject);
  return 'refused' in made ? [...made.refused] : [];
}

/** The Application in a later version, with one value set. */
function edited(part: 'metadata' | 'spec' | 'status', key: string, value: Json): RawObject {
  const { metadata, ...rest } = structuredClone(PLAIN) as { [key: string]: RawObject };
  const raw = { ...rest, metadata: { ...metadata, resourceVersion: '1001' } } as { [key: string]: RawObject };
  return { ...raw, [part]: { ...raw[part], [key]: value } };
}

const API = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'api' };
const fixed = (fix: Partial<AppliedFix>): AppliedFix => ({
  at: T0 - 10 * MINUTE,
  target: { ...APP, name: 'elsewhere' },
  application: { namespace: 'argocd', name: 'elsewhere' },
  conflict: null,
  ...fix,
});
const allowing = (namespaces: readonly string[]) => ({ context: { allowed: { namespaces, labels: [] } } });
const annotated = (value: string) =>
  rawApplication({ syncPolicy: HEALS, annotations: { 'tugwatch.dev/remediate': value } });

describe('the step of a remedy', () => {
  it('is carried out as it is printed when nothing speaks against it', () => {
    const made = plan({});
    expect(made).toMatchObject({ apply: { id: 'stop-now', target: APP } });
    const step = remedyForConflict(confirmed(), { model: clusterOf(PLAIN, WORKLOAD, rawHpa()), jq }).steps[0];
    expect('apply' in made && made.apply.patch).toEqual(step?.patch);
  });

  it.each<[string, VetoId, string, Scene]>([
    [
      'an ApplicationSet that is not in sight owns the Application',
      'no-live-step',
      'put a rule for /spec/replicas',
      { app: rawApplication({ syncPolicy: HEALS, ownerReferences: SET_OWNER }) },
    ],
    [
      'nothing is left to change',
      'no-live-step',
      'nothing is left to change',
      { remedy: (remedy) => ({ ...remedy, steps: [] }) },
    ],
    [
      'a later step could be applied, but the first is a commit',
      'no-live-step',
      'is a commit',
      { remedy: (remedy) => ({ ...remedy, steps: remedy.steps.toReversed() }) },
    ],
    [
      'the step changes the autoscaler',
      'target-kind',
      'only an Application or an ApplicationSet is ever changed',
      { remedy: retargeted({ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', namespace: 'shop' }) },
    ],
    [
      'the step changes an Application of somebody else (app.k8s.io)',
      'target-kind',
      'only an Application',
      { remedy: retargeted({ apiVersion: 'app.k8s.io/v1beta1' }) },
    ],
    ['the conflict is only suspected', 'not-confirmed', 'suspected', { conflict: { state: 'suspected' } }],
    ['the conflict is over', 'not-confirmed', 'over', { conflict: { state: 'resolved' } }],
    [
      'a restart left too little history',
      'insufficient-history',
      'wait for its next reversal',
      { conflict: { insufficientHistory: true } },
    ],
    ['the Application has gone', 'gone', 'is not there any more', { read: null }],
    [
      'the Application is being deleted',
      'deleting',
      'Application argocd/web is being deleted',
      { read: edited('metadata', 'deletionTimestamp', '2026-11-21T05:44:00Z') },
    ],
    [
      'somebody added a rule in between',
      'edited',
      'was edited after the remedy was made',
      { read: edited('spec', 'ignoreDifferences', [RULE]) },
    ],
    [
      'the Application was made anew under its name',
      'edited',
      'was edited',
      { read: edited('metadata', 'uid', 'another') },
    ],
    [
      'another Deployment of the Application is fought over as well',
      'other-conflict',
      'Deployment shop/api, /spec/replicas',
      { context: { conflicts: [confirmed({ id: 'other', workload: API })] } },
    ],
    [
      'the same Application was changed ten minutes ago',
      'rate-limit',
      '10 min ago',
      { context: { applied: [fixed({ target: APP })] } },
    ],
    [
      'the same Application was changed through its ApplicationSet',
      'rate-limit',
      '10 min ago',
      { context: { applied: [fixed({ application: WEB_APP })] } },
    ],
    [
      'others were changed too often',
      'rate-limit',
      'the limit of changes within one hour (2) is reached',
      {
        context: {
          perHour: 2,
          applied: [fixed({}), fixed({ target: { ...APP, name: 'third' } })],
        },
      },
    ],
    [
      'it was done for this conflict yesterday and taken back',
      'done-before',
      'a person must look',
      { context: { applied: [fixed({ at: T0 - 1440 * MINUTE, conflict: aConflict().id })] } },
    ],
    ['the operator permits nothing', 'not-allowed', 'nothing permits it', allowing([])],
    ['the namespace is not permitted', 'not-allowed', 'namespace shop is not permitted', allowing(['team-*'])],
    [
      'the labels do not match',
      'not-allowed',
      'do not match remediationSelector',
      { context: { allowed: { namespaces: ['*'], labels: [{ key: 'team', value: 'shop', negated: false }] } } },
    ],
    [
      'an annotation forbids what the settings permit',
      'not-allowed',
      'forbids it',
      { app: annotated('false'), ...allowing(['*']) },
    ],
    [
      'the daemon would have to choose between two owners',
      'needs-a-person',
      '/spec/syncPolicy/automated/selfHeal',
      {
        ...allowing(['*']),
        remedy: (remedy) => withPatch(remedy, '/spec/syncPolicy/automated/selfHeal'),
      },
    ],
    [
      'the daemon does not know who writes',
      'needs-a-person',
      'not known',
      {
        ...allowing(['*']),
        conflict: {
          contenders: [
            { kind: 'argocd', manager: 'argocd-controller', name: 'web', values: [3] },
            { kind: 'unknown', manager: null, name: null, values: [0] },
          ],
        },
      },
    ],
  ])('is refused when %s', (_title, veto, text, scene) => {
    const found = refusals(scene);
    expect(found.map((one) => one.veto)).toEqual([veto]);
    expect(found[0]?.reason).toContain(text);
  });

  it('is refused at the owner even if a remedy should overlook it', () => {
    const parent = rawApplication({
      name: 'root',
      resources: ['argoproj.io/Application:argocd/web'],
      syncPolicy: HEALS,
    });
    const lastApplied = JSON.stringify({ spec: { ignoreDifferences: [], syncPolicy: { syncOptions: [] } } });
    const child = rawApplication({
      syncPolicy: HEALS,
      annotations: {
        'argocd.argoproj.io/tracking-id': 'root:argoproj.io/Application:argocd/web',
        'kubectl.kubernetes.io/last-applied-configuration': lastApplied,
      },
    });
    const overlooked = plan({}) as { apply: Remedy['steps'][number] };
    const scene: Scene = { app: child, more: [parent], remedy: (made) => ({ ...made, steps: [overlooked.apply] }) };
    expect(refusals(scene)).toEqual([
      {
        veto: 'owner-undoes',
        reason: expect.stringContaining('heals itself and puts a live edit back within seconds: a change of /spec/'),
      },
    ]);
  });

  it.each<[string, Scene]>([
    ['Argo CD wrote its status in between', { read: edited('status', 'reconciledAt', '2026-11-21T05:44:58Z') }],
    [
      'the other conflict of the Application asks for the very same change',
      { context: { conflicts: [confirmed({ id: 'other', workload: API })], remedyFor: sameRemedy } },
    ],
    [
      'the other conflict is over',
      { context: { conflicts: [confirmed({ id: 'other', workload: API, state: 'resolved' })] } },
    ],
    [
      'the other conflict is of another Application',
      {
        context: {
          conflicts: [confirmed({ id: 'other', workload: API, application: { namespace: 'argocd', name: 'api' } })],
        },
      },
    ],
    ['the last change is an hour ago', { context: { applied: [fixed({ at: T0 - 60 * MINUTE, target: APP })] } }],
    ['an annotation permits it', { app: annotated('true'), ...allowing([]) }],
    ['its namespace is permitted', allowing(['sho*'])],
  ])('is carried out though %s', (_title, scene) => {
    expect(refusals(scene)).toEqual([]);
  });

  it('tells every reason, not the first one only', () => {
    const scene: Scene = { conflict: { state: 'suspected' }, ...allowing([]) };
    expect(refusals(scene).map((one) => one.veto)).toEqual(['not-confirmed', 'not-allowed']);
  });
});

describe('a change of an ApplicationSet', () => {
  const made = (name: string, namespace: string) =>
    rawApplication({ name, syncPolicy: HEALS, ownerReferences: SET_OWNER, spec: { destination: { namespace } } });
  const set = rawApplicationSet({ templateSpec: { syncPolicy: HEALS } });

  it('goes to the set, whose Applications it all reaches', () => {
    const scene: Scene = { app: made('web', 'shop'), more: [set], ...allowing(['shop']) };
    expect(plan(scene)).toMatchObject({ apply: { target: { kind: 'ApplicationSet', name: 'fleet' } } });
    const wider: Scene = { ...scene, more: [set, made('other', 'billing')] };
    expect(refusals(wider)).toEqual([
      { veto: 'not-allowed', reason: expect.stringContaining('namespace billing is not permitted') },
    ]);
  });

  it('waits for a conflict of another Application of the set', () => {
    const other = confirmed({ id: 'other', workload: API, application: { namespace: 'argocd', name: 'other' } });
    const scene: Scene = {
      app: made('web', 'shop'),
      more: [set, made('other', 'shop')],
      context: { conflicts: [other] },
    };
    expect(refusals(scene).map((one) => one.veto)).toEqual(['other-conflict']);
  });
});

describe('a risk', () => {
  const risk = (overrides: Partial<Risk> = {}): Risk => ({
    ...aRisk({ workload: confirmed().workload, application: WEB_APP, suppressed: null, ...overrides }),
    remedy: remedyForConflict(confirmed(), { model: clusterOf(PLAIN, WORKLOAD, rawHpa()), jq }),
  });

  it('needs no fight to be taken away', () => {
    expect(refusals({}, risk())).toEqual([]);
  });

  it.each<[string, VetoId, Partial<Risk>]>([
    ['a person silenced it', 'silenced', { suppressed: 'TW101: we know' }],
    ['it is only assumed', 'insufficient-history', { certainty: 'assumed' }],
  ])('is left alone when %s', (_title, veto, overrides) => {
    expect(refusals({}, risk(overrides)).map((one) => one.veto)).toEqual([veto]);
  });
});

function retargeted(change: Partial<ObjectRef>): (remedy: Remedy) => Remedy {
  return (remedy) => withFirst(remedy, (step) => ({ ...step, target: { ...APP, ...change } }));
}

function withPatch(remedy: Remedy, path: string): Remedy {
  return withFirst(remedy, (step) => ({ ...step, patch: [{ op: 'replace', path, value: false }] }));
}

function withFirst(remedy: Remedy, change: (step: Remedy['steps'][number]) => Remedy['steps'][number]): Remedy {
  return { ...remedy, steps: remedy.steps.map((step, index) => (index === 0 ? change(step) : step)) };
}

function sameRemedy(): Remedy {
  return remedyForConflict(confirmed(), { model: clusterOf(PLAIN, WORKLOAD, rawHpa()), jq });
}
