import { describe, expect, it } from 'vitest';
import type { Conflict } from '../../src/model/verdicts.ts';
import { buildReport, rfc3339 } from '../../src/report/build-report.ts';
import type { ConflictDocument } from '../../src/report/schema.ts';
import { layoutRhythm } from '../../src/web/picture/rhythm.ts';
import { timeAxis } from '../../src/web/picture/time-axis.ts';
import { layoutTimeline } from '../../src/web/picture/timeline.ts';
import * as given from '../support/report-fixtures.ts';

const SIZE = { width: 760, height: 190 };
const NOW = rfc3339(given.T0 + 255_000);

function documentOf(overrides: Partial<Conflict>): ConflictDocument {
  const [document] = buildReport({
    window: { from: given.T0, to: given.T0 + 255_000 },
    conflicts: [{ conflict: given.aConflict(overrides), remedy: given.aRemedy() }],
    notices: [],
    risks: [],
  }).conflicts;
  if (document === undefined) throw new Error('the report lost its conflict');
  return document;
}

function layout(overrides: Partial<Conflict> = {}) {
  const timeline = layoutTimeline(documentOf(overrides), NOW, SIZE);
  if (timeline === null) throw new Error('there is no timeline');
  return timeline;
}

describe('the timeline of replicas', () => {
  it('draws steps from write to write and on to now', () => {
    const { shape, stretches, plot } = layout({ evidence: given.evidenceOf(2) });
    expect(shape).toBe('numbers');
    expect(stretches.map(({ kind }) => kind)).toEqual(['', 'hpa', 'argocd', 'hpa', 'argocd']);
    for (const [index, stretch] of stretches.entries()) {
      expect(stretch.x2).toBe(stretches[index + 1]?.x1 ?? plot.right);
      if (index > 0) expect(stretch.fromY).toBe(stretches[index - 1]?.y);
    }
  });

  it('puts what Git declares and what the autoscaler wants across it, at the height of their values', () => {
    const { levels, marks } = layout({ evidence: given.evidenceOf(3) });
    expect(levels.map(({ role }) => role)).toEqual(['wanted', 'declared']);
    const heightOf = (text: string) => marks.find(({ title }) => title.endsWith(text))?.y;
    const [wanted, declared] = levels.map(({ pieces }) => pieces.map(({ y }) => y));
    expect(declared).toEqual([heightOf('→ 3')]);
    expect(wanted).toEqual([heightOf('→ 6'), heightOf('→ 9')]);
    expect(levels.map(({ label }) => label)).toEqual(['wanted 9', 'Git 3']);
  });

  it('keeps every mark inside the picture, zero replicas too', () => {
    const evidence = [
      { at: given.T0, writer: 'keda/web', from: 0, to: 40, source: 'x' },
      { at: given.T0 + 1, writer: 'argocd/web', from: 40, to: 0, source: 'x' },
    ];
    const { marks, plot } = layout({ evidence });
    for (const { x, y } of marks) {
      expect(x).toBeGreaterThanOrEqual(plot.left);
      expect(x).toBeLessThanOrEqual(plot.right);
      expect(y).toBeGreaterThanOrEqual(plot.top);
      expect(y).toBeLessThanOrEqual(plot.bottom);
    }
    expect(marks[1]?.y).toBe(plot.bottom);
  });

  it('never lets two labels touch', () => {
    const values = [1, 2, 3, 4, 30];
    const evidence = values.map((to, index) => ({
      at: given.T0 + index,
      writer: 'hpa/web',
      from: to - 1,
      to,
      source: 'x',
    }));
    const { yTicks } = layout({ evidence });
    const heights = yTicks.map(({ y }) => y).sort((a, b) => a - b);
    for (const [index, y] of heights.entries()) expect(y - (heights[index - 1] ?? -99)).toBeGreaterThanOrEqual(14);
  });

  it('leaves the oldest writes out when there are too many, and says how many', () => {
    const { marks, leftOut } = layout({ evidence: given.evidenceOf(60) });
    expect(marks).toHaveLength(60);
    expect(leftOut).toBe(given.evidenceOf(60).length - 60);
  });

  it('tells two contenders of one kind apart, and shows what Git declares for each', () => {
    const two = (name: string, value: number) => ({
      kind: 'argocd' as const,
      manager: 'argocd-controller',
      name,
      values: [value],
    });
    const { marks, levels } = layout({
      contenders: [two('shared-a', 2), two('shared-b', 5)],
      evidence: [
        { at: given.T0, writer: 'argocd/shared-b', from: 2, to: 5, source: 'x' },
        { at: given.T0 + 1_000, writer: 'argocd/shared-a', from: 5, to: 2, source: 'x' },
      ],
      impact: { ...given.aConflict().impact, wanted: null },
      course: { ...given.courseOf(1), wanted: [] },
    });
    expect(marks.map(({ kind }) => kind)).toEqual(['second', 'argocd']);
    expect(levels.map(({ pieces }) => pieces[0]?.y).sort()).toEqual(marks.map(({ y }) => y).sort());
    expect(levels.map(({ label }) => label)).toEqual(['shared-b 5', 'shared-a 2']);
  });

  it('ends where the conflict ended', () => {
    const { to } = layout({ evidence: given.evidenceOf(2), state: 'resolved', resolvedAt: given.T0 + 100_000 });
    expect(to).toMatch(/^2026-11-21T05:46:41/);
  });

  it('marks each heal, and one that failed differently', () => {
    const course = given.courseOf(2);
    const failed = { at: given.T0 + 20_000, endedAt: null, kind: 'self-heal', phase: 'Failed' } as const;
    const early = { ...failed, at: given.T0 - 60_000 };
    const { heals, plot } = layout({
      evidence: given.evidenceOf(2),
      course: { ...course, heals: [early, ...course.heals, failed] },
    });
    expect(heals.map((heal) => heal.failed)).toEqual([false, false, true]);
    expect(heals[0]?.title).toBe('05:44:59.341 self-heal, Succeeded at 05:45:00');
    for (const { x } of heals) expect(x).toBeGreaterThan(plot.left);
  });

  it('shows the pods that were ready, and what was declared before the first look at it', () => {
    const course = {
      ...given.courseOf(2),
      declared: [{ at: given.T0 + 814, value: 3 }],
      ready: [
        { at: given.T0 + 4_000, value: 6 },
        { at: given.T0 + 9_000, value: null },
      ],
    };
    const { ready, levels, plot, marks } = layout({ evidence: given.evidenceOf(2), course });
    expect(ready).toHaveLength(1);
    expect(ready[0]?.y).toBe(marks.find(({ title }) => title.endsWith('→ 6'))?.y);
    expect(levels.find(({ role }) => role === 'declared')?.pieces[0]?.x1).toBe(plot.left);
  });

  it('does without a course, as older documents have none', () => {
    const { course: _, ...document } = documentOf({ evidence: given.evidenceOf(3) });
    const timeline = layoutTimeline(document, NOW, SIZE);
    expect(timeline?.levels.map(({ label }) => label)).toEqual(['wanted 9', 'Git 3']);
    expect([timeline?.heals, timeline?.ready]).toEqual([[], []]);
  });

  it('keeps the names of levels apart and short', () => {
    const name = 'x'.repeat(253);
    const { levels } = layout({
      contenders: [
        { kind: 'argocd', manager: null, name, values: [40] },
        { kind: 'argocd', manager: null, name: `${name}2`, values: [41] },
      ],
      impact: { ...given.aConflict().impact, wanted: null },
      course: { ...given.courseOf(0), wanted: [], declared: [] },
    });
    const [first, second] = levels;
    expect((second?.labelY ?? 0) - (first?.labelY ?? 0)).toBeGreaterThanOrEqual(14);
    expect(first?.label).toBe('xxxxxxxxxx… 41'.slice(-14));
  });

  it('is not drawn without evidence', () => {
    expect(layoutTimeline(documentOf({ evidence: [] }), NOW, SIZE)).toBeNull();
  });

  it('survives a single write at the very moment of the report', () => {
    const evidence = [{ at: given.T0 + 255_000, writer: 'hpa/web', from: null, to: 3, source: 'x' }];
    const { marks } = layout({ evidence, startedAt: given.T0 + 255_000 });
    expect(marks.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))).toBe(true);
  });
});

