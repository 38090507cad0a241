/** Fights that must be named, by mechanism: who writes, how Argo CD writes, and how it marks what it manages. */
import { describe, expect, it } from 'vitest';
import { loadJqEngine } from '../../src/kubernetes/jq-engine.ts';
import { PATH_REPLICAS } from '../support/live-object.ts';
import { Story, type StoryOptions } from '../support/story.ts';

const jq = await loadJqEngine();

/** What everyone reads of the one conflict. */
function told(story: Story) {
  const conflict = story.watchedBy(jq).conflict();
  return {
    kind: conflict.kind,
    field: conflict.field,
    application: conflict.application?.name,
    contenders: conflict.contenders.map(({ kind, name }) => `${kind}:${name ?? ''}`),
    state: conflict.state,
  };
}

const AGAINST_HPA = {
  kind: 'replicas',
  field: '/spec/replicas',
  application: 'web',
  contenders: ['hpa:web', 'argocd:web'],
  state: 'confirmed',
};

describe('an HPA against self-heal', () => {
  it.each<[string, StoryOptions, number]>([
    ['Git is below what the HPA wants', { git: 3 }, 6],
    ['Git is above what the HPA wants', { git: 8 }, 2],
    ['Git is below minReplicas: 1 and 2 take turns', { git: 1, minReplicas: 2 }, 2],
    ['Git says 0 and the HPA wants some', { git: 0 }, 2],
    ['the target is a StatefulSet', { kind: 'StatefulSet' }, 6],
    ['the target is an Argo Rollout', { kind: 'Rollout' }, 6],
    ['the target is any other kind that can be scaled', { kind: 'Cache' }, 6],
    ['Argo CD applies on the server, where the HPA takes its ownership away', { apply: 'server' }, 6],
    ['Argo CD replaces under its own name and leaves no last-applied', { apply: 'replace' }, 6],
    ['the binary that replaces is called argocd', { apply: 'replace', manager: 'argocd' }, 6],
    ['objects are marked by label', { tracking: 'label' }, 6],
    ['objects are marked by label, and argocd-cm is not to be seen', { tracking: 'label', settings: false }, 6],
    ['the Application lives in a namespace of its own', { namespace: 'team-a' }, 6],
    ['the HPA controller runs inside k3s', { hpaManager: 'k3s' }, 6],
  ])('is confirmed at the first revert when %s', (_, options, wanted) => {
    const story = new Story(options);
    story.hpaScales(wanted).argoHeals();
    const reverted = story.now;
    story.after(10);
    const conflict = story.watchedBy(jq).conflict();
    expect(told(story)).toEqual(AGAINST_HPA);
    expect(conflict.reversals).toBe(1);
    expect(conflict.detectedAt).toBeLessThanOrEqual(reverted);
    expect(conflict.contenders.map(({ values }) => values)).toEqual([[wanted], [options.git ?? 3]]);
  });

  it('is one reversal where the HPA took two steps before it was undone', () => {
    const story = new Story();
    story.hpaScales(6).after(15).hpaScales(9).argoHeals().after(15);
    const conflict = story.watchedBy(jq).conflict();
    expect(conflict.reversals).toBe(1);
    expect(conflict.contenders[0]?.values).toEqual([6, 9]);
    expect(conflict.evidence.map(({ writer, from, to }) => `${writer} ${from} -> ${to}`)).toEqual([
      'hpa/web 3 -> 6',
      'hpa/web 6 -> 9',
      'argocd/web 9 -> 3',
    ]);
  });

  it('names the HPA that wants the value where two HPAs target one workload', () => {
    const story = new Story();
    story.hpaComes('night');
    story.fight(3, 15, (one) => one.hpaScales(7, 'night'));
    expect(told(story).contenders).toEqual(['hpa:night', 'argocd:web']);
  });

  it('stays one conflict with one id while commits elsewhere restart the fast phase', () => {
    const story = new Story();
    const first = story.hpaScales(6).argoHeals().after(14).watchedBy(jq).conflict();
    for (let commit = 0; commit < 3; commit++) {
      story.hpaScales(6).commit().after(14);
      story.fight(4, 15);
      story.after(280);
    }
    const watcher = story.watchedBy(jq);
    expect(watcher.conflict().id).toBe(first.id);
    expect(watcher.conflict().reversals).toBe(16);
    expect(watcher.states()).toEqual(['confirmed']);
  });

  it('is confirmed by a commit that reverts the HPA, for with self-heal on that is the same fight', () => {
    const story = new Story();
    story.hpaScales(6).commit().after(15);
    expect(told(story)).toEqual(AGAINST_HPA);
  });

  it.each([15, 303])('is seen when it goes round once in %i s', (period) => {
    const story = new Story();
    story.fight(4, period);
    const conflict = story.watchedBy(jq).conflict();
    expect(conflict).toMatchObject({ state: 'confirmed', reversals: 4, activity: 'fighting' });
    expect(conflict.periodSeconds).toBeGreaterThanOrEqual(period - 1);
    expect(conflict.periodSeconds).toBeLessThanOrEqual(period + 1);
  });

  it('is seen though a person scaled in between, and the person gets a word of their own', () => {
    const story = new Story();
    story.hpaScales(6).personScales(10).argoHeals().after(15);
    const watcher = story.watchedBy(jq);
    expect(told(story)).toEqual(AGAINST_HPA);
    expect(watcher.noticeKinds()).toContain('manual-override-reverted');
  });
});

