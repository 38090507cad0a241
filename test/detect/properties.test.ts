/** What must hold of any incident, however it is watched. */

import { describe, expect, it } from 'vitest';
import { loadJqEngine } from '../../src/kubernetes/jq-engine.ts';
import {
  commit,
  controller,
  doubled,
  heal,
  hpa,
  person,
  relist,
  type Sentence,
  say,
  scenery,
  shiftApplications,
  sync,
  tell,
  verdicts,
  wait,
} from '../support/incidents.ts';
import { fc } from '../support/property.ts';
import type { Scene } from '../support/stage.ts';
import { Story, type StoryOptions } from '../support/story.ts';
import { Watcher } from '../support/watcher.ts';

const jq = await loadJqEngine();
const RUNS = { numRuns: 120 };

const anything = fc.array(fc.oneof(hpa, person, controller, heal, heal, commit, sync, wait), { maxLength: 30 });
/** A fight as it is mostly seen: the HPA writes in one or two steps, Argo CD heals, time passes. */
const fight = (options: StoryOptions) =>
  fc.array(fc.tuple(hpa, fc.option(hpa), wait), { minLength: 1, maxLength: 6 }).map((rounds) =>
    rounds.flatMap(([first, second, pause]): Sentence[] => [
      first,
      ...(second === null ? [] : [second]),
      // What the HPA wants is not what Git says.
      { say: 'hpa', to: (options.git ?? 3) + 1 },
      { say: 'heal' },
      pause,
      { say: 'wait', seconds: 12 },
    ]),
  );
const fought = scenery.chain((options) => fc.tuple(fc.constant(options), fight(options)));

describe('whoever writes alone', () => {
  it.each([
    ['the HPA', hpa],
    ['a person', person],
    ['a controller', controller],
  ])('never makes a conflict: %s', (_, writes) => {
    fc.assert(
      fc.property(scenery, fc.array(fc.oneof(writes, wait), { maxLength: 40 }), (options, sentences) => {
        const story = tell(new Story({ ...options, git: null, selfHeal: false }), sentences);
        expect(verdicts(story.watchedBy(jq))).toEqual([]);
      }),
      RUNS,
    );
  });

  it('never makes a conflict: Argo CD, whatever it syncs and for whatever reason', () => {
    fc.assert(
      fc.property(scenery, fc.array(fc.oneof(heal, commit, sync, wait), { maxLength: 40 }), (options, sentences) => {
        expect(verdicts(tell(new Story(options), sentences).watchedBy(jq))).toEqual([]);
      }),
      RUNS,
    );
  });
});

describe('a person who is reverted once', () => {
  it('never makes a conflict, however often they scaled before', () => {
    const revert = fc.constantFrom('heal' as const, 'commit' as const, 'sync' as const);
    fc.assert(
      fc.property(
        scenery,
        fc.array(fc.oneof(person, wait), { minLength: 1, maxLength: 10 }),
        revert,
        (options, scales, by) => {
          const story = tell(new Story({ ...options, hpa: false }), scales);
          story.personScales((options.git ?? 3) + 1);
          say(story, { say: by });
          expect(verdicts(story.after(60).watchedBy(jq))).toEqual([]);
          expect(story.watchedBy(jq).noticeKinds()).toContain('manual-override-reverted');
        },
      ),
      RUNS,
    );
  });
});