describe('the timeline of any other field', () => {
  const injector = 'controller/mesh-injector-with-a-very-long-name-that-fits-nowhere';
  const evidence = [
    { at: given.T0, writer: injector, from: null, to: 'true', source: 'x' },
    { at: given.T0 + 1_000, writer: 'argocd/web', from: 'true', to: null, source: 'x' },
    { at: given.T0 + 2_000, writer: injector, from: null, to: 'true', source: 'x' },
  ];

  it('gives each of a few values a line, and draws steps between them in the colour of who wrote', () => {
    const { shape, marks, yTicks, stretches } = layout({ evidence });
    expect(shape).toBe('values');
    expect(yTicks.map(({ label }) => label)).toEqual(['none', 'true']);
    expect(stretches.map(({ kind }) => kind)).toEqual(['', 'controller', 'argocd', 'controller']);
    expect(marks.map(({ y }) => y)).toEqual(stretches.slice(1).map(({ y }) => y));
    expect(stretches.slice(1).map(({ fromY }) => fromY)).toEqual(stretches.slice(0, -1).map(({ y }) => y));
  });

  it('names a digest shortly', () => {
    const digests = ['sha256:0b8e9e99ffffffff', 'sha256:06271baf00000000'] as const;
    const rows = [
      { at: given.T0, writer: injector, from: digests[0], to: digests[1], source: 'x' },
      { at: given.T0 + 1_000, writer: 'argocd/web', from: digests[1], to: digests[0], source: 'x' },
    ];
    expect(layout({ evidence: rows }).yTicks.map(({ label }) => label)).toEqual(['digest 0b8e9e99', 'digest 06271baf']);
  });

  it.each<[string, Partial<Conflict>]>([
    ['several fields are contested', { evidence, otherFields: ['/spec/template/metadata/labels/a'] }],
    ['versions in between were missed', { evidence: evidence.filter((_, index) => index !== 1) }],
    [
      'there are many values',
      {
        evidence: 'abcdef'.split('').map((letter, index) => ({
          ...{ at: given.T0 + index, writer: index % 2 === 0 ? injector : 'argocd/web', source: 'x' },
          ...{ from: index === 0 ? null : ('abcdef'[index - 1] ?? null), to: letter },
        })),
      },
    ],
  ])('gives each writer a line of its own where %s', (_, overrides) => {
    const { shape, marks, yTicks, stretches, levels } = layout(overrides);
    expect(shape).toBe('writers');
    expect(marks[0]?.kind).toBe('controller');
    expect(new Set(marks.map(({ kind, y }) => `${kind} ${y}`)).size).toBe(yTicks.length);
    expect(yTicks[0]?.label).toMatch(/^controller\/mesh-injector-with-a-v.*…$/);
    expect([stretches, levels]).toEqual([[], []]);
  });
});

