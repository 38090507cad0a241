import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

describe.each(['score', 'soak', 'bench'])('npm run %s', (script) => {
  it('answers a flag that it does not have with one sentence', { timeout: 60_000 }, () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [`scripts/${script}.ts`, '--bogus'], {
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(new RegExp(`^${script}: Unknown option '--bogus'; it takes --[a-z, -]+\\.\\n$`));
  });
});