describe('an HPA that self-heal reverts', () => {
  it('is one confirmed conflict, whatever the kind, the values, the way of writing and marking', () => {
    fc.assert(
      fc.property(fought, ([options, sentences]) => {
        const watcher = tell(new Story(options), sentences).watchedBy(jq);
        expect(watcher.conflict()).toMatchObject({ kind: 'replicas', field: '/spec/replicas', state: 'confirmed' });
        expect(watcher.conflict().contenders.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
          'hpa web',
          'argocd web',
        ]);
        expect(watcher.conflict().reversals).toBe(sentences.filter(({ say: what }) => what === 'heal').length);
      }),
      RUNS,
    );
  });

  it('is found among whatever else happens, and nobody is accused who was not undone', () => {
    fc.assert(
      fc.property(scenery, anything, (options, sentences) => {
        const story = new Story(options);
        const undone = { hpa: 0, human: 0, controller: 0 };
        const wrote = new Map<keyof typeof undone, number>();
        let proven = false;
        for (const sentence of sentences) {
          const [before, drifted] = [story.replicas, story.app.differs()];
          say(story, sentence);
          if ('to' in sentence) {
            const writer = sentence.say === 'person' ? 'human' : sentence.say;
            if (story.replicas !== before) wrote.set(writer, sentence.to);
          } else if (drifted && sentence.say !== 'wait') {
            for (const [writer] of wrote) undone[writer] += 1;
            proven ||= sentence.say !== 'sync' && (wrote.get('hpa') ?? options.git) !== options.git;
            wrote.clear();
          }
        }
        const withArgo = story
          .after(10)
          .watchedBy(jq)
          .conflicts()
          .filter(({ contenders }) => contenders.some(({ kind }) => kind === 'argocd'));
        for (const { contenders, summary } of withArgo) {
          for (const { kind } of contenders) {
            if (kind in undone) expect(undone[kind as keyof typeof undone], summary).toBeGreaterThan(0);
          }
        }
        const found = withArgo.some(({ state, contenders }) => state === 'confirmed' && contenders[0]?.kind === 'hpa');
        if (proven) expect(found).toBe(true);
      }),
      RUNS,
    );
  });
});

