import { describe, expect, it } from 'vitest';
import { loadJqEngine } from '../../src/kubernetes/jq-engine.ts';
import type { Json } from '../../src/model/facts.ts';
import type { Remedy } from '../../src/model/verdicts.ts';
import { type Fate, ownersOf } from '../../src/remedy/ownership.ts';
import { remedyForConflict } from '../../src/remedy/remedy.ts';
import {
  type ApplicationInput,
  applicationIn,
  clusterOf,
  type RawObject,
  rawApplication,
  rawApplicationSet,
  rawHpa,
  rawSettings,
  rawWorkload,
} from '../support/cluster.ts';
import { aConflict } from '../support/report-fixtures.ts';

const jq = await loadJqEngine();

const SET_OWNER: Json = [
  { apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', name: 'fleet', uid: 'uid-fleet', controller: true },
];
const OPTIONS = { syncOptions: ['CreateNamespace=true'] };
const HEALS = { automated: { selfHeal: true }, ...OPTIONS };

function trackedBy(parent: string, kind = 'Application', name = 'web'): { [key: string]: string } {
  return { 'argocd.argoproj.io/tracking-id': `${parent}:argoproj.io/${kind}:argocd/${name}` };
}

function lastApplied(spec: Json): { [key: string]: string } {
  return { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ spec }) };
}

function managedBy(manager: string, operation = 'Update'): Json {
  return [
    {
      manager,
      operation,
      apiVersion: 'argoproj.io/v1alpha1',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:spec': { 'f:ignoreDifferences': {}, 'f:syncPolicy': {} } },
    },
  ];
}

const root = (input: ApplicationInput = {}): RawObject =>
  rawApplication({ name: 'root', syncPolicy: HEALS, resources: ['argoproj.io/Application:argocd/web'], ...input });

/** A child of root whose Git declares syncOptions and no rules, as in the recording platform-api. */
const child = (input: ApplicationInput = {}): RawObject =>
  rawApplication({
    annotations: { ...trackedBy('root'), ...lastApplied({ syncPolicy: OPTIONS }) },
    syncPolicy: HEALS,
    ...input,
  });

function remedyIn(...objects: readonly RawObject[]): Remedy {
  return remedyForConflict(aConflict(), {
    model: clusterOf(...objects, rawWorkload({ lastAppliedSpec: { replicas: 3 } }), rawHpa()),
    jq,
  });
}

function links(...objects: readonly RawObject[]): [string, Fate, Fate][] {
  const model = clusterOf(...objects);
  return ownersOf(applicationIn(model, 'web'), { model, jq }).map((link) => [
    `${link.kind} ${link.name}`,
    link.rule,
    link.option,
  ]);
}

const setOf = (
  spec: { readonly [key: string]: Json } = {},
  templateSpec: { readonly [key: string]: Json } = { syncPolicy: OPTIONS },
): RawObject => rawApplicationSet({ templateSpec, spec });

const made = (input: ApplicationInput = {}): RawObject =>
  rawApplication({ ownerReferences: SET_OWNER, syncPolicy: HEALS, ...input });

