import { describe, expect, it } from 'vitest';
import { newCourse, noteRound } from '../../src/detect/course.ts';
import { loadJqEngine } from '../../src/kubernetes/jq-engine.ts';
import { Story } from '../support/story.ts';

const jq = await loadJqEngine();

describe('the course of a fight', () => {
  const { course, evidence, reversals, startedAt } = new Story().fight(4, 60).watchedBy(jq).conflict();

  it('has the self-heal behind every write of Argo CD', () => {
    const reverts = evidence.filter(({ writer }) => writer === 'argocd/web');
    expect(reverts.length).toBeGreaterThan(2);
    for (const { at } of reverts) {
      const behind = course.heals.filter((heal) => heal.at <= at + 5_000 && (heal.endedAt ?? at) >= at - 5_000);
      expect(behind.map(({ kind }) => kind)).toEqual(['self-heal']);
    }
    expect(course.heals.every(({ phase }) => phase === 'Succeeded')).toBe(true);
  });

  it('has what the autoscaler wanted and what Git declares', () => {
    expect(course.wanted.map(({ value }) => value)).toContain(6);
    expect(course.declared.map(({ value }) => value)).toEqual([3]);
  });

  it('counts every reversal in its rhythm', () => {
    expect(course.rhythm.from).toBe(startedAt);
    expect(course.rhythm.counts.reduce((sum, count) => sum + count, 0)).toBe(reversals);
  });
});

describe('the rhythm', () => {
  it('stays small over a fight of weeks, and loses no reversal', () => {
    const course = newCourse(1_000);
    for (let round = 0; round < 6_000; round += 1) noteRound(course, 1_000 + round * 303_000);
    const { counts, slotMs } = course.rhythm;
    expect(counts.length).toBeLessThanOrEqual(90);
    expect(counts.length * slotMs).toBeGreaterThan(5_999 * 303_000);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(6_000);
  });

  it('takes a reversal in that is older than its begin', () => {
    const course = newCourse(60_000);
    noteRound(course, 1_000);
    expect(course.rhythm.counts).toEqual([1]);
  });
});