describe('how it is watched', () => {
  it('does not matter: the same changes twice give the same conflicts and notices', () => {
    fc.assert(
      fc.property(scenery, anything, (options, sentences) => {
        const story = tell(new Story(options), sentences);
        const [first, second] = [story.watchedBy(jq), story.watchedBy(jq)];
        expect(second.conflicts()).toEqual(first.conflicts());
        expect(second.detector.notices()).toEqual(first.detector.notices());
      }),
      RUNS,
    );
  });

  it('does not matter: versions that are told twice change nothing', () => {
    fc.assert(
      fc.property(scenery, anything, fc.func(fc.boolean()), (options, sentences, twice) => {
        const story = tell(new Story(options), sentences);
        const watcher = new Watcher(jq).watch(doubled(story.tape, twice));
        expect(watcher.conflicts()).toEqual(story.watchedBy(jq).conflicts());
      }),
      RUNS,
    );
  });

  it('does not matter: the stream of Applications may lag or lead by four seconds', () => {
    const delays = fc.array(fc.integer({ min: -4000, max: 4000 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(fought, delays, ([options, sentences], by) => {
        const story = tell(new Story(options), sentences);
        const watcher = new Watcher(jq).watch(shiftApplications(story.tape, by));
        expect(verdicts(watcher)).toEqual(verdicts(story.watchedBy(jq)));
      }),
      RUNS,
    );
  });

  it("does not matter: the cluster's clock may be hours ahead or behind", () => {
    const hours = fc.integer({ min: -5, max: 5 });
    fc.assert(
      fc.property(fought, hours, ([options, sentences], skew) => {
        const told = tell(new Story(options), sentences).watchedBy(jq);
        const skewed = tell(new Story({ ...options, skew: skew * 3_600_000 }), sentences).watchedBy(jq);
        expect(verdicts(skewed)).toEqual(verdicts(told));
      }),
      RUNS,
    );
  });

  it('does not matter: a daemon may be started again at any point, with its checkpoint', () => {
    fc.assert(
      fc.property(fought, fc.double({ min: 0, max: 1, noNaN: true }), ([options, sentences], share) => {
        const story = tell(new Story(options), sentences).fight(2, 15);
        const cut = Math.floor(share * story.tape.length);
        const watcher = new Watcher(jq).watch(story.tape.slice(0, cut)).restarted(jq, { checkpoint: true });
        watcher.watch(story.tape.slice(cut));
        const whole = story.watchedBy(jq).conflict();
        const { id, state, startedAt, resolution, reversals } = watcher.conflict();
        expect({ id, state, resolution }).toEqual({ id: whole.id, state: whole.state, resolution: whole.resolution });
        // A revert whose operation had not been seen yet is lost, at most.
        expect(whole.reversals - reversals).toBeLessThanOrEqual(1);
        if (reversals === whole.reversals) expect(startedAt).toBe(whole.startedAt);
      }),
      RUNS,
    );
  });
});

describe('a gap', () => {
  const hidden = fc.array(hpa, { minLength: 1, maxLength: 4 });

  it('neither confirms nor ends anything by itself', () => {
    fc.assert(
      fc.property(scenery, fc.oneof(fc.constant([]), anything), hidden, (options, before, missed) => {
        const story = tell(new Story(options), before);
        const states = verdicts(story.watchedBy(jq)).map(({ id, state }) => `${id} ${state}`);
        story.stage.unseen(() => {
          for (const sentence of missed) {
            say(story, sentence);
            // Two writes each, so that one of them is missed for good.
            story.hpaScales((options.git ?? 3) + 1);
            story.argoHeals();
          }
          story.hpaScales((options.git ?? 3) + 2);
        });
        const after = verdicts(story.watchedBy(jq))
          .filter(({ id, state }) => state !== 'suspected' || states.some((known) => known.startsWith(id)))
          .map(({ id, state }) => `${id} ${state}`);
        expect(after).toEqual(states);
      }),
      RUNS,
    );
  });

  it('in which nothing happened changes nothing', () => {
    fc.assert(
      fc.property(
        scenery,
        fc.array(fc.oneof(hpa, person, heal, wait, relist), { maxLength: 30 }),
        (options, sentences) => {
          const without = sentences.filter((sentence) => sentence.say !== 'relist');
          const listed = verdicts(tell(new Story(options), sentences).watchedBy(jq));
          const plain = verdicts(tell(new Story(options), without).watchedBy(jq));
          // A list shows the count of attempts, which may raise a suspicion earlier.
          const firm = (all: typeof listed) => all.filter(({ state }) => state !== 'suspected');
          expect(firm(listed)).toEqual(firm(plain));
        },
      ),
      RUNS,
    );
  });
});

describe('a clock that jumps back', () => {
  it('ends nothing: neither what is fought over nor what is about to be over', () => {
    const jump = fc.integer({ min: 1, max: 100_000 });
    fc.assert(
      fc.property(fought, jump, fc.boolean(), ([options, sentences], seconds, off) => {
        const story = tell(new Story({ ...options, kind: 'Deployment' }), sentences);
        if (off) story.selfHealIsSwitchedOff();
        const cut = story.tape.length;
        story.after(100);
        const back = (scene: Scene) => ({ ...scene, at: scene.at - seconds * 1000 });
        const watcher = new Watcher(jq).watch([...story.tape.slice(0, cut), ...story.tape.slice(cut).map(back)]);
        expect(watcher.states()).not.toContain('resolved');
        expect(watcher.conflict().state).toBe('confirmed');
      }),
      RUNS,
    );
  });
});

describe('every conflict', () => {
  it('is whole: two contenders, times in order, evidence and values bounded, a resolution if and only if it is over', () => {
    fc.assert(
      fc.property(scenery, anything, anything, (options, first, second) => {
        const story = tell(tell(new Story(options), first).ruleComes().after(20).ruleComes([], []), second);
        for (const conflict of story.watchedBy(jq).conflicts()) {
          expect(conflict.contenders).toHaveLength(2);
          expect(conflict.startedAt).toBeLessThanOrEqual(conflict.detectedAt ?? conflict.lastReversalAt);
          expect(conflict.lastReversalAt).toBeLessThanOrEqual(story.now);
          expect(conflict.evidence.length).toBeGreaterThan(0);
          expect(conflict.evidence.length).toBeLessThanOrEqual(40);
          expect(conflict.evidence.map(({ at }) => at)).toEqual(
            conflict.evidence.map(({ at }) => at).sort((a, b) => a - b),
          );
          for (const { values } of conflict.contenders) expect(values.length).toBeLessThanOrEqual(8);
          expect(conflict.resolution !== null).toBe(conflict.state === 'resolved');
          expect(conflict.resolvedAt !== null).toBe(conflict.state === 'resolved');
          expect(conflict.impact.replicaSecondsShort).toBeGreaterThanOrEqual(0);
        }
      }),
      RUNS,
    );
  });
});
