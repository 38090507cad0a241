/** When a fight is over, and why; and when it only looks like it. */
import { describe, expect, it } from 'vitest';
import { loadJqEngine } from '../../src/kubernetes/jq-engine.ts';
import { PATH_REPLICAS } from '../support/live-object.ts';
import { RESPECT, RULE, Story } from '../support/story.ts';

const jq = await loadJqEngine();

function told(story: Story) {
  const { state, activity, resolution, reversals } = story.watchedBy(jq).conflict();
  return { state, activity, resolution, reversals };
}

/** Three rounds, 15 s apart. */
function fighting(options: ConstructorParameters<typeof Story>[0] = {}): Story {
  return new Story(options).fight(3, 15);
}

const RESOLVED = { state: 'resolved', activity: 'over' };

describe('a rule ends it', () => {
  it('once Argo CD says that it compared with it, with a reason', () => {
    const story = fighting().ruleComes();
    expect(told(story)).toMatchObject({ state: 'confirmed', activity: 'settling' });
    story.after(15);
    expect(told(story)).toMatchObject({ ...RESOLVED, resolution: 'rule-added' });
    expect(story.watchedBy(jq).noticeKinds()).not.toContain('half-fixed');
  });

  it('not before: a rule in the spec that no comparison has used yet proves nothing', () => {
    const story = fighting();
    story.app.rules = RULE;
    story.app.show();
    story.after(600);
    expect(told(story)).toMatchObject({ state: 'confirmed', activity: 'settling', resolution: null });
  });

  it('by half when RespectIgnoreDifferences is missing, and says so', () => {
    const story = fighting().ruleComes(RULE, []).after(15);
    expect(told(story)).toMatchObject({ ...RESOLVED, resolution: 'rule-added' });
    expect(story.watchedBy(jq).notice('half-fixed')?.message).toContain('RespectIgnoreDifferences=true');
  });

  it('not when its group is missing, and the conflict says which rule fails and why', () => {
    const story = fighting().ruleComes([{ group: '', kind: 'Deployment', jsonPointers: ['/spec/replicas'] }]);
    story.after(60);
    expect(told(story)).toMatchObject({ state: 'confirmed', resolution: null });
    expect(
      story
        .watchedBy(jq)
        .conflict()
        .failingRules.map(({ place, reason }) => `${place} ${reason}`),
    ).toEqual(['spec.ignoreDifferences[0] group-missing']);
  });

  it('and a deploy that resets the ignored field afterwards is a notice, not the fight again', () => {
    const story = fighting().ruleComes(RULE, []).after(15).hpaScales(6).after(60).commit().after(60);
    expect(told(story)).toMatchObject({ ...RESOLVED, resolution: 'rule-added', reversals: 3 });
    expect(story.watchedBy(jq).noticeKinds()).toEqual(['half-fixed', 'reset-on-sync']);
  });

  it('until it is taken away again: the same conflict, with the same id, goes on', () => {
    const story = fighting().ruleComes().after(15);
    const { id, startedAt } = story.watchedBy(jq).conflict();
    story.after(3600).ruleComes([], []).fight(1, 15);
    expect(story.watchedBy(jq).conflict()).toMatchObject({
      id,
      startedAt,
      state: 'confirmed',
      resolution: null,
      resolvedAt: null,
    });
    expect(story.watchedBy(jq).states()).toEqual(['confirmed', 'resolved', 'confirmed']);
    expect(story.watchedBy(jq).conflict().evidence.at(-1)?.at).toBeGreaterThan(story.now - 20_000);
    expect(story.watchedBy(jq).conflict().evidence.at(-2)?.writer).toBe('hpa/web');
  });
});

describe('self-heal is switched off', () => {
  it('and it is over once the longest backoff has passed', () => {
    const story = fighting().selfHealIsSwitchedOff().after(290);
    expect(told(story)).toMatchObject({ state: 'confirmed', activity: 'settling' });
    story.after(20);
    expect(told(story)).toMatchObject({ ...RESOLVED, resolution: 'self-heal-off' });
  });

  it('and on again in time: nothing has ended', () => {
    const story = fighting().selfHealIsSwitchedOff().after(200).selfHealIsSwitchedOn().after(900);
    expect(told(story)).toMatchObject({ state: 'confirmed', resolution: null });
  });

  it('and a commit reverts once more: the wait begins anew', () => {
    const story = fighting().hpaScales(6).selfHealIsSwitchedOff().after(200).commit().after(200);
    expect(told(story)).toMatchObject({ state: 'confirmed', reversals: 4 });
    story.after(110);
    expect(told(story)).toMatchObject({ ...RESOLVED, resolution: 'self-heal-off' });
  });

  it('together with the whole Application: it is deleted', () => {
    const story = fighting();
    story.stage.take(story.app.raw());
    story.after(310);
    expect(told(story)).toMatchObject({ ...RESOLVED, resolution: 'self-heal-off' });
  });
});

