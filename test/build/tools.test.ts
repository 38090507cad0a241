/** `npm run tools` where nothing can be had: CI goes on, and knows what it goes without. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { PINNED_TOOLS } from '../../scripts/tools/pinned.ts';

const cache = mkdtempSync(join(tmpdir(), 'tugwatch-tools-'));
afterAll(() => rmSync(cache, { recursive: true, maxRetries: 10 }));

/** Without Go, Python and network: nothing but Node itself is on the PATH. */
function tools(...args: readonly string[]) {
  const env = { PATH: join(cache, 'none'), HOME: cache, XDG_CACHE_HOME: cache };
  return spawnSync(process.execPath, ['scripts/tools.ts', ...args], { encoding: 'utf8', env });
}

it('names each tool that it cannot bring, and why, and fails nothing', () => {
  const { status, stdout, stderr } = tools();
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const lines = stdout.trim().split('\n');
  expect(lines).toHaveLength(PINNED_TOOLS.length);
  for (const [index, { name, version, from }] of PINNED_TOOLS.entries()) {
    const command = from === 'go' ? 'go' : 'python3';
    expect(lines[index]).toBe(
      `${name} ${version} could not be installed, and what needs it is skipped: ${command}: ENOENT`,
    );
  }
  // Nothing by half, which the next run would take for whole.
  const folder = join(cache, 'tugwatch', 'tools');
  expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([]);
});

it('says where one tool is, or that it is not there', () => {
  const { status, stdout, stderr } = tools('--path', 'helm');
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toMatch(/^helm is not on this machine at the version that is pinned: npm run tools -- helm/);
});
