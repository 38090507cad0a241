/** What a real API server writes into managedFields, and whom Tugwatch names by it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { identifyWriter } from '../../src/detect/writers.ts';
import { scaledObject } from '../../src/embedded/blueprints.ts';
import type { WritingClient } from '../../src/kubernetes/client.ts';
import { LiveSource } from '../../src/kubernetes/live-source.ts';
import { project } from '../../src/kubernetes/projections/project.ts';
import { ClusterModel } from '../../src/model/cluster-model.ts';
import type { Json, WorkloadFact } from '../../src/model/facts.ts';
import { eventually } from '../support/eventually.ts';
import { Journal } from '../support/journal.ts';
import { RealCluster } from '../support/real-cluster.ts';
import { RealRollouts, ROLLOUTS } from '../support/real-rollouts.ts';

const SCALED_OBJECTS = '/apis/keda.sh/v1alpha1/namespaces/shop/scaledobjects';
const CLONE_SETS = '/apis/apps.kruise.io/v1alpha1/namespaces/shop/clonesets';

let cluster: RealCluster;
let client: WritingClient;
let rollouts: RealRollouts;

beforeAll(async () => {
  cluster = await RealCluster.start();
  client = await cluster.client();
  rollouts = new RealRollouts(client, 'shop');
});

afterAll(() => cluster?.[Symbol.asyncDispose]());

async function read(name: string): Promise<WorkloadFact> {
  const fact = project((await client.get(`${rollouts.collection}/${name}`)) as Json, ROLLOUTS);
  if (fact?.fact !== 'workload') throw new Error(`${name} is no workload`);
  return fact;
}

/** Whom the version that is there now names as the writer of its replicas. */
async function writerOf(name: string, model = new ClusterModel()) {
  const { ref, replicas, tracking, replicasOwners } = await read(name);
  const write = { ref, field: '/spec/replicas', to: replicas, tracking, owners: replicasOwners, application: null };
  return identifyWriter(write, model);
}

describe('the writer of a change on a real API server', () => {
  it('is named by the manager that took the field, and /scale is told from the object itself', async () => {
    await rollouts.create('web', 3);
    expect(await writerOf('web')).toMatchObject({ kind: 'argocd', source: 'managedFields argocd-controller' });
    await rollouts.scale('web', 5);
    const { replicasOwners } = await read('web');
    // As in production: no time, so that the write has to be dated by its event.
    expect(replicasOwners).toEqual([
      { manager: 'kube-controller-manager', operation: 'Update', subresource: 'scale', time: null },
    ]);
    expect(await writerOf('web')).toMatchObject({ kind: 'hpa', source: 'managedFields kube-controller-manager/scale' });
    await rollouts.declare('web', 3);
    expect(await writerOf('web')).toMatchObject({ kind: 'argocd' });
    await rollouts.scale('web', 4, 'kubectl');
    expect(await writerOf('web')).toMatchObject({ kind: 'human', manager: 'kubectl' });
  });

  it('of a scale to zero leaves no name, and is KEDA where a ScaledObject drives the workload', async () => {
    await rollouts.create('sleeper', 3);
    await rollouts.scale('sleeper', 0, 'keda-operator');
    const { replicas, replicasOwners } = await read('sleeper');
    expect({ replicas, replicasOwners }).toEqual({ replicas: 0, replicasOwners: [] });
    const raw = scaledObject({
      name: 'sleeper',
      namespace: 'shop',
      target: { kind: 'Rollout', name: 'sleeper' },
      max: 9,
    });
    const scaler = project((await client.send('POST', SCALED_OBJECTS, { body: raw })) as Json, {
      apiVersion: 'keda.sh/v1alpha1',
      resource: 'scaledobjects',
    });
    const model = new ClusterModel();
    if (scaler !== null) model.apply({ type: 'upsert', at: 0, origin: 'list', fact: scaler });
    expect(await writerOf('sleeper', model)).toMatchObject({ kind: 'keda', name: 'sleeper' });
  });
});

describe('a source of changes on a real API server', () => {
  it('sees what is served, names what is not, and finds by discovery what a ScaledObject drives', async () => {
    const body = { apiVersion: 'apps.kruise.io/v1alpha1', kind: 'CloneSet', metadata: { name: 'clones' } };
    await client.send('POST', CLONE_SETS, { body: { ...body, spec: { replicas: 4 } } });
    const driven = scaledObject({
      name: 'clones',
      namespace: 'shop',
      target: { kind: 'Rollout', name: 'clones' },
      max: 9,
    });
    const scaleTargetRef = { apiVersion: body.apiVersion, kind: body.kind, name: 'clones' };
    await client.send('POST', SCALED_OBJECTS, { body: { ...driven, spec: { scaleTargetRef, triggers: [] } } });

    const journal = new Journal();
    const source = new LiveSource({ client, observe: journal.observeAbout, warn: journal.warn });
    const running = source.run(journal.emit);
    try {
      await source.whenSettled();
      const stateOf = (resource: string) => source.health().find((one) => one.resource === resource)?.state;
      const served = ['applications.argoproj.io', 'rollouts.argoproj.io', 'scaledobjects.keda.sh'];
      await eventually('all kinds that are served', () => served.every((name) => stateOf(name) === 'watching'));
      expect(stateOf('deployments.apps')).toBe('absent');
      await eventually('the CloneSet', () => journal.versions().has('shop/clones'));
      expect(stateOf('clonesets.apps.kruise.io')).toBe('watching');
      expect(source.ready()).toBe(false);

      const ref = { apiVersion: 'keda.sh/', kind: 'ScaledObject', namespace: 'shop', name: 'clones' };
      source.requestLens({ action: 'open', ref, reason: 'the version that is preferred has to be found' });
      await eventually('the lens', () => journal.versions('lens').has('shop/clones'));
      expect(journal.versions('lens').size).toBe(1);
      expect(await source.requestRelist()).toBe(0);
    } finally {
      await source.stop();
      await running;
    }
  });
});
