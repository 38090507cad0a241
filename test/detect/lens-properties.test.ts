/** Fights under the lens, however fast they go round and however the Application's stream lags or leads. */

import { describe, expect, it } from 'vitest';
import { loadJqEngine } from '../../src/kubernetes/jq-engine.ts';
import { shiftApplications } from '../support/incidents.ts';
import { PATH_IMAGE, type Path } from '../support/live-object.ts';
import { fc } from '../support/property.ts';
import { Story } from '../support/story.ts';
import { Watcher } from '../support/watcher.ts';

const jq = await loadJqEngine();
const RUNS = { numRuns: 100 };

const CONFIG_MAP = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'flags', namespace: 'shop', uid: 'uid-flags' },
};
const CHECKOUT: Path = ['data', 'checkout'];
const delays = fc.array(fc.integer({ min: -4000, max: 4000 }), { minLength: 1, maxLength: 12 });
const waits = fc.array(fc.constantFrom(2, 6, 12, 18, 54, 162, 303), { minLength: 6, maxLength: 9 });
const apply = fc.constantFrom('client' as const, 'server' as const, 'replace' as const);

function told(watcher: Watcher): string[] {
  return watcher
    .conflicts()
    .map(({ state, kind, field, application, contenders }) =>
      [state, kind, field, application?.name, ...contenders.map(({ name, manager }) => name ?? manager)].join(' '),
    )
    .sort();
}

describe('a fight under the lens', () => {
  it('over a key of a ConfigMap is one, with field, writer and Application', () => {
    const scenery = fc.record({
      apply,
      namespace: fc.constantFrom('argocd', 'team-a'),
      tracking: fc.constantFrom('annotation' as const, 'label' as const),
    });
    fc.assert(
      fc.property(scenery, waits, delays, (options, pauses, by) => {
        const story = new Story({ ...options, hpa: false });
        const flags = story.object(CONFIG_MAP, [[CHECKOUT, 'old']]);
        for (const pause of pauses) {
          story.controllerWrites('flag-operator', flags, CHECKOUT, 'new').argoHeals().after(pause);
        }
        const watcher = new Watcher(jq).watch(shiftApplications(story.tape, by));
        expect(told(watcher)).toEqual(['confirmed field /data/checkout web flag-operator web']);
      }),
      RUNS,
    );
  });

  it('over the pod template is one beside that over replicas', () => {
    const scenery = fc.record({
      apply,
      kind: fc.constantFrom('Deployment' as const, 'StatefulSet' as const, 'Rollout' as const),
      hpa: fc.boolean(),
    });
    fc.assert(
      fc.property(scenery, waits, delays, (options, pauses, by) => {
        const story = new Story(options);
        for (const pause of pauses) {
          if (options.hpa) story.hpaScales(6);
          story.controllerWrites('mesh-injector', story.workload, PATH_IMAGE, 'app:mesh').argoHeals().after(pause);
        }
        const watcher = new Watcher(jq).watch(shiftApplications(story.tape, by));
        expect(told(watcher)).toEqual([
          ...(options.hpa ? ['confirmed replicas /spec/replicas web web web'] : []),
          'confirmed template /spec/template/spec/containers/0/image web mesh-injector web',
        ]);
      }),
      RUNS,
    );
  });
});
