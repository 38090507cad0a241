import { describe, expect, it } from 'vitest';
import { redact } from '../../../src/kubernetes/projections/redact.ts';
import type { Json } from '../../../src/model/facts.ts';
import { fc } from '../../support/property.ts';
import { deployment, lastApplied, type Raw } from './raw-objects.ts';

const SECRET = 'hunter2-hunter2';

function podTemplate(env: Json): Raw {
  return { template: { spec: { containers: [{ name: 'app', env }], initContainers: [{ name: 'init', env }] } } };
}

describe('what is never kept in clear', () => {
  const env = [
    { name: 'PASSWORD', value: SECRET },
    { name: 'REF', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
  ];
  it.each<[string, Raw]>([
    ['the data of a Secret', { kind: 'Secret', data: { password: SECRET }, stringData: { nested: { x: [SECRET] } } }],
    ['env values of a pod template', deployment({ spec: podTemplate(env) })],
    ['env values in last-applied', deployment({ annotations: lastApplied({ spec: podTemplate(env) }) })],
    [
      'the data of a Secret in last-applied',
      { kind: 'Secret', metadata: { annotations: lastApplied({ kind: 'Secret', data: { password: SECRET } }) } },
    ],
    [
      'a last-applied that cannot be read',
      deployment({ annotations: { 'kubectl.kubernetes.io/last-applied-configuration': SECRET } }),
    ],
    [
      'a manifest in the annotation of another deployer',
      deployment({ annotations: { original: JSON.stringify({ spec: podTemplate(env) }) } }),
    ],
    ['an env map, as custom resources have it', { kind: 'App', spec: { env: { PASSWORD: SECRET } } }],
    ['an env value that is no text', { kind: 'App', spec: { env: [{ name: 'X', value: { deep: [SECRET] } }] } }],
    [
      'Helm values of an Application',
      {
        kind: 'Application',
        spec: {
          source: {
            helm: { values: SECRET, valuesObject: { a: [SECRET] }, parameters: [{ name: 'p', value: SECRET }] },
          },
        },
      },
    ],
    [
      'env values of a plugin',
      { kind: 'Application', spec: { source: { plugin: { env: [{ name: 'P', value: SECRET }] } } } },
    ],
  ])('%s', (_, raw) => {
    const text = JSON.stringify(redact(raw));
    expect(text).not.toContain(SECRET);
    expect(text).toContain('sha256:');
  });

  it('leaves everything else as it is, a key named env included', () => {
    const raw = {
      kind: 'ConfigMap',
      metadata: { labels: { env: 'prod' }, annotations: { note: '{not json', revision: '3' } },
      data: { env: 'prod', level: 'debug' },
    };
    expect(redact(raw)).toEqual(raw);
  });

  it('keeps the names of env entries and what they refer to', () => {
    const text = JSON.stringify(redact(deployment({ spec: podTemplate(env) })));
    expect(text).toContain('"name":"PASSWORD"');
    expect(text).toContain('"secretKeyRef":{"name":"s","key":"k"}');
  });

  it('tells two values apart and knows the same value again', () => {
    const kept = (value: string) => JSON.stringify(redact({ kind: 'Secret', data: { a: value } }));
    expect(kept('one')).toBe(kept('one'));
    expect(kept('one')).not.toBe(kept('two'));
  });

  it('hides the value wherever the env list stands', () => {
    const path = fc.array(
      fc.constantFrom('spec', 'template', 'containers', 'a', '__proto__', 'helm', 'annotations', 'env', 'parameters'),
      {
        maxLength: 6,
      },
    );
    fc.assert(
      fc.property(path, fc.boolean(), (keys, asList) => {
        // Parsed, so that '__proto__' becomes a key like any other.
        const inside = (inner: Json, key: string): Json => {
          const map = JSON.parse(`{${JSON.stringify(key)}:${JSON.stringify(inner)}}`) as Json;
          return asList ? [map] : map;
        };
        const nested = keys.reduceRight(inside, { env: [{ name: 'X', value: SECRET }] } as Json);
        expect(JSON.stringify(redact({ kind: 'Any', metadata: nested }))).not.toContain(SECRET);
      }),
    );
  });
});
