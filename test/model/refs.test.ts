import { describe, expect, it } from 'vitest';
import { displayRef, groupOf, keyOf, keyOfTarget, kubectlName } from '../../src/model/refs.ts';

const ref = (apiVersion: string, kind: string, namespace: string, name: string) => ({
  apiVersion,
  kind,
  namespace,
  name,
});

describe('the key of an object', () => {
  it('is the same for every version of its group', () => {
    expect(keyOf(ref('apps/v1', 'Deployment', 'shop', 'web'))).toBe(
      keyOf(ref('apps/v1beta2', 'Deployment', 'shop', 'web')),
    );
  });

  it.each([
    ['group', ref('extensions/v1', 'Deployment', 'shop', 'web')],
    ['kind', ref('apps/v1', 'StatefulSet', 'shop', 'web')],
    ['namespace', ref('apps/v1', 'Deployment', 'other', 'web')],
    ['name', ref('apps/v1', 'Deployment', 'shop', 'api')],
  ])('differs by %s', (_, other) => {
    expect(keyOf(other)).not.toBe(keyOf(ref('apps/v1', 'Deployment', 'shop', 'web')));
  });

  it.each([
    ['apps/v1', 'Deployment', 'apps/Deployment/shop/web'],
    ['', 'Deployment', 'apps/Deployment/shop/web'],
    ['argoproj.io/v1alpha1', 'Rollout', 'argoproj.io/Rollout/shop/web'],
    ['v1', 'ReplicationController', '/ReplicationController/shop/web'],
  ])('is what a scaler means that targets apiVersion "%s", kind %s', (apiVersion, kind, key) => {
    expect(keyOfTarget({ apiVersion, kind, name: 'web' }, { namespace: 'shop' })).toBe(key);
  });
});

describe('a group', () => {
  it.each([
    ['apps/v1', 'apps'],
    ['v1', ''],
    ['apps/', 'apps'],
    ['', ''],
  ])('of "%s" is "%s"', (apiVersion, group) => {
    expect(groupOf(apiVersion)).toBe(group);
  });
});

describe('an object in a message', () => {
  it.each([
    [ref('apps/v1', 'Deployment', 'shop', 'web'), 'Deployment shop/web', 'deployment.apps/web'],
    [ref('v1', 'ConfigMap', 'shop', 'flags'), 'ConfigMap shop/flags', 'configmap/flags'],
    [
      ref('admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration', '', 'injector'),
      'MutatingWebhookConfiguration injector',
      'mutatingwebhookconfiguration.admissionregistration.k8s.io/injector',
    ],
  ])('is read by people and by kubectl: %o', (object, display, kubectl) => {
    expect([displayRef(object), kubectlName(object)]).toEqual([display, kubectl]);
  });
});
