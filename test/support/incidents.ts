/** Random incidents for property tests: what people, scalers and Argo CD do to one workload, as sentences of a Story. */
import { fc } from './property.ts';
import type { Scene } from './stage.ts';
import type { Story, StoryOptions } from './story.ts';
import type { Watcher } from './watcher.ts';

export type Sentence =
  | { readonly say: 'hpa'; readonly to: number }
  | { readonly say: 'person'; readonly to: number; readonly tool: string }
  | { readonly say: 'controller'; readonly to: number }
  | { readonly say: 'heal' | 'commit' | 'sync' | 'relist' }
  | { readonly say: 'wait'; readonly seconds: number };

const replicas = fc.integer({ min: 1, max: 9 });

export const hpa: fc.Arbitrary<Sentence> = replicas.map((to) => ({ say: 'hpa', to }));
export const person: fc.Arbitrary<Sentence> = fc
  .tuple(fc.integer({ min: 0, max: 9 }), fc.constantFrom('kubectl', 'k9s', 'argocd-server'))
  .map(([to, tool]) => ({ say: 'person', to, tool }));
export const controller: fc.Arbitrary<Sentence> = fc.nat({ max: 9 }).map((to) => ({ say: 'controller', to }));
export const heal: fc.Arbitrary<Sentence> = fc.constant({ say: 'heal' });
export const commit: fc.Arbitrary<Sentence> = fc.constant({ say: 'commit' });
export const sync: fc.Arbitrary<Sentence> = fc.constant({ say: 'sync' });
export const relist: fc.Arbitrary<Sentence> = fc.constant({ say: 'relist' });
export const wait: fc.Arbitrary<Sentence> = fc
  .oneof(fc.integer({ min: 1, max: 30 }), fc.constantFrom(60, 303, 900))
  .map((seconds) => ({ say: 'wait', seconds }));

/** Where it happens: kinds, ways of writing and marking, names of controllers. */
export const scenery: fc.Arbitrary<StoryOptions> = fc.record({
  kind: fc.constantFrom('Deployment', 'StatefulSet', 'Rollout', 'Cache'),
  apply: fc.constantFrom('client', 'server', 'replace'),
  tracking: fc.constantFrom('annotation', 'label'),
  namespace: fc.constantFrom('argocd', 'team-a'),
  hpaManager: fc.constantFrom('kube-controller-manager', 'k3s'),
  git: fc.integer({ min: 1, max: 9 }),
});

/** Says one sentence. Heals and syncs happen only where there is something to heal, as in Argo CD. */
export function say(story: Story, sentence: Sentence): void {
  switch (sentence.say) {
    case 'hpa':
      story.hpaScales(sentence.to);
      break;
    case 'person':
      story.personScales(sentence.to, sentence.tool);
      break;
    case 'controller':
      story.controllerScales('pykube-ng', sentence.to);
      break;
    case 'heal':
      if (story.app.differs()) story.argoHeals();
      break;
    case 'commit':
      story.commit();
      break;
    case 'sync':
      story.personSyncs();
      break;
    case 'relist':
      story.stage.unseen(() => {});
      break;
    case 'wait':
      story.after(sentence.seconds);
      break;
  }
}

export function tell(story: Story, sentences: readonly Sentence[]): Story {
  for (const sentence of sentences) say(story, sentence);
  return story.after(10);
}

/** What must not depend on how it was watched. */
export function verdicts(watcher: Watcher) {
  return watcher.conflicts().map((conflict) => ({
    id: conflict.id,
    field: conflict.field,
    application: conflict.application,
    contenders: conflict.contenders.map(({ kind, name, values }) => ({ kind, name, values })),
    state: conflict.state,
    resolution: conflict.resolution,
    reversals: conflict.reversals,
  }));
}

/** Each version of an Application comes later or earlier than it did, still in order among themselves. */
export function shiftApplications(tape: readonly Scene[], delays: readonly number[]): Scene[] {
  let last = 0;
  let turn = 0;
  const shifted = tape.map((scene) => {
    if (scene.type !== 'seen' || scene.origin === 'list' || scene.raw['kind'] !== 'Application') return scene;
    const at = Math.max(last, scene.at + (delays[turn++ % delays.length] ?? 0));
    last = at;
    return { ...scene, at };
  });
  return shifted
    .map((scene, index) => ({ scene, index }))
    .sort((a, b) => a.scene.at - b.scene.at || a.index - b.index)
    .map(({ scene }) => scene);
}

/** Every version that `twice` picks is told two times. */
export function doubled(tape: readonly Scene[], twice: (index: number) => boolean): Scene[] {
  return tape.flatMap((scene, index) => (scene.type === 'seen' && twice(index) ? [scene, scene] : [scene]));
}
