import { describe, expect, it } from 'vitest';
import { loadJqEngine } from '../../src/kubernetes/jq-engine.ts';
import type { Change } from '../../src/model/facts.ts';
import { Pipeline } from '../../src/pipeline.ts';
import { remedyForConflict } from '../../src/remedy/remedy.ts';
import { remedyForRisk } from '../../src/remedy/remedy-for-risk.ts';
import { changesOf } from '../support/changes.ts';
import { RULE, Story } from '../support/story.ts';

const jq = await loadJqEngine();

function fought(tell: (story: Story) => void = () => {}): { pipeline: Pipeline; changes: readonly Change[] } {
  const story = new Story();
  story.fight(5, 15);
  tell(story);
  return { pipeline: new Pipeline(jq), changes: changesOf(story.tape) };
}

describe('remedies that are kept', () => {
  it('are made once for a conflict, however often the report is asked for and time passes', () => {
    const { pipeline, changes } = fought();
    for (const change of changes) pipeline.feed(change);
    const audit = pipeline.audit();
    const first = pipeline.report(audit);
    expect(first.conflicts).toHaveLength(1);
    expect(pipeline.remedies.made).toBe(0);
    const remedy = first.conflicts[0]?.remedy;
    const { made } = pipeline.remedies;
    expect(made).toBe(1);
    for (let second = 1; second <= 20; second += 1) {
      pipeline.advance((changes.at(-1)?.at ?? 0) + second * 1_000);
      const again = pipeline.report(audit);
      expect(again.conflicts[0]?.remedy).toBe(remedy);
      expect(again.risks).toBe(first.risks);
    }
    expect(pipeline.remedies.made).toBe(made);
  });

  it('are the same for a conflict that is over, so that its document is made once, too', () => {
    const { pipeline, changes } = fought((story) => story.selfHealIsSwitchedOff().after(600));
    for (const change of changes) pipeline.feed(change);
    pipeline.advance((changes.at(-1)?.at ?? 0) + 600_000);
    const [first] = pipeline.report().conflicts;
    expect(first?.state).toBe('resolved');
    pipeline.advance((changes.at(-1)?.at ?? 0) + 660_000);
    expect(pipeline.report().conflicts[0]).toBe(first);
  });

  it('are made once while nothing changes that they rest on, although the cluster goes on writing', () => {
    const { pipeline, changes } = fought();
    for (const change of changes) pipeline.feed(change);
    const remedies = () => pipeline.report().conflicts.map((conflict) => conflict.remedy);
    const first = remedies();
    const { made } = pipeline.remedies;
    const last = changes.findLast((change) => change.type === 'upsert' && change.fact.fact === 'workload');
    if (last?.type !== 'upsert') throw new Error('the story has no workload');
    for (let turn = 1; turn <= 20; turn += 1) {
      const ref = { ...last.fact.ref, name: `other-${turn}` };
      pipeline.feed({ ...last, at: last.at + turn, fact: { ...last.fact, ref } as typeof last.fact });
      expect(remedies()).toEqual(first);
    }
    expect(pipeline.remedies.made).toBe(made);
  });

  it('are made once for a risk, however many audits find it again, until it rests on something else', () => {
    const { pipeline, changes } = fought();
    for (const change of changes) pipeline.feed(change);
    const [first] = pipeline.audit().risks;
    const remedy = first?.remedy;
    const { made } = pipeline.remedies;
    for (let again = 1; again <= 20; again += 1) expect(pipeline.audit().risks[0]?.remedy).toBe(remedy);
    expect(pipeline.remedies.made).toBe(made);
    const hpa = changes.findLast((change) => change.type === 'upsert' && change.fact.fact === 'hpa');
    if (hpa?.type !== 'upsert' || hpa.fact.fact !== 'hpa') throw new Error('the story has no HPA');
    pipeline.feed({ ...hpa, at: hpa.at + 60_000, fact: { ...hpa.fact, max: hpa.fact.max + 1 } });
    const [risk] = pipeline.audit().risks;
    if (risk === undefined) throw new Error('no risk is left');
    expect(risk.remedy).toEqual(remedyForRisk(risk, pipeline.rulesContext));
    expect(pipeline.remedies.made).toBe(made + 1);
  });

  it('are those of today, also of a risk that an audit found again and that is the very same', () => {
    const { pipeline, changes } = fought();
    for (const change of changes) pipeline.feed(change);
    const before = pipeline.report();
    const audits = [pipeline.audit(), pipeline.audit()];
    expect(audits[1]?.risks).toBe(audits[0]?.risks);
    expect(pipeline.report().risks).toBe(before.risks);
    const hpa = changes.findLast((change) => change.type === 'upsert' && change.fact.fact === 'hpa');
    const workload = changes.findLast((change) => change.type === 'upsert' && change.fact.fact === 'workload');
    if (hpa?.type !== 'upsert' || hpa.fact.fact !== 'hpa') throw new Error('the story has no HPA');
    if (workload?.type !== 'upsert' || workload.fact.fact !== 'workload') throw new Error('the story has no workload');
    // Another workload like it is at risk, too: the first risk stays what it is, and the list does not.
    const named = <T extends { readonly name: string }>(ref: T): T => ({ ...ref, name: `${ref.name}-2` });
    const second = { ...workload.fact, ref: named(workload.fact.ref), uid: 'uid-2' };
    const scaler = { ...hpa.fact, ref: named(hpa.fact.ref), target: named(hpa.fact.target) };
    pipeline.feed({ ...workload, at: hpa.at + 60_000, fact: second });
    pipeline.feed({ ...hpa, at: hpa.at + 60_000, fact: scaler });
    const after = pipeline.audit();
    expect(after.risks).not.toBe(audits[0]?.risks);
    expect(after.risks.length).toBeGreaterThan(audits[0]?.risks.length ?? 0);
    const [risk] = audits[0]?.risks ?? [];
    if (risk === undefined) throw new Error('no risk was found');
    expect(after.risks).toContain(risk);
    pipeline.feed({ ...hpa, at: hpa.at + 120_000, fact: { ...hpa.fact, max: hpa.fact.max + 1 } });
    const last = pipeline.audit();
    for (const one of last.risks) expect(one.remedy).toEqual(remedyForRisk(one, pipeline.rulesContext));
  });

  it('are those that would be made anew, after each change', () => {
    const { pipeline, changes } = fought((story) => {
      story.ruleComes(RULE, []).fight(2, 9);
      story.hpaComes('second').fight(2, 9);
      story.hpaGoes('second').selfHealIsSwitchedOff().after(30);
      story.selfHealIsSwitchedOn().fight(2, 9);
      story.ruleComes().after(30);
    });
    const seen = new Set<string>();
    for (const change of changes) {
      pipeline.feed(change);
      for (const conflict of pipeline.detector.conflicts().filter(({ state }) => state !== 'resolved')) {
        const leaves = pipeline.detector.leavesOf(conflict.workload);
        const anew = remedyForConflict(conflict, pipeline.rulesContext, { leaves });
        expect(pipeline.remedyFor(conflict)).toEqual(anew);
        seen.add(anew.summary);
      }
    }
    expect(seen.size).toBeGreaterThan(1);
    expect(pipeline.remedies.made).toBeLessThan(changes.length);
  });
});
