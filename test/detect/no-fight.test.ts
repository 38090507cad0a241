/** What is no fight, and gets the right word or none. */
import { describe, expect, it } from 'vitest';
import { loadJqEngine } from '../../src/kubernetes/jq-engine.ts';
import { PATH_IMAGE, PATH_REPLICAS } from '../support/live-object.ts';
import { RESPECT, RULE, Story } from '../support/story.ts';

const jq = await loadJqEngine();

/** Conflicts there are, and the words that were said. */
function told(story: Story) {
  const watcher = story.watchedBy(jq);
  return { conflicts: watcher.conflicts().length, notices: watcher.noticeKinds() };
}

const NOTHING = { conflicts: 0, notices: [] };

describe('one writer', () => {
  it('an HPA that follows its load says nothing', () => {
    const story = new Story({ git: null });
    for (const to of [4, 6, 9, 7, 5, 3]) story.hpaScales(to).after(120);
    expect(told(story)).toEqual(NOTHING);
  });

  it('an HPA that swings fast is thrashing, with the window that would calm it', () => {
    const story = new Story({ git: null });
    for (let swing = 0; swing < 6; swing++) story.hpaScales(9).after(40).hpaScales(3).after(40);
    expect(told(story)).toEqual({ conflicts: 0, notices: ['hpa-thrash'] });
    expect(story.watchedBy(jq).notice('hpa-thrash')?.message).toContain('stabilizationWindowSeconds: 120');
  });

  it('KEDA that swings between two reverts is in a fight, and not told to thrash alone', () => {
    const story = new Story({ git: 1, hpa: false }).scaledObjectComes();
    for (let revert = 0; revert < 3; revert++) {
      story.scaledToZero();
      story.argoHeals();
      for (let swing = 0; swing < 4; swing++) story.after(20).scaledToZero().after(20).kedaScales(1);
    }
    expect(told(story)).toEqual({ conflicts: 1, notices: [] });
  });

  it('a person who scales up and down and up says nothing', () => {
    const story = new Story({ git: null, hpa: false });
    for (const to of [4, 2, 4, 2, 4, 2]) story.personScales(to).after(30);
    expect(told(story)).toEqual(NOTHING);
  });

  it('Git that changes its mind with every commit says nothing', () => {
    const story = new Story({ hpa: false });
    for (const to of [4, 2, 4, 2, 4, 2]) {
      story.app.commits(story.workload, PATH_REPLICAS, to);
      story.app.deploys();
      story.after(60);
    }
    expect(told(story)).toEqual(NOTHING);
  });
});

describe('a person against self-heal', () => {
  it('whose scale is reverted once hears that it does not last', () => {
    const story = new Story({ hpa: false });
    story.personScales(7).argoHeals().after(60);
    expect(told(story)).toEqual({ conflicts: 0, notices: ['manual-override-reverted'] });
    expect(story.watchedBy(jq).notice('manual-override-reverted')?.message).toContain('from 7 back to 3');
  });

  it('who scales to zero, signs nothing and is reverted once hears the same', () => {
    const story = new Story({ hpa: false });
    story.personScales(0).argoHeals().after(60);
    expect(told(story)).toEqual({ conflicts: 0, notices: ['manual-override-reverted'] });
  });

  it('whose scale is undone by a commit hears the same', () => {
    const story = new Story({ hpa: false, selfHeal: false });
    story.personScales(7).after(30).commit().after(60);
    expect(told(story)).toEqual({ conflicts: 0, notices: ['manual-override-reverted'] });
  });

  it('who tries again a day later is still no fight', () => {
    const story = new Story({ hpa: false });
    for (let day = 0; day < 5; day++) story.personScales(7).argoHeals().after(86_400);
    expect(told(story)).toEqual({ conflicts: 0, notices: ['manual-override-reverted'] });
  });

  it('who patches the image and is reverted once hears that a hotfix does not last', () => {
    const story = new Story({ hpa: false });
    story.controllerWrites('kubectl-patch', story.workload, PATH_IMAGE, 'app:hotfix').argoHeals().after(60);
    expect(told(story)).toEqual({ conflicts: 0, notices: ['hotfix-reverted', 'rollout'] });
  });
});

