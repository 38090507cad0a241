/** Starts of commands that end at once, as whole processes: against bare Node, in turns. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Estate } from './estate.ts';
import type { Workshop } from './estate-client.ts';
import { wholeRun } from './processes.ts';
import { median } from './statistics.ts';

export interface Starts {
  readonly bareNodeMs: number;
  readonly helpVsBareNode: number;
  readonly replayVsBareNode: number;
}

/** `tugwatch --help`, and `tugwatch replay` of one fight, against `node -e 0`. */
export function measureStarts({ folder, program, nodeFlags }: Workshop, runs: number): Starts {
  const recording = join(folder, 'small.ndjson');
  writeFileSync(recording, smallRecording());
  const rounds = Array.from({ length: runs + 1 }, () => ({
    bare: wholeRun(process.execPath, ['-e', '0']),
    help: wholeRun(process.execPath, [...nodeFlags, program, '--help']),
    replay: wholeRun(process.execPath, [...nodeFlags, program, 'replay', recording]),
    // The first round fills the file system's cache.
  })).slice(1);
  return {
    bareNodeMs: median(rounds.map(({ bare }) => bare)),
    helpVsBareNode: median(rounds.map(({ help, bare }) => help / bare)),
    replayVsBareNode: median(rounds.map(({ replay, bare }) => replay / bare)),
  };
}

function smallRecording(): string {
  const estate = new Estate({ workloads: 1, largeEvery: 0 });
  const line = (resource: string, apiVersion: string, type: string, afterMs: number, object: string) =>
    `{"at":"${new Date(Date.UTC(2026, 0, 1) + afterMs).toISOString()}","apiVersion":"${apiVersion}","resource":"${resource}","type":"${type}","object":${object}}\n`;
  const resourceOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);
  const versionOf = (path: string) => path.replace(/^\/apis?\//, '').replace(/\/[^/]+$/, '');
  const lists = estate.kinds.map(({ path, apiVersion, kind, item }) =>
    line(
      resourceOf(path),
      apiVersion,
      'ADDED',
      0,
      `{"apiVersion":"${apiVersion}","kind":"${kind}",${item(0).slice(1)}`,
    ),
  );
  const fight = estate.fight.map(({ path, afterMs, text }) => {
    const { object } = JSON.parse(text('app-00000', 2_000_000 + afterMs)) as { object: unknown };
    return line(resourceOf(path), versionOf(path), 'MODIFIED', 1_000 + afterMs, JSON.stringify(object));
  });
  return [...lists, ...fight].join('');
}
