import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/model/facts.ts';
import { factOf, managed, type Raw } from './raw-objects.ts';

function hpa(spec: Raw = {}, status: Json = {}, metadata: Raw = {}, apiVersion = 'autoscaling/v2'): Raw {
  return {
    apiVersion,
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace: 'shop', ...metadata },
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, maxReplicas: 9, ...spec },
    status,
  };
}

const active = (status: string, reason: string) => [{ type: 'ScalingActive', status, reason, message: 'm' }];

describe('what an HPA keeps', () => {
  it('reads target, bounds and stabilization, with the defaults of the API', () => {
    expect(factOf('hpa', hpa())).toMatchObject({
      target: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      min: 1,
      max: 9,
      stabilization: { up: null, down: null },
      scaledObject: null,
    });
    const behavior = {
      scaleUp: { stabilizationWindowSeconds: 0 },
      scaleDown: { stabilizationWindowSeconds: 60 },
    };
    expect(factOf('hpa', hpa({ minReplicas: 4, behavior }))).toMatchObject({
      min: 4,
      stabilization: { up: 0, down: 60 },
    });
  });

  it.each<[string, Json, number | null, number | null]>([
    ['nothing before it looked', { desiredReplicas: 0, currentMetrics: null }, null, null],
    [
      'nothing while it has no metrics',
      { desiredReplicas: 0, currentReplicas: 3, conditions: active('False', 'FailedGetResourceMetric') },
      null,
      3,
    ],
    [
      'the last wish while metrics are missing',
      { desiredReplicas: 6, currentReplicas: 3, conditions: active('False', 'FailedGetResourceMetric') },
      6,
      3,
    ],
    [
      'zero where the target is scaled to zero',
      { desiredReplicas: 0, conditions: active('False', 'ScalingDisabled') },
      0,
      0,
    ],
    [
      'zero where it scales to zero itself',
      { desiredReplicas: 0, conditions: active('True', 'ValidMetricFound') },
      0,
      0,
    ],
    ['its wish', { desiredReplicas: 7, currentReplicas: 5, conditions: active('True', 'ValidMetricFound') }, 7, 5],
    ['nothing without a status', null, null, null],
  ])('wants %s', (_, status, desired, current) => {
    expect(factOf('hpa', hpa({}, status))).toMatchObject({ desired, current });
  });

  it('reads autoscaling/v1 as far as it has the fields', () => {
    const fact = factOf(
      'hpa',
      hpa({ minReplicas: 2 }, { desiredReplicas: 4, currentReplicas: 2 }, {}, 'autoscaling/v1'),
    );
    expect(fact).toMatchObject({ min: 2, max: 9, desired: 4, current: 2 });
  });

  it('knows the ScaledObject that made it, by owner or by label', () => {
    const owned = hpa({}, {}, { ownerReferences: [{ kind: 'ScaledObject', name: 'queue', controller: true }] });
    expect(factOf('hpa', owned).scaledObject).toBe('queue');
    expect(factOf('hpa', hpa({}, {}, { labels: { 'scaledobject.keda.sh/name': 'queue' } })).scaledObject).toBe('queue');
  });

  it('names who writes its status: the HPA controller of this platform', () => {
    const managedFields = managed(
      { manager: 'argocd-controller', fieldsV1: { 'f:spec': {} } },
      { manager: 'k3s', subresource: 'status', fieldsV1: { 'f:status': {} } },
      { manager: 'k3s', fieldsV1: { 'f:status': {} } },
    );
    expect(factOf('hpa', hpa({}, {}, { managedFields })).statusManagers).toEqual(['k3s']);
  });

  it('cuts the messages of conditions to 300 characters', () => {
    const conditions = [{ type: 'AbleToScale', status: 'True', reason: 'r', message: 'x'.repeat(1000) }];
    expect(factOf('hpa', hpa({}, { conditions })).conditions[0]?.message).toHaveLength(300);
  });
});

describe('what a ScaledObject keeps', () => {
  const scaledObject = (spec: Raw, annotations: Raw = {}, status: Raw = {}): Raw => ({
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name: 'queue', namespace: 'shop', annotations },
    spec,
    status,
  });

  it('fills in the defaults of KEDA', () => {
    expect(factOf('scaledobject', scaledObject({ scaleTargetRef: { name: 'worker' } }))).toMatchObject({
      target: { apiVersion: '', kind: 'Deployment', name: 'worker' },
      min: 0,
      max: 100,
      idle: null,
      hpaName: null,
      paused: false,
    });
  });

  it('reads what is written', () => {
    const spec = {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'worker' },
      minReplicaCount: 2,
      maxReplicaCount: 8,
      idleReplicaCount: 0,
      advanced: { horizontalPodAutoscalerConfig: { name: 'mine' } },
    };
    const expected = { target: { kind: 'StatefulSet' }, min: 2, max: 8, idle: 0 };
    expect(factOf('scaledobject', scaledObject(spec))).toMatchObject({ ...expected, hpaName: 'mine' });
    expect(factOf('scaledobject', scaledObject(spec, {}, { hpaName: 'keda-hpa-queue' })).hpaName).toBe(
      'keda-hpa-queue',
    );
  });

  it.each([
    [{ 'autoscaling.keda.sh/paused': 'true' }, true],
    [{ 'autoscaling.keda.sh/paused': 'false' }, false],
    [{ 'autoscaling.keda.sh/paused-replicas': '3' }, true],
    [{}, false],
  ])('with %j is paused: %s', (annotations, paused) => {
    expect(factOf('scaledobject', scaledObject({}, annotations as Raw)).paused).toBe(paused);
  });
});
