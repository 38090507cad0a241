import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { prometheusGroups } from '../../scripts/alerting/render.ts';

const page = readFileSync(new URL('../../docs/runbooks/README.md', import.meta.url), 'utf8');
const [, example = ''] = /```yaml\n(.*?)^```/ms.exec(page) ?? [];
const absent = spawnSync('amtool', ['--version']).error !== undefined;

describe("the example for Alertmanager, by Alertmanager's own amtool", () => {
  const folder = mkdtempSync(join(tmpdir(), 'tugwatch-alertmanager-'));
  const file = join(folder, 'alertmanager.yml');
  writeFileSync(file, example);
  afterAll(() => rmSync(folder, { recursive: true, maxRetries: 10 }));

  it('is valid, and sends risks to a channel and all else to on-call', ({ skip }) => {
    if (absent) skip('amtool is not on the PATH: install the Debian package prometheus-alertmanager to test it');
    expect(execFileSync('amtool', ['check-config', file], { encoding: 'utf8' })).toContain('SUCCESS');
    for (const { alert, labels } of prometheusGroups().flatMap(({ rules }) => rules)) {
      const route = ['config', 'routes', 'test', `--config.file=${file}`, `alertname=${alert}`];
      const receiver = execFileSync('amtool', route, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
      expect(receiver, alert).toBe(labels['severity'] === 'info' ? 'team-channel' : 'on-call');
    }
  });

  it('names only alerts that exist', () => {
    const named = [...example.matchAll(/alertname="(\w+)"/g)].map(([, name]) => name);
    const alerts = prometheusGroups().flatMap(({ rules }) => rules.map(({ alert }) => alert));
    expect(named.length).toBeGreaterThan(2);
    for (const name of named) expect(alerts).toContain(name);
  });
});
