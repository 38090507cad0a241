import { describe, expect, it } from 'vitest';
import { buildReport } from '../../src/report/build-report.ts';
import { visible, visibleLines } from '../../src/report/visible.ts';
import { contenderLabel, costLabel, durationLabel, valueLabel } from '../../src/report/words.ts';
import * as given from '../support/report-fixtures.ts';

describe('words', () => {
  it('give a duration in at most two units', () => {
    expect([-5, 0, 0.814, 9.96, 42, 60, 303, 3600, 7_530, 86_400, 273_600].map(durationLabel)).toEqual([
      ...['0 s', '0 s', '0.8 s', '10 s', '42 s', '1 min', '5 min 3 s', '1 h', '2 h 5 min', '1 d', '3 d 4 h'],
    ]);
  });

  it('name a contender by its object, and by its field manager where it has none', () => {
    expect(contenderLabel({ kind: 'hpa', manager: 'kcm', name: 'web', values: [] })).toBe('hpa/web');
    expect(contenderLabel({ kind: 'human', manager: 'kubectl-edit', name: null, values: [] })).toBe(
      'human/kubectl-edit',
    );
    expect(contenderLabel({ kind: 'unknown', manager: null, name: null, values: [] })).toBe('unknown');
  });

  it('show a value on one line and cut what is too long', () => {
    expect([null, 3, 'a', '', ['x'], { k: 1 }].map(valueLabel)).toEqual(['none', '3', 'a', '""', '["x"]', '{"k":1}']);
    expect(valueLabel('y'.repeat(500))).toHaveLength(60);
    expect(valueLabel('two\nlines')).toBe('two\\x0alines');
  });

  it('tell the cost, or that none was measured', () => {
    const cost = (impact: object) => {
      const conflict = given.aConflict({ impact: { ...given.aConflict().impact, ...impact } });
      const report = buildReport({
        window: { from: 0, to: 1 },
        conflicts: [{ conflict, remedy: given.aRemedy() }],
        notices: [],
        risks: [],
      });
      return report.conflicts.map(costLabel).join();
    };
    expect(cost({})).toBe('1,288 replica-seconds short, down to 3 of 9 wanted, 51 pods created and 48 deleted');
    expect(cost({ replicaSecondsShort: 0, lowest: 9, podsCreated: 1, podsDeleted: 0 })).toBe(
      '1 pod created and 0 deleted',
    );
    expect(cost({ replicaSecondsShort: 0, lowest: null, podsCreated: 0, podsDeleted: 0, templateHashes: 1 })).toBe(
      '1 new pod template rolled out',
    );
    expect(cost({ replicaSecondsShort: 0, lowest: null, podsCreated: 0, podsDeleted: 0 })).toBe('none measured');
  });
});

describe('characters that act instead of showing', () => {
  it('are shown as escapes', () => {
    expect(visible('a\u001b[31mb\u009bc\u202ed\u200be\ud800f\u{e0041}g\n')).toBe(
      'a\\x1b[31mb\\x9bc\\u202ed\\u200be\\ud800f\\u{e0041}g\\x0a',
    );
  });

  it('leave ordinary text of any script alone', () => {
    expect(visible('größe 日本 – 🎉')).toBe('größe 日本 – 🎉');
  });

  it('keep line feeds where lines are wanted', () => {
    expect(visibleLines('a: 1\n\tb\r\n')).toBe('a: 1\n\\x09b\\x0d\n');
  });
});
