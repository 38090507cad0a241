/** The threads of a process, as Linux tells of them. */
import { readdirSync, readFileSync } from 'node:fs';

export interface Thread {
  readonly main: boolean;
  /** One of V8's. */
  readonly helper: boolean;
  readonly nice: number;
}

export function threadsOf(pid: number): Thread[] {
  const folder = `/proc/${pid}/task`;
  return readdirSync(folder).map((id) => {
    const read = (file: string) => readFileSync(`${folder}/${id}/${file}`, 'utf8').trim();
    // The nice value is the 19th field of stat (proc_pid_stat(5)); the second may hold blanks and brackets.
    const nice = Number(
      read('stat')
        .replace(/^.*\) /s, '')
        .split(' ')[16],
    );
    return { main: Number(id) === pid, helper: read('comm') === 'V8Worker', nice };
  });
}

/** The nice values of V8's helpers beyond that of the thread that runs the program, each once. */
export function stepsAside(threads: readonly Thread[]): number[] {
  const own = threads.find(({ main }) => main)?.nice ?? Number.NaN;
  return [...new Set(threads.filter(({ helper }) => helper).map(({ nice }) => nice - own))];
}
