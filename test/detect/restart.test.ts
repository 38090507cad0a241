/** A daemon that starts in the middle, with a checkpoint or without; and a watch that was away. */
import { describe, expect, it } from 'vitest';
import { loadJqEngine } from '../../src/kubernetes/jq-engine.ts';
import type { Scene } from '../support/stage.ts';
import { Story, type StoryOptions } from '../support/story.ts';
import { Watcher } from '../support/watcher.ts';

const jq = await loadJqEngine();

describe('a daemon that starts in the middle of a fight, with nothing remembered', () => {
  const began = (rounds: number, options: StoryOptions = {}) =>
    new Story({ ...options, unseen: (one) => one.fight(rounds, 15).hpaScales(6) });

  it('suspects it by the count of attempts, and says that it knows little', () => {
    const conflict = began(3).watchedBy(jq).conflict();
    expect(conflict).toMatchObject({ state: 'suspected', insufficientHistory: true, reversals: 3, resolution: null });
    expect(conflict.contenders.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['hpa web', 'argocd web']);
  });

  it('suspects nothing after two attempts: a person tries that often', () => {
    expect(began(2).watchedBy(jq).conflicts()).toEqual([]);
  });

  it('suspects nothing where nothing scales the workload, or a rule protects it', () => {
    const protectedNow = began(3, { rules: [{ group: 'apps', kind: '*', jsonPointers: ['/spec/replicas'] }] });
    const unscaled = new Story({ hpa: false, unseen: (one) => one.fight(4, 15, (two) => two.personScales(6)) });
    expect([...protectedNow.watchedBy(jq).conflicts(), ...unscaled.watchedBy(jq).conflicts()]).toEqual([]);
  });

  it.each<[string, StoryOptions]>([
    ['by client', {}],
    ['by replacing', { apply: 'replace' }],
  ])('confirms it at the first revert it sees, where Argo CD writes %s', (_, options) => {
    const watcher = began(3, options).argoHeals().after(5).watchedBy(jq);
    expect(watcher.conflict()).toMatchObject({ state: 'confirmed' });
    expect(watcher.states().at(-1)).toBe('confirmed');
  });

  it('confirms it at the first revert it sees under server-side apply, too: a self-heal undoes by what it is', () => {
    const watcher = began(3, { apply: 'server' }).argoHeals().after(5).watchedBy(jq);
    expect(watcher.conflict()).toMatchObject({ state: 'confirmed', reversals: 1 });
  });

  it('dates the start no later than the detection, though the cluster has a clock of its own', () => {
    const story = new Story({ skew: 3_600_000, unseen: (one) => one.hpaScales(7) });
    story.argoHeals().after(5);
    const { startedAt, detectedAt } = story.watchedBy(jq).conflict();
    expect(startedAt).toBeLessThanOrEqual(detectedAt ?? 0);
  });

  it('does not call a suspicion over while history is short', () => {
    const story = began(3).after(590);
    expect(story.watchedBy(jq).conflict()).toMatchObject({ state: 'suspected' });
  });
});

