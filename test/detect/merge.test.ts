/** Two replicas that watch the same fight, and one that takes over from the other. */
import { describe, expect, it } from 'vitest';
import { loadJqEngine } from '../../src/kubernetes/jq-engine.ts';
import { Story } from '../support/story.ts';
import { Watcher } from '../support/watcher.ts';

const jq = await loadJqEngine();
const checkpointOf = (watcher: Watcher): unknown => JSON.parse(JSON.stringify(watcher.detector.checkpoint()));

describe('a replica that takes over', () => {
  it('knows the fights that only the leader before has seen, and tells of none again', () => {
    const story = new Story().fight(3, 15);
    const leader = story.watchedBy(jq);
    const late = new Watcher(jq);
    expect(late.detector.merge(checkpointOf(leader))).toBe(1);
    expect(late.conflict()).toMatchObject({
      id: leader.conflict().id,
      state: 'confirmed',
      startedAt: leader.conflict().startedAt,
      insufficientHistory: true,
    });
    expect(late.transitions).toEqual([]);
  });

  it('keeps what it has seen itself, and dates the fight by whoever saw it first', () => {
    const story = new Story().fight(5, 15);
    const leader = story.watchedBy(jq);
    const cut = Math.floor(story.tape.length / 2);
    const late = new Watcher(jq).watch(story.tape.slice(0, cut)).restarted(jq, { checkpoint: false });
    late.watch(story.tape.slice(cut));
    expect(late.conflict().reversals).toBeLessThan(leader.conflict().reversals);
    expect(late.detector.merge(checkpointOf(leader))).toBe(0);
    const { id, startedAt, detectedAt, reversals } = leader.conflict();
    expect(late.conflict()).toMatchObject({ id, startedAt, detectedAt, state: 'confirmed', reversals });
  });

  it('changes nothing where both have seen the same', () => {
    const story = new Story().fight(3, 15);
    const [leader, follower] = [story.watchedBy(jq), story.watchedBy(jq)];
    const before = checkpointOf(follower);
    expect(follower.detector.merge(checkpointOf(leader))).toBe(0);
    expect(checkpointOf(follower)).toEqual(before);
  });

  it('calls nothing over that is over only in the eyes of the other, and nothing on that it has seen end', () => {
    const story = new Story({ hpa: false }).fight(4, 60, (one) => one.personScales(7));
    const ticks = Array.from({ length: 900 }, (_, i) => ({ type: 'tick' as const, at: story.now + (i + 1) * 5_000 }));
    const fighting = story.watchedBy(jq);
    const over = story.watchedBy(jq).watch(ticks);
    expect(over.conflict().state).toBe('resolved');
    const ended = checkpointOf(over);
    over.detector.merge(checkpointOf(fighting));
    expect(over.conflict().state).toBe('resolved');
    fighting.detector.merge(ended);
    expect(fighting.conflict()).toMatchObject({ state: 'confirmed', resolution: null });
  });

  it('goes on from the score that another has got to', () => {
    const story = new Story().fight(3, 15);
    const leader = story.watchedBy(jq);
    const first = new Watcher(jq);
    first.detector.merge(checkpointOf(leader));
    const second = new Watcher(jq, checkpointOf(first));
    expect(checkpointOf(second)).toMatchObject({
      records: (checkpointOf(leader) as { records: object[] }).records.map(({ score }: { score?: object }) => ({
        score,
      })),
    });
  });

  it('refuses what is no checkpoint, in one sentence', () => {
    expect(new Watcher(jq).detector.merge({ schema: 'other' })).toBe('the file is no checkpoint of Tugwatch');
  });
});
