import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { renderSettingsTable, withSettingsTable } from '../../scripts/docs/settings-table.ts';
import { loadConfig } from '../../src/config/load.ts';
import { environmentName, flagName, SETTINGS } from '../../src/config/settings.ts';

const page = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
const keys = Object.keys(SETTINGS);

describe('docs/configuration.md', () => {
  it('has the settings as the daemon has them (else run: node scripts/configuration.ts)', () => {
    expect(withSettingsTable(page)).toBe(page);
  });

  it('names every setting with its flag, its variable and its true default', () => {
    const defaults: Record<string, unknown> = { ...loadConfig({ env: {}, flags: {} }) };
    const rows = renderSettingsTable().split('\n').slice(2);
    expect(rows).toHaveLength(keys.length);
    for (const [index, key] of keys.entries()) {
      const value = defaults[key];
      const shown = value === '' || (Array.isArray(value) && value.length === 0) ? 'empty' : `\`${value}\``;
      expect(rows[index]).toContain(`| \`${key}\` | \`${flagName(key)}\` | \`${environmentName(key)}\` |`);
      expect(rows[index]).toContain(` | ${shown} | `);
      expect(rows[index]).not.toContain('(default');
    }
  });

  it('shows a file that the daemon takes', () => {
    const [, text = ''] = /```yaml\n# tugwatch\.yaml\n([\s\S]*?)```/.exec(page) ?? [];
    const file = join(mkdtempSync(join(tmpdir(), 'tugwatch-docs-')), 'tugwatch.yaml');
    writeFileSync(file, text);
    expect(loadConfig({ file, env: {}, flags: {} })).toMatchObject(parse(text) as object);
  });

  it('and --help name the same flags', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['bin/tugwatch.js', 'run', '--help']);
    for (const key of keys) expect(stdout).toContain(`${flagName(key)} <value>`);
  });
});
