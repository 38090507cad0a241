/** Two Applications that declare one object: told apart by the mark, which flips with each write. */
import { describe, expect, it } from 'vitest';
import { loadJqEngine } from '../../src/kubernetes/jq-engine.ts';
import { ArgoApp } from '../support/argo-app.ts';
import { LiveObject, PATH_IMAGE, PATH_REPLICAS, type Path } from '../support/live-object.ts';
import { Story } from '../support/story.ts';
import type { Watcher } from '../support/watcher.ts';

const jq = await loadJqEngine();

function told(watcher: Watcher) {
  const { kind, field, contenders, state } = watcher.conflict();
  return { kind, field, contenders: contenders.map((one) => `${one.kind}:${one.name} ${one.values}`), state };
}

const CONFIG_MAP = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'flags', namespace: 'shop', uid: 'uid-flags' },
};
const CHECKOUT: Path = ['data', 'checkout'];

describe('two Applications that declare one object', () => {
  /** Both heal in turn, as soon as the other's mark stands there. */
  function share(
    object: LiveObject,
    path: Path,
    values: readonly [string | number, string | number],
    rounds: number,
    period = 3,
  ) {
    const story = new Story({ hpa: false });
    const blue = new ArgoApp(story.stage, { name: 'blue' });
    const green = new ArgoApp(story.stage, { name: 'green' });
    story.stage.before(() => {
      blue.manages(object, [[path, values[0]]]);
      green.manages(object, [[path, values[1]]]);
      blue.begins();
    });
    story.stage.show(object.raw());
    blue.show();
    green.show();
    for (let round = 0; round < rounds; round++) {
      green.heals();
      blue.show();
      story.after(period);
      blue.show();
      blue.heals();
      green.show();
      story.after(period);
    }
    return { story, blue, green };
  }

  const deployment = () =>
    new LiveObject({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'both', namespace: 'shop', uid: 'uid-both' },
      spec: { template: { spec: { containers: [{ name: 'app' }] } } },
      status: {},
    });

  it('take turns over replicas', () => {
    expect(told(share(deployment(), PATH_REPLICAS, [2, 5], 3).story.watchedBy(jq))).toMatchObject({
      kind: 'shared-object',
      field: '/spec/replicas',
      contenders: ['argocd:green 5', 'argocd:blue 2'],
      state: 'confirmed',
    });
  });

  it('take turns over the image, which only the lens shows', () => {
    expect(told(share(deployment(), PATH_IMAGE, ['app:1', 'app:2'], 5).story.watchedBy(jq))).toMatchObject({
      kind: 'shared-object',
      field: '/spec/template/spec/containers/0/image',
      state: 'confirmed',
    });
  });

  it.each([3, 303])('take turns over a ConfigMap, one heal every %i s', (period) => {
    const watcher = share(new LiveObject(CONFIG_MAP), CHECKOUT, ['old', 'new'], 6, period).story.watchedBy(jq);
    expect(told(watcher)).toMatchObject({ kind: 'shared-object', field: '/data/checkout', state: 'confirmed' });
    expect(watcher.states()).not.toContain('resolved');
  });

  it('fight over the mark alone where both declare the same', () => {
    expect(told(share(new LiveObject(CONFIG_MAP), CHECKOUT, ['old', 'old'], 6).story.watchedBy(jq))).toMatchObject({
      kind: 'shared-object',
      contenders: [expect.stringContaining('argocd:'), expect.stringContaining('argocd:')],
      state: 'confirmed',
    });
  });

  it.each([
    ['Deployment', deployment, PATH_REPLICAS, [2, 5]],
    ['ConfigMap', () => new LiveObject(CONFIG_MAP), CHECKOUT, ['old', 'new']],
  ] as const)('make peace over a %s when one of them leaves it to the other', (_, object, path, values) => {
    const { story, blue, green } = share(object(), path, values, 6);
    green.forgets(String(object().read(['metadata', 'name'])));
    green.deploys();
    blue.show();
    story.after(60);
    expect(story.watchedBy(jq).conflict()).toMatchObject({ state: 'resolved', resolution: 'field-left-git' });
  });
});