describe('the scaler is gone', () => {
  it('and it is over a minute later', () => {
    const story = fighting().hpaGoes().after(50);
    expect(told(story)).toMatchObject({ state: 'confirmed', activity: 'settling' });
    story.after(20);
    expect(told(story)).toMatchObject({ ...RESOLVED, resolution: 'scaler-gone' });
  });

  it('and made anew within the minute: it has not gone', () => {
    const story = fighting().hpaGoes().after(40).hpaComes().after(600);
    expect(told(story)).toMatchObject({ state: 'confirmed', resolution: null });
  });
});

describe('replicas leave Git', () => {
  it('and it is over, though the sync set the default of 1 once', () => {
    const story = fighting({ git: 8 }).hpaScales(2).replicasLeaveGit().hpaScales(2).after(40);
    expect(told(story)).toMatchObject({ ...RESOLVED, resolution: 'field-left-git' });
  });

  it('with the workload: it is pruned', () => {
    const story = fighting();
    story.stage.take(story.workload.raw());
    story.after(70);
    expect(told(story)).toMatchObject({ ...RESOLVED, resolution: 'field-left-git' });
  });

  it('not when the workload is deleted and made anew at once', () => {
    const story = fighting();
    story.stage.take(story.workload.raw());
    story.after(5);
    story.stage.show(story.workload.raw());
    story.after(600);
    expect(told(story)).toMatchObject({ state: 'confirmed', resolution: null });
  });
});

describe('it is quiet, and not over', () => {
  it('because the HPA wants what Git says: dormant, for ever', () => {
    const story = fighting().hpaWants(3).after(7200);
    expect(told(story)).toEqual({ state: 'confirmed', activity: 'dormant', resolution: null, reversals: 3 });
  });

  it('because the backoff has grown to its cap', () => {
    const story = fighting().hpaScales(6).after(295);
    expect(told(story)).toMatchObject({ state: 'confirmed', activity: 'fighting' });
  });

  it('because a sync window keeps Argo CD from writing: blocked', () => {
    const story = fighting();
    story.windowComes();
    story.hpaScales(6).after(7200);
    expect(told(story)).toEqual({ state: 'confirmed', activity: 'blocked', resolution: null, reversals: 3 });
  });

  it('because a sync failed and Argo CD gave up: blocked, and it says so', () => {
    const story = fighting().hpaScales(6).argoHeals({ phase: 'Failed' }).after(7200);
    expect(told(story)).toEqual({ state: 'confirmed', activity: 'blocked', resolution: null, reversals: 3 });
    expect(story.watchedBy(jq).notice('self-heal-gave-up')?.message).toContain('dead, not healed');
  });

  it('though only counted, because a window keeps Argo CD from undoing the downscaler all night', () => {
    const story = new Story({ hpa: false });
    story.fight(4, 60, (one) => one.controllerScales('pykube-ng', 0));
    story.windowComes().controllerScales('pykube-ng', 0);
    story.app.show();
    story.after(10 * 3600);
    expect(told(story)).toMatchObject({ state: 'confirmed', resolution: null, activity: 'blocked' });
  });

  it('because the watch was away: what nobody saw proves nothing', () => {
    const story = fighting().selfHealIsSwitchedOff().after(100);
    story.stage.unseen(() => story.after(1000));
    story.after(100);
    expect(told(story)).toMatchObject({ state: 'confirmed', resolution: null });
    story.after(210);
    expect(told(story)).toMatchObject({ ...RESOLVED, resolution: 'self-heal-off' });
  });
});

describe('it is quiet, and over', () => {
  it('when nothing in the configuration keeps a counted fight alive and it has been still for long', () => {
    const story = new Story({ hpa: false });
    story.fight(4, 60, (one) => one.personScales(7));
    story.after(600);
    expect(told(story)).toMatchObject({ state: 'confirmed' });
    story.after(3000);
    expect(told(story)).toMatchObject({ ...RESOLVED, resolution: 'quiet' });
  });

  it('of manual syncs only: no rule without RespectIgnoreDifferences and no switch of self-heal explains it', () => {
    const story = new Story({ selfHeal: false });
    for (let round = 0; round < 4; round++) story.hpaScales(6).after(30).personSyncs().after(60);
    story.ruleComes(RULE, []).after(400);
    expect(told(story)).toMatchObject({ state: 'confirmed', resolution: null });
    story.ruleComes(RULE, [RESPECT]).after(20);
    expect(told(story)).toMatchObject({ ...RESOLVED, resolution: 'rule-added' });
  });

  it('when what Git declares moved to what the HPA holds, and only then dormant', () => {
    const story = fighting();
    story.app.commits(story.workload, PATH_REPLICAS, 6);
    story.app.deploys();
    story.after(3600);
    expect(told(story)).toMatchObject({ state: 'confirmed', activity: 'dormant' });
  });
});
