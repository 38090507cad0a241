import { describe, expect, it } from 'vitest';
import { textAt } from '../../src/kubernetes/projections/read-json.ts';
import { Folders } from '../../src/manifests/folders.ts';
import { kustomize } from '../../src/manifests/kustomizations.ts';
import { parseText } from '../../src/manifests/parse-text.ts';

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {replicas: 3, selector: {}, template: {}}
`;

/** What the kustomization in /repo/over delivers of Deployment web: replicas, '-' for none, '?' where it is uncertain. */
function replicas(files: { readonly [path: string]: string }): string {
  const objects = Object.entries({
    'base/web.yaml': DEPLOYMENT,
    'base/kustomization.yaml': 'resources: [web.yaml]',
    ...files,
  })
    .map(([path, text]) => ({ file: path, path: `/repo/${path}`, named: false, text, fault: null }))
    .flatMap((text) => parseText(text).objects);
  const [delivered] = kustomize('/repo/over', new Folders(objects)) ?? [];
  if (delivered === undefined) throw new Error('nothing delivered');
  const spec = delivered.raw['spec'] as { replicas?: number };
  return `${textAt(delivered.raw, 'metadata', 'name')} ${spec.replicas ?? '-'}${delivered.uncertain ? '?' : ''}`;
}

const over = (text: string) => ({ 'over/kustomization.yaml': `resources: [../base]\n${text}` });
const merge = (spec: string) => `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: ${spec}\n`;

describe('what an overlay makes of the replicas of its base', () => {
  it.each([
    ['keeps them without a patch', over(''), 'web 3'],
    ['takes the field replicas', over('replicas: [{name: web, count: 5}]'), 'web 5'],
    [
      'takes it under a prefix and a suffix too',
      over('namePrefix: a-\nnameSuffix: -b\nreplicas: [{name: web, count: 5}]'),
      'a-web-b 5',
    ],
    ['leaves it alone for another name', over('replicas: [{name: api, count: 5}]'), 'web 3'],
    [
      'takes a JSON patch out',
      over('patches: [{target: {kind: Deployment}, patch: "- {op: remove, path: /spec/replicas}"}]'),
      'web -',
    ],
    [
      'takes a JSON patch in the old place',
      over(
        'patchesJson6902: [{target: {kind: Deployment, name: web}, patch: "- {op: replace, path: /spec/replicas, value: 4}"}]',
      ),
      'web 4',
    ],
    [
      'leaves a JSON patch for another kind alone',
      over('patches: [{target: {kind: StatefulSet}, patch: "- {op: remove, path: /spec/replicas}"}]'),
      'web 3',
    ],
    [
      'takes a strategic merge patch from a file',
      { ...over('patches: [{path: scale.yaml}]'), 'over/scale.yaml': merge('{replicas: 7}') },
      'web 7',
    ],
    [
      'takes null in a strategic merge patch for a removal',
      { ...over('patchesStrategicMerge: [scale.yaml]'), 'over/scale.yaml': merge('{replicas: null}') },
      'web -',
    ],
    [
      'leaves a patch of something else alone',
      { ...over('patches: [{path: scale.yaml}]'), 'over/scale.yaml': merge('{paused: true}') },
      'web 3',
    ],
    ['is uncertain where the patch is not in the input', over('patches: [{path: elsewhere.yaml}]'), 'web 3?'],
    [
      'takes the patch of a component',
      {
        ...over('components: [../part]'),
        'part/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{path: scale.yaml}]`,
        'part/scale.yaml': merge('{replicas: 9}'),
      },
      'web 9',
    ],
    [
      'ends where a kustomization takes in itself',
      { ...over('replicas: [{name: web, count: 2}]'), 'base/kustomization.yaml': 'resources: [web.yaml, ../over]' },
      'web 2',
    ],
  ])('%s', (_what, files, wanted) => {
    expect(replicas(files)).toBe(wanted);
  });
});
