import { describe, expect, it } from 'vitest';
import { identifyWriter, type WriteToExplain } from '../../src/detect/writers.ts';
import type { FieldOwner, Tracking } from '../../src/model/facts.ts';
import { clusterOf, put, type RawObject, rawApplication, rawHpa } from '../support/cluster.ts';
import { ownerOf, WEB } from '../support/facts.ts';

const scale = (manager: string) => ownerOf(manager, { subresource: 'scale', time: null });
const update = (manager: string, time = 1_000) => ownerOf(manager, { time });
const apply = (manager: string, time = 1_000) => ownerOf(manager, { operation: 'Apply', time });
const MARKED: Tracking = { annotation: 'web', label: null, installationId: null, managers: ['argocd-controller'] };
const UNMARKED: Tracking = { annotation: null, label: 'chart', installationId: null, managers: ['helm'] };
const SCALED_OBJECT: RawObject = {
  apiVersion: 'keda.sh/v1alpha1',
  kind: 'ScaledObject',
  metadata: { name: 'queue', namespace: 'shop', uid: 'uid-so' },
  spec: { scaleTargetRef: { name: 'web' } },
};
const ZERO_HPA = { ...rawHpa(), spec: { ...(rawHpa()['spec'] as RawObject), minReplicas: 0 } };

function named(
  owners: readonly FieldOwner[],
  objects: readonly RawObject[] = [rawHpa()],
  more: Partial<WriteToExplain> = {},
): string {
  const model = clusterOf(rawApplication(), ...objects);
  const write = { ref: WEB, field: '/spec/replicas', to: 6, tracking: MARKED, owners, application: 'web', ...more };
  const { kind, name, manager } = identifyWriter(write, model);
  return `${kind} ${name ?? '-'} ${manager ?? '-'}`;
}

describe('the writer of replicas', () => {
  it.each<[string, string, readonly FieldOwner[], readonly RawObject[]]>([
    ['the HPA that targets it', 'hpa web kube-controller-manager', [scale('kube-controller-manager')], [rawHpa()]],
    ['the HPA inside k3s', 'hpa web k3s', [scale('k3s')], [rawHpa({ managers: ['k3s'] })]],
    [
      'of two HPAs the one that wants the value',
      'hpa night kube-controller-manager',
      [scale('kube-controller-manager')],
      [{ ...rawHpa(), status: {} }, rawHpa({ name: 'night' })],
    ],
    ['an HPA that is not to be seen', 'hpa - kube-controller-manager', [scale('kube-controller-manager')], []],
    [
      'KEDA, through the HPA that it owns',
      'keda queue kube-controller-manager',
      [scale('kube-controller-manager')],
      [rawHpa({ owner: 'queue' })],
    ],
    ['KEDA itself', 'keda queue keda-operator', [scale('keda-operator')], [SCALED_OBJECT]],
    [
      'KEDA itself, by the HPA it owns',
      'keda queue keda-operator',
      [scale('keda-operator')],
      [rawHpa({ owner: 'queue' })],
    ],
    ['KEDA, of which nothing is to be seen', 'keda - keda-operator', [scale('keda-operator')], []],
    ['Argo CD, applying', 'argocd web argocd-controller', [update('argocd-controller')], [rawHpa()]],
    ['Argo CD, applying on the server', 'argocd web argocd-controller', [apply('argocd-controller')], [rawHpa()]],
    [
      'Argo CD, replacing',
      'argocd web argocd-application-controller',
      [update('argocd-application-controller')],
      [rawHpa()],
    ],
    ['Argo CD, replacing from a binary of another name', 'argocd web argocd', [update('argocd')], [rawHpa()]],
    ['a person with kubectl scale', 'human - kubectl', [scale('kubectl')], [rawHpa()]],
    ['a person with kubectl edit', 'human - kubectl-edit', [update('kubectl-edit')], [rawHpa()]],
    ['a person in the UI of Argo CD', 'human - argocd-server', [update('argocd-server')], [rawHpa()]],
    ['a person in a browser', 'human - Mozilla', [update('Mozilla')], [rawHpa()]],
    ['Argo Rollouts', 'rollouts - rollouts-controller', [update('rollouts-controller')], [rawHpa()]],
    ['another controller', 'controller - pykube-ng', [update('pykube-ng')], [rawHpa()]],
    ['another controller, through /scale', 'controller - cron-scaler', [scale('cron-scaler')], [rawHpa()]],
    [
      'of several owners the one that took it last',
      'human - kubectl-edit',
      [update('argocd-controller', 1_000), update('kubectl-edit', 2_000)],
      [rawHpa()],
    ],
    [
      'of several owners the one without a time: /scale',
      'hpa web kube-controller-manager',
      [update('argocd-controller', 9_000), scale('kube-controller-manager')],
      [rawHpa()],
    ],
  ])('is %s: %s', (_, expected, owners, objects) => {
    expect(named(owners, objects)).toBe(expected);
  });

  it('is Argo CD under whatever name, where that name wrote the mark', () => {
    const tracking = { ...MARKED, managers: ['my-gitops'] };
    expect(named([update('my-gitops')], [], { tracking })).toBe('argocd web my-gitops');
    expect(named([scale('my-gitops')], [], { tracking })).toBe('controller - my-gitops');
  });

  it('is not Argo CD where a chart set a label that Argo CD does not go by', () => {
    const model = clusterOf();
    const write = {
      ref: WEB,
      field: '/spec/replicas',
      to: 3,
      tracking: UNMARKED,
      owners: [update('helm')],
      application: 'chart',
    };
    expect(identifyWriter(write, model).kind).toBe('controller');
    put(model, rawApplication({ name: 'chart' }));
    expect(identifyWriter(write, model).kind).toBe('argocd');
  });

  it('is a person who applied by hand, though kubectl wrote last-applied too', () => {
    const tracking = { ...MARKED, managers: ['argocd-controller', 'kubectl-client-side-apply'] };
    expect(named([update('kubectl-client-side-apply')], [], { tracking })).toBe('human - kubectl-client-side-apply');
  });
});

describe('a zero that nobody signed', () => {
  it.each<[string, string, readonly RawObject[]]>([
    ["is KEDA's, where a ScaledObject targets the workload", 'keda queue -', [SCALED_OBJECT]],
    ["is KEDA's, where it owns the HPA", 'keda queue -', [rawHpa({ owner: 'queue' })]],
    ["is an HPA's that may go to zero", 'hpa web -', [ZERO_HPA]],
    ['is not of an HPA that may not', 'unknown - -', [rawHpa()]],
    ['is of nobody known otherwise', 'unknown - -', []],
  ])('%s', (_, expected, objects) => {
    expect(named([], objects, { to: 0 })).toBe(expected);
  });

  it('is of nobody known where it is no zero, or another field', () => {
    expect(named([], [SCALED_OBJECT], { to: 4 })).toBe('unknown - -');
    expect(named([], [SCALED_OBJECT], { to: 0, field: '/data/replicas' })).toBe('unknown - -');
  });
});