describe('who owns an Application, and what becomes of a live edit of rules and of options', () => {
  const rows: readonly [string, readonly RawObject[], [string, Fate, Fate][]][] = [
    ['nobody in sight: it lasts', [rawApplication()], []],
    ['an ApplicationSet undoes both', [made(), setOf()], [['ApplicationSet fleet', 'undone', 'undone']]],
    [
      'an ApplicationSet that is not in sight is taken to undo both',
      [made()],
      [['ApplicationSet fleet', 'undone', 'undone']],
    ],
    [
      'one that only creates lets both stay',
      [made(), setOf({ syncPolicy: { applicationsSync: 'create-only' } })],
      [['ApplicationSet fleet', 'lasts', 'lasts']],
    ],
    [
      'one that creates and deletes lets both stay',
      [made(), setOf({ syncPolicy: { applicationsSync: 'create-delete' } })],
      [['ApplicationSet fleet', 'lasts', 'lasts']],
    ],
    [
      'one that creates and updates does not',
      [made(), setOf({ syncPolicy: { applicationsSync: 'create-update' } })],
      [['ApplicationSet fleet', 'undone', 'undone']],
    ],
    [
      'one that ignores both lists lets them stay',
      [
        made(),
        setOf({ ignoreApplicationDifferences: [{ jsonPointers: ['/spec/ignoreDifferences', '/spec/syncPolicy'] }] }),
      ],
      [['ApplicationSet fleet', 'lasts', 'lasts']],
    ],
    [
      'one that ignores the rules by jq lets those stay',
      [made(), setOf({ ignoreApplicationDifferences: [{ jqPathExpressions: ['.spec.ignoreDifferences'] }] })],
      [['ApplicationSet fleet', 'lasts', 'undone']],
    ],
    [
      'what it ignores for another Application counts for that one',
      [made(), setOf({ ignoreApplicationDifferences: [{ name: 'other', jsonPointers: ['/spec'] }] })],
      [['ApplicationSet fleet', 'undone', 'undone']],
    ],
    [
      'a parent that heals undoes by halves what Git declares by halves',
      [child(), root()],
      [['Application root', 'lasts', 'undone']],
    ],
    [
      'a parent whose Git declares both undoes both',
      [
        child({
          annotations: { ...trackedBy('root'), ...lastApplied({ ignoreDifferences: [], syncPolicy: OPTIONS }) },
        }),
        root(),
      ],
      [['Application root', 'undone', 'undone']],
    ],
    [
      'a parent whose Git declares neither undoes nothing',
      [child({ annotations: { ...trackedBy('root'), ...lastApplied({}) } }), root()],
      [['Application root', 'lasts', 'lasts']],
    ],
    [
      'a parent without self-heal undoes at its next sync',
      [child(), root({ syncPolicy: { automated: {} } })],
      [['Application root', 'lasts', 'until-next-sync']],
    ],
    [
      'a parent that Argo CD does not reconcile undoes nothing',
      [child(), root({ annotations: { 'argocd.argoproj.io/skip-reconcile': 'true' } })],
      [['Application root', 'lasts', 'lasts']],
    ],
    [
      'a parent with a rule of its own for the options of its children does not heal them',
      [
        child(),
        root({
          ignoreDifferences: [{ group: 'argoproj.io', kind: 'Application', jsonPointers: ['/spec/syncPolicy'] }],
        }),
      ],
      [['Application root', 'lasts', 'until-next-sync']],
    ],
    [
      'without last-applied, what is there counts as declared',
      [child({ annotations: trackedBy('root'), ignoreDifferences: [] }), root()],
      [['Application root', 'undone', 'undone']],
    ],
    ['a parent that is not in sight is taken to heal', [child()], [['Application root', 'lasts', 'undone']]],
    [
      'an Application that manages itself ends the walk',
      [
        rawApplication({
          annotations: { ...trackedBy('web'), ...lastApplied({ syncPolicy: OPTIONS }) },
          syncPolicy: HEALS,
        }),
      ],
      [['Application web', 'lasts', 'undone']],
    ],
    [
      'an ApplicationSet in an app-of-apps: both, from the nearest up',
      [
        made(),
        rawApplicationSet({
          annotations: trackedBy('root', 'ApplicationSet', 'fleet'),
          templateSpec: { syncPolicy: OPTIONS },
        }),
        root(),
      ],
      [
        ['ApplicationSet fleet', 'undone', 'undone'],
        ['Application root', 'lasts', 'undone'],
      ],
    ],
    [
      'a parent that a grandparent declares',
      [
        child(),
        root({ annotations: { ...trackedBy('top', 'Application', 'root'), ...lastApplied({}) } }),
        rawApplication({ name: 'top', syncPolicy: HEALS, resources: [] }),
      ],
      [
        ['Application root', 'lasts', 'undone'],
        ['Application top', 'lasts', 'lasts'],
      ],
    ],
    [
      'Helm puts back at the next upgrade',
      [rawApplication({ syncPolicy: OPTIONS, managedFields: managedBy('helm') })],
      [['Helm helm', 'lasts', 'until-next-sync']],
    ],
    [
      'Terraform at the next apply',
      [rawApplication({ syncPolicy: OPTIONS, ignoreDifferences: [], managedFields: managedBy('Terraform', 'Apply') })],
      [['Terraform Terraform', 'until-next-sync', 'until-next-sync']],
    ],
    [
      'the Kubernetes provider of Terraform as well',
      [rawApplication({ syncPolicy: OPTIONS, managedFields: managedBy('HashiCorp') })],
      [['Terraform HashiCorp', 'lasts', 'until-next-sync']],
    ],
    [
      'Flux within minutes',
      [rawApplication({ syncPolicy: OPTIONS, managedFields: managedBy('kustomize-controller', 'Apply') })],
      [['Flux kustomize-controller', 'lasts', 'undone']],
    ],
    [
      'the UI of Argo CD owns nothing',
      [rawApplication({ syncPolicy: OPTIONS, managedFields: managedBy('argocd-server') })],
      [],
    ],
    [
      'a person with kubectl patch owns nothing',
      [rawApplication({ syncPolicy: OPTIONS, managedFields: managedBy('kubectl-patch') })],
      [],
    ],
  ];

  it.each(rows)('%s', (_, objects, expected) => {
    expect(links(...objects)).toEqual(expected);
  });

  it('two Applications that declare each other do not send it in circles', () => {
    const a = rawApplication({ annotations: trackedBy('b'), resources: [] });
    const b = rawApplication({ name: 'b', annotations: trackedBy('web', 'Application', 'b'), resources: [] });
    expect(links(a, b)).toHaveLength(2);
  });

  it('with label tracking, the label counts and the annotation does not', () => {
    const labelled = rawApplication({ annotations: trackedBy('root') });
    const settings = rawSettings({ 'application.resourceTrackingMethod': 'label' });
    expect(links(labelled, root({ resources: [] }), settings)).toEqual([]);
  });
});

