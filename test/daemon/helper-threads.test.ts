/** In a process of its own: the threads of the one that runs the tests are not to be slowed down. */
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

const SOURCE = new URL('../../src/daemon/helper-threads.ts', import.meta.url).href;
// Of /proc/<pid>/task/<tid>/stat the nice value is the 19th field (proc_pid_stat(5)); the second may hold blanks and brackets.
const PROGRAM = `
import { readdirSync, readFileSync } from 'node:fs';
import { letHelpersGiveWay } from ${JSON.stringify(SOURCE)};
const read = (id, file) => readFileSync('/proc/self/task/' + id + '/' + file, 'utf8').trim();
const nice = (id) => Number(read(id, 'stat').replace(/^.*\\) /s, '').split(' ')[16]);
const look = () => readdirSync('/proc/self/task').map((id) => ({
  main: Number(id) === process.pid, helper: read(id, 'comm') === 'V8Worker', nice: nice(id),
}));
const before = look();
letHelpersGiveWay();
letHelpersGiveWay();
console.log(JSON.stringify({ before, after: look() }));
`;

interface Thread {
  readonly main: boolean;
  readonly helper: boolean;
  readonly nice: number;
}

describe.runIf(process.platform === 'linux')("V8's helper threads", () => {
  const run = () =>
    JSON.parse(
      execFileSync(process.execPath, ['--input-type=module', '--eval', PROGRAM], { encoding: 'utf8' }),
    ) as Record<'before' | 'after', Thread[]>;

  it('give way to the thread that answers, which stays as it was, however often they are told to', () => {
    const { before, after } = run();
    const own = before.find(({ main }) => main)?.nice ?? Number.NaN;
    const helpers = after.filter(({ helper }) => helper);
    expect(helpers.length).toBeGreaterThan(0);
    expect(new Set(helpers.map(({ nice }) => nice))).toEqual(new Set([Math.min(own + 10, 19)]));
    expect(new Set(after.filter(({ helper }) => !helper).map(({ nice }) => nice))).toEqual(new Set([own]));
  });
});
