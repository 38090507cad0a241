import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readRules } from '../../scripts/score/alerts/read-rules.ts';

const folder = mkdtempSync(join(tmpdir(), 'rules-'));
afterAll(() => rmSync(folder, { recursive: true, maxRetries: 10 }));

function read(text: string) {
  const path = join(folder, 'rules.yml');
  writeFileSync(path, text);
  return readRules(path, 30_000);
}

describe('a rule file', () => {
  it('gives each alert its expression, its "for" and the interval of its group', () => {
    const { rules, refused } = read(`
groups:
- {name: a, interval: 1m, rules: [{alert: Held, expr: up > 0, for: 20m, labels: {severity: warning}}]}
- {name: b, rules: [{alert: Plain, expr: up}]}
`);
    expect(rules).toMatchObject([
      { alert: 'Held', holdFor: 1_200_000, interval: 60_000 },
      { alert: 'Plain', holdFor: 0, interval: 30_000 },
    ]);
    expect(refused).toEqual([]);
  });

  it('loses only the rules that cannot be evaluated, and says why', () => {
    const { rules, refused } = read(`
groups:
- name: a
  rules:
  - {alert: Fine, expr: up}
  - {alert: Broken, expr: 'rate(up['}
  - {alert: Exotic, expr: 'absent(up)'}
  - {alert: Sticky, expr: up, keep_firing_for: 5m}
  - {alert: Vague, expr: up, for: soon}
  - {alert: Number, expr: 3}
  - {record: sums, expr: sum(up)}
`);
    expect(rules.map(({ alert }) => alert)).toEqual(['Fine']);
    expect(refused.map(({ alert }) => alert)).toEqual(['Broken', 'Exotic', 'Sticky', 'Vague', 'Number', 'sums']);
    expect(refused[3]?.reason).toBe('"soon" is no duration: write it like 10m.');
  });

  it('is refused as a whole when it is missing, no YAML or something else', () => {
    expect(() => readRules(join(folder, 'none.yml'), 30_000)).toThrow(/^there is no rule file at .*none\.yml\.$/);
    expect(() => read('groups: [')).toThrow(/rules\.yml cannot be read as a rule file/);
    expect(() => read('groups: {}')).toThrow(/rules\.yml is no rule file: groups/);
  });
});