describe('where the first step goes', () => {
  it('to the Application itself, when nobody undoes it', () => {
    const [first] = remedyIn(rawApplication()).steps;
    expect(first).toMatchObject({ id: 'stop-now', where: 'live', target: { kind: 'Application', name: 'web' } });
  });

  it('to the ApplicationSet, when it would undo it within a second (recording fleet-eu)', () => {
    const remedy = remedyIn(made(), setOf());
    expect(remedy.owner).toEqual({ kind: 'ApplicationSet', namespace: 'argocd', name: 'fleet' });
    expect(remedy.steps[0]).toMatchObject({
      id: 'stop-now',
      where: 'live',
      target: { kind: 'ApplicationSet', name: 'fleet' },
    });
    expect(remedy.steps[0]?.patch?.map((operation) => operation.path)).toEqual([
      '/spec/template/spec/ignoreDifferences',
      '/spec/template/spec/syncPolicy/syncOptions',
      '/spec/template/spec/syncPolicy/syncOptions/-',
    ]);
    expect(
      remedy.steps[0]?.commands.every((command) =>
        command.startsWith('kubectl patch applicationsets.argoproj.io/fleet'),
      ),
    ).toBe(true);
    expect(remedy.steps.map((step) => step.id)).toEqual(['stop-now', 'make-permanent', 'remove-from-git']);
    expect(remedy.steps[1]?.yaml).toContain('kind: ApplicationSet');
  });

  it('to the Application, when its ApplicationSet never updates, and says that the template reaches new ones only', () => {
    const remedy = remedyIn(made(), setOf({ syncPolicy: { applicationsSync: 'create-only' } }));
    expect(remedy.steps[0]?.target?.kind).toBe('Application');
    expect(remedy.steps[1]?.yaml).toContain('kind: ApplicationSet');
    expect(remedy.warnings.map((warning) => warning.id)).toContain('template-reaches-new-only');
  });

  it('into the editor, when a templatePatch decides over the lists: text cannot be patched', () => {
    const [first] = remedyIn(
      made(),
      setOf({ templatePatch: 'spec:\n  syncPolicy:\n    syncOptions: ["{{.option}}"]\n' }),
    ).steps;
    expect(first).toMatchObject({ where: 'live', patch: null, target: { kind: 'ApplicationSet' } });
    expect(first?.commands).toEqual(['kubectl edit applicationsets.argoproj.io/fleet -n argocd']);
    expect(first?.yaml).toContain('/spec/replicas');
  });

  it('to the template, when a templatePatch is about something else', () => {
    const [first] = remedyIn(made(), setOf({ templatePatch: 'metadata:\n  labels: {a: b}\n' })).steps;
    expect(first?.patch?.length).toBeGreaterThan(0);
  });

  it('by halves to an app-of-apps child, named a half fix, and whole to the Git source of the parent (recording platform-api)', () => {
    const remedy = remedyIn(child(), root());
    expect(remedy.owner).toEqual({ kind: 'Application', namespace: 'argocd', name: 'root' });
    const [now, permanent] = remedy.steps;
    // syncOptions would go back within two seconds: only what stays is changed.
    expect(now).toMatchObject({ id: 'stop-now', where: 'live', target: { name: 'web' } });
    expect(now?.patch?.map((operation) => operation.path)).toEqual(['/spec/ignoreDifferences']);
    expect(now?.why).toMatch(/^A half fix/);
    expect(remedy.summary).toContain('half fix');
    expect(remedy.warnings.map((warning) => warning.id)).toContain('half-fix');
    expect(permanent).toMatchObject({ id: 'make-permanent', where: 'git' });
    expect(permanent?.why).toContain('https://git.example.com/shop.git web');
    expect(permanent?.yaml).toContain('RespectIgnoreDifferences=true');
  });

  it('to Git alone, when the parent undoes every live edit, and refreshes the parent after the commit', () => {
    const declared = { ...trackedBy('root'), ...lastApplied({ ignoreDifferences: [], syncPolicy: OPTIONS }) };
    const remedy = remedyIn(child({ annotations: declared, ignoreDifferences: [] }), root());
    expect(remedy.steps.map((step) => step.id)).toEqual(['stop-now', 'remove-from-git']);
    expect(remedy.steps[0]).toMatchObject({ where: 'git', target: null, patch: null });
    expect(remedy.steps[0]?.yaml).toContain('/spec/replicas');
    expect(remedy.steps[0]?.commands).toEqual([
      'kubectl annotate applications.argoproj.io/root -n argocd argocd.argoproj.io/refresh=normal --overwrite',
    ]);
  });

  it('to Git, when only the option is missing and the parent takes the option back: nothing half is offered', () => {
    const rule = [{ group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/replicas'] }];
    const [first] = remedyIn(child({ ignoreDifferences: rule }), root()).steps;
    expect(first).toMatchObject({ id: 'stop-now', where: 'git' });
  });

  it('to the ApplicationSet by halves, when its own parent puts the template options back', () => {
    const set = rawApplicationSet({
      annotations: trackedBy('root', 'ApplicationSet', 'fleet'),
      templateSpec: { syncPolicy: OPTIONS },
    });
    const remedy = remedyIn(made(), set, root());
    expect(remedy.steps[0]?.target?.kind).toBe('ApplicationSet');
    expect(remedy.steps[0]?.patch?.map((operation) => operation.path)).toEqual([
      '/spec/template/spec/ignoreDifferences',
    ]);
    expect(remedy.steps[0]?.why).toContain('root');
    expect(remedy.warnings.map((warning) => warning.id)).toContain('half-fix');
  });

  it('to the Application, until the next helm upgrade, and for good into the release', () => {
    const remedy = remedyIn(rawApplication({ syncPolicy: HEALS, managedFields: managedBy('helm') }));
    expect(remedy.steps[0]).toMatchObject({ where: 'live', target: { kind: 'Application' } });
    expect(remedy.steps[0]?.why).toContain('until Helm');
    expect(remedy.steps[1]?.why).toContain('the values or templates of the Helm release');
    expect(remedy.owner.kind).toBe('Helm');
  });

  it('keeps the step for good when the live Application is right and its parent does not declare it (TW113)', () => {
    const rule = [{ group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/replicas'] }];
    const remedy = remedyIn(
      child({ ignoreDifferences: rule, syncPolicy: { syncOptions: ['RespectIgnoreDifferences=true'] } }),
      root(),
    );
    expect(remedy.steps.map((step) => step.id)).toEqual(['make-permanent', 'remove-from-git']);
  });
});
