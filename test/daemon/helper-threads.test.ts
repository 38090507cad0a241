/** In a process of its own: the threads of the one that runs the tests are not to be slowed down. */
import { execFileSync } from 'node:child_process';
import { getPriority } from 'node:os';
import { describe, expect, it } from 'vitest';
import { stepsAside, type Thread } from '../support/threads.ts';

const urlOf = (path: string) => JSON.stringify(new URL(`../../${path}`, import.meta.url).href);
const PROGRAM = `
import { letHelpersGiveWay } from ${urlOf('src/daemon/helper-threads.ts')};
import { threadsOf } from ${urlOf('test/support/threads.ts')};
const before = threadsOf(process.pid);
letHelpersGiveWay();
letHelpersGiveWay();
console.log(JSON.stringify({ before, after: threadsOf(process.pid) }));
`;

describe.runIf(process.platform === 'linux')("V8's helper threads", () => {
  it('give way to the thread that answers, which stays as it was, however often they are told to', () => {
    const output = execFileSync(process.execPath, ['--input-type=module', '--eval', PROGRAM], { encoding: 'utf8' });
    const { before, after } = JSON.parse(output) as Record<'before' | 'after', Thread[]>;
    expect(stepsAside(before)).toEqual([0]);
    expect(stepsAside(after)).toEqual([Math.min(10, 19 - getPriority())]);
    const others = after.filter(({ helper }) => !helper).map(({ nice }) => nice);
    expect(new Set(others)).toEqual(new Set([getPriority()]));
  });
});