describe('a reset at each deploy', () => {
  it('is a notice without self-heal, however many deploys there are', () => {
    const story = new Story({ selfHeal: false });
    for (let deploy = 0; deploy < 6; deploy++) story.hpaScales(6).after(30).commit().after(60);
    expect(told(story)).toEqual({ conflicts: 0, notices: ['reset-on-sync'] });
    expect(story.watchedBy(jq).notice('reset-on-sync')?.count).toBe(6);
  });

  it('is a notice with a rule that is not respected, however many deploys there are', () => {
    const story = new Story({ rules: RULE });
    for (let deploy = 0; deploy < 6; deploy++) story.hpaScales(6).after(30).commit().after(60);
    expect(told(story)).toEqual({ conflicts: 0, notices: ['reset-on-sync'] });
  });

  it('is a notice when an image updater deploys without a commit: the source moved, the revision did not', () => {
    const story = new Story({ selfHeal: false });
    for (let deploy = 0; deploy < 6; deploy++) {
      story.hpaScales(6).after(30);
      story.app.deploys();
      story.after(60);
    }
    expect(told(story)).toEqual({ conflicts: 0, notices: ['reset-on-sync'] });
  });

  it('is a notice when somebody presses Sync once', () => {
    const story = new Story({ selfHeal: false });
    story.hpaScales(6).after(30).personSyncs().after(60);
    expect(told(story)).toEqual({ conflicts: 0, notices: ['reset-on-sync'] });
  });
});

describe('a protected workload', () => {
  const options = { rules: RULE, syncOptions: [RESPECT] };

  it('says nothing when the HPA scales and commits come', () => {
    const story = new Story(options);
    for (const to of [6, 9, 6]) {
      story.hpaScales(to).after(30);
      // With RespectIgnoreDifferences what is applied is the live value.
      story.app.commits(story.workload, PATH_REPLICAS, to);
      story.app.deploys();
      story.after(60);
    }
    expect(told(story)).toEqual(NOTHING);
  });

  it('that gets an old value once says that it is harmless', () => {
    const story = new Story(options);
    story.hpaScales(6).commit().after(60);
    expect(told(story)).toEqual({ conflicts: 0, notices: ['stale-value-write'] });
  });
});

describe('a workload that is released, restarted, paused or made anew', () => {
  it('says what it is', () => {
    const story = new Story({ hpa: false });
    story.app.commits(story.workload, PATH_IMAGE, 'app:2');
    story.app.deploys();
    story.after(60);
    story.controllerWrites(
      'kubectl-rollout',
      story.workload,
      ['spec', 'template', 'metadata', 'annotations', 'kubectl.kubernetes.io/restartedAt'],
      '2026-11-21T05:50:00Z',
    );
    story.controllerWrites('kubectl-patch', story.workload, ['spec', 'paused'], true).after(60);
    expect(told(story)).toEqual({ conflicts: 0, notices: ['restart', 'rollout', 'rollout-paused'] });
  });

  it('and scaled by an HPA meanwhile is no fight', () => {
    const story = new Story({ git: null });
    story.hpaScales(6);
    story.stage.take(story.workload.raw());
    story.after(2);
    story.stage.show(story.workload.raw());
    story.hpaScales(4).after(60);
    expect(told(story)).toEqual(NOTHING);
  });
});

describe('a daemon that has just been started', () => {
  it('takes no old self-heal that it finds in a list for one that happens now', () => {
    const story = new Story({ hpa: false, unseen: (one) => one.personScales(7).argoHeals().after(3600) });
    story.after(600);
    expect(told(story)).toEqual(NOTHING);
    expect(story.watchedBy(jq).detector.syncsOf({ namespace: 'argocd', name: 'web' })).toBeUndefined();
  });

  it('says of a standing drift without self-heal nothing', () => {
    const story = new Story({ hpa: false, selfHeal: false, unseen: (one) => one.personScales(7) });
    story.after(3600);
    expect(told(story)).toEqual(NOTHING);
  });
});