describe('the rhythm of the whole fight', () => {
  const size = { width: 760, height: 84 };

  it('stands as high as its slots, and shades what the timeline shows', () => {
    const rhythm = layoutRhythm(documentOf({}), NOW, rfc3339(given.T0 + 130_000), size);
    expect(rhythm?.total).toBe(17);
    expect(rhythm?.bars).toHaveLength(13);
    const [double, single] = rhythm?.bars ?? [];
    expect(double?.height).toBe((single?.height ?? 0) * 2);
    expect(rhythm?.shown?.x1).toBeCloseTo((28 + 748) / 2, -1);
    expect(rhythm?.shown?.x2).toBe(748);
  });

  it('is not drawn where the timeline shows all of it', () => {
    expect(layoutRhythm(documentOf({}), NOW, rfc3339(given.T0 + 19_000), size)).toBeNull();
    expect(layoutRhythm(documentOf({}), NOW, rfc3339(given.T0 + 20_000), size)).not.toBeNull();
  });

  it('is not drawn where nothing was counted', () => {
    const course = { ...given.courseOf(1), rhythm: { from: given.T0, slotMs: 5_000, counts: [] } };
    expect(layoutRhythm(documentOf({ course }), NOW, NOW, size)).toBeNull();
  });
});

describe('an axis of time', () => {
  const span = (seconds: number, most = 6) => timeAxis(given.T0, given.T0 + seconds * 1_000, 0, 600, most).ticks;
  const labels = (seconds: number) => span(seconds).map(({ label }) => label);

  it('names round times, as finely as they are apart', () => {
    expect(labels(20)).toEqual(['05:45:00', '05:45:05', '05:45:10', '05:45:15']);
    expect(labels(1_800)).toEqual(['05:45', '05:50', '05:55', '06:00', '06:05', '06:10']);
    expect(labels(3 * 86_400)).toEqual([
      '21 Nov 12:00',
      '22 Nov 00:00',
      '12:00',
      '23 Nov 00:00',
      '12:00',
      '24 Nov 00:00',
    ]);
    expect(labels(20 * 86_400)).toEqual(['26 Nov', '3 Dec', '10 Dec']);
  });

  it('never has more labels than fit, and always one', () => {
    for (let seconds = 0.001; seconds < 4e8; seconds *= 1.7) {
      const ticks = span(seconds);
      expect(ticks.length).toBeGreaterThan(0);
      expect(ticks.length).toBeLessThanOrEqual(7);
      for (const { x } of ticks) expect(x).toBeGreaterThanOrEqual(0);
    }
  });
});
