/** What is shown of conflicts is kept until something of it may have changed: nothing stale, and nothing made in vain. */
import { describe, expect, it } from 'vitest';
import { loadJqEngine } from '../../src/kubernetes/jq-engine.ts';
import { commit, controller, heal, hpa, person, relist, scenery, sync, tell, wait } from '../support/incidents.ts';
import { fc } from '../support/property.ts';
import type { Scene } from '../support/stage.ts';
import { RULE, Story } from '../support/story.ts';
import { Watcher } from '../support/watcher.ts';

const jq = await loadJqEngine();

/** Held against what is made anew, after every change. How often a conflict was made again in all. */
function neverStale(tape: readonly Scene[], kept = new Watcher(jq), anew = new Watcher(jq)): number {
  for (const scene of tape) {
    kept.watch([scene]);
    anew.watch([scene]);
    anew.detector.views.touchAll();
    expect(kept.detector.conflicts()).toEqual(anew.detector.conflicts());
    expect(kept.detector.contestedCounts()).toEqual(anew.detector.contestedCounts());
    // Asked twice, it is the same and not only equal.
    const again = kept.detector.conflicts();
    expect(kept.detector.conflicts().every((conflict, index) => conflict === again[index])).toBe(true);
  }
  return kept.detector.views.made;
}

describe('what is shown of a conflict', () => {
  it('is what would be shown if it were made anew, whatever happens', () => {
    const anything = fc.array(fc.oneof(hpa, person, controller, heal, heal, commit, sync, relist, wait), {
      maxLength: 25,
    });
    fc.assert(
      fc.property(scenery, anything, (options, sentences) => {
        neverStale(tell(new Story(options), sentences).tape);
      }),
      { numRuns: 60 },
    );
  });

  it.each<[string, (story: Story) => void]>([
    ['a rule that misses', (story) => story.ruleComes(RULE, []).after(30).fight(2, 9)],
    ['a rule that ends it, and the time after', (story) => story.ruleComes().after(120).after(900)],
    ['self-heal off and on', (story) => story.selfHealIsSwitchedOff().after(400).selfHealIsSwitchedOn().fight(2, 9)],
    ['the scaler gone and back', (story) => story.hpaGoes().after(90).hpaComes().fight(2, 9)],
    ['a second scaler', (story) => story.hpaComes('second').hpaWants(9, 'second').fight(2, 9)],
    ['KEDA', (story) => story.scaledObjectComes().kedaScales(0).after(60)],
    ['what the HPA wants alone', (story) => story.hpaWants(8).after(5).hpaWants(4)],
    ['a window', (story) => story.windowComes().after(400)],
    ['Git without replicas', (story) => story.replicasLeaveGit().after(60)],
    ['hours of silence', (story) => story.after(59).after(2).after(300).after(7_200)],
  ])('is never stale: %s', (_, goesOn) => {
    const story = new Story().fight(4, 15);
    goesOn(story);
    neverStale(story.after(10).tape);
  });

  it('is never stale after a restart, nor when another replica has seen more', () => {
    const story = new Story().fight(4, 15);
    const cut = story.tape.length;
    story.fight(3, 15).after(60);
    const before = new Watcher(jq).watch(story.tape.slice(0, cut));
    const two = () => before.restarted(jq, { checkpoint: true, after: 5_000 });
    neverStale(story.tape.slice(cut), two(), two());

    const [behind, other] = [before.restarted(jq, { checkpoint: false }), story.watchedBy(jq)];
    behind.detector.conflicts();
    behind.detector.merge(JSON.parse(JSON.stringify(other.detector.checkpoint())));
    const merged = behind.detector.conflicts();
    behind.detector.views.touchAll();
    expect(merged).toEqual(behind.detector.conflicts());
  });

  it('is made again for the one that an event is about, however many others there are', () => {
    const story = new Story().fight(4, 15);
    const watcher = story.watchedBy(jq);
    const { model, detector } = watcher;
    const [conflict] = detector.conflicts();
    const workload = [...model.workloads.values()][0];
    const application = [...model.applications.values()][0];
    if (conflict === undefined || workload === undefined || application === undefined) throw new Error('no fight');
    // The same fight over a hundred more workloads, as a checkpoint would bring it.
    const checkpoint = detector.checkpoint();
    const [record] = checkpoint.records;
    if (record === undefined) throw new Error('no record');
    const others = Array.from({ length: 100 }, (_, index) => ({
      ...record,
      id: `${index}`,
      ref: { ...record.ref, name: `other-${index}` },
      application: { namespace: 'argocd', name: `other-${index}` },
      contenders: record.contenders.map((one) => ({ ...one, writer: { ...one.writer, name: `other-${index}` } })),
    }));
    detector.merge(JSON.parse(JSON.stringify({ ...checkpoint, records: others })));
    // Their Applications are gone: the first look at them says so.
    detector.advance(story.now + 1_500);
    const all = detector.conflicts();
    expect(all).toHaveLength(101);
    detector.contestedCounts();
    const { made } = detector.views;

    const at = story.now + 2_000;
    const status = { ...workload.status, ready: (workload.status.ready ?? 0) + 1 };
    watcher.detector.observe(
      model.apply({ type: 'upsert', at, origin: 'watch', fact: { ...workload, status, resourceVersion: '9000' } }),
    );
    const after = detector.conflicts();
    detector.contestedCounts();
    expect(detector.views.made - made).toBe(2);
    // Where replicas are missing the seconds go on; all else is the very same, and of this one what its pods did not change.
    const [courses, evidence] = [new Set(all.map((one) => one.course)), new Set(all.map((one) => one.evidence))];
    expect(after.filter((one) => !courses.has(one.course)).map(({ id }) => id)).toEqual([conflict.id]);
    expect(after.every((one) => evidence.has(one.evidence))).toBe(true);

    // The daemon looks at each again every second: that alone makes none again.
    for (let second = 1; second <= 5; second += 1) detector.advance(at + 1_000 * second);
    detector.conflicts();
    detector.contestedCounts();
    expect(detector.views.made - made).toBe(2);

    // Looked at again, and nothing of it is another: it is the very same.
    const [shown] = detector.conflicts().filter(({ id }) => id === conflict.id);
    const hpas = [...model.hpas.values()];
    for (const hpa of hpas)
      detector.observe(
        model.apply({ type: 'upsert', at: at + 5_000, origin: 'watch', fact: { ...hpa, resourceVersion: '9001' } }),
      );
    expect(detector.conflicts().find(({ id }) => id === conflict.id)).toBe(shown);
    expect(detector.views.made - made).toBe(3);

    // Another Application's news is nothing to any of them.
    const other = { ...application, uid: 'uid-quiet', ref: { ...application.ref, name: 'quiet' }, resources: [] };
    detector.observe(model.apply({ type: 'upsert', at: at + 6_000, origin: 'watch', fact: other }));
    detector.conflicts();
    detector.contestedCounts();
    expect(detector.views.made - made).toBe(4);
  });
});
