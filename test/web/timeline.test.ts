import { describe, expect, it } from 'vitest';
import type { Conflict } from '../../src/model/verdicts.ts';
import { buildReport, rfc3339 } from '../../src/report/build-report.ts';
import type { ConflictDocument } from '../../src/report/schema.ts';
import { layoutTimeline } from '../../src/web/timeline.ts';
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
    expect(shape).toBe('steps');
    expect(stretches.map(({ kind }) => kind)).toEqual(['', 'hpa', 'argocd', 'hpa', 'argocd']);
    for (const [index, stretch] of stretches.entries()) {
      expect(stretch.x2).toBe(stretches[index + 1]?.x1 ?? plot.right);
      if (index > 0) expect(stretch.fromY).toBe(stretches[index - 1]?.y);
    }
  });

  it('puts what Git declares and what the autoscaler wants across it, at the height of their values', () => {
    const { levels, marks } = layout({ evidence: given.evidenceOf(3) });
    expect(levels.map(({ role }) => role)).toEqual(['declared', 'wanted']);
    const heightOf = (text: string) => marks.find(({ title }) => title.endsWith(text))?.y;
    expect(levels[0]?.y).toBe(heightOf('→ 3'));
    expect(levels[1]?.y).toBe(heightOf('→ 9'));
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
    });
    expect(marks.map(({ kind }) => kind)).toEqual(['second', 'argocd']);
    expect(levels.map(({ y }) => y).sort()).toEqual(marks.map(({ y }) => y).sort());
  });

  it('ends where the conflict ended', () => {
    const { xTicks } = layout({ evidence: given.evidenceOf(2), state: 'resolved', resolvedAt: given.T0 + 100_000 });
    expect(xTicks.at(-1)?.label).toBe('05:46:41');
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
  it('gives each writer a line of its own', () => {
    const evidence = [
      {
        at: given.T0,
        writer: 'controller/mesh-injector-with-a-very-long-name-that-fits-nowhere',
        from: null,
        to: 'true',
        source: 'x',
      },
      { at: given.T0 + 1_000, writer: 'argocd/web', from: 'true', to: null, source: 'x' },
      {
        at: given.T0 + 2_000,
        writer: 'controller/mesh-injector-with-a-very-long-name-that-fits-nowhere',
        from: null,
        to: 'true',
        source: 'x',
      },
    ];
    const { shape, marks, yTicks, stretches, levels } = layout({ evidence });
    expect(shape).toBe('lanes');
    expect(marks.map(({ kind }) => kind)).toEqual(['controller', 'argocd', 'controller']);
    expect(marks[0]?.y).toBe(marks[2]?.y);
    expect(marks[0]?.y).not.toBe(marks[1]?.y);
    expect(yTicks.map(({ label }) => label)).toEqual(['controller/mesh-injector-with-a-very…', 'argocd/web']);
    expect([stretches, levels]).toEqual([[], []]);
  });
});