describe('KEDA against self-heal', () => {
  it('is one conflict, through its HPA and by its own hand', () => {
    const story = new Story({ git: 1, scaledObject: 'web' });
    story.scaledObjectComes();
    story.hpaScales(4).argoHeals().after(15);
    story.scaledToZero().argoHeals().after(15);
    story.personSyncs().after(15);
    expect(told(story)).toEqual({ ...AGAINST_HPA, contenders: ['keda:web', 'argocd:web'] });
    expect(story.watchedBy(jq).conflict().contenders[0]?.values).toEqual([4, 0]);
  });

  it('is one conflict under the name of the ScaledObject where only the HPA it owns is to be seen', () => {
    const story = new Story({ git: 0, scaledObject: 'queue' });
    story.fight(2, 15, (one) => one.kedaScales(1));
    story.fight(2, 15, (one) => one.hpaScales(4));
    story.app.commits(story.workload, PATH_REPLICAS, 1);
    story.app.deploys();
    story.fight(2, 15, (one) => one.scaledToZero());
    expect(told(story)).toEqual({ ...AGAINST_HPA, contenders: ['keda:queue', 'argocd:web'] });
  });

  it('is proven at the first revert where a ScaledObject explains the zero that nobody signed', () => {
    const story = new Story({ git: 1, hpa: false });
    story.scaledObjectComes('queue');
    story.scaledToZero().argoHeals().after(10);
    expect(told(story)).toEqual({ ...AGAINST_HPA, contenders: ['keda:queue', 'argocd:web'] });
  });

  it('is what a zero is called that nobody signs, again and again, where ScaledObjects are not to be seen', () => {
    const story = new Story({ git: 1, hpa: false });
    story.fight(4, 30, (one) => one.scaledToZero());
    expect(told(story)).toEqual({ ...AGAINST_HPA, contenders: ['keda:', 'argocd:web'] });
  });
});

describe('others against self-heal', () => {
  it.each([
    ['a downscaler', 15],
    ['a downscaler', 303],
  ])('%s is confirmed at the third revert, one every %i s', (_, period) => {
    const story = new Story({ hpa: false });
    const scale = (one: Story) => one.controllerScales('pykube-ng', 0);
    story.fight(2, period, scale);
    expect(
      story
        .watchedBy(jq)
        .conflicts()
        .map(({ state }) => state),
    ).toEqual(['suspected']);
    scale(story);
    story.argoHeals().after(1);
    expect(told(story)).toEqual({ ...AGAINST_HPA, contenders: ['controller:', 'argocd:web'] });
    expect(story.watchedBy(jq).conflict().contenders[0]?.manager).toBe('pykube-ng');
  });

  it('a downscaler is found in a repository where every revert comes with a commit', () => {
    const story = new Story({ hpa: false });
    for (let round = 0; round < 4; round++) story.controllerScales('pykube-ng', 0).commit().after(60);
    expect(told(story)).toEqual({ ...AGAINST_HPA, contenders: ['controller:', 'argocd:web'] });
  });

  it('a downscaler that takes away what an HPA added does not hide the fight of both with Argo CD', () => {
    const story = new Story();
    for (let round = 0; round < 4; round++) {
      story.hpaScales(6).after(5).controllerScales('pykube-ng', 0).argoHeals().after(30);
    }
    const contenders = story
      .watchedBy(jq)
      .conflicts()
      .map((conflict) => [conflict.state, ...conflict.contenders.map(({ kind }) => kind)].join(' '));
    expect(contenders.sort()).toEqual(['confirmed controller argocd', 'confirmed hpa argocd']);
  });

  it('a person who insists is a contender at the third revert, whatever tool they hold', () => {
    const story = new Story({ hpa: false });
    for (const tool of ['kubectl', 'k9s', 'argocd-server']) story.personScales(7, tool).argoHeals().after(60);
    expect(told(story)).toEqual({ ...AGAINST_HPA, contenders: ['human:', 'argocd:web'] });
  });

  it('a person and an HPA that undo each other are found without Argo CD', () => {
    const story = new Story({ git: null });
    story.hpaScales(6).after(20);
    for (let round = 0; round < 4; round++) story.personScales(3).after(20).hpaScales(6).after(20);
    const conflict = story.watchedBy(jq).conflict();
    expect(conflict.state).toBe('confirmed');
    expect(conflict.contenders.map(({ kind }) => kind).sort()).toEqual(['hpa', 'human']);
  });
});

describe('a capacity reset that goes on without deploys', () => {
  it('is a conflict when manual syncs of one revision reset it again and again, though self-heal is off', () => {
    const story = new Story({ selfHeal: false });
    for (let round = 0; round < 4; round++) story.hpaScales(6).after(30).personSyncs().after(60);
    expect(told(story)).toEqual(AGAINST_HPA);
    expect(story.watchedBy(jq).notice('reset-on-sync')?.count).toBe(4);
  });

  it('is a conflict when self-heals of another field of the workload reset the ignored replicas', () => {
    const story = new Story({
      rules: [{ group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/replicas'] }],
    });
    for (let round = 0; round < 4; round++)
      story
        .hpaScales(6)
        .after(10)
        .argoHeals({ only: ['web'] })
        .after(30);
    expect(told(story)).toEqual(AGAINST_HPA);
  });
});