describe('a daemon that starts again with its checkpoint', () => {
  function goesOn(story: Story, cut: number, after = 0): Watcher {
    const before = new Watcher(jq).watch(story.tape.slice(0, cut));
    return before.restarted(jq, { checkpoint: true, after });
  }

  it('still says what it said', () => {
    const story = new Story().fight(3, 15);
    const before = story.watchedBy(jq).conflict();
    const after = goesOn(story, story.tape.length).conflict();
    expect({ ...after, activity: '', insufficientHistory: true }).toEqual({
      ...before,
      activity: '',
      insufficientHistory: true,
    });
  });

  it('has history enough again at the first reversal that it sees whole', () => {
    const story = new Story().fight(3, 15);
    const cut = story.tape.length;
    story.fight(2, 15);
    const later = goesOn(story, cut);
    expect(later.conflict()).toMatchObject({ state: 'confirmed', insufficientHistory: true, reversals: 3 });
    later.watch(story.tape.slice(cut));
    expect(later.conflict()).toMatchObject({ state: 'confirmed', insufficientHistory: false, reversals: 5 });
  });

  it('ends nothing though it was down for days and cannot list Applications, HPAs and workloads now', () => {
    const story = new Story().fight(3, 15);
    const checkpoint = JSON.parse(JSON.stringify(story.watchedBy(jq).detector.checkpoint()));
    const blind = new Watcher(jq, checkpoint);
    for (let minute = 0; minute < 600; minute++)
      blind.watch([{ type: 'tick', at: story.now + 86_400_000 * 3 + minute * 60_000 }]);
    expect(blind.conflict()).toMatchObject({ state: 'confirmed', resolution: null });
  });

  it('ends nothing by the time it was down', () => {
    const story = new Story().fight(3, 15).selfHealIsSwitchedOff().after(10);
    const later = goesOn(story, story.tape.length, 3_600_000);
    expect(later.conflict()).toMatchObject({ state: 'confirmed', activity: 'settling' });
  });

  it('ends it by quiet only after it has been quiet before its own eyes', () => {
    const story = new Story({ hpa: false }).fight(4, 60, (one) => one.personScales(7));
    const later = goesOn(story, story.tape.length, 86_400_000);
    const ticks = (from: number, to: number): Scene[] =>
      Array.from({ length: (to - from) / 5 }, (_, i) => ({
        type: 'tick',
        at: story.now + 86_400_000 + (from + i * 5) * 1000,
      }));
    expect(later.watch(ticks(0, 300)).conflict()).toMatchObject({ state: 'confirmed', insufficientHistory: true });
    expect(later.watch(ticks(300, 1200)).conflict()).toMatchObject({ state: 'resolved', resolution: 'quiet' });
  });

  it('opens the lens again on what was contested under it', () => {
    const story = new Story({ hpa: false });
    story.fight(4, 20, (one) => one.controllerWrites('mesh-injector', one.workload, ['spec', 'minReadySeconds'], 9));
    story.fight(4, 20, (one) =>
      one.controllerWrites(
        'mesh-injector',
        one.workload,
        ['spec', 'template', 'spec', 'containers', { name: 'app' }, 'image'],
        'app:mesh',
      ),
    );
    const later = goesOn(story, story.tape.length);
    expect(later.lensRequests).toMatchObject([{ action: 'open', ref: { kind: 'Deployment', name: 'web' } }]);
  });

  it('refuses a checkpoint that it does not understand, in one sentence', () => {
    for (const stored of [null, 7, {}, { schema: 'other' }, { schema: 'tugwatch.checkpoint', version: 99 }]) {
      expect(() => new Watcher(jq, stored)).toThrow(/checkpoint/);
    }
  });
});

describe('a watch that was away', () => {
  it('neither confirms nor ends by what the new list shows', () => {
    const story = new Story();
    story.hpaScales(6).after(5);
    story.stage.unseen(() => story.argoHeals().after(10).hpaScales(9).argoHeals().after(30));
    story.after(60);
    expect(story.watchedBy(jq).conflicts()).toEqual([]);
    story.hpaScales(6).argoHeals().after(10);
    expect(story.watchedBy(jq).conflict()).toMatchObject({ state: 'confirmed', reversals: 1 });
  });

  it('counts in a fight that is on what it can see of it', () => {
    const story = new Story().fight(3, 15).hpaScales(6);
    story.stage.unseen(() => story.argoHeals().after(5).hpaScales(6).argoHeals().after(30));
    story.fight(1, 15);
    const conflict = story.watchedBy(jq).conflict();
    expect(conflict.state).toBe('confirmed');
    expect(conflict.reversals).toBeGreaterThanOrEqual(4);
    expect(conflict.reversals).toBeLessThanOrEqual(6);
  });

  it('and missed exactly one write has missed nothing', () => {
    const story = new Story();
    story.hpaScales(6);
    story.stage.unseen(() => story.argoHeals());
    story.after(10);
    expect(story.watchedBy(jq).conflict()).toMatchObject({ state: 'confirmed' });
  });
});
