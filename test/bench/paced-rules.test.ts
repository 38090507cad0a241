import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { pacedRules } from '../../scripts/bench/paced-rules.ts';

const folder = mkdtempSync(join(tmpdir(), 'paced-rules-'));
afterAll(() => rmSync(folder, { recursive: true }));

function paced(expr: string, rest = '') {
  const path = join(folder, 'rules.yml');
  const rule = `{alert: A, expr: '${expr}'${rest}}`;
  writeFileSync(path, `groups:\n- name: g\n  interval: 30s\n  rules:\n  - ${rule}\n`);
  const { text, count } = pacedRules(path, 60);
  expect(count).toBe(1);
  const [group] = (JSON.parse(text) as { groups: { interval: string; rules: { expr: string; for?: string }[] }[] })
    .groups;
  expect(group?.interval).toBe('500ms');
  return group?.rules[0];
}

describe('rules for a cluster whose time runs 60 times as fast', () => {
  it('have windows and holding times that much shorter', () => {
    const rule = paced('changes(kube_deployment_spec_replicas[30m]) > 4', ', for: 15m');
    expect(rule).toMatchObject({ expr: 'changes(kube_deployment_spec_replicas[30000ms]) > 4', for: '15000ms' });
  });

  it('compare the rates that the cluster would have', () => {
    expect(paced('sum by (name) (rate(syncs{phase="Succeeded"}[10m])) > 0.01')?.expr).toBe(
      'sum by (name) ((rate(syncs{phase="Succeeded"}[10000ms]) / 60)) > 0.01',
    );
  });

  it.each(['changes(a[30m] offset 5m) > 1', 'max_over_time(a[30m:1m]) > 1', 'a @ 1600000000 > 1'])(
    'are refused where time stands in other places: %s',
    (expr) => expect(() => paced(expr)).toThrow('cannot be run at another pace'),
  );
});
